import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { lastUserText, scriptModel } from '../testing/upstream.ts';
import { createMemoryConfigFile } from './memory-config-file.ts';

const patch = (t: TestGateway, json: unknown, headers: Record<string, string> = {}) =>
  t.call('PATCH', '/api/v1/config', { token: t.admin, json, headers });
const save = (t: TestGateway, text: string, was: string, headers: Record<string, string> = {}) =>
  t.call('POST', '/api/v1/config/text', { token: t.admin, json: { text, was }, headers });
const read = async (t: TestGateway) => (await t.call('GET', '/api/v1/config', { token: t.admin })).json;
const setPin = (t: TestGateway) => t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
const withPin = { 'X-OpenClaw-Pin': '2468' };

const commented = `// mine
{
  "models": { "local": { "provider": "offline" } }, // for now
  "logs": { "level": "info" }
}
`;
const startWith = (text: string, options: Parameters<typeof startTestGateway>[0] = {}) =>
  startTestGateway({ ...options, ports: { configFile: createMemoryConfigFile(text) } });

describe('changing the configuration', () => {
  it('takes effect at once, and the file keeps its comments', async () => {
    const t = await startWith(commented);
    const { status, json } = await patch(t, { agents: { poet: { name: 'Poet' } }, logs: { level: 'debug' } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ config: { agents: { poet: { name: 'Poet' } }, logs: { level: 'debug' } }, restartFor: [] });
    expect(json.text).toContain('// for now');
    expect(await t.configFile.read()).toBe(json.text);
    expect((await t.call('GET', '/api/v1/agents', { token: t.admin })).json.agents.map(({ id }: { id: string }) => id)).toContain('poet');
    expect((await t.post({ content: '/help', agentId: 'poet' })).json.status).toBe('completed');
    expect((await patch(t, { agents: null })).json.text).not.toContain('poet');
    expect((await t.post({ content: '/help', agentId: 'poet' })).json.error.code).toBe('AGENT_UNKNOWN');
  });

  it('refuses what would not be valid, with line and column, and changes nothing', async () => {
    const t = await startWith(commented);
    const bad = await patch(t, { logs: { level: 'loud' } });
    expect(bad).toMatchObject({ status: 400, json: { error: { code: 'CONFIG_INVALID' } } });
    expect(bad.json.error.details.problems).toMatchObject([{ line: 4, column: 13, message: expect.stringContaining('logs.level') }]);
    expect((await patch(t, { gateway: { host: '0.0.0.0' } })).json.error.message).toContain('trustedProxies');
    expect((await save(t, '{', commented)).json.error.code).toBe('CONFIG_INVALID');
    expect((await save(t, '{ "ui": {', commented)).json.error.details.problems[0]).toMatchObject({ line: 1, column: 10 });
    expect(await t.configFile.read()).toBe(commented);
    expect((await read(t)).config.logs.level).toBe('info');
  });

  it('says which keys wait for a restart, until the value is back', async () => {
    const t = await startWith(commented);
    expect((await patch(t, { logs: { keep: 7 }, retention: { maxDatabaseMb: 9 } })).json).toMatchObject({
      config: { logs: { keep: 7 } },
      restartFor: ['retention.maxDatabaseMb', 'logs.keep'],
    });
    expect((await read(t)).restartFor).toEqual(['retention.maxDatabaseMb', 'logs.keep']);
    expect((await patch(t, { logs: { keep: null } })).json.restartFor).toEqual(['retention.maxDatabaseMb']);
  });

  it('saves a whole file only over the one that was read', async () => {
    const t = await startWith(commented);
    const mine = commented.replace('// mine', '// ours');
    await t.configFile.write(`${commented}\n// edited meanwhile\n`);
    expect(await save(t, mine, commented)).toMatchObject({ status: 409, json: { error: { code: 'CONFIG_CHANGED' } } });
    const { text } = await read(t);
    expect(text).toContain('edited meanwhile');
    expect((await save(t, mine, text)).json.text).toBe(mine);
    expect(await t.configFile.read()).toBe(mine);
  });

  it('goes by the file as it is now, not by memory', async () => {
    const t = await startWith(commented);
    await t.configFile.write('{ "ui": {}, "agents": { "mine": {} } }'.replace('"ui": {}, ', ''));
    expect((await patch(t, { logs: { level: 'warn' } })).json.config).toMatchObject({ agents: { mine: {} }, logs: { level: 'warn' } });
  });

  it('does not patch what cannot be read, but what is only wrong it can mend', async () => {
    const t = await startWith(commented);
    await t.configFile.write('{ "logs": ');
    expect((await patch(t, { logs: null })).json.error).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('mend it'),
    });
    await t.configFile.write('{ "lgos": {} }');
    expect((await patch(t, { lgos: null })).json).toMatchObject({ text: '{ }' });
  });

  it('checks a text and touches nothing', async () => {
    const t = await startWith(commented);
    const check = async (text: string) => (await t.call('POST', '/api/v1/config/check', { token: t.admin, json: { text } })).json.problems;
    expect(await check('{}')).toEqual([]);
    expect(await check('{\n "gatway": {} }')).toEqual([{ line: 2, column: 2, message: 'unknown key "gatway" – did you mean "gateway"?' }]);
    expect(await t.configFile.read()).toBe(commented);
  });

  it('has a schema with help, default and range for each key', async () => {
    const t = await startWith('');
    const schema = (await t.call('GET', '/api/v1/config/schema', { token: t.admin })).json;
    expect(schema.properties.gateway.properties.port).toEqual({
      type: 'integer',
      minimum: 1,
      maximum: 65535,
      default: 18789,
      description: 'where the gateway listens',
    });
    expect(schema.required).toBeUndefined();
    expect(schema.properties.models.additionalProperties.properties.provider.enum).toContain('ollama');
  });
});

describe('weakening, where a PIN is set', () => {
  it('needs it, by patch and by file; all else does not', async () => {
    const t = await startWith(commented);
    expect((await patch(t, { security: { allowedHosts: ['a.example'] } })).status).toBe(200);
    await setPin(t);
    const weaker = { security: { allowedHosts: ['a.example', 'b.example'] } };
    const { error } = (await patch(t, weaker)).json;
    expect(error).toMatchObject({ code: 'PIN_REQUIRED', message: 'The PIN is needed for changing security.allowedHosts.' });
    expect((await patch(t, weaker, { 'X-OpenClaw-Pin': '1111' })).json.error.code).toBe('PIN_WRONG');
    expect((await read(t)).config.security.allowedHosts).toEqual(['a.example']);
    expect((await patch(t, weaker, withPin)).status).toBe(200);
    expect((await patch(t, { gateway: { trustedProxies: ['10.0.0.1'] } })).json.error.code).toBe('PIN_REQUIRED');

    const { text } = await read(t);
    const without = text.replace('"b.example"', '"c.example"');
    expect(without).not.toBe(text);
    expect((await save(t, without, text)).json.error.code).toBe('PIN_REQUIRED');
    expect((await save(t, text.replace('// mine', ''), text)).status).toBe(200);
    expect((await patch(t, { agents: { x: {} } })).status).toBe(200);
  });

  it('is told by what the change means, not by how it is written', async () => {
    const t = await startWith('{}');
    await setPin(t);
    expect((await save(t, '{ "security": { "allowedHosts": [] } }', '{}')).status).toBe(200);
    expect((await patch(t, { security: { statusRequiresToken: true } })).json.error.code).toBe('PIN_REQUIRED');
  });
});

describe('what takes effect at once', () => {
  it('is another model, between two turns of a session; the one at work ends with what it began', async () => {
    const one = await scriptModel(() => ({ kind: 'text', chunks: ['one'] }));
    const two = await scriptModel((request) => ({
      kind: 'text',
      chunks: [`two, after ${request.messages.length} messages: ${lastUserText(request)}`],
    }));
    const t = await startTestGateway({ upstream: one });
    const say = async (content: string) => (await t.post({ content, sessionId: 's' })).json.finalReply;
    expect(await say('hi')).toBe('one');
    await patch(t, { models: { local: { baseUrl: two.url } } });
    expect(await say('again')).toMatch(/^two, after \d messages: again$/);
    await patch(t, {
      models: { better: { provider: 'openai-compatible', baseUrl: one.url, model: 'x' } },
      agents: { main: { model: 'better' } },
    });
    expect(await say('and now')).toBe('one');
    const { models } = (await t.call('GET', '/api/v1/status', { token: t.admin })).json;
    expect(models.map(({ model, state }: { model: string; state: string }) => `${model} ${state}`)).toEqual(['local ok', 'better ok']);
    await patch(t, { agents: null, models: { better: null } });
    expect(await say('back')).toMatch(/^two/);
  });

  it('is the key of a model, from its next call on', async () => {
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['ok'] }));
    const models = { m: { provider: 'openai-compatible', baseUrl: upstream.url, model: 'x', keyRef: 'mine' } };
    const t = await startTestGateway({ config: { models } });
    const setKey = (key: string) => t.call('POST', '/api/v1/model-keys', { token: t.admin, json: { name: 'mine', key } });
    expect((await t.post({ content: 'hi' })).json.error.code).toBe('MODEL_AUTH');
    for (const key of ['sk-first-one', 'sk-second-one']) {
      await setKey(key);
      expect((await t.post({ content: 'hi' })).json.finalReply).toBe('ok');
      expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
    }
  });

  it('are the lists of who may call', async () => {
    const t = await startTestGateway();
    const asPage = () => t.call('GET', '/api/v1/status', { headers: { Origin: 'https://app.example' } });
    const asHost = () => t.call('GET', '/api/v1/status', { headers: { Host: 'claw.example' } });
    expect((await asPage()).json.error.code).toBe('ORIGIN_REFUSED');
    expect((await asHost()).json.error.code).toBe('HOST_REFUSED');
    await patch(t, { security: { allowedOrigins: ['https://app.example'], allowedHosts: ['claw.example'] } });
    expect([(await asPage()).status, (await asHost()).status]).toEqual([200, 200]);
    await patch(t, { security: null });
    expect((await asPage()).json.error.code).toBe('ORIGIN_REFUSED');
    await patch(t, { security: { statusRequiresToken: true } });
    expect((await t.call('GET', '/api/v1/status')).status).toBe(401);
  });

  it('are limits and the log level', async () => {
    const t = await startTestGateway();
    await t.ws();
    await patch(t, { gateway: { limits: { perToken: 1 } }, logs: { level: 'debug' } });
    // The limits of a test gateway are raised over what the file says, but this one.
    await expect(t.ws()).rejects.toThrow('503');
    await t.call('GET', '/api/v1/status');
    await t.stop();
    expect(t.logText()).toContain('"level":"debug"');
  });
});

describe('a file edited by hand', () => {
  const edit = async (
    t: TestGateway,
    clock: ReturnType<typeof createManualClock>,
    text: string,
    done: (body: Awaited<ReturnType<typeof read>>) => boolean,
  ) => {
    await t.configFile.write(text);
    clock.advance(100);
    for (;;) {
      const body = await read(t);
      if (done(body)) return body;
    }
  };

  it('takes effect without a restart; a broken one leaves the last good one in force and says so', async () => {
    const clock = createManualClock();
    const t = await startWith(commented, { clock });
    await edit(t, clock, '{ "agents": { "hand": {} } }', ({ config }) => 'hand' in config.agents);

    const broken = await edit(t, clock, '{ "agents": ', ({ problems }) => problems.length > 0);
    expect(broken).toMatchObject({
      config: { agents: { hand: {} } },
      text: '{ "agents": ',
      problems: expect.arrayContaining([expect.stringMatching(/^line 1, column 13: Value expected$/)]),
    });
    expect((await t.post({ content: '/help', agentId: 'hand' })).json.status).toBe('completed');
    const { warnings } = (await t.call('GET', '/api/v1/status', { token: t.admin })).json;
    expect(warnings).toContainEqual(expect.stringMatching(/^config\.json, line 1/));

    await edit(t, clock, '{ "agents": { "mended": {} } }', ({ problems }) => problems.length === 0);
    expect((await t.post({ content: '/help', agentId: 'mended' })).json.status).toBe('completed');
    await t.stop();
    // Once for each problem, however often the file is looked at.
    expect(t.logText().match(/Value expected \(the last good configuration stays in force\)/g)).toHaveLength(1);
  });

  it('does not undo what the command line said', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock, ports: { configFile: createMemoryConfigFile('{}') } });
    const { config, restartFor } = await edit(
      t,
      clock,
      '{ "gateway": { "port": 4242 }, "logs": { "keep": 3 } }',
      (body) => body.config.logs.keep === 3,
    );
    expect(config.gateway.port).toBe(0);
    expect(restartFor).toEqual(['logs.keep']);
  });
});
