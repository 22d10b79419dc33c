import type { ConfigFile } from './config-file.ts';

/** The twin in memory. `write` is also what a person with an editor does. */
export const createMemoryConfigFile = (text = ''): ConfigFile => {
  let now = text;
  const watchers = new Set<() => void>();
  return {
    shown: '~/openclaw/config.json',
    read: async () => now,
    write: async (next) => {
      now = next;
      for (const tell of [...watchers]) tell();
    },
    watch: (onMaybeChanged) => {
      watchers.add(onMaybeChanged);
      return () => watchers.delete(onMaybeChanged);
    },
  };
};
