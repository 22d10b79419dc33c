import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBodySchema } from '../../src-shared/contract/rest.ts';
import type { CallOptions } from '../testing/http-client.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let t: TestGateway;
beforeAll(async () => {
  t = await startTestGateway({ shared: true });
});
afterAll(() => t.end());

const post = (options: CallOptions) => t.call('POST', '/api/v1/messages', { token: t.admin, ...options });
const mebibyte = 1024 * 1024;

const bad: Readonly<
  Record<string, { readonly send: CallOptions; readonly status: number; readonly code: string; readonly says?: RegExp }>
> = {
  'no body': { send: { body: '' }, status: 400, code: 'BAD_JSON' },
  'malformed JSON': { send: { body: '{\n  "content": "x",\n}' }, status: 400, code: 'BAD_JSON', says: /line 3, column 1/ },
  'a value after the value': { send: { body: '{"content":"x"} {}' }, status: 400, code: 'BAD_JSON' },
  'no UTF-8': { send: { body: Buffer.from('{"content":"\xff\xfe"}', 'latin1') }, status: 400, code: 'BAD_JSON', says: /UTF-8/ },
  'deep nesting': {
    send: { body: `{"content":"x","metadata":{"a":${'['.repeat(60)}${']'.repeat(60)}}}` },
    status: 400,
    code: 'BAD_JSON',
    says: /50 levels/,
  },
  'a hundred thousand brackets': { send: { body: '['.repeat(100_000) }, status: 400, code: 'BAD_JSON' },
  __proto__: { send: { body: '{"content":"x","__proto__":{"admin":true}}' }, status: 400, code: 'BAD_JSON', says: /__proto__/ },
  'constructor in metadata': { send: { body: '{"content":"x","metadata":{"constructor":1}}' }, status: 400, code: 'BAD_JSON' },
  'an array': { send: { json: [] }, status: 400, code: 'BAD_REQUEST' },
  null: { send: { json: null }, status: 400, code: 'BAD_REQUEST' },
  'no content': { send: { json: {} }, status: 400, code: 'BAD_REQUEST', says: /body\.content/ },
  'empty content': { send: { json: { content: '' } }, status: 400, code: 'BAD_REQUEST', says: /content is empty/ },
  'content that is no string': { send: { json: { content: { a: 1 } } }, status: 400, code: 'BAD_REQUEST' },
  'content over 768 KiB': { send: { json: { content: 'x'.repeat(768 * 1024 + 1) } }, status: 400, code: 'BAD_REQUEST', says: /768 KiB/ },
  'a session id that is a path': {
    send: { json: { content: 'x', sessionId: '../etc' } },
    status: 400,
    code: 'BAD_REQUEST',
    says: /session id/,
  },
  'a session id of two dots': { send: { json: { content: 'x', sessionId: '..' } }, status: 400, code: 'BAD_REQUEST' },
  'an agent id that is a path': { send: { json: { content: 'x', agentId: '../main' } }, status: 400, code: 'BAD_REQUEST' },
  'a forged Session ID': { send: { json: { content: 'x', sessionId: `ses_${'A'.repeat(43)}` } }, status: 404, code: 'SESSION_UNKNOWN' },
  'a time limit below a second': { send: { json: { content: 'x', timeoutMs: 1 } }, status: 400, code: 'BAD_REQUEST' },
  'over 1 MiB': {
    send: { body: JSON.stringify({ content: 'x', metadata: { a: 'x'.repeat(mebibyte) } }) },
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  'far over 1 MiB': { send: { body: Buffer.alloc(20 * mebibyte, ' ') }, status: 413, code: 'BODY_TOO_LARGE' },
  'text/plain': { send: { body: '{"content":"x"}', headers: { 'Content-Type': 'text/plain' } }, status: 415, code: 'MEDIA_TYPE' },
  'a form': {
    send: { body: 'content=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    status: 415,
    code: 'MEDIA_TYPE',
  },
  gzip: { send: { json: { content: 'x' }, headers: { 'Content-Encoding': 'gzip' } }, status: 415, code: 'MEDIA_TYPE' },
};

describe('a body with', () => {
  for (const [what, { send, status, code, says }] of Object.entries(bad)) {
    it(`${what} is ${status} ${code}`, async () => {
      const answer = await post(send);
      const { error } = errorBodySchema.parse(answer.json);
      expect({ status: answer.status, code: error.code }).toEqual({ status, code });
      if (says) expect(error.message).toMatch(says);
      expect(error.traceId).toBe(answer.headers['x-trace-id']);
      expect({}).not.toHaveProperty('admin');
    });
  }

  it('comments, as the seed writes them, is read', async () => {
    const body = '{ "content": "/help", // 可选,指定Agent\n "agentId": "dev-coder" /* "content": "x" */ }';
    expect(await post({ body })).toMatchObject({ status: 200, json: { agentId: 'dev-coder', status: 'completed' } });
  });

  it('content of just 768 KiB is taken', async () => {
    expect((await post({ json: { content: 'x'.repeat(768 * 1024), sessionId: 'long' } })).status).toBe(200);
  });

  it('none of the refused left anything behind', async () => {
    const { sessions } = (await t.call('GET', '/api/v1/sessions', { token: t.admin })).json;
    expect(sessions.filter(({ name }: { name: string | null }) => name !== 'long').length).toBeLessThanOrEqual(1);
  });
});

describe('a request that is not HTTP as it should be', () => {
  /** All that comes back on a raw connection, until it is closed. */
  const raw = async (text: string): Promise<string> => {
    const socket = connect(t.port, '127.0.0.1');
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
    });
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    return received;
  };

  it('garbage is 400 and closed', async () => expect(await raw('\x16\x03\x01garbage\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /));
  it('headers over 16 KiB are 431', async () =>
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost:${t.port}\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /));
  it('a body over 1 MiB in chunks, of no said length, is 413', async () => {
    const piece = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const head = `POST /api/v1/messages HTTP/1.1\r\nHost: localhost:${t.port}\r\nAuthorization: Bearer ${t.admin}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(await raw(head + piece.repeat(20))).toMatch(/^HTTP\/1\.1 413 /);
  });
});
