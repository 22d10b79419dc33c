import { fileURLToPath } from 'node:url';

/** Where this package stands; it runs from its `dist/`, in one file. */
export const packageFolder = (): string => fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
