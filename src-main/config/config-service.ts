import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { GatewayPorts } from '../gateway-ports.ts';
import { type ConfigEditor, createConfigEditor } from './config-editor.ts';
import type { SettableConfig } from './live-config.ts';
import { parseConfig, sayProblem } from './parse-config.ts';

const debounceMs = 100;

export type ConfigService = ConfigEditor & {
  readonly read: () => Promise<{
    /** As file and overrides say it, including what waits for the next start. */
    readonly config: Config;
    /** The file's path, as people write it. */
    readonly path: string;
    readonly text: string;
    readonly restartFor: string[];
  }>;
  /** What is wrong with the file; then the last good one is in force. */
  readonly problems: () => readonly string[];
  /** What of a good file cannot be honoured. */
  readonly skipped: () => readonly string[];
  /** Takes up what people do to the file with an editor. Returns its undo. */
  readonly watch: () => () => void;
};

type ServicePorts = Pick<GatewayPorts, 'configFile' | 'configProblems' | 'overrideConfig' | 'clock' | 'log'>;

/** `config.json` while the gateway runs: changes by API and by hand take effect at once, bad ones never. */
export const createConfigService = (live: SettableConfig, ports: ServicePorts): ConfigService => {
  const { configFile: file, clock } = ports;
  const log = ports.log.logger;
  let problems = ports.configProblems;
  let skipped: readonly string[] = [];
  /** The text that was last looked at. */
  let seen: string | null = null;

  const complain = (found: readonly string[]): void => {
    if (isDeepStrictEqual(found, problems)) return;
    problems = found;
    for (const problem of found) log.warn({ source: 'config' }, `config.json, ${problem} (the last good configuration stays in force)`);
  };

  const noteSkipped = (found: readonly string[]): void => {
    if (isDeepStrictEqual(found, skipped)) return;
    skipped = found;
    for (const problem of found) log.warn({ source: 'config' }, `config.json, ${problem}`);
  };

  const take = (text: string, config: Config): void => {
    seen = text;
    noteSkipped(parseConfig(text).skipped.map(sayProblem));
    const before = live.wanted();
    try {
      live.replace(ports.overrideConfig(config));
    } catch (error) {
      complain([AppError.from(error).message]);
      return;
    }
    problems = [];
    if (isDeepStrictEqual(live.wanted(), before)) return;
    const restart = live.restartFor();
    log.info({ source: 'config' }, `config.json was changed${restart.length > 0 ? `; after a restart also ${restart.join(', ')}` : ''}`);
  };

  const look = async (): Promise<void> => {
    const text = await file.read();
    if (text === seen) return;
    const parsed = parseConfig(text);
    if (parsed.config) take(text, parsed.config);
    else {
      seen = text;
      complain(parsed.problems.map(sayProblem));
    }
  };

  return {
    ...createConfigEditor({ file, lastGood: live.wanted, written: take }),
    read: async () => ({ config: live.wanted(), path: file.shown, text: await file.read(), restartFor: live.restartFor() }),
    problems: () => problems,
    skipped: () => skipped,
    watch: () => {
      let cancel: (() => void) | null = null;
      const lookSoon = (): void => {
        cancel?.();
        // An editor empties a file before it writes it.
        cancel = clock.after(debounceMs, () => {
          look().catch((error: unknown) =>
            log.warn({ source: 'config', err: error }, 'config.json cannot be read; what was in force stays'),
          );
        });
      };
      let unwatch = (): void => undefined;
      try {
        unwatch = file.watch(lookSoon);
      } catch (error) {
        log.warn({ source: 'config', err: error }, 'config.json cannot be watched; edits by hand take effect at the next start');
      }
      // What was changed between the start and now.
      lookSoon();
      return () => {
        unwatch();
        cancel?.();
      };
    },
  };
};
