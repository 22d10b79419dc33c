import { spawn } from 'node:child_process';
import type { Clock } from '../gateway-ports.ts';
import { killTree } from './kill-tree.ts';

export type Program = {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  /** All of its environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Written to its stdin; else that is empty. */
  readonly input?: string;
};

/** `code` and `signal` as Node tells them; both null where it could not be started. */
export type ProgramEnd = { readonly code: number | null; readonly signal: string | null; readonly error: string | null };

export type RunProgram = (
  program: Program,
  how: {
    /** Ends it with its whole process tree. */
    readonly signal: AbortSignal;
    /** stdout and stderr, as they come, in one stream. */
    readonly onOutput: (text: string) => void;
  },
) => Promise<ProgramEnd>;

/** How long a program that is told to end has before it is killed. */
const graceMs = 2_000;

/** Resolves when the program has ended and said all it had to say; never rejects. */
export const createRunProgram =
  ({ clock }: { readonly clock: Pick<Clock, 'after'> }): RunProgram =>
  ({ argv: [file, ...args], cwd, env, input }, { signal, onOutput }) =>
    new Promise((resolve) => {
      const child = spawn(file, args, {
        cwd,
        env: { ...env },
        // A process group of its own, so that all of it can be ended as one.
        detached: process.platform !== 'win32',
        windowsHide: true,
        stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      });
      let cancelKill: (() => void) | null = null;
      const end = (): void => {
        const { pid } = child;
        if (pid === undefined || cancelKill) return;
        killTree(pid, 'SIGTERM');
        cancelKill = clock.after(graceMs, () => {
          killTree(pid, 'SIGKILL');
          // Whoever else holds the pipes is out of reach; we do not wait for it.
          child.stdout?.destroy();
          child.stderr?.destroy();
        });
      };
      const finish = (result: ProgramEnd): void => {
        cancelKill?.();
        signal.removeEventListener('abort', end);
        resolve(result);
      };
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput);
      child.on('error', (error) => {
        // An error after the start (a kill that failed) is followed by `close`.
        if (child.pid === undefined) finish({ code: null, signal: null, error: error.message });
      });
      child.on('close', (code, ending) => {
        // What it left running in the background ends with it.
        if (child.pid !== undefined) killTree(child.pid, 'SIGKILL');
        finish({ code, signal: ending, error: null });
      });
      // A program that does not read what it is given breaks the pipe; that is its own business.
      child.stdin?.on('error', () => undefined).end(input);
      if (signal.aborted) end();
      else signal.addEventListener('abort', end, { once: true });
    });
