import { type ChildProcess, spawn } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolvePath(fileURLToPath(new URL('../..', import.meta.url)));

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** A process under test, with all it ever wrote. */
export type Child = {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the first match in what was or will be written; rejects, with the output, when the process ends or the time is up. */
  readonly waitFor: (
    pattern: RegExp,
    options?: { readonly in?: 'stdout' | 'stderr'; readonly withinMs?: number },
  ) => Promise<RegExpExecArray>;
  readonly exited: Promise<Exit>;
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Ends it and all it started, and waits. Safe to call at any time. */
  readonly stop: () => Promise<void>;
};

export type ChildOptions = {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What it reads from stdin; default nothing. */
  readonly input?: string;
};

export const startChild = (command: string, args: readonly string[], options: ChildOptions = {}): Child => {
  // A process group of its own, so that `stop` reaches what a shell or npm started.
  const child = spawn(command, args, { cwd: options.cwd ?? root, env: options.env ?? bareEnv(), stdio: 'pipe', detached: true });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const written = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      written[stream] += text;
      for (const look of watchers) look();
    });
  }
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // Whoever waits for it sees the rejection; nobody else shall be hit by it.
  exited.catch(() => {});
  const report = (): string => `${command} ${args.join(' ')}\n── stdout\n${written.stdout}\n── stderr\n${written.stderr}`;

  return {
    pid: child.pid ?? -1,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    waitFor: (pattern, { in: stream = 'stdout', withinMs = 20_000 } = {}) =>
      new Promise((resolve, reject) => {
        const done = (settle: () => void): void => {
          clearTimeout(timer);
          watchers.delete(look);
          settle();
        };
        const look = (): void => {
          const match = pattern.exec(written[stream]);
          if (match) done(() => resolve(match));
        };
        const timer = setTimeout(() => done(() => reject(new Error(`${pattern} did not come in ${withinMs} ms: ${report()}`))), withinMs);
        watchers.add(look);
        look();
        exited.then(
          ({ code, signal }) => done(() => reject(new Error(`It ended (${code ?? signal}) before ${pattern}: ${report()}`))),
          (error) => done(() => reject(error)),
        );
      }),
    exited,
    kill: (signal) => {
      child.kill(signal);
    },
    stop: () => stopGroup(child, exited),
  };
};

/** Runs to the end; resolves whatever the exit code is. */
export const run = async (command: string, args: readonly string[], options: ChildOptions = {}) => {
  const child = startChild(command, args, options);
  const timer = setTimeout(() => void child.stop(), 120_000);
  const { code, signal } = await child.exited;
  clearTimeout(timer);
  return { code, signal, stdout: child.stdout(), stderr: child.stderr() };
};

/** The variables a program needs to run at all, and none that would steer it: no keys, no OPENCLAW_*, no proxies. */
export const bareEnv = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'DISPLAY', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'ELECTRON_OVERRIDE_DIST_PATH'];
  return { ...Object.fromEntries(kept.map((name) => [name, process.env[name]])), NO_AT_BRIDGE: '1', ...more };
};

const stopGroup = async (child: ChildProcess, exited: Promise<Exit>): Promise<void> => {
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid) process.kill(-child.pid, signal);
    } catch {
      // The whole group is gone already.
    }
  };
  if (child.exitCode === null && child.signalCode === null) signalGroup('SIGTERM');
  const hard = setTimeout(() => signalGroup('SIGKILL'), 3_000);
  await exited.catch(() => {});
  clearTimeout(hard);
  signalGroup('SIGKILL');
};
