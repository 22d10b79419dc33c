import { httpLanes } from './http-lanes.mjs';
import { wsLanes } from './ws-lanes.mjs';

/** @typedef {'ws' | 'ws-stream' | 'echo'} WsKind */
/** @typedef {'straight' | 'rest' | 'sse' | 'v1' | 'v1-stream'} HttpKind */
/** @typedef {HttpKind | WsKind} Kind */
/** One call to its end. `firstAt`: when the first token came, on `performance.now()`; null where the call shows none. */
/** @typedef {() => Promise<{firstAt: number | null, ok: boolean}>} Call */
/** @typedef {{port: number, token: string, concurrency: number}} Target */
/** @typedef {{calls: readonly Call[], close: () => Promise<void>}} Lanes */

/** What is said in every turn. */
export const question = 'Which pieces are there? Name all of them, please, in their order.';

/** One call for each lane, over connections that are open already. @param {Kind} kind @param {Target} target @returns {Promise<Lanes>} */
export const openLanes = (kind, target) =>
  kind === 'ws' || kind === 'ws-stream' || kind === 'echo' ? wsLanes(kind, target) : httpLanes(kind, target);
