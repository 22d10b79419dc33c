import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { IpcAnswer } from '../../src-shared/contract/ipc.ts';
import type { Gateway } from '../gateway-ports.ts';

export type StartupProblem = NonNullable<IpcAnswer<'startup:problem'>>;

export type GatewayState =
  | { readonly phase: 'starting' }
  /** `url`: where the console is, by loopback address. */
  | { readonly phase: 'running'; readonly url: string; readonly gateway: Gateway }
  | { readonly phase: 'failed'; readonly problem: StartupProblem }
  | { readonly phase: 'stopped' };

export type GatewayHostOptions = {
  /** Makes a gateway that has not started, or rejects with an AppError; `port` is the user's choice after the configured one was taken. */
  readonly open: (port: number | null) => Promise<{ readonly gateway: Gateway; readonly config: Config }>;
  readonly findFreePort: (taken: number) => Promise<number | null>;
  /** Told after each change of state. */
  readonly changed: (state: GatewayState) => void;
};

const restartsMost = 3;

/** The gateway inside the desktop app: started, started again after a failure, stopped once. */
export const createGatewayHost = ({ open, findFreePort, changed }: GatewayHostOptions) => {
  let state: GatewayState = { phase: 'stopped' };
  let starting: Promise<void> | null = null;
  let stopping: Promise<void> | null = null;
  let restarts = 0;

  const become = (next: GatewayState): void => {
    state = next;
    changed(next);
  };

  const bringUp = async (port: number | null): Promise<void> => {
    let opened: Gateway | null = null;
    let wanted = port;
    try {
      const { gateway, config } = await open(port);
      opened = gateway;
      wanted ??= config.gateway.port;
      const started = await gateway.start();
      // By number: what `localhost` means is up to the machine's resolver.
      become({ phase: 'running', url: `http://127.0.0.1:${started.port}${config.gateway.basePath}`, gateway });
    } catch (error) {
      // What it had opened by then – the database, the home folder's lock – must not stand in the way of the next try.
      await opened?.stop().catch(() => undefined);
      become({ phase: 'failed', problem: await describe(AppError.from(error), wanted) });
    }
  };

  const describe = async (error: AppError, port: number | null): Promise<StartupProblem> => ({
    code: error.code,
    message: error.message,
    hint: error.hint ?? '',
    freePort: error.code === 'PORT_TAKEN' && port !== null ? await findFreePort(port).catch(() => null) : null,
  });

  return {
    state: (): GatewayState => state,
    /** Resolves to whether a gateway runs. Does not reject: what went wrong is in `state()`. A second call joins the first. */
    start: async (port: number | null): Promise<boolean> => {
      if (stopping !== null) return false;
      if (state.phase !== 'running') {
        if (starting === null) {
          become({ phase: 'starting' });
          starting = bringUp(port).finally(() => {
            starting = null;
          });
        }
        await starting;
      }
      return state.phase === 'running';
    },
    /**
     * The core is in doubt: ends the gateway and starts it again on the same port; what was acknowledged goes on from the
     * disk. After three times it stays down and says why, so that a fault that comes back at once does not spin.
     */
    restart: async (why: string): Promise<void> => {
      const last = state;
      if (stopping !== null || last.phase !== 'running') return;
      restarts += 1;
      become({ phase: 'starting' });
      await last.gateway.stop().catch(() => undefined);
      if (restarts > restartsMost) become({ phase: 'failed', problem: { code: 'INTERNAL', message: why, hint: '', freePort: null } });
      else await bringUp(Number(new URL(last.url).port));
    },
    /** By the user's wish: ends the gateway and starts it with the configuration as it is by now. */
    renew: async (): Promise<void> => {
      const last = state;
      if (stopping !== null || last.phase !== 'running') return;
      become({ phase: 'starting' });
      starting = last.gateway
        .stop()
        .catch(() => undefined)
        .then(() => bringUp(null))
        .finally(() => {
          starting = null;
        });
      await starting;
    },
    /** For good. A start under way ends first. */
    stop: (): Promise<void> => {
      stopping ??= (async () => {
        await starting;
        const last = state;
        become({ phase: 'stopped' });
        if (last.phase === 'running') await last.gateway.stop();
      })();
      return stopping;
    },
  } as const;
};

export type GatewayHost = ReturnType<typeof createGatewayHost>;
