import { AppError } from '../../src-shared/app-error.ts';

/** What the command line may set before the environment and the config file. */
export type GatewayOptions = { readonly port?: number; readonly host?: string };

/**
 * The gateway's own options out of the app's command line, which also holds Chromium's switches, the app's path and
 * deep links. `port` is what the user chose in the window; it goes before the one on the command line.
 *
 * @throws AppError CONFIG_BAD
 */
export const gatewayOptions = (argv: readonly string[], port: number | null): GatewayOptions => {
  const host = optionIn(argv, '--host');
  const chosen = port ?? readPort(optionIn(argv, '--port'));
  return { ...(chosen === undefined ? {} : { port: chosen }), ...(host === undefined ? {} : { host }) };
};

const optionIn = (argv: readonly string[], name: string): string | undefined => {
  const index = argv.findIndex((item) => item === name || item.startsWith(`${name}=`));
  if (index === -1) return undefined;
  return argv[index] === name ? (argv[index + 1] ?? '') : argv[index]?.slice(name.length + 1);
};

const readPort = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (text === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new AppError('CONFIG_BAD', { message: `--port is "${text}"; it must be a port number.` });
  return port;
};
