import { AppError } from '../../src-shared/app-error.ts';
import type { Gateway } from '../gateway-ports.ts';
import { openGateway } from '../open-gateway.ts';
import type { CliPorts } from './run-cli.ts';

const stopMostMs = 1_800;

/** Runs the gateway until Ctrl-C or SIGTERM. Resolves to the exit code. */
export const runGateway = async (
  options: { port?: number; host?: string; json?: boolean },
  { env, stdout, stderr }: CliPorts,
): Promise<number> => {
  // Whoever read our words may be gone (a closed pipe); that is no reason to end, and none to complain about to nobody.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  const { gateway, home } = openGateway({ env, port: options.port, host: options.host, stderr });
  const ended = endOf(stderr);
  const { port, url } = await gateway.start();
  stderr.write(`openclaw gateway listening on ${url}  (home ${home.root})\n`);
  stderr.write(
    `Console: ${gateway.createSignInLink().url}\n  The link signs one browser in, once, within 10 minutes; openclaw token sign-in makes another.\n`,
  );
  if (options.json) stdout.write(`${JSON.stringify({ event: 'listening', port, url })}\n`);

  const exitCode = await stopAfter(ended, gateway, stderr);
  if (options.json) stdout.write(`${JSON.stringify({ event: 'stopped' })}\n`);
  return exitCode;
};

/** What ends a gateway that runs in a terminal: a signal, or an error that nobody caught. */
export const endOf = (stderr: NodeJS.WritableStream): Promise<'signal' | 'broken'> => Promise.race([signalled(), doubt(stderr)]);

/** Resolves to the exit code, once it has stopped. */
export const stopAfter = async (
  ended: Promise<'signal' | 'broken'>,
  gateway: Pick<Gateway, 'stop'>,
  stderr: NodeJS.WritableStream,
): Promise<number> => {
  const exitCode = (await ended) === 'broken' ? 1 : 0;
  stderr.write('Stopping…\n');
  // A part that hangs must not keep the user waiting: what was acknowledged is on the disk already.
  const overdue = setTimeout(() => process.exit(exitCode), stopMostMs);
  await gateway.stop();
  clearTimeout(overdue);
  return exitCode;
};

/** Listens until the process ends: under npm a Ctrl-C comes twice, and the second must not tear the first one's stop apart. */
const signalled = (): Promise<'signal'> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('signal'));
  });

/** The one policy for errors nobody caught: the core is in doubt, so stop cleanly and say why; what is on the disk goes on at the next start. */
const doubt = (stderr: NodeJS.WritableStream): Promise<'broken'> =>
  new Promise((resolve) => {
    const tell = (error: unknown): void => {
      stderr.write(
        `openclaw: an error that nobody caught: ${error instanceof Error ? (error.stack ?? error.message) : String(AppError.from(error).message)}\n`,
      );
      resolve('broken');
    };
    process.on('uncaughtException', tell);
    process.on('unhandledRejection', tell);
  });
