import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';
import { refusedUpgrade } from '../testing/ws-client.ts';

describe('a frame that is not as it should be', () => {
  const malformed = [
    'not JSON',
    '{"type":"message"}',
    '{"type":"nothing"}',
    '[]',
    'null',
    '{"type":"message","content":"x","sessionId":"../x"}',
    `${'['.repeat(60)}${']'.repeat(60)}`,
  ];

  for (const text of malformed) {
    it(`${text.slice(0, 40)} gets an error, and the third in a row closes with 1008`, async () => {
      const t = await startTestGateway();
      const socket = await t.ws();
      for (let count = 0; count < 3; count += 1) socket.sendRaw(text);
      expect(await socket.closed).toEqual({ code: 1008, reason: 'FRAME_REPEATED' });
      expect(socket.frames.length).toBe(3);
      for (const frame of socket.frames) {
        expect(frame).toMatchObject({ type: 'error', content: expect.stringMatching(/\w/), retryable: false });
        expect(['BAD_JSON', 'FRAME_INVALID']).toContain((frame as { code: string }).code);
      }
    });
  }

  it('does not count when good ones come between', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    for (let count = 0; count < 5; count += 1) {
      socket.sendRaw('x');
      socket.sendRaw('x');
      socket.send({ type: 'ping' });
    }
    await expect.poll(() => socket.frames.length).toBe(15);
    expect(socket.frames.filter(({ type }) => type === 'pong').length).toBe(5);
    await socket.close();
  });

  it('binary closes with 1003', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.sendRaw(Buffer.from('{"type":"ping"}'));
    expect((await socket.closed).code).toBe(1003);
  });

  it('over 1 MiB closes with 1009', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.send({ type: 'message', content: 'x', metadata: { a: 'x'.repeat(1024 * 1024) } });
    expect((await socket.closed).code).toBe(1009);
  });

  it('no UTF-8 closes with 1007', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false });
    expect((await socket.closed).code).toBe(1007);
  });

  it('closes only its own connection: others go on, and so does the gateway', async () => {
    const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['fine'] })) });
    const [bad, good] = [await t.ws(), await t.ws()];
    bad.sendRaw(Buffer.alloc(2 * 1024 * 1024, 'x'));
    await bad.closed;
    good.send({ type: 'message', content: 'hi' });
    await good.waitFor((frame) => frame.type === 'response');
  });
});

describe('ping', () => {
  it('is answered with pong', async () => {
    const t = await startTestGateway();
    const socket = await t.ws();
    socket.send({ type: 'ping' });
    expect(await socket.waitFor((frame) => frame.type === 'pong')).toEqual({
      type: 'pong',
      content: 'pong',
      agentId: '',
      sessionId: '',
      timestamp: expect.any(Number),
    });
  });
});

describe('an upgrade', () => {
  it('elsewhere is 404', async () => {
    const t = await startTestGateway();
    expect(await refusedUpgrade(`ws://127.0.0.1:${t.port}/other`, { token: t.admin })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
  it('from a foreign page or under a foreign name is 403, also with a good token', async () => {
    const t = await startTestGateway();
    for (const [headers, code] of [
      [{ Origin: 'https://evil.example' }, 'ORIGIN_REFUSED'],
      [{ Origin: 'null' }, 'ORIGIN_REFUSED'],
      [{ Host: `evil.example:${t.port}` }, 'HOST_REFUSED'],
    ] as const)
      expect(await refusedUpgrade(t.wsUrl, { token: t.admin, headers })).toMatchObject({ status: 403, code });
    await (await t.ws({ headers: { Origin: t.base } })).close();
  });
  it('with a subprotocol or an extension it does not speak still works', async () => {
    const t = await startTestGateway();
    const socket = await t.ws({ headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' } });
    expect(socket.socket.extensions).toBe('');
    await socket.close();
  });
});
