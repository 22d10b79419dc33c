import { expect, it } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway } from '../testing/test-gateway.ts';
import { lastUserText, scriptModel } from '../testing/upstream.ts';

const hour = 3_600_000;

it('a clock set back changes no order, ends no token, brings back none and tells no negative times', async () => {
  const clock = createManualClock();
  const home = createTestHome();
  const upstream = await scriptModel((request) => ({ kind: 'text', chunks: [`re: ${lastUserText(request)}`] }));
  const t = await startTestGateway({ clock, home, upstream });
  const token = await t.token();
  const gone = await t.mint({ expiresIn: '90s' });
  await t.post({ content: 'one', sessionId: 's' }, { token });
  await t.call('DELETE', `/api/v1/tokens/${gone.id}`, { token: t.admin });

  clock.setWall(clock.now() - hour);
  const second = await t.post({ content: 'two', sessionId: 's' }, { token });
  expect(second.status).toBe(200);
  expect(second.json.durationMs).toBeGreaterThanOrEqual(0);
  expect((await t.post({ content: 'x' }, { token: gone.secret })).status).toBe(401);

  const { json } = await t.call('GET', '/api/v1/sessions/s/messages', { token });
  expect(json.items.map(({ seq, event }: { seq: number; event: { content: string } }) => [seq, event.content])).toEqual([
    [1, 'one'],
    [2, 're: one'],
    [3, 'two'],
    [4, 're: two'],
  ]);
  expect(upstream.requests[1]!.body.messages.slice(1).map(({ content }) => content)).toEqual(['one', 're: one', 'two']);
  expect((await t.call('GET', '/api/v1/search?q=re', { token })).json.hits.map(({ seq }: { seq: number }) => seq)).toEqual([4, 2]);
  const kept = await t.call('GET', `/api/v1/messages/${second.json.messageId}`, { token });
  expect(kept.json).toEqual(second.json);

  // The same after a restart, which reads all of it from the disk.
  await t.stop();
  clock.setWall(clock.now() - hour);
  const again = await startTestGateway({ clock, home, upstream });
  expect((await again.post({ content: 'three', sessionId: 's' }, { token })).json.finalReply).toBe('re: three');
  const { items } = (await again.call('GET', '/api/v1/sessions/s/messages', { token })).json;
  expect(items.map(({ seq }: { seq: number }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
});
