import { describe, expect, it } from 'vitest';
import { startTestGateway } from '../testing/test-gateway.ts';

const passphrase = '口令 100% "sure"';
const header = (pin: string) => ({ 'X-OpenClaw-Pin': encodeURIComponent(pin) });

describe('/api/v1/pin', () => {
  it('sets it, changes it, takes it away; each with the old one', async () => {
    const t = await startTestGateway();
    const state = async () => (await t.call('GET', '/api/v1/pin', { token: t.admin })).json;
    const set = (pin: string, headers = {}) => t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin }, headers });
    expect(await state()).toEqual({ set: false, lockedUntil: null });
    expect((await set('2468')).json).toEqual({ set: true });
    expect((await set(passphrase)).json.error.code).toBe('PIN_REQUIRED');
    expect((await set(passphrase, header('2468'))).status).toBe(200);
    expect(await state()).toEqual({ set: true, lockedUntil: null });
    expect((await t.call('DELETE', '/api/v1/pin', { token: t.admin, headers: header('2468') })).json.error).toMatchObject({
      code: 'PIN_WRONG',
      details: { triesLeft: 4 },
    });
    expect((await t.call('DELETE', '/api/v1/pin', { token: t.admin, headers: header(passphrase) })).json).toEqual({ set: false });
    expect((await t.call('DELETE', '/api/v1/pin', { token: t.admin })).json).toEqual({ set: false });
  });

  it('takes 4-12 digits or a passphrase, in a header that can carry it', async () => {
    const t = await startTestGateway();
    for (const pin of ['', '123', '12a4', 'passwor', 'x'.repeat(257)])
      expect((await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin } })).json.error.code).toBe('BAD_REQUEST');
    for (const raw of ['100%', 'caf\u00e9'])
      expect((await t.call('GET', '/api/v1/pin', { token: t.admin, headers: { 'X-OpenClaw-Pin': raw } })).json.error).toMatchObject({
        code: 'BAD_REQUEST',
        hint: expect.stringContaining('encodeURIComponent'),
      });
  });

  it('locks with 429 and Retry-After', async () => {
    const t = await startTestGateway();
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: '2468' } });
    const tryOne = () => t.call('DELETE', '/api/v1/pin', { token: t.admin, headers: header('0000') });
    for (let tries = 0; tries < 5; tries += 1) expect((await tryOne()).status).toBe(403);
    const sixth = await tryOne();
    expect(sixth).toMatchObject({ status: 429, json: { error: { code: 'PIN_LOCKED', retryable: true } } });
    expect(Number(sixth.headers['retry-after'])).toBeGreaterThan(0);
    expect((await t.call('GET', '/api/v1/pin', { token: t.admin })).json.lockedUntil).toBeGreaterThan(Date.now());
  });

  it('never reaches the log', async () => {
    const t = await startTestGateway({ config: { logs: { level: 'debug' } } });
    const pins = ['77777777777', 'a long passphrase'];
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: pins[0] } });
    await t.call('POST', '/api/v1/pin', { token: t.admin, json: { pin: pins[1] }, headers: header(pins[0]!) });
    await t.call('DELETE', '/api/v1/pin', { token: t.admin, headers: header('88888888888') });
    await t.call('POST', '/api/v1/pin', { token: t.admin, body: '{"pin": "99999999999"', headers: header(pins[1]!) });
    await t.stop();
    for (const secret of [...pins, encodeURIComponent(pins[1]!), '88888888888', '99999999999', 'scrypt$'])
      expect(t.logText()).not.toContain(secret);
  });

  it('may be sent by pages of listed origins', async () => {
    const t = await startTestGateway({ config: { security: { allowedOrigins: ['https://mine.example'] } } });
    const { headers } = await t.call('OPTIONS', '/api/v1/pin', {
      headers: { Origin: 'https://mine.example', 'Access-Control-Request-Method': 'POST' },
    });
    expect(headers['access-control-allow-headers']).toContain('X-OpenClaw-Pin');
  });
});
