import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';

/** A program that knows MCP, and nothing of us but a command to start. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(says('Hello from the agent.'));
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home);
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

const serve = () =>
  new StdioClientTransport({
    command: process.execPath,
    args: [join(root, 'resources/bin/openclaw.mjs'), 'mcp', 'serve'],
    env: home.env() as Record<string, string>,
    stderr: 'pipe',
  });

test('openclaw mcp serve lets a client ask an agent, also after the gateway was started anew', async () => {
  const client = new Client({ name: 'e2e', version: '1' });
  await client.connect(serve());
  const ask = () => client.callTool({ name: 'agent_invoke', arguments: { agentId: 'main', content: 'hi', sessionId: 'mcp-e2e' } });
  expect(await ask()).toMatchObject({ content: [{ type: 'text', text: 'Hello from the agent.' }] });
  await gateway.stop();
  await expect(ask()).rejects.toThrow();
  gateway = await startGateway(home);
  expect(await ask()).toMatchObject({ content: [{ type: 'text', text: 'Hello from the agent.' }] });
  await client.close();
});

test('says what is missing where no gateway runs', async () => {
  await gateway.stop();
  const transport = serve();
  let said = '';
  transport.stderr?.on('data', (chunk) => {
    said += String(chunk);
  });
  await expect(new Client({ name: 'e2e', version: '1' }).connect(transport)).rejects.toThrow('Connection closed');
  expect(said).toContain('No gateway runs on this home folder.');
  gateway = await startGateway(home);
});
