import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { call } from '../src-main/testing/http-client.ts';
import { createToken, openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream } from './harness/upstream.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
  onTestFinished(home.remove);
});

const large = 'x'.repeat(700 * 1024);

/** Something to fill, and what fills it: a small disk of its own where this user may mount one, else the quota of the config. */
const smallDisk = (
  upstreamUrl: string,
): { readonly fill: (gateway: RunningGateway, token: string) => Promise<void>; readonly makeRoom: () => void } => {
  try {
    mkdirSync(home.dir, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'tmpfs', home.dir], { stdio: 'ignore' });
  } catch {
    home.configure({ ...configFor(upstreamUrl), retention: { maxDatabaseMb: 1 } });
    return { fill: async (gateway, token) => void (await post(gateway, token, large)), makeRoom: () => undefined };
  }
  onTestFinished(() => void execFileSync('umount', ['-l', home.dir]));
  home.configure(configFor(upstreamUrl));
  const filler = join(home.dir, 'filler');
  return {
    fill: async () => {
      const { bavail, bsize } = statfsSync(home.dir);
      writeFileSync(filler, Buffer.alloc(bavail * bsize - 256 * 1024));
    },
    makeRoom: () => rmSync(filler),
  };
};

const post = (gateway: RunningGateway, token: string, content: string, more: object = {}) =>
  call(`http://127.0.0.1:${gateway.port}`, 'POST', '/api/v1/messages', { token, json: { content, ...more } });

test('a full disk: 507, nothing acknowledged is lost, the process lives, and goes on when there is room', async () => {
  const upstream = await startUpstream(says('done'));
  onTestFinished(upstream.stop);
  const disk = smallDisk(upstream.url);
  const token = await createToken(home);
  const gateway = await startGateway(home);
  onTestFinished(gateway.stop);
  const before = await post(gateway, token, 'before', { sessionId: 's' });
  expect(before.status).toBe(200);

  await disk.fill(gateway, token);
  for (const more of [{}, { wait: false }, { stream: true }]) {
    const { status, json } = await post(gateway, token, large, more);
    expect(status).toBe(507);
    expect(json.error).toMatchObject({ code: 'STORAGE_FULL', retryable: true });
  }
  expect((await call(`http://127.0.0.1:${gateway.port}`, 'GET', '/readyz')).status).toBe(200);
  expect((await openclaw(home, ['status'])).code).toBe(0);

  disk.makeRoom();
  expect((await post(gateway, token, 'after', { sessionId: 's' })).status).toBe(200);
  await gateway.stop();

  const again = await startGateway(home);
  onTestFinished(again.stop);
  const { json } = await call(`http://127.0.0.1:${again.port}`, 'GET', '/api/v1/sessions/s/messages', { token });
  expect(json.items.map(({ event }: { event: { content: string } }) => event.content)).toEqual(['before', 'done', 'after', 'done']);
});
