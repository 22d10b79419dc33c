import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import type { LogLevel } from '../../../src-shared/contract/routes/operations.ts';
import { systemClock } from '../../clock.ts';
import { serveUnits } from './serve-units.ts';
import { yieldToOthers } from './yield-to-others.ts';

/**
 * The file that a process of plugins runs. Its pipe to the gateway is file 3; where that ends, so does the process: nothing
 * of it outlives the gateway.
 */
const pipe = new Socket({ fd: 3, readable: true, writable: true });
pipe.on('close', () => process.exit(0));

yieldToOthers();

const speaking = new AsyncLocalStorage<string>();

const { log } = serveUnits({
  pipe,
  clock: systemClock,
  fetch: globalThis.fetch,
  inNameOf: (unit, task) => speaking.run(unit, task),
  importPlugin: async ({ main }) => ((await import(pathToFileURL(main).href)) as { readonly default?: unknown }).default,
});

const say = (level: LogLevel, words: readonly unknown[]): void => log(speaking.getStore() ?? null, level, format(...words));
for (const [name, level] of Object.entries({
  debug: 'debug',
  log: 'info',
  info: 'info',
  warn: 'warn',
  error: 'error',
  trace: 'debug',
} as const)) {
  Object.assign(console, { [name]: (...words: readonly unknown[]) => say(level, words) });
}

// `this.onMessage(…)` without a catch is how most will write it: a message that could not be taken ends no channel.
process.on('unhandledRejection', (reason) => say('error', ['A promise was rejected and nobody caught it:', reason]));
