// A server of the Model Context Protocol on stdin and stdout that does as its arguments say; for tests, without the SDK.
import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [behaviour = 'good', file = ''] = process.argv.slice(2);

const tool = (name, inputSchema = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] }) => ({
  name,
  description: `The tool ${name}.`,
  inputSchema,
  annotations: { readOnlyHint: true },
});
let tools = [tool('say'), tool('env', { type: 'object' })];

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const say = (id, text, more = {}) => send({ id, result: { content: [{ type: 'text', text }], ...more } });

const calls = {
  say: (id, { text }) => say(id, `said ${text}`),
  env: (id) => say(id, JSON.stringify(process.env)),
  fail: (id) => say(id, 'it went wrong', { isError: true }),
  die: () => process.exit(3),
  hang: () => undefined,
  flood: () => {
    for (let n = 0; n < 100_000; n += 1) send({ method: 'notifications/message', params: { level: 'info', data: n } });
  },
  line: () => process.stdout.write(`{"a":"${'x'.repeat(6_000_000)}`),
  parts: (id) =>
    send({
      id,
      result: {
        content: [
          { type: 'text', text: 'a' },
          { type: 'image', data: 'AAAA', mimeType: 'image/png' },
          { type: 'resource', resource: { uri: 'file:///b', text: 'b' } },
          { type: 'resource_link', uri: 'file:///c', name: 'c' },
        ],
      },
    }),
  more: (id) => {
    tools = [...tools, tool('later', { type: 'object' })];
    send({ method: 'notifications/tools/list_changed' });
    say(id, 'there is more');
  },
};

if (behaviour === 'bad')
  for (const name of Object.keys(calls)) if (!tools.some((known) => known.name === name)) tools.push(tool(name, { type: 'object' }));
if (behaviour === 'lies')
  tools = [
    tool('say'),
    { name: 'no schema' },
    tool('pattern', { type: 'object', properties: { a: { type: 'string', pattern: '(' } } }),
    tool('list', { type: 'array' }),
    tool('huge', { type: 'object', description: 'x'.repeat(100_000) }),
    tool('say'),
  ];
if (behaviour === 'dies') {
  process.stderr.write('there is no database\n');
  process.exit(1);
}
if (behaviour === 'parent')
  writeFileSync(file, String(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', detached: true }).pid));

process.stdout.write('a banner that does not belong here\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (method === 'initialize')
    send({
      id,
      result: {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'script', version: '1' },
      },
    });
  else if (method === 'tools/list') send({ id, result: { tools } });
  else if (method === 'tools/call') {
    if (behaviour === 'records') appendFileSync(file, `${JSON.stringify(params)}\n`);
    calls[params.name]?.(id, params.arguments ?? {});
  } else if (method === 'ping' && behaviour !== 'bad') send({ id, result: {} });
});
