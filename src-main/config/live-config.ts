import type { Config } from '../../src-shared/contract/config.ts';

/** The configuration in force. Features ask for it when they need it, so that a change takes effect at once. */
export type LiveConfig = {
  readonly current: () => Config;
  /** Told after each change; what is the same as before is the same object. Returns its undo. */
  readonly onChange: (listener: (now: Config, before: Config) => void) => () => void;
};

export type SettableConfig = LiveConfig & {
  /** As the file and the overrides say it, including what only the next start will honour. */
  readonly wanted: () => Config;
  /** The keys of that kind, like `gateway.port`. */
  readonly restartFor: () => string[];
  readonly replace: (wanted: Config) => void;
};

/** Where a value is taken up once, at the start: in force is the old one until the next. */
const fixedWhileRunning = [
  ['gateway', 'host'],
  ['gateway', 'port'],
  ['gateway', 'basePath'],
  ['retention', 'maxDatabaseMb'],
  ['logs', 'maxSizeMb'],
  ['logs', 'keep'],
] as const;

export const createLiveConfig = (atStart: Config): SettableConfig => {
  let wanted = atStart;
  let current = atStart;
  const listeners = new Set<(now: Config, before: Config) => void>();
  return {
    current: () => current,
    wanted: () => wanted,
    restartFor: () =>
      fixedWhileRunning.flatMap(([section, key]) =>
        valueAt(wanted, section, key) === valueAt(atStart, section, key) ? [] : `${section}.${key}`,
      ),
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace: (next) => {
      wanted = next;
      const before = current;
      const fixed = fixedWhileRunning.reduce(
        (config, [section, key]) => withValue(config, section, key, valueAt(atStart, section, key)),
        next,
      );
      current = shareUnchanged(before, fixed);
      if (current !== before) for (const listener of [...listeners]) listener(current, before);
    },
  };
};

const valueAt = (config: Config, section: keyof Config, key: string): unknown => (config[section] as Record<string, unknown>)[key];

const withValue = (config: Config, section: keyof Config, key: string, value: unknown): Config => {
  if (valueAt(config, section, key) === value) return config;
  const { [key]: _next, ...rest } = config[section] as Record<string, unknown>;
  return { ...config, [section]: Object.freeze(value === undefined ? rest : { ...rest, [key]: value }) } as Config;
};

/** `next`, with every part that says the same as before replaced by the old object; frozen. */
const shareUnchanged = <T>(before: T, next: T): T => {
  if (Object.is(before, next) || typeof before !== 'object' || typeof next !== 'object' || before === null || next === null) return next;
  if (Array.isArray(before) !== Array.isArray(next)) return next;
  const old = before as Record<string, unknown>;
  const entries = Object.entries(next).map(([key, value]): [string, unknown] => [
    key,
    Object.hasOwn(old, key) ? shareUnchanged(old[key], value) : value,
  ]);
  const keys = Object.keys(old);
  // The order counts: the first model is the default one.
  if (entries.length === keys.length && entries.every(([key, value], index) => key === keys[index] && value === old[key])) return before;
  return Object.freeze(Array.isArray(next) ? entries.map(([, value]) => value) : Object.fromEntries(entries)) as T;
};
