import { median } from '../load/summarize.mjs';
import { cpuMs } from '../processes/procfs.mjs';

/** @typedef {import('../load/lanes.mjs').Kind} Kind */
/**
 * @typedef {object} Cell one kind of call at one concurrency; times in milliseconds, medians over the rounds
 * @property {Kind} kind
 * @property {number} concurrency
 * @property {number} perSecond
 * @property {number} p50
 * @property {number} p95
 * @property {number | null} first p50 to the first token
 * @property {number | null} cpu of the gateway, a turn
 * @property {number} othersCpu of the load client and the model server, a turn
 */

/** @type {readonly Kind[]} */
const kinds = ['straight', 'rest', 'sse', 'v1', 'v1-stream', 'ws', 'ws-stream', 'echo'];

/**
 * Every kind at every concurrency. The baseline and what is compared with it follow on each other within seconds,
 * round by round, so that whatever else the machine does hits both.
 * @param {object} on
 * @param {import('../load/load-client.mjs').LoadClient} on.load
 * @param {{gateway: number, upstream: number, echo: number}} on.ports
 * @param {{gateway: number, upstream: number, echo: number}} on.pids
 * @param {string} on.token
 * @param {{concurrencies: readonly number[], rounds: number, warmMs: number, measureMs: number}} how
 * @param {(text: string) => void} progress
 * @returns {Promise<Cell[]>}
 */
export const measureTurns = async ({ load, ports, pids, token }, how, progress) => {
  /** @type {Cell[]} */
  const cells = [];
  for (const concurrency of how.concurrencies) {
    progress(`turns at ${concurrency}`);
    /** @type {Map<Kind, Cell[]>} */
    const rounds = new Map(kinds.map((kind) => [kind, []]));
    for (let round = 0; round < how.rounds; round += 1) {
      for (const kind of kinds) {
        const target = kind === 'straight' ? 'upstream' : kind === 'echo' ? 'echo' : 'gateway';
        const before = { own: cpuMs(pids.gateway), others: cpuMs(load.pid) + cpuMs(pids.upstream) };
        const figures = await load.run({ kind, port: ports[target], token, concurrency, warmMs: how.warmMs, measureMs: how.measureMs });
        rounds.get(kind)?.push({
          kind,
          concurrency,
          perSecond: figures.perSecond,
          p50: figures.total.p50,
          p95: figures.total.p95,
          first: figures.first?.p50 ?? null,
          cpu: target === 'gateway' ? (cpuMs(pids.gateway) - before.own) / figures.finished : null,
          othersCpu: (cpuMs(load.pid) + cpuMs(pids.upstream) - before.others) / figures.finished,
        });
      }
    }
    for (const [kind, list] of rounds) cells.push(middle(kind, concurrency, list));
  }
  return cells;
};

/** @param {Kind} kind @param {number} concurrency @param {readonly Cell[]} list @returns {Cell} */
const middle = (kind, concurrency, list) => {
  const of = (/** @type {(cell: Cell) => number | null} */ pick) => median(list.map((cell) => pick(cell) ?? Number.NaN));
  const first = of((cell) => cell.first);
  const cpu = of((cell) => cell.cpu);
  return {
    kind,
    concurrency,
    perSecond: of((cell) => cell.perSecond),
    p50: of((cell) => cell.p50),
    p95: of((cell) => cell.p95),
    first: Number.isNaN(first) ? null : first,
    cpu: Number.isNaN(cpu) ? null : cpu,
    othersCpu: of((cell) => cell.othersCpu),
  };
};
