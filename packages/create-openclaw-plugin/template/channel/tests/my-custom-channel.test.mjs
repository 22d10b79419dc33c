import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import MyCustomChannel from '../dist/index.mjs';
import { startFakePlatform } from './fake-platform.mjs';

// What the gateway relies on. `lacks`: what your platform cannot do by its nature.
for (const { name, run } of testChannel({ create: () => MyCustomChannel, platform: startFakePlatform, lacks: ['self'] })) test(name, run);

test('nobody without the secret is heard', async () => {
  const host = createFakeHost();
  const channel = new MyCustomChannel();
  await channel.start(host.context({ config: {}, secrets: { secret: 'right' } }));
  const body = new TextEncoder().encode('{"id":"1","from":"eve","text":"hello"}');
  assert.equal((await host.request({ headers: { authorization: 'Bearer wrong' }, body })).status, 401);
  assert.deepEqual(host.heard, []);
});
