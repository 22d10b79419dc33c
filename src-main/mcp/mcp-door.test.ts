import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { deserializeMessage, ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { locateHome, prepareHome } from '../home.ts';
import { runCliToEnd } from '../testing/cli.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';

const connect = async (t: TestGateway, token: string): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1' });
  const headers = { Authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(`${t.base}/mcp`), { requestInit: { headers } });
  await client.connect(transport as Transport);
  onTestFinished(() => client.close());
  return client;
};
const call = async (client: Client, name: string, args: Record<string, unknown> = {}) => {
  const result = await client.callTool({ name, arguments: args });
  return {
    text: (result.content as { text: string }[])[0]?.text ?? '',
    structured: result.structuredContent as Record<string, never>,
    isError: result.isError === true,
  };
};
const start = async (options: TestGatewayOptions = {}) =>
  startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['Hello', ' there'] })), ...options });
/** With its admin socket where the command line looks for it. */
const startForCli = async (options: TestGatewayOptions = {}) => {
  const home = createTestHome();
  const env = { OPENCLAW_HOME: home.folder };
  prepareHome(locateHome(env));
  await start({ home, ports: { adminSocket: locateHome(env).adminSocket }, ...options });
  return env;
};

describe('/mcp', () => {
  it("lets the SDK's client ask an agent, and list and read sessions", async () => {
    const t = await start();
    const client = await connect(t, t.admin);
    expect(client.getServerVersion()).toMatchObject({ name: 'openclaw' });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['agent_invoke', 'message_send', 'session_list', 'session_read']);
    const first = await call(client, 'agent_invoke', { agentId: 'main', content: 'hi', sessionId: 'mine' });
    expect(first).toMatchObject({ text: 'Hello there', structured: { status: 'completed', agentId: 'main' }, isError: false });
    const { sessions } = (await call(client, 'session_list')).structured;
    expect(sessions).toMatchObject([{ id: first.structured.sessionId, name: 'mine', channel: 'mcp' }]);
    const { messages } = (await call(client, 'session_read', { sessionId: 'mine' })).structured;
    expect(messages).toMatchObject([
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'Hello there' },
    ]);
    // Handles only: what a model reads may be told to anyone.
    expect(JSON.stringify([first, sessions, messages])).not.toContain('ses_');
    const { requests } = (await t.call('GET', '/api/v1/requests?via=mcp', { token: t.admin })).json;
    expect(requests).toMatchObject([{ via: 'mcp', channel: 'mcp', agentId: 'main' }]);
  });

  it('does not wait where it is told not to', async () => {
    const t = await start();
    const client = await connect(t, t.admin);
    const { structured } = await call(client, 'message_send', { content: 'hi', wait: false });
    expect(structured).toMatchObject({ status: 'accepted' });
    for (;;) {
      const { messages } = (await call(client, 'session_read', { sessionId: structured.sessionId })).structured;
      if (JSON.stringify(messages).includes('Hello there')) break;
    }
  });

  it('offers what the token may do, and nothing of others', async () => {
    const t = await start();
    const own = await connect(t, await t.token('sessions'));
    expect((await own.listTools()).tools.map(({ name }) => name)).toEqual(['session_list', 'session_read']);
    await expect(call(own, 'agent_invoke', { agentId: 'main', content: 'hi' })).rejects.toThrow('needs a token with scope "agents"');
    await expect(call(own, 'nothing')).rejects.toThrow('There is no tool "nothing"');
    await t.post({ content: 'secret', sessionId: 'others' });
    expect(await call(own, 'session_read', { sessionId: 'others' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('no such session'),
    });
    expect((await call(own, 'session_list')).structured.sessions).toEqual([]);
  });

  it('says in words what does not fit, and what failed', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'error', status: 400, message: 'no' })) });
    const client = await connect(t, t.admin);
    expect(await call(client, 'agent_invoke', { content: 'hi' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('agentId'),
    });
    expect(await call(client, 'agent_invoke', { agentId: 'mian', content: 'hi' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('Did you mean main?'),
    });
    expect(await call(client, 'agent_invoke', { agentId: 'main', content: 'hi' })).toMatchObject({
      isError: true,
      structured: { status: 'failed' },
    });
  });

  it('tells that a turn waits for its user, which then goes on', async () => {
    const upstream = await scriptModel((request) =>
      request.messages.at(-1)?.role === 'tool'
        ? { kind: 'text', chunks: ['done'] }
        : { kind: 'tools', calls: [{ id: 'c', name: 'file_write', arguments: { path: 'a', content: 'b' } }] },
    );
    const t = await startTestGateway({ upstream });
    const client = await connect(t, t.admin);
    const { text, structured } = await call(client, 'agent_invoke', { agentId: 'main', content: 'write' });
    expect(structured).toMatchObject({ status: 'approval_required' });
    expect(text).toContain('create a (1 bytes)');
    const { approvals } = (await t.call('GET', '/api/v1/approvals?pending=true', { token: t.admin })).json;
    await t.call('POST', `/api/v1/approvals/${approvals[0].id}`, { token: t.admin, json: { decision: 'approve' } });
    for (;;) {
      const read = await call(client, 'session_read', { sessionId: structured.sessionId });
      if (read.text.includes('"done"')) break;
    }
  });

  it('is behind the same guards as every route', async () => {
    const t = await start();
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const post = (options: object) => t.call('POST', '/mcp', { json: ping, ...options });
    const accept = { Accept: 'application/json, text/event-stream' };
    expect((await post({ headers: accept })).json.error.code).toBe('TOKEN_MISSING');
    expect((await post({ token: 'eyJ.x.y', headers: accept })).json.error.code).toBe('TOKEN_INVALID');
    const { secret } = await t.mint({ kind: 'api-key' });
    expect((await post({ token: secret, headers: accept })).json.error.code).toBe('SCOPE_MISSING');
    expect((await post({ token: t.admin, headers: { ...accept, Origin: 'https://evil.example' } })).json.error.code).toBe('ORIGIN_REFUSED');
    expect((await post({ token: t.admin, headers: { ...accept, Host: 'evil.example' } })).json.error.code).toBe('HOST_REFUSED');
    expect((await t.call('GET', '/mcp', { token: t.admin })).json.error.code).toBe('METHOD_NOT_ALLOWED');
    expect((await t.call('POST', '/mcp', { token: t.admin, json: { a: 'x'.repeat(2_000_000) } })).json.error.code).toBe('BODY_TOO_LARGE');
    expect((await post({ token: t.admin, headers: accept })).text).toContain('"result":{}');
  });
});

describe('openclaw mcp', () => {
  it('serve hands stdin and stdout on to the running gateway', async () => {
    const env = await startForCli();
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const code = runCli(['mcp', 'serve'], { env, stdin, stdout, stderr });
    const client = new Client({ name: 'test', version: '1' });
    await client.connect(overStreams(stdin, stdout));
    expect(await call(client, 'agent_invoke', { agentId: 'main', content: 'hi' })).toMatchObject({ text: 'Hello there' });
    stdin.write('not json\n');
    const said = once(stderr, 'data');
    expect(String(await said)).toContain('not valid JSON');
    stdin.end();
    expect(await code).toBe(0);
  });

  it('list says how the servers are', async () => {
    const env = await startForCli({ config: { mcpServers: { off: { command: 'npx', args: ['-y', 'x'], disabled: true } } } });
    const run = await runCliToEnd(env, ['mcp', 'list']);
    expect(run).toMatchObject({ code: 0, stdout: 'off  disabled  0 tools  npx -y x\n' });
    const unknown = await runCliToEnd(env, ['mcp', 'restart', 'of']);
    expect(unknown.stderr).toContain('Did you mean off?');
  });
});

/** As the SDK speaks with a program, but over streams of ours. */
const overStreams = (stdin: PassThrough, stdout: PassThrough): Transport => {
  const buffer = new ReadBuffer();
  const transport: Transport = {
    start: async () => {
      stdout.on('data', (chunk: Buffer) => {
        buffer.append(chunk);
        for (let message = buffer.readMessage(); message; message = buffer.readMessage())
          transport.onmessage?.(deserializeMessage(JSON.stringify(message)));
      });
    },
    send: async (message) => void stdin.write(serializeMessage(message)),
    close: async () => transport.onclose?.(),
  };
  return transport;
};
