import { build } from './build.mjs';

/** Tests run the storage worker and the process of plugins as users get them: bundled. */
export const setup = (): Promise<void> => build({ only: ['main', 'plugin-host'], progress: process.stderr });
