import { expect, test } from 'vitest';
import { startChannelGateway } from '../testing/channel-gateway.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { scriptChannel } from '../testing/scripted-channel.ts';

test('an owner, who answers approvals, is made by whoever may answer them, and knows the PIN', async () => {
  const channel = scriptChannel();
  const { gateway, ask } = await startChannelGateway(channel, { entry: { senders: 'ask' } });
  const { secret: token } = await gateway.mint({ scopes: ['channels:read', 'channels:write'] });
  const post = (path: string, json: object) => gateway.call('POST', `/api/v1/channels/chat/${path}`, { token, json });
  await channel.say({ content: 'hi' });
  await expect.poll(() => channel.sent).toHaveLength(1);
  const code = /: (\w{4}-\w{4})/.exec(channel.sent[0]?.message.content ?? '')?.[1] ?? '';
  expect(await post('pair', { code, owner: true })).toMatchObject({ status: 403, json: { error: { details: { scope: 'approvals' } } } });
  expect(await post('peers', { peerId: 'ann', status: 'owner' })).toMatchObject({ status: 403 });
  expect((await post('pair', { code })).json.peer).toMatchObject({ id: 'ann', status: 'allowed' });
  await ask('POST', '/pin', { pin: '2468' });
  const owner = { peerId: 'ann', status: 'owner' };
  expect((await ask('POST', '/channels/chat/peers', owner)).json.error.code).toBe('PIN_REQUIRED');
  expect((await ask('POST', '/channels/chat/peers', { peerId: 'bob', status: 'blocked' })).status).toBe(200);
  const headers = { 'X-OpenClaw-Pin': '2468' };
  const made = await gateway.call('POST', '/api/v1/channels/chat/peers', { token: gateway.admin, json: owner, headers });
  expect(made.json.peer).toMatchObject({ id: 'ann', status: 'owner' });
});

test('somebody who was forgotten is known again as before, for ten seconds and not over a decision', async () => {
  const clock = createManualClock();
  const { ask } = await startChannelGateway(scriptChannel(), { clock });
  const known = async () => (await ask('GET', '/channels/chat/peers')).json.peers;
  const restore = () => ask('POST', '/channels/chat/peers/restore', { peerId: 'ann' });
  const forget = () => ask('DELETE', '/channels/chat/peers?peerId=ann');
  const { peer } = (await ask('POST', '/channels/chat/peers', { peerId: 'ann', status: 'allowed' })).json;
  expect((await forget()).json).toEqual({ deleted: true, undoUntil: clock.now() + 10_000 });
  expect(await known()).toEqual([]);
  expect((await restore()).json).toEqual({ peer });
  expect(await known()).toEqual([peer]);
  expect((await restore()).json.error.code).toBe('UNDO_OVER');

  await forget();
  await ask('POST', '/channels/chat/peers', { peerId: 'ann', status: 'blocked' });
  expect((await restore()).json.error.code).toBe('UNDO_OVER');
  expect(await known()).toMatchObject([{ status: 'blocked' }]);

  await forget();
  clock.advance(10_000);
  expect((await restore()).json.error.code).toBe('UNDO_OVER');
});
