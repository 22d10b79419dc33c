import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { openclaw } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchDesktop } from './harness/windows.ts';

/** A batch in the real Electron with the real keychain, whose process is killed in the middle of it. */
let home: Home;
let upstream: Upstream;
let desktop: Awaited<ReturnType<typeof launchDesktop>> | undefined;
let port: number;
/** Lets the scripted model answer from the 41st question on. */
let release = (): void => undefined;
const released = new Promise<void>((resolve) => {
  release = resolve;
});

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(({ messages }, count) => ({
    kind: 'text',
    chunks: [`re: ${messages.at(-1)?.content}`],
    gate: async () => (count > 40 ? released : undefined),
  }));
  home.configure(configFor(upstream.url));
  symlinkSync(join(root, 'node_modules'), join(home.dir, 'node_modules'));
  port = await freePort();
});
afterAll(async () => {
  release();
  await desktop?.app.close();
  await upstream?.stop();
  home?.remove();
});

const open = async (): Promise<void> => {
  desktop = await launchDesktop(home, ['--port', String(port)], { LANG: 'en_US.UTF-8' });
  await desktop.window.getByRole('textbox', { name: /^Message/ }).waitFor();
};
const json = async (...args: string[]) => JSON.parse((await openclaw(home, [...args, '--json'])).stdout);

test('a batch goes on where the app was killed, and shows how far it is', async () => {
  await open();
  expect(await json('status')).toMatchObject({ secrets: { backend: 'keychain' } });
  const said = Array.from({ length: 100 }, (_, i) => `question ${i + 1}`);
  const file = join(home.dir, 'in.jsonl');
  writeFileSync(file, said.map((content) => `${JSON.stringify({ content })}\n`).join(''));
  const id = (await openclaw(home, ['batch', file, '--no-wait'])).stdout.trim();
  await expect.poll(() => json('batch', 'show', id)).toMatchObject({ status: 'running', completed: 40, total: 100 });
  const ended = desktop?.app.waitForEvent('close');
  desktop?.app.process().kill('SIGKILL');
  await ended;
  desktop = undefined;
  release();

  await open();
  expect((await openclaw(home, ['batch', 'show', id, '--follow'])).code).toBe(0);
  expect(await json('batch', 'show', id)).toMatchObject({ status: 'completed', completed: 100, failed: 0 });
  const results = (await openclaw(home, ['batch', 'results', id])).stdout.trim().split('\n');
  expect(results.map((line) => JSON.parse(line).finalReply)).toEqual(said.map((content) => `re: ${content}`));
  // Only what was being answered at the kill was asked again.
  expect(upstream.requests.length).toBeLessThanOrEqual(104);
});
