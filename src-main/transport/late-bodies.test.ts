import { describe, expect, it } from 'vitest';
import { callSlowly } from '../testing/http-client.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** Routes of each way in which bodies are read. */
const doors = {
  JSON: { method: 'PATCH', path: '/api/v1/config', body: '{ "ui": { "theme": "dark" } }' },
  'a file': { method: 'POST', path: '/api/v1/uploads?name=x.txt', body: 'some words', type: 'text/plain' },
  'JSON Lines': { method: 'POST', path: '/api/v1/batches', body: '{"content":"/help"}\n', type: 'application/jsonl' },
  'a skill': { method: 'POST', path: '/api/v1/skills/install', body: '{"slug":"late","prompt":"p"}' },
  'a chat completion': {
    method: 'POST',
    path: '/v1/chat/completions',
    body: '{"model":"openclaw","messages":[{"role":"user","content":"hi"}]}',
  },
  MCP: {
    method: 'POST',
    path: '/mcp',
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    accept: 'application/json, text/event-stream',
  },
} as const;

/** A request whose head was let in, and whose body is not all there. */
const begin = async (t: TestGateway, door: (typeof doors)[keyof typeof doors], token: { id: string; secret: string }) => {
  const type = 'type' in door ? door.type : 'application/json';
  const slow = callSlowly(t.base, door.method, door.path, {
    token: token.secret,
    headers: { 'Content-Type': type, Accept: 'accept' in door ? door.accept : '*/*' },
  });
  await slow.write(door.body.slice(0, 5));
  const requests = async () =>
    (await t.call('GET', '/api/v1/tokens', { token: t.admin })).json.tokens.find(({ id }: { id: string }) => id === token.id).requests;
  await expect.poll(requests).toBe(1);
  return async () => {
    await slow.write(door.body.slice(5));
    slow.end();
    return slow.answer;
  };
};

describe('a body that ends after its token', () => {
  for (const [what, door] of Object.entries(doors)) {
    it(`is not acted on: ${what}`, async () => {
      const t = await startTestGateway();
      const revoked = await t.mint({ scopes: ['admin'] });
      const finish = await begin(t, door, revoked);
      await t.call('DELETE', `/api/v1/tokens/${revoked.id}`, { token: t.admin });
      const answer = await finish();
      expect(answer.status, answer.text).toBe(401);
      expect(answer.text).toContain('TOKEN_REVOKED');
      // And with one that has not ended it is.
      const good = await begin(t, door, await t.mint({ scopes: ['admin'] }));
      expect((await good()).status).toBeLessThan(300);
    });
  }

  it('also where its time was over meanwhile', async () => {
    const clock = createManualClock();
    const t = await startTestGateway({ clock });
    const finish = await begin(t, doors.JSON, await t.mint({ scopes: ['config'], expiresIn: '90s' }));
    clock.advance(90_000);
    expect(await finish()).toMatchObject({ status: 401, json: { error: { code: 'TOKEN_EXPIRED' } } });
  });
});
