import { type Child, root, run, startChild } from './child.ts';
import type { Home } from './home.ts';

export type RunningGateway = {
  readonly child: Child;
  readonly port: number;
  /** `http://localhost:PORT/` */
  readonly url: string;
  /** As Ctrl-C does it. Resolves once the process is gone. */
  readonly stop: () => Promise<void>;
};

const CLI = `${root}/out/main/cli.js`;

/** `openclaw gateway` as a process of its own. Resolves once it listens. */
export const startGateway = async (
  home: Home,
  options: { readonly port?: number; readonly args?: readonly string[]; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<RunningGateway> => {
  const args = [CLI, 'gateway', '--port', String(options.port ?? 0), ...(options.args ?? [])];
  const child = startChild(process.execPath, args, { env: home.env(options.env) });
  try {
    const [, url = '', port = ''] = await child.waitFor(/listening on (http:\/\/localhost:(\d+)\/\S*)/, { in: 'stderr' });
    return {
      child,
      port: Number(port),
      url,
      stop: async () => {
        child.kill('SIGINT');
        await child.stop();
      },
    };
  } catch (error) {
    await child.stop();
    throw error;
  }
};

/** `openclaw ...args`, to the end. */
export const openclaw = (home: Home, args: readonly string[], env: NodeJS.ProcessEnv = {}, input = '') =>
  run(process.execPath, [CLI, ...args], { env: home.env(env), input });

/** @returns the JWT of a new token, without `Bearer ` */
export const createToken = async (home: Home, args: readonly string[] = []): Promise<string> => {
  const { code, stdout, stderr } = await openclaw(home, ['token', 'create', '--name', 'e2e', ...args]);
  const token = /^Bearer (\S+)\n$/.exec(stdout)?.[1];
  if (code !== 0 || token === undefined) throw new Error(`token create ended with ${code}: ${stdout}${stderr}`);
  return token;
};
