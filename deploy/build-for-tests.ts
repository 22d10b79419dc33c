import { build } from './build.mjs';

/** Tests run the storage worker as users get it: bundled. */
export const setup = (): Promise<void> => build({ only: ['main'], progress: process.stderr });
