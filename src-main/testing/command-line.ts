import { Readable, Writable } from 'node:stream';
import { runCli } from '../cli/run-cli.ts';
import { locateHome, prepareHome } from '../home.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from './test-gateway.ts';

type Written = { stdout: string; stderr: string };

/** The command line on a home of its own, run in this process: its streams are the test's. */
export type CommandLine = {
  readonly folder: string;
  /** A command at work, and what a terminal would show of it so far. */
  readonly begin: (argv: readonly string[], stdin?: string) => { readonly written: Written; readonly code: Promise<number> };
  readonly run: (...argv: string[]) => Promise<Written & { readonly code: number }>;
  /** A gateway where the commands look for it. */
  readonly start: (options?: TestGatewayOptions) => Promise<TestGateway>;
};

export const createCommandLine = (): CommandLine => {
  const home = createTestHome();
  const env = { OPENCLAW_HOME: home.folder };
  const begin: CommandLine['begin'] = (argv, stdin = '') => {
    const written: Written = { stdout: '', stderr: '' };
    const stream = (name: keyof Written) =>
      new Writable({
        write: (chunk, _encoding, done) => {
          written[name] += String(chunk);
          done();
        },
      });
    return { written, code: runCli(argv, { env, stdin: Readable.from([stdin]), stdout: stream('stdout'), stderr: stream('stderr') }) };
  };
  return {
    folder: home.folder,
    begin,
    run: async (...argv) => {
      const { written, code } = begin(argv);
      return { code: await code, ...written };
    },
    start: (options = {}) => {
      const place = locateHome(env);
      prepareHome(place);
      return startTestGateway({ home, ...options, ports: { adminSocket: place.adminSocket, ...options.ports } });
    },
  };
};
