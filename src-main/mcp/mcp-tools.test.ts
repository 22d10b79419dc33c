import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { McpServerView } from '../../src-shared/contract/routes/mcp.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { type ChatRequest, type Reply, scriptModel } from '../testing/upstream.ts';

const script = fileURLToPath(new URL('../testing/mcp-script.mjs', import.meta.url));
const scripted = (...args: string[]) => ({ command: process.execPath, args: [script, ...args] });
const bin = (name: string): string => createRequire(import.meta.url).resolve(`@modelcontextprotocol/${name}/dist/index.js`);

/** Calls what the user names as JSON, `{"name", "arguments"}`, and says what it was told. */
const caller = () =>
  scriptModel((request: ChatRequest): Reply => {
    const last = request.messages.at(-1);
    if (last?.role === 'tool') return { kind: 'text', chunks: [String(last.content)] };
    return { kind: 'tools', calls: [{ id: 'call_1', ...JSON.parse(String(last?.content)) }] };
  });

const views = async (t: TestGateway): Promise<McpServerView[]> => (await t.call('GET', '/api/v1/mcp', { token: t.admin })).json.servers;
const came = async (t: TestGateway, state: string, name = 'one'): Promise<McpServerView> => {
  for (;;) {
    const view = (await views(t)).find((server) => server.name === name);
    if (view?.state === state) return view;
  }
};
const start = async (mcpServers: Readonly<Record<string, unknown>>, { config, ...options }: TestGatewayOptions = {}) => {
  const upstream = await caller();
  return { upstream, t: await startTestGateway({ upstream, config: { mcpServers, ...config }, ...options }) };
};
const ask = (t: TestGateway, name: string, args: unknown = {}) => t.post({ content: JSON.stringify({ name, arguments: args }) });
const answer = (t: TestGateway, id: string, more: object = {}) =>
  t.call('POST', `/api/v1/approvals/${id}`, { token: t.admin, json: { decision: 'approve', ...more } });
const settled = async (t: TestGateway, messageId: string) => {
  for (;;) {
    const { json } = await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin });
    if (json.status !== 'accepted' && json.status !== 'approval_required') return json;
  }
};
/** Asks, allows, and gives the end. */
const allowed = async (t: TestGateway, name: string, args: unknown = {}) => {
  const { json } = await ask(t, name, args);
  expect(json.status).toBe('approval_required');
  await answer(t, json.approvals[0].id);
  return settled(t, json.messageId);
};

describe('a tool of an MCP server', () => {
  it('is asked about, whatever its server says of its harmlessness, and says exactly what it would do', async () => {
    const { t, upstream } = await start({ one: scripted() });
    await came(t, 'ready');
    const { status, json } = await ask(t, 'one__say', { text: 'hi' });
    expect({ status, state: json.status }).toEqual({ status: 202, state: 'approval_required' });
    expect(json.approvals[0]).toMatchObject({
      tool: 'one.say',
      title: 'one.say {"text":"hi"}',
      arguments: { text: 'hi' },
      sandbox: 'none',
      touches: [expect.stringContaining('mcp-script.mjs')],
    });
    await answer(t, json.approvals[0].id);
    expect(await settled(t, json.messageId)).toMatchObject({ status: 'completed', finalReply: 'said hi' });
    // No provider takes a dot in the name of a function.
    const offered = upstream.requests[0]?.body.tools as { function: { name: string } }[];
    expect(offered.map((tool) => tool.function.name)).toContain('one__say');
    expect((await views(t))[0]).toMatchObject({ about: 'script 1', tools: [{ name: 'one.say' }, { name: 'one.env' }] });
  });

  it('is remembered for the same arguments only, and until its server is another', async () => {
    const { t } = await start({ one: scripted() });
    await came(t, 'ready');
    const first = (await ask(t, 'one__say', { text: 'hi' })).json;
    await answer(t, first.approvals[0].id, { remember: 'always' });
    await settled(t, first.messageId);
    expect((await ask(t, 'one__say', { text: 'hi' })).json.status).toBe('completed');
    expect((await ask(t, 'one__say', { text: 'other' })).json.status).toBe('approval_required');
    await t.call('PATCH', '/api/v1/config', { token: t.admin, json: { mcpServers: { one: { args: [script, 'good', 'changed'] } } } });
    await came(t, 'ready');
    expect((await ask(t, 'one__say', { text: 'hi' })).json.status).toBe('approval_required');
  });

  it('runs unasked where the operator says so, but not past the PIN', async () => {
    const security = { requirePinFor: ['one.env'] };
    const { t } = await start({ one: { ...scripted(), autoApprove: ['say', 'env'] } }, { config: { security } });
    await came(t, 'ready');
    expect((await ask(t, 'one__say', { text: 'hi' })).json).toMatchObject({ status: 'completed', finalReply: 'said hi' });
    const denied = (await ask(t, 'one__env')).json;
    expect(denied.toolCalls).toMatchObject([{ status: 'denied' }]);
    expect(denied.finalReply).toContain('needs the PIN');
  });

  it('is not called with arguments that its schema does not take', async () => {
    const home = createTestHome();
    const record = join(home.folder, 'calls');
    const { t } = await start({ one: { ...scripted('records', record), autoApprove: ['say'] } }, { home });
    await came(t, 'ready');
    expect((await ask(t, 'one__say', { text: 7 })).json.finalReply).toContain('arguments/text must be string');
    expect((await ask(t, 'one__say', { text: 'x' })).json.finalReply).toBe('said x');
    expect(readFileSync(record, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('gets nothing of the environment but what its configuration names, with secrets from the keychain', async () => {
    process.env.SOME_SECRET_OF_MINE = 'hunter2';
    const { t } = await start({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the file
      one: { ...scripted(), env: { API_TOKEN: 'Bearer ${keychain:mine}', OTHER_TOKEN: 'plain' }, autoApprove: ['env'] },
    });
    expect((await came(t, 'retrying')).detail).toContain('names the keychain entry "mine", which is not there');
    await t.call('POST', '/api/v1/model-keys', { token: t.admin, json: { name: 'mine', key: 'very-secret' } });
    await t.call('POST', '/api/v1/mcp/one/restart', { token: t.admin });
    expect((await came(t, 'ready')).plainSecrets).toEqual(['OTHER_TOKEN']);
    const env = JSON.parse((await ask(t, 'one__env')).json.finalReply);
    expect(env).toMatchObject({ API_TOKEN: 'Bearer very-secret', PATH: expect.any(String) });
    expect(env).not.toHaveProperty('SOME_SECRET_OF_MINE');
    const { warnings } = (await t.call('GET', '/api/v1/status', { token: t.admin })).json;
    expect(warnings).toEqual([expect.stringContaining('OTHER_TOKEN')]);
  });
});

describe('an MCP server that is no good', () => {
  it('dies, floods or answers without end: the model is told, and it is started again', async () => {
    const { t } = await start({ one: { ...scripted('bad'), autoApprove: ['die', 'flood', 'line', 'fail', 'parts'] } });
    await came(t, 'ready');
    expect((await ask(t, 'one__fail')).json).toMatchObject({ finalReply: 'it went wrong', toolCalls: [{ status: 'failed' }] });
    expect((await ask(t, 'one__parts')).json.finalReply).toBe(
      'a\n[image image/png, 3 bytes, not shown]\n[resource file:///b]\nb\n[resource c: file:///c]',
    );
    for (const [tool, why] of [
      ['die', 'exit code 3'],
      ['flood', 'more than 2000 messages'],
      ['line', 'a line of more than 4 MiB'],
    ] as const) {
      const { json } = await ask(t, `one__${tool}`);
      expect(json).toMatchObject({ status: 'completed', toolCalls: [{ status: 'failed' }] });
      expect(json.finalReply).toContain(why);
      await t.call('POST', '/api/v1/mcp/one/restart', { token: t.admin });
      await came(t, 'ready');
    }
  });

  it('lies about its schemas: what can be used is offered, and the rest is named', async () => {
    const { t } = await start({ one: scripted('lies') });
    const { tools, problems } = await came(t, 'ready');
    expect(tools.map(({ name }) => name)).toEqual(['one.say']);
    expect(problems).toHaveLength(5);
    expect(problems.join('\n')).toMatch(/no schema[\s\S]*pattern[\s\S]*list[\s\S]*huge[\s\S]*two tools called "say"/);
  });

  it('cannot be started: it says why, and the others run', async () => {
    const { t } = await start({ one: scripted('dies'), two: scripted(), none: { command: '/no/such/program' } });
    expect((await came(t, 'retrying')).detail).toContain('there is no database');
    expect((await came(t, 'retrying', 'none')).detail).toContain('ENOENT');
    await came(t, 'ready', 'two');
  });

  it('changes its tools while it runs', async () => {
    const { t } = await start({ one: { ...scripted('bad'), autoApprove: ['more', 'later'] } });
    await came(t, 'ready');
    await ask(t, 'one__more');
    while (!(await views(t))[0]?.tools.some(({ name }) => name === 'one.later'));
    expect((await views(t))[0]?.state).toBe('ready');
  });
});

describe('the configuration', () => {
  it('starts, ends and replaces just the servers that changed', async () => {
    const home = createTestHome();
    const child = join(home.folder, 'child');
    const { t } = await start({ one: scripted('parent', child), two: scripted() }, { home });
    await came(t, 'ready');
    await came(t, 'ready', 'two');
    const pid = Number(readFileSync(child, 'utf8'));
    const patch = { mcpServers: { one: { disabled: true }, three: scripted() } };
    await t.call('PATCH', '/api/v1/config', { token: t.admin, json: patch });
    await came(t, 'disabled');
    await came(t, 'ready', 'three');
    // Also what it had started, in a process group of its own.
    while (isAlive(pid)) await new Promise(setImmediate);
    expect(t.logText().match(/MCP server \\"two\\" is ready/g)).toHaveLength(1);
  });

  it('needs the PIN for a program that is new, where one is set', async () => {
    const { t } = await start({ one: { ...scripted(), disabled: true } });
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '1234' } });
    const patch = (mcpServers: object) => t.call('PATCH', '/api/v1/config', { token: t.admin, json: { mcpServers } });
    expect((await patch({ two: scripted() })).json.error.code).toBe('PIN_REQUIRED');
    expect((await patch({ one: { command: 'other' } })).json.error.code).toBe('PIN_REQUIRED');
    expect((await patch({ one: { autoApprove: ['say'] } })).json.error.code).toBe('PIN_REQUIRED');
    expect((await patch({ one: { disabled: null } })).status).toBe(200);
    expect((await patch({ one: null })).status).toBe(200);
  });
});

describe('trying a tool', () => {
  it('is for the operator, who is asked for nothing but the PIN', async () => {
    const { t } = await start({ one: scripted() }, { config: { security: { requirePinFor: ['one.env'] } } });
    await came(t, 'ready');
    const attempt = (tool: string, json: object, token = t.admin) => t.call('POST', `/api/v1/mcp/one/tools/${tool}`, { token, json });
    expect((await attempt('say', { arguments: { text: 'hi' } })).json).toMatchObject({ ok: true, result: 'said hi' });
    expect((await attempt('say', { arguments: {} })).json.error.message).toContain("must have required property 'text'");
    expect((await attempt('say', { arguments: { text: 'hi' } }, await t.token('config'))).status).toBe(403);
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '1234' } });
    expect((await attempt('env', {})).json.error.code).toBe('PIN_REQUIRED');
    expect((await t.call('POST', '/api/v1/mcp/two/restart', { token: t.admin })).json.error.code).toBe('MCP_SERVER_UNKNOWN');
    // The brake is for all that begins something.
    await t.call('POST', '/api/v1/stop', { token: t.admin, json: { what: 'all' } });
    expect((await attempt('say', { arguments: { text: 'hi' } })).json.error.code).toBe('STOPPED');
    await t.call('POST', '/api/v1/start', { token: t.admin, json: { what: 'all' } });
    expect((await attempt('say', { arguments: { text: 'hi' } })).json).toMatchObject({ ok: true });
  });
});

describe('a server at a url', () => {
  it('is used like any other, with its credential from the keychain, and is found again after it was away', async () => {
    const home = createTestHome();
    const options = { home, upstream: await scriptModel(() => ({ kind: 'text', chunks: ['from afar'] })) };
    const far = await startTestGateway(options);
    const token = await far.token('agents');
    const { t } = await start({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: as it stands in the file
      one: { url: `${far.base}/mcp`, headers: { Authorization: 'Bearer ${keychain:far}' }, autoApprove: ['agent_invoke'] },
    });
    await t.call('POST', '/api/v1/model-keys', { token: t.admin, json: { name: 'far', key: 'not a token' } });
    await t.call('POST', '/api/v1/mcp/one/restart', { token: t.admin });
    expect((await came(t, 'retrying')).detail).toContain('TOKEN_INVALID');
    await t.call('POST', '/api/v1/model-keys', { token: t.admin, json: { name: 'far', key: token } });
    await t.call('POST', '/api/v1/mcp/one/restart', { token: t.admin });
    expect(await came(t, 'ready')).toMatchObject({ kind: 'http', where: `127.0.0.1:${far.port}`, about: 'openclaw 0.0.0-test' });
    const args = { agentId: 'main', content: 'hi' };
    expect((await ask(t, 'one__agent_invoke', args)).json.finalReply).toBe('from afar');
    await far.stop();
    expect((await ask(t, 'one__agent_invoke', args)).json.toolCalls).toMatchObject([{ status: 'failed' }]);
    await came(t, 'retrying');
    await startTestGateway({ ...options, port: far.port });
    await came(t, 'ready');
    expect((await ask(t, 'one__agent_invoke', args)).json.finalReply).toBe('from afar');
  });
});

describe('the official servers', () => {
  it('everything, filesystem and memory are used with approvals', async () => {
    const home = createTestHome();
    const { t } = await start(
      {
        everything: { command: process.execPath, args: [bin('server-everything')], type: 'stdio' },
        files: { command: process.execPath, args: [bin('server-filesystem'), home.workspace('main')] },
        memory: { command: process.execPath, args: [bin('server-memory')], env: { MEMORY_FILE_PATH: join(home.folder, 'memory.jsonl') } },
      },
      { home },
    );
    for (const name of ['everything', 'files', 'memory']) expect((await came(t, 'ready', name)).problems).toEqual([]);
    expect((await allowed(t, 'everything__echo', { message: 'hi' })).finalReply).toBe('Echo: hi');
    const path = join(home.workspace('main'), 'a.txt');
    await allowed(t, 'files__write_file', { path, content: 'by MCP' });
    expect(readFileSync(path, 'utf8')).toBe('by MCP');
    expect((await allowed(t, 'files__read_text_file', { path: '/etc/passwd' })).toolCalls).toMatchObject([{ status: 'failed' }]);
    await allowed(t, 'memory__create_entities', { entities: [{ name: 'Ada', entityType: 'person', observations: ['likes tea'] }] });
    expect((await allowed(t, 'memory__read_graph')).finalReply).toContain('likes tea');
  });
});

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
