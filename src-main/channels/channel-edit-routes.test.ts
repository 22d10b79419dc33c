import { expect, test } from 'vitest';
import { startChannelGateway } from '../testing/channel-gateway.ts';
import { scriptChannel } from '../testing/scripted-channel.ts';

const manifest = {
  configSchema: { type: 'object', properties: { url: { type: 'string' }, key: { type: 'string' }, other: { type: 'string' } } },
  uiHints: { key: { sensitive: true }, other: { sensitive: true } },
};

test('what a channel is told can be read and changed; of secrets, the names only', async () => {
  const { ask } = await startChannelGateway(scriptChannel({}, manifest), { entry: { options: { url: 'http://a' } } });
  const read = async () => (await ask('GET', '/channels/chat')).json;
  expect(await read()).toMatchObject({ channel: { id: 'chat' }, entry: { enabled: true, options: { url: 'http://a' } }, secrets: [] });

  const quietHours = { from: '22:00', to: '07:00' };
  await ask('PATCH', '/channels/chat', { secrets: { key: 'not to be told' }, quietHours, options: { url: null } });
  expect(await read()).toMatchObject({ entry: { senders: 'anyone', options: {}, quietHours }, secrets: ['key'] });
  expect(JSON.stringify(await read())).not.toContain('not to be told');

  await ask('PATCH', '/channels/chat', { secrets: { key: null }, quietHours: null });
  const { entry, secrets } = await read();
  expect(secrets).toEqual([]);
  expect(entry).not.toHaveProperty('quietHours');
  expect((await ask('GET', '/channels/none')).json).toMatchObject({ error: { code: 'CHANNEL_UNKNOWN' } });
});
