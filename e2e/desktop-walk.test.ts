import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { root, startChild } from './harness/child.ts';
import { hasFocus } from './harness/console-page.ts';
import { openclaw } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchDesktop } from './harness/windows.ts';

/**
 * What a user of the desktop app does, one thing after the other, in the real Electron with the real keychain: makes a token in
 * the window, lets scripts and the OpenAI SDK use it, comes back by Session ID, tidies the chats, sends a batch, pulls the brake.
 */
let home: Home;
let upstream: Upstream;
let app: Awaited<ReturnType<typeof launchDesktop>>['app'];
let window: Page;
let base: string;
let token: string;
const reply = 'I can read files and talk.';

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(() => ({ kind: 'text', chunks: [reply] }));
  home.configure(configFor(upstream.url));
  symlinkSync(join(root, 'node_modules'), join(home.dir, 'node_modules'));
  const port = await freePort();
  base = `http://localhost:${port}/`;
  ({ app, window } = await launchDesktop(home, ['--port', String(port)], { LANG: 'en_US.UTF-8' }));
});
afterAll(async () => {
  await app?.close();
  await upstream?.stop();
  home?.remove();
});

const page = (name: string) => window.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name, exact: true });
const post = async (body: object): Promise<{ status: number; json: { sessionId: string; status: string } }> => {
  const response = await fetch(`${base}api/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as never };
};

test('a token made in the window works as it was copied, and is kept in the keychain', async () => {
  await page('Tokens').click();
  await window.getByRole('button', { name: 'New token' }).first().click();
  await hasFocus(window.getByRole('textbox', { name: 'Name' }));
  await window.keyboard.type('from the window');
  await window.getByRole('button', { name: 'Create' }).click();
  await window.getByText('is ready').waitFor();
  await window.getByRole('button', { name: 'Test', exact: true }).click();
  await window.getByRole('status').getByText(reply).waitFor();
  await window.getByRole('tab', { name: 'curl', exact: true }).click();
  await app.evaluate(({ clipboard }) => clipboard.clear());
  await window.getByRole('tabpanel', { name: 'curl', exact: true }).getByRole('button', { name: 'Copy code' }).click();
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).not.toBe('');
  const copied = await app.evaluate(({ clipboard }) => clipboard.readText());
  token = /Bearer (\S+?)"/.exec(copied)?.[1] ?? '';
  const file = join(home.dir, 'copied.sh');
  writeFileSync(file, copied);
  const curl = startChild('bash', [file], { env: home.env() });
  await curl.waitFor(new RegExp(reply));
  await curl.stop();
  await window.getByRole('button', { name: 'Done' }).click();
  expect(JSON.parse((await openclaw(home, ['status', '--json'])).stdout)).toMatchObject({ secrets: { backend: 'keychain' } });
});

test('its Session ID reopens the session after the socket was cut', async () => {
  const { json } = await post({ content: 'remember me' });
  const socket = new WebSocket(`${base.replace('http', 'ws')}ws?sessionId=${json.sessionId}`);
  const frames: { type: string; content: string }[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as never));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'message', content: 'still here?' }));
  await expect.poll(() => frames.find(({ type }) => type === 'response')?.content).toBe(reply);
  socket.terminate();
});

test('the OpenAI SDK talks to it, whole and in a stream', async () => {
  const client = new OpenAI({ baseURL: `${base}v1`, apiKey: token });
  const messages = [{ role: 'user' as const, content: 'hello' }];
  expect((await client.chat.completions.create({ model: 'openclaw', messages })).choices[0]?.message.content).toBe(reply);
  let streamed = '';
  for await (const chunk of await client.chat.completions.create({ model: 'openclaw', messages, stream: true }))
    streamed += chunk.choices[0]?.delta.content ?? '';
  expect(streamed).toBe(reply);
});

test('chats are found, renamed, deleted and brought back in the window', async () => {
  await post({ content: '数据库迁移怎么做', sessionId: 'walk' });
  await page('Chat').click();
  await window.getByLabel('Search everything said').fill('数据库');
  await window.getByText('数据库').last().waitFor();
  await window.getByLabel('Search everything said').fill('');
  const list = window.getByRole('navigation', { name: 'Chats' });
  const row = (title: string) => list.getByRole('listitem').filter({ hasText: title });
  const choose = async (title: string, item: string): Promise<void> => {
    await row(title).hover();
    await row(title)
      .getByRole('button', { name: `What to do with “${title}”` })
      .click();
    await window.getByRole('menuitem', { name: item, exact: true }).click();
  };
  await choose('数据库迁移怎么做', 'Rename');
  await hasFocus(window.getByRole('textbox', { name: 'Title of the chat' }));
  await window.keyboard.press('ControlOrMeta+A');
  await window.keyboard.type('Migrations');
  await window.keyboard.press('Enter');
  await row('Migrations').waitFor();
  await choose('Migrations', 'Delete');
  await row('Migrations').waitFor({ state: 'detached' });
  await window.locator('[data-sonner-toast]').getByRole('button', { name: 'Undo' }).click();
  await row('Migrations').waitFor();
});

test('a batch runs through the open app, and the brake stops everything until it is released', async () => {
  const file = join(home.dir, 'in.jsonl');
  writeFileSync(file, Array.from({ length: 20 }, (_, i) => JSON.stringify({ id: `line-${i}`, content: `question ${i}` })).join('\n'));
  const { code, stdout } = await openclaw(home, ['batch', file]);
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(20);

  expect((await openclaw(home, ['stop'])).code).toBe(0);
  await window.getByRole('button', { name: 'Everything is stopped' }).click();
  expect(await post({ content: 'now?' })).toMatchObject({ status: 503, json: { error: { code: 'STOPPED' } } });
  await window.getByRole('button', { name: 'Start again' }).click();
  await expect.poll(async () => (await post({ content: 'and now?' })).status).toBe(200);
});

test('a token revoked in the window is refused at once', async () => {
  await page('Tokens').click();
  await window.getByRole('button', { name: 'Revoke from the window' }).click();
  await expect.poll(async () => (await post({ content: 'still?' })).status).toBe(401);
});
