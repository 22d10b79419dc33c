import { once } from 'node:events';
import { startOwn, stop } from '../processes/children.mjs';

/** @typedef {ReturnType<typeof import('./summarize.mjs').summarize> & {finished: number, failed: number}} Figures */

/** The load client, as the run sees it. */
export const startLoadClient = async () => {
  const { child } = await startOwn('../load/client.mjs');
  const ask = async (/** @type {import('node:child_process').Serializable} */ message) => {
    child.send(message);
    const [answer] = await once(child, 'message');
    if ('error' in answer) throw new Error(`the load client: ${answer.error}`);
    return answer.done;
  };
  return {
    pid: child.pid ?? 0,
    /** @param {import('./client.mjs').Job} job @returns {Promise<Figures>} */
    run: async (job) => {
      const figures = /** @type {Figures} */ (await ask({ run: job }));
      if (figures.failed > 0)
        throw new Error(`${figures.failed} of ${figures.finished} calls (${job.kind} at ${job.concurrency}) got no whole answer`);
      return figures;
    },
    /** @param {{port: number, token: string, sockets: number}} target @returns {Promise<void>} */
    hold: (target) => ask({ hold: target }),
    /** @returns {Promise<void>} */
    release: () => ask('release'),
    stop: () => stop(child),
  };
};
/** @typedef {Awaited<ReturnType<typeof startLoadClient>>} LoadClient */
