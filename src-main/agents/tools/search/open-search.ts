import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../gateway-ports.ts';
import { ToolError } from '../tool.ts';
import type { SearchQuery, SearchResult } from './search-files.ts';

/** Looks through files, off the main thread. @throws ToolError where the query is no good, or takes too long */
export type Search = (query: SearchQuery, signal: AbortSignal) => Promise<SearchResult>;

const timeLimitMs = 15_000;

type FromWorker = { readonly result: SearchResult } | { readonly wrong: string };

/**
 * A thread for each search: a pattern that never comes to an end (`(a+)+$`) can only be ended with its thread.
 * @param workerUrl default: beside this module, as the bundle has it
 */
export const openSearch =
  ({ clock, workerUrl }: { readonly clock: Pick<Clock, 'after'>; readonly workerUrl?: URL }): Search =>
  (query, signal) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(workerUrl ?? new URL('./search-worker.js', import.meta.url), {
        name: 'search',
        workerData: query,
        execArgv: [],
        env: {},
        resourceLimits: { maxOldGenerationSizeMb: 256 },
      });
      const end = (settle: () => void): void => {
        cancelLimit();
        signal.removeEventListener('abort', cancel);
        void worker.terminate();
        settle();
      };
      const fail = (why: string): void => end(() => reject(new ToolError(why)));
      const cancel = (): void => fail('Cancelled.');
      const cancelLimit = clock.after(timeLimitMs, () =>
        fail(`The search took longer than ${timeLimitMs / 1000} s and was ended. Use a simpler pattern, or a smaller folder.`),
      );
      worker.once('message', (message: FromWorker) => {
        if ('result' in message) end(() => resolve(message.result));
        else fail(`The search cannot be made: ${message.wrong}`);
      });
      worker.once('error', () => fail('The search failed inside the gateway.'));
      if (signal.aborted) cancel();
      else signal.addEventListener('abort', cancel, { once: true });
    });

/** For the model. */
export const inWords = ({ lines, more, stoppedEarly }: SearchResult, nothing: string): string =>
  [
    ...(lines.length === 0 ? [nothing] : lines),
    ...(more > 0 ? [`[${more} more]`] : []),
    ...(stoppedEarly ? ['[too many files: not all were looked at]'] : []),
  ].join('\n');
