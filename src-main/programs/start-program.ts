import { spawn } from 'node:child_process';
import type { Clock } from '../gateway-ports.ts';
import { killTree } from './kill-tree.ts';
import type { Program, ProgramEnd } from './run-program.ts';

/** A program that stays and is spoken with. */
export type StartedProgram = {
  /** To its stdin; what it does not read any more is dropped. */
  readonly write: (text: string) => void;
  /** Closes its stdin, which is how it is asked to go; then ends it with its whole process tree. Resolves when it is gone. */
  readonly end: () => Promise<void>;
  readonly ended: Promise<ProgramEnd>;
};

export type StartProgram = (
  program: Omit<Program, 'input'>,
  on: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
) => StartedProgram;

/** Both together stay well below what a gateway may take to stop. */
const politeMs = 300;
const graceMs = 700;

export const createStartProgram =
  ({ clock, platform }: { readonly clock: Pick<Clock, 'after'>; readonly platform: NodeJS.Platform }): StartProgram =>
  ({ argv, cwd, env }, on) => {
    const [file, ...args] = platform === 'win32' ? throughCmd(argv) : argv;
    const child = spawn(file, args, {
      cwd,
      env: { ...env },
      // A process group of its own, so that all of it can be ended as one.
      detached: process.platform !== 'win32',
      windowsHide: true,
      stdio: 'pipe',
    });
    const kill = (signal: 'SIGTERM' | 'SIGKILL'): void => {
      if (child.pid !== undefined) killTree(child.pid, signal);
    };
    const ended = new Promise<ProgramEnd>((resolve) => {
      child.on('error', (error) => {
        // An error after the start (a kill that failed) is followed by `exit`.
        if (child.pid === undefined) resolve({ code: null, signal: null, error: error.message });
      });
      child.on('exit', (code, signal) => {
        const result = { code, signal, error: null };
        // What it had started ends with it; then its last words can be read to the end.
        kill('SIGKILL');
        child.once('close', () => resolve(result));
        // Whoever else holds the pipes is out of reach; we do not wait for it.
        clock.after(graceMs, () => resolve(result));
      });
    });
    child.stdout.setEncoding('utf8').on('data', on.stdout);
    child.stderr.setEncoding('utf8').on('data', on.stderr);
    // A program that does not read what it is told breaks the pipe; that is its own business.
    child.stdin.on('error', () => undefined);
    let ending: Promise<void> | null = null;
    return {
      write: (text) => void (child.stdin.writable && child.stdin.write(text)),
      end: () => {
        ending ??= (async () => {
          child.stdin.end();
          const undo = [clock.after(politeMs, () => kill('SIGTERM')), clock.after(politeMs + graceMs, () => kill('SIGKILL'))];
          await ended;
          for (const cancel of undo) cancel();
        })();
        return ending;
      },
      ended,
    };
  };

/** On Windows `npx` and its like are `npx.cmd`, which only its shell starts. */
export const throughCmd = (argv: readonly [string, ...string[]]): readonly [string, ...string[]] =>
  /[\\/]|\.(exe|com)$/i.test(argv[0]) ? argv : ['cmd.exe', '/d', '/c', ...argv];
