import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { refusedUpgrade } from '../testing/ws-client.ts';

/** What can be wrong with a credential on the wire, at both doors. */

const clock = createManualClock();
let t: TestGateway;
let key: Buffer;
beforeAll(async () => {
  t = await startTestGateway({ clock, shared: true });
  key = Buffer.from((await t.home.secrets.get('signing-key')) ?? '', 'base64url');
});
afterAll(() => t.end());

/** Header lines just as they stand. */
const raw = async (lines: readonly string[], upgrade = false): Promise<{ status: number; code: string }> => {
  // Bad ones are counted by the minute; this is not what is tested here.
  clock.advance(60_001);
  const socket = connect(t.port, '127.0.0.1');
  const upgradeLines = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  ];
  const head = [
    `GET ${upgrade ? '/ws' : '/api/v1/agents'} HTTP/1.1`,
    `Host: 127.0.0.1:${t.port}`,
    ...(upgrade ? upgradeLines : ['Connection: close']),
    ...lines,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return { status: Number(/^HTTP\/1.1 (\d+)/.exec(text)?.[1]), code: /"code":"(\w+)"/.exec(text)?.[1] ?? '' };
};
const refusedBy401 = async (code: string, ...lines: readonly string[]): Promise<void> => {
  expect(await raw(lines), JSON.stringify(lines)).toEqual({ status: 401, code });
  expect(await raw(lines, true), JSON.stringify(lines)).toEqual({ status: 401, code });
};
const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Under the gateway's own key. */
const signed = (claims: object, header: object = { alg: 'HS256', typ: 'JWT' }): string => {
  const text = `${b64(header)}.${b64(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};
const claimsOf = (jwt: string): Record<string, unknown> => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

describe('Authorization', () => {
  it('present without a value is no credential, and not none either', async () => {
    for (const value of ['', ' ', 'Bearer', 'Bearer ', 'Bearer    ']) await refusedBy401('TOKEN_INVALID', `Authorization: ${value}`);
    await refusedBy401('TOKEN_INVALID', 'X-API-Key:');
    await refusedBy401('TOKEN_MISSING');
  });

  it('is "Bearer", in any letters and with blanks, one token, and nothing else', async () => {
    for (const good of [`bearer ${t.admin}`, `BEARER   ${t.admin}`, `Bearer ${t.admin}  `])
      expect(await raw([`Authorization: ${good}`]), good.slice(0, 12)).toMatchObject({ status: 200 });
    for (const bad of [
      t.admin,
      `Bearer${t.admin}`,
      `Bearer\t${t.admin}`,
      `Bearer: ${t.admin}`,
      `Bearer ${t.admin} ${t.admin}`,
      `Bearer ${t.admin},`,
      `Bearer "${t.admin}"`,
      `Bearer Bearer ${t.admin}`,
      `Basic ${t.admin}`,
      `Token ${t.admin}`,
      `Bearer ${t.admin}\u00a0`,
    ])
      await refusedBy401('TOKEN_INVALID', `Authorization: ${bad}`);
  });

  it('twice is refused, whichever of the two is good', async () => {
    const [good, bad] = [`Authorization: Bearer ${t.admin}`, 'authorization: Bearer x.y.z'];
    for (const lines of [
      [good, bad],
      [bad, good],
      [good, good],
    ])
      await refusedBy401('TOKEN_INVALID', ...lines);
    const { secret } = await t.mint({ kind: 'api-key' });
    await refusedBy401('TOKEN_INVALID', `X-API-Key: ${secret}`, `X-API-Key: ${secret}`);
  });

  it('goes before X-API-Key: a bad one is not made good by the other', async () => {
    const { secret } = await t.mint({ kind: 'api-key' });
    await refusedBy401('TOKEN_INVALID', 'Authorization: Bearer x.y.z', `X-API-Key: ${secret}`);
    expect(await raw([`Authorization: Bearer ${t.admin}`, 'X-API-Key: ock_bad'])).toMatchObject({ status: 200 });
  });

  it('that is huge is refused, and the gateway lives', async () => {
    await refusedBy401('TOKEN_INVALID', `Authorization: Bearer ${'x'.repeat(10_000)}`);
    expect((await raw([`Authorization: Bearer ${'x'.repeat(20_000)}`])).status).toBe(431);
    expect(await raw([`Authorization: Bearer ${t.admin}`])).toMatchObject({ status: 200 });
  });
});

describe('a JWT with a right MAC', () => {
  it('that names no token of ours, or another one, is not valid', async () => {
    const own = claimsOf(t.admin);
    await refusedBy401('TOKEN_INVALID', `Authorization: Bearer ${signed({ ...own, sub: 'tok_none', jti: 'tok_none' })}`);
    expect(await raw([`Authorization: Bearer ${signed(own)}`])).toMatchObject({ status: 200 });
  });

  it('has the scopes and the time that its token has, whatever it claims', async () => {
    const { secret } = await t.mint({ scopes: ['messages'], expiresIn: '90s' });
    const own = claimsOf(secret);
    const more = signed({ ...own, scope: 'admin', exp: Number(own.exp) + 1e9 });
    expect((await t.call('GET', '/api/v1/agents', { token: more })).json.error).toMatchObject({
      code: 'SCOPE_MISSING',
      details: { scope: 'agents' },
    });
    clock.advance(90_000);
    expect((await t.call('GET', '/api/v1/agents', { token: more })).json.error.code).toBe('TOKEN_EXPIRED');
  });

  it('chooses no key and no algorithm by its header', async () => {
    const { secret } = await t.mint({ scopes: ['admin'] });
    for (const extra of [
      { kid: 'signing-key' },
      { jku: 'http://127.0.0.1:1/' },
      { jwk: { kty: 'oct', k: 'AA' } },
      { x5u: 'http://127.0.0.1:1/' },
      { crit: [] },
    ])
      await refusedBy401('TOKEN_INVALID', `Authorization: Bearer ${signed(claimsOf(secret), { alg: 'HS256', typ: 'JWT', ...extra })}`);
    await refusedBy401('TOKEN_INVALID', `Authorization: Bearer ${b64({ alg: 'none', typ: 'JWT' })}.${b64(claimsOf(secret))}.`);
  });
});

describe('X-API-Key', () => {
  it('takes a key, and neither a JWT nor a Session ID', async () => {
    await refusedBy401('TOKEN_INVALID', `X-API-Key: ${t.admin}`);
    const { sessionId } = (await t.post({ content: '/help' })).json;
    await refusedBy401('TOKEN_INVALID', `X-API-Key: ${sessionId}`);
  });

  it('is not read from the query, nor a token from there or from a cookie', async () => {
    const { secret } = await t.mint({ kind: 'api-key' });
    for (const name of ['key', 'api_key', 'apiKey', 'token', 'access_token', 'authorization']) {
      for (const value of [secret, t.admin]) {
        const query = `?${name}=${value}`;
        expect((await t.call('POST', `/api/v1/messages${query}`, { json: { content: '/help' } })).json.error.code).toBe('TOKEN_MISSING');
        expect(await refusedUpgrade(`${t.wsUrl}${query}`)).toMatchObject({ status: 401, code: 'TOKEN_MISSING' });
      }
    }
    await refusedBy401('TOKEN_MISSING', `Cookie: token=${t.admin}; Authorization=Bearer ${t.admin}`);
  });
});
