import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEventStream } from '../testing/http-client.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';
import { refusedUpgrade } from '../testing/ws-client.ts';

type Line = {
  readonly level: string;
  readonly source: string;
  readonly message: string;
  readonly traceId?: string;
  readonly [field: string]: unknown;
};
const parse = (text: string): Line[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
const debug = { logs: { level: 'debug' } };

describe('the log file', () => {
  it('joins a request and its turn, and what failed inside it, by one trace id', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'error', status: 401 })) });
    const { json, headers } = await t.post({ content: 'hi' });
    await t.stop();
    const lines = parse(t.logText()).filter(({ traceId }) => traceId === json.traceId);
    expect(headers['x-trace-id']).toBe(json.traceId);
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', source: 'turn', messageId: json.messageId, code: 'MODEL_AUTH', status: 'failed' }),
    ]);
  });

  it('joins the tool calls of a turn to it too', async () => {
    const t = await startTestGateway();
    const { json } = await t.post({ content: '/files' });
    await t.stop();
    const lines = parse(t.logText()).filter(({ traceId }) => traceId === json.traceId);
    expect(lines).toEqual([
      expect.objectContaining({ source: 'tool', tool: 'list_dir', status: 'finished', messageId: json.messageId }),
      expect.objectContaining({ source: 'turn', status: 'completed', messageId: json.messageId }),
    ]);
  });

  it('has the request too at level debug, and the usage of a turn that went well', async () => {
    const t = await startTestGateway({ config: debug });
    const { json } = await t.post({ content: '/help' });
    await t.stop();
    const lines = parse(t.logText()).filter(({ traceId }) => traceId === json.traceId);
    expect(lines.map(({ source, message }) => [source, message])).toEqual([
      ['turn', 'turn completed'],
      ['http', 'POST /api/v1/messages'],
    ]);
    expect(lines[0]).toMatchObject({
      messageId: json.messageId,
      agent: 'main',
      durationMs: expect.any(Number),
      inputTokens: expect.any(Number),
    });
    expect(lines[1]).toMatchObject({ status: 200 });
  });

  it('never holds a secret, whatever was sent where', async () => {
    const t = await startTestGateway({ config: debug });
    const token = await t.token();
    const key = (await t.mint({ kind: 'api-key' })).secret;
    const { ticket } = (await t.call('POST', '/api/v1/tickets', { token })).json;
    const socket = await t.ws({ query: `?ticket=${ticket}` });
    socket.send({ type: 'message', content: 'hi' });
    const { sessionId } = await socket.waitFor((frame) => frame.type === 'response');

    const asked: [string, string, object][] = [
      ['GET', '/api/v1/agents', { token }],
      ['GET', '/api/v1/agents', { headers: { Authorization: `bearer   ${token}` } }],
      ['GET', `/api/v1/agents?token=${token}&api_key=${key}`, {}],
      ['GET', `/api/v1/${token}`, {}],
      ['GET', `/api/v1/sessions/${sessionId}/messages`, { token }],
      ['POST', '/api/v1/messages', { headers: { 'X-API-Key': key }, json: { content: `${token} ${key}`, sessionId } }],
      ['POST', '/api/v1/messages', { token, json: { content: 1, sessionId: token } }],
      ['POST', '/api/v1/messages', { token, body: `{"Authorization": "Bearer ${token}"` }],
      ['POST', '/api/v1/sign-in', { json: { code: ticket } }],
    ];
    for (const [method, path, options] of asked) await t.call(method, path, options);
    await refusedUpgrade(`${t.wsUrl}?ticket=${ticket}`);
    await (await t.ws({ query: `?sessionId=${sessionId}` })).close();
    await refusedUpgrade(`${t.wsUrl}?sessionId=${sessionId}x`);
    await t.stop();

    const text = t.logText();
    expect(parse(text).length).toBeGreaterThan(10);
    const mac = (jwt: string): string => jwt.split('.')[2]!;
    for (const secret of [token, mac(token), t.admin, mac(t.admin), key, ticket, sessionId, 'ses_', 'ock_', 'eyJ'])
      expect(text).not.toContain(secret);
  });

  it('cannot be forged: one line per event, controls and turning characters escaped', async () => {
    // A config file can name anything, and what is wrong with it is logged.
    const configProblems = ['unknown key "\u202Ex\u001b[2J\n{"level":"error"}"'];
    const t = await startTestGateway({ config: debug, ports: { configProblems } });
    await t.call('GET', '/api/v1/a%0a%7B%22level%22%3A%22error%22%7D%1b%5B2J%E2%80%AEx', { token: t.admin });
    await t.post({ content: 'hi', agentId: 'x'.repeat(64) });
    await t.stop();
    const text = t.logText();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(parse(text).every(({ level, source }) => level !== 'error' && typeof source === 'string')).toBe(true);
  });

  it('is for this user only', async () => {
    const t = await startTestGateway();
    await t.stop();
    expect(statSync(join(t.home.folder, 'logs', 'openclaw.log')).mode & 0o777).toBe(0o600);
  });
});

describe('GET /api/v1/logs', () => {
  it('names the token that a request and its turn belong to, never its text', async () => {
    const t = await startTestGateway({ config: debug });
    const { id, secret } = await t.mint();
    await t.call('POST', '/api/v1/messages', { token: secret, json: { content: '/files' } });
    const { lines } = (await t.call('GET', `/api/v1/logs?level=debug&token=${id}`, { token: t.admin })).json as { lines: Line[] };
    expect(lines.map(({ source }) => source)).toEqual(['tool', 'turn', 'http']);
    expect(lines.every((line) => line.token === id)).toBe(true);
  });

  it('filters by level, time and words, newest last', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'error', status: 401 })) });
    const { json } = await t.post({ content: 'hi' });
    const all = (await t.call('GET', '/api/v1/logs', { token: t.admin })).json.lines as Line[];
    expect(all.at(-1)).toMatchObject({ level: 'warn', source: 'turn', traceId: json.traceId });
    expect(all.some(({ level }) => level === 'info')).toBe(true);
    const get = async (query: string) => (await t.call('GET', `/api/v1/logs?${query}`, { token: t.admin })).json.lines as Line[];
    expect(await get('level=warn')).toEqual(all.filter(({ level }) => level === 'warn'));
    expect(await get(`q=${json.traceId}`)).toEqual(all.filter(({ traceId }) => traceId === json.traceId));
    expect(await get(`since=${(all.at(-1) as unknown as { time: number }).time}`)).toEqual([]);
    expect(await get('limit=1')).toEqual(all.slice(-1));
    expect(await get('source=turn')).toEqual(all.filter(({ source }) => source === 'turn'));
    expect(await get(`after=${all.at(-2)?.seq}`)).toEqual(all.slice(-1));
    expect(await get(`before=${all.at(-1)?.seq}`)).toEqual(all.slice(0, -1));
  });

  it('follows as an event stream at the asked level, and records it only for as long', async () => {
    const t = await startTestGateway();
    const stream = await openEventStream(t.base, 'GET', '/api/v1/logs?level=debug', { token: t.admin });
    await t.call('GET', '/api/v1/agents', { token: t.admin });
    await stream.waitFor((event) => (event as unknown as Line).message === 'GET /api/v1/agents');
    stream.hangUp();
    await expect
      .poll(async () => {
        const before = t.logText().length;
        await t.call('GET', '/api/v1/channels', { token: t.admin });
        return t.logText().length - before;
      })
      .toBe(0);
  });
});
