import { describe, expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { refusedUpgrade } from '../testing/ws-client.ts';

const bads: Readonly<Record<string, Record<string, string>>> = {
  'wrong tokens': { Authorization: 'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AAAA' },
  'wrong API keys': { 'X-API-Key': `ock_${'A'.repeat(43)}` },
  'headers that are none': { Authorization: 'Basic dXNlcjpwYXNz' },
};

describe('ten bad credentials a minute', () => {
  for (const [what, headers] of Object.entries(bads)) {
    it(`${what}: then 429 with Retry-After, while a good one still works`, async () => {
      const clock = createManualClock();
      const t = await startTestGateway({ clock });
      for (let count = 0; count < 10; count += 1) expect((await t.call('GET', '/api/v1/agents', { headers })).status).toBe(401);
      clock.advance(15_000);
      const limited = await t.call('GET', '/api/v1/agents', { headers });
      expect(limited.status).toBe(429);
      expect(limited.headers['retry-after']).toBe('45');
      expect(limited.json.error).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfterMs: 45_000 });

      expect((await t.call('GET', '/api/v1/agents', { token: t.admin })).status).toBe(200);
      expect((await t.call('GET', '/api/v1/agents')).status).toBe(401);
      clock.advance(45_000);
      expect((await t.call('GET', '/api/v1/agents', { headers })).status).toBe(401);
    });
  }

  it('counts REST, upgrades, tickets and sign-in codes together', async () => {
    const t = await startTestGateway({ clock: createManualClock() });
    for (let count = 0; count < 3; count += 1) {
      expect((await t.call('GET', '/api/v1/agents', { token: 'x.y.z' })).status).toBe(401);
      expect(await refusedUpgrade(t.wsUrl, { token: 'x.y.z' })).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
      expect(await refusedUpgrade(`${t.wsUrl}?ticket=nothing`)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    }
    expect((await t.call('POST', '/api/v1/sign-in', { json: { code: 'x' } })).status).toBe(401);
    expect(await refusedUpgrade(t.wsUrl, { token: 'x.y.z' })).toMatchObject({
      status: 429,
      code: 'RATE_LIMITED',
      headers: { 'retry-after': '60' },
    });
    expect((await t.call('POST', '/api/v1/sign-in', { json: { code: 'x' } })).status).toBe(429);
    await (await t.ws()).close();
  });
});
