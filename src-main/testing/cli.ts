import { PassThrough, Readable, Writable } from 'node:stream';
import { runCli } from '../cli/run-cli.ts';

export type CliRun = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** A command at work, and what a terminal would show of it so far. */
export type CliWork = { readonly written: { readonly stdout: string; readonly stderr: string }; readonly code: Promise<number> };

type Env = Readonly<Record<string, string | undefined>>;

export const beginCli = (env: Env, argv: readonly string[], stdin: NodeJS.ReadableStream = Readable.from([])): CliWork => {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write: (chunk, _encoding, done) => {
        written[name] += String(chunk);
        done();
      },
    });
  return { written, code: runCli(argv, { env, stdin, stdout: stream('stdout'), stderr: stream('stderr') }) };
};

/** `lines`: what comes through a pipe. */
export const runCliToEnd = async (env: Env, argv: readonly string[], lines: readonly string[] = []): Promise<CliRun> => {
  const { written, code } = beginCli(env, argv, Readable.from(lines.map((line) => `${line}\n`)));
  return { code: await code, ...written };
};

/** A keyboard, as readline knows one. */
export const createTerminal = (): Readable & { readonly type: (text: string) => void; readonly rawModes: readonly boolean[] } => {
  const keys = new PassThrough();
  const rawModes: boolean[] = [];
  return Object.assign(keys, {
    isTTY: true,
    rawModes,
    setRawMode: (mode: boolean) => rawModes.push(mode),
    type: (text: string) => void keys.write(text),
  });
};
