import { duplexPair } from 'node:stream';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { createPluginHost } from './host/create-plugin-host.ts';
import type { PluginProcess } from './host/plugin-process.ts';
import { serveUnits } from './host-process/serve-units.ts';
import type { PluginHost } from './plugin-host.ts';

/**
 * The twin of `fork-plugin-host`, for tests: each "process" stands in this one, behind the same wire and the same checks.
 * What it cannot do is end a plugin that will not end.
 *
 * @param plugins by the manifest's id: what the plugin's file would export by default
 */
export const createMemoryPluginHost = ({
  clock,
  plugins,
  randomBytes = (size) => Buffer.alloc(size),
  fetch = globalThis.fetch,
}: {
  readonly clock: Clock;
  readonly plugins: Readonly<Record<string, unknown>>;
  readonly randomBytes?: RandomBytes;
  readonly fetch?: typeof globalThis.fetch;
}): PluginHost & {
  /** Ends every process, as a crash does. */
  readonly crash: (why: string) => void;
} => {
  const processes = new Set<(why: string) => void>();

  const launch = async (): Promise<PluginProcess> => {
    const [pipe, far] = duplexPair();
    serveUnits({ pipe: far, importPlugin: async ({ plugin }) => plugins[plugin], inNameOf: (_unit, task) => task(), fetch, clock });
    let finish = (_why: string): void => undefined;
    const ended = new Promise<string>((resolve) => {
      finish = (why) => {
        processes.delete(finish);
        far.destroy();
        resolve(why);
      };
    });
    processes.add(finish);
    return {
      ...{ pipe, ended, onLine: () => undefined, kill: () => finish('It was ended.') },
      isolation: { process: false, files: false, signals: false, network: false },
    };
  };

  return {
    ...createPluginHost({ clock, randomBytes, launch, gatewayFiles: [] }),
    crash: (why) => {
      for (const finish of [...processes]) finish(why);
    },
  };
};
