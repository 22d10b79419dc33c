import { build } from 'vite';

/** Tests run the storage worker as users get it: bundled. */
export const setup = async (): Promise<void> => {
  await build({ configFile: 'vite.main.config.ts', logLevel: 'warn' });
};
