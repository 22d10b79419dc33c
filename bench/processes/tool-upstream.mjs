// A model server that calls `list_dir` once where the last message says "use a tool", and else answers. Tells its parent how
// many bytes each request had.
import { createServer } from 'node:http';
import { answerPieces } from './answer.mjs';

/** @param {object} delta @param {string | null} finish */
const event = (delta, finish) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', model: 'bench', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

const call = { index: 0, id: 'call_bench', type: 'function', function: { name: 'list_dir', arguments: '{"path":"."}' } };
const calling = `${event({ role: 'assistant', tool_calls: [call] }, null)}${event({}, 'tool_calls')}data: [DONE]\n\n`;
/** The bench's answer, without the framing of its own HTTP. */
const saying = answerPieces.map((piece) => /** @type {RegExpExecArray} */ (/data: [\s\S]*?\n\n/.exec(piece.toString()))[0]).join('');

const server = createServer((request, response) => {
  /** @type {Buffer[]} */
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    process.send?.({ bytes: body.length });
    const { role, content } = JSON.parse(body.toString()).messages.at(-1);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(role === 'user' && String(content).includes('use a tool') ? calling : saying);
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 });
});
process.on('disconnect', () => process.exit());
