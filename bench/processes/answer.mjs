// What the model says in every turn of the bench, and the bytes it says it with.

const created = 1_760_000_000;
const words = Array.from({ length: 20 }, (_, i) => (i === 19 ? ' piece-20.' : ` piece-${i + 1}`));

/** The end of the reply: a client that saw it has seen all 20 chunks. */
export const lastWord = 'piece-20.';

/** @param {Record<string, unknown>} fields */
const event = (fields) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created, model: 'bench', ...fields })}\n\n`;

/** @param {string} text */
const chunked = (text) => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);

const choice = (/** @type {Record<string, unknown>} */ delta, /** @type {string | null} */ finish = null) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

export const answerHead = Buffer.from(
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n',
);

/** As real servers frame it: one HTTP chunk for each event. */
export const answerPieces = [
  ...words.map((content, i) => chunked(event(choice(i === 0 ? { role: 'assistant', content } : { content })))),
  chunked(event(choice({}, 'stop'))),
  chunked(event({ choices: [], usage: { prompt_tokens: 24, completion_tokens: 20, total_tokens: 44 } })),
  Buffer.concat([chunked('data: [DONE]\n\n'), Buffer.from('0\r\n\r\n')]),
];
