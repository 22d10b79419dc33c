import { build } from './build.mjs';

/** Tests run the storage worker, the process of plugins and the packages as users get them: bundled. */
export const setup = (): Promise<void> => build({ only: ['main', 'plugin-host', 'packages', 'channels'], progress: process.stderr });
