import { Pool } from 'undici';
import { lastWord } from '../processes/answer.mjs';
import { question } from './lanes.mjs';

/** @typedef {import('./lanes.mjs').Lanes} Lanes */

const marks = { last: Buffer.from(lastWord), delta: Buffer.from('"type":"delta"'), content: Buffer.from('"content":" piece-1') };

/**
 * Keep-alive connections, one call at a time on each; undici's `dispatch`, which is its cheapest way.
 * @param {import('./lanes.mjs').HttpKind} kind
 * @param {import('./lanes.mjs').Target} target
 * @returns {Promise<Lanes>}
 */
export const httpLanes = async (kind, { port, token, concurrency }) => {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 });
  const request = requestFor(kind, token);
  const first = { straight: marks.content, sse: marks.delta, rest: null, v1: null, 'v1-stream': marks.content }[kind];
  const call = () =>
    new Promise((resolve) => {
      let ok = false;
      let status = 0;
      /** @type {number | null} */
      let firstAt = null;
      pool.dispatch(request, {
        onRequestStart: () => {},
        onResponseStart: (_controller, code) => {
          status = code;
        },
        onResponseData: (_controller, bytes) => {
          if (first !== null && firstAt === null && bytes.includes(first)) firstAt = performance.now();
          ok ||= bytes.includes(marks.last);
        },
        onResponseEnd: () => resolve({ firstAt, ok: ok && status === 200 }),
        onResponseError: () => resolve({ firstAt, ok: false }),
      });
    });
  return { calls: Array.from({ length: concurrency }, () => call), close: () => pool.destroy() };
};

/** @param {import('./lanes.mjs').HttpKind} kind @param {string} token @returns {import('undici').Dispatcher.DispatchOptions} */
const requestFor = (kind, token) => {
  if (kind === 'straight') return chatRequest('bench', true, {});
  if (kind === 'v1' || kind === 'v1-stream') return chatRequest('openclaw', kind === 'v1-stream', { authorization: `Bearer ${token}` });
  return {
    path: '/api/v1/messages',
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(kind === 'sse' ? { accept: 'text/event-stream' } : {}),
    },
    body: JSON.stringify({ content: question, ...(kind === 'sse' ? { stream: true } : { wait: true }) }),
  };
};

/** @param {string} model @param {boolean} stream @param {Record<string, string>} headers @returns {import('undici').Dispatcher.DispatchOptions} */
const chatRequest = (model, stream, headers) => ({
  path: '/v1/chat/completions',
  method: 'POST',
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({
    model,
    messages: [{ role: 'user', content: question }],
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  }),
});
