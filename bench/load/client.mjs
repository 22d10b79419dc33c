// The load client: a process that runs one kind of call at a time, in so many lanes, each lane its next call as soon
// as its last one has ended. Told what to do by messages, answers each with figures.
import { openLanes } from './lanes.mjs';
import { summarize } from './summarize.mjs';

/**
 * @typedef {object} Job
 * @property {import('./lanes.mjs').Kind} kind
 * @property {number} port where to
 * @property {string} token
 * @property {number} concurrency
 * @property {number} [warmMs] not counted
 * @property {number} [measureMs] how long to go on, or
 * @property {number} [turns] or how many calls to make
 */

/** @param {Job} job */
const run = async ({
  kind,
  port,
  token,
  concurrency,
  warmMs = 0,
  measureMs = Number.POSITIVE_INFINITY,
  turns = Number.POSITIVE_INFINITY,
}) => {
  const lanes = await openLanes(kind, { port, token, concurrency });
  const begun = performance.now();
  const countFrom = begun + warmMs;
  const until = countFrom + measureMs;
  /** @type {number[]} */
  const totals = [];
  /** @type {number[]} */
  const firsts = [];
  let made = 0;
  let finished = 0;
  let failed = 0;
  let lastEnd = countFrom;
  const lane = async (/** @type {import('./lanes.mjs').Call} */ call) => {
    while (made < turns) {
      const at = performance.now();
      if (at >= until) return;
      made += 1;
      const { firstAt, ok } = await call();
      const end = performance.now();
      finished += 1;
      if (!ok) failed += 1;
      if (end < countFrom || end > until) continue;
      lastEnd = end;
      totals.push(end - at);
      if (firstAt !== null) firsts.push(firstAt - at);
    }
  };
  await Promise.all(lanes.calls.map(lane));
  await lanes.close();
  const windowMs = Number.isFinite(measureMs) ? measureMs : lastEnd - countFrom;
  return { ...summarize(totals, firsts, windowMs), finished, failed };
};

/** Idle sockets, held until told otherwise. */
/** @type {(() => Promise<void>) | null} */
let release = null;

process.on('message', async (/** @type {{run: Job} | {hold: {port: number, token: string, sockets: number}} | 'release'} */ message) => {
  try {
    if (message === 'release') {
      await release?.();
      process.send?.({ done: null });
    } else if ('hold' in message) {
      const { hold } = await import('./hold.mjs');
      release = await hold(message.hold);
      process.send?.({ done: null });
    } else process.send?.({ done: await run(message.run) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
process.send?.({ port: 0 });
