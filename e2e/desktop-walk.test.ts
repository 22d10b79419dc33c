import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import WebSocket from 'ws';
import { root, startChild } from './harness/child.ts';
import { hasFocus } from './harness/console-page.ts';
import { createToken, openclaw } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchDesktop } from './harness/windows.ts';

/**
 * What a user of the desktop app does, one thing after the other, in the real Electron with the real keychain: makes a token in
 * the window, lets scripts and the OpenAI SDK use it, comes back by Session ID, sees
 * how it was used, tidies the chats, sends a batch, pulls the brake, and ends what it gave out.
 */
let home: Home;
let upstream: Upstream;
let app: Awaited<ReturnType<typeof launchDesktop>>['app'];
let window: Page;
let base: string;
let token: string;
const reply = 'I can read files and talk.';
/** So many letters of a slow reply come at once, the others when `release` is called. */
const spoken = 10;
let release: () => void = () => undefined;
let goOn: Promise<void> = Promise.resolve();
const holdReplies = (): void => {
  goOn = new Promise((resolve) => {
    release = resolve;
  });
};

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(({ messages }) =>
    messages.at(-1)?.content === 'slowly'
      ? { kind: 'text', chunks: [...reply], gate: (chunk) => (chunk < spoken ? Promise.resolve() : goOn) }
      : { kind: 'text', chunks: [reply] },
  );
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

type Frame = {
  readonly type: string;
  readonly content: string;
  readonly messageId: string;
  readonly seq?: number;
  readonly offset: number;
};
const openSocket = async (query: string, headers = {}) => {
  const socket = new WebSocket(`${base.replace('http', 'ws')}ws${query}`, { headers });
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as never));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return { frames, closed, send: (frame: object) => socket.send(JSON.stringify(frame)), cut: () => socket.terminate() };
};
const said = (frames: readonly Frame[]): string => frames.map(({ type, content }) => (type === 'delta' ? content : '')).join('');

test('its Session ID reopens the session where the socket was cut, in the middle of a reply', async () => {
  const { json } = await post({ content: 'remember me' });
  holdReplies();
  const first = await openSocket(`?sessionId=${json.sessionId}`);
  first.send({ type: 'message', content: 'slowly', stream: true });
  await expect.poll(() => said(first.frames)).toBe(reply.slice(0, spoken));
  first.cut();
  const { messageId } = first.frames.at(-1) as Frame;
  const afterSeq = Math.max(...first.frames.map(({ seq = 0 }) => seq));
  // It goes on while nobody listens, and has less of it than it was sent.
  const second = await openSocket(`?sessionId=${json.sessionId}`);
  second.send({ type: 'resume', sessionId: json.sessionId, afterSeq, messageId, offset: spoken - 3 });
  await expect.poll(() => said(second.frames)).toBe(reply.slice(spoken - 3, spoken));
  release();
  await expect.poll(() => second.frames.find((frame) => frame.type === 'response' && frame.messageId === messageId)?.content).toBe(reply);
  expect(said(second.frames)).toBe(reply.slice(spoken - 3));
  second.cut();
});

test('a page opens a socket by a ticket, once', async () => {
  const talk = (secret: string) =>
    window.evaluate(async (bearer) => {
      const answer = await fetch('/api/v1/tickets', { method: 'POST', headers: { Authorization: `Bearer ${bearer}` } });
      const { ticket } = (await answer.json()) as { readonly ticket: string };
      const open = () => new globalThis.WebSocket(`${location.origin.replace('http', 'ws')}/ws?ticket=${ticket}`);
      const socket = open();
      const reply = await new Promise<string>((resolve) => {
        socket.onopen = () => socket.send('{"type":"message","content":"hello"}');
        socket.onmessage = ({ data }) => {
          const frame = JSON.parse(String(data)) as { readonly type: string; readonly content: string };
          if (frame.type === 'response') resolve(frame.content);
        };
      });
      const again = open();
      const second = await new Promise<string>((resolve) => {
        again.onopen = () => resolve('opened');
        again.onerror = () => resolve('refused');
      });
      socket.close();
      return { reply, second };
    }, secret);
  expect(await talk(token)).toEqual({ reply, second: 'refused' });
});

test('the OpenAI SDK talks to it, whole and in a stream', async () => {
  const client = new OpenAI({ baseURL: `${base}v1`, apiKey: token });
  const messages = [{ role: 'user' as const, content: 'off the record' }];
  expect((await client.chat.completions.create({ model: 'openclaw', messages })).choices[0]?.message.content).toBe(reply);
  expect((await client.models.list()).data.map(({ id }) => id)).toContain('openclaw/dev-coder');
  let streamed = '';
  let tokens = 0;
  const options = { stream: true, stream_options: { include_usage: true } } as const;
  for await (const { choices, usage } of await client.chat.completions.create({ model: 'openclaw', messages, ...options })) {
    streamed += choices[0]?.delta.content ?? '';
    tokens += usage?.total_tokens ?? 0;
  }
  expect({ streamed, tokens }).toEqual({ streamed: reply, tokens: 18 });
  // Nothing of it is in the history.
  const found = await fetch(`${base}api/v1/sessions`, { headers: { Authorization: `Bearer ${token}` } });
  expect(JSON.stringify(await found.json())).not.toContain('off the record');
});

test('the window lists how the token was used, and shows it again for the PIN alone', async () => {
  await page('Chat').click();
  await page('Tokens').click();
  const row = window.getByRole('row', { name: /from the window/ });
  await expect.poll(() => row.textContent()).toMatch(/from (127\.0\.0\.1|::1)/);
  const listed = JSON.parse((await openclaw(home, ['token', 'list', '--json'])).stdout) as readonly {
    readonly name: string;
    readonly requests: number;
    readonly lastAddress: string;
  }[];
  const { requests, lastAddress } = listed.find(({ name }) => name === 'from the window') ?? expect.fail('it is not listed');
  expect(lastAddress).toMatch(/^(127\.0\.0\.1|::1)$/);
  expect(await row.getByRole('cell').allTextContents()).toContain(String(requests));

  expect((await openclaw(home, ['pin', 'set'], {}, '2468\n')).code).toBe(0);
  await window.getByRole('button', { name: 'Use from the window' }).click();
  await hasFocus(window.getByRole('textbox', { name: 'PIN' }));
  await window.keyboard.type('0000');
  await window.keyboard.press('Enter');
  await window.getByText('The PIN is wrong.').waitFor();
  await window.getByRole('textbox', { name: 'PIN' }).fill('2468');
  await window.keyboard.press('Enter');
  await window.getByRole('button', { name: 'Show the secret' }).click();
  await window.getByText(token, { exact: true }).waitFor();
  await window.getByRole('button', { name: 'Done' }).click();
  expect((await openclaw(home, ['pin', 'clear'], {}, '2468\n')).code).toBe(0);
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

test('a rotation in the window ends what is open and what runs, at once', async () => {
  holdReplies();
  token = await createToken(home);
  const socket = await openSocket('', { Authorization: `Bearer ${token}` });
  socket.send({ type: 'message', content: 'slowly', stream: true });
  await expect.poll(() => said(socket.frames)).toBe(reply.slice(0, spoken));
  const running = post({ content: 'slowly' });
  await window.getByRole('button', { name: 'Rotate all' }).click();
  await window.getByRole('button', { name: 'End them all' }).click();
  expect(await socket.closed).toBe(1008);
  expect((await running).json.status).toBe('cancelled');
  await upstream.brokenOff(2);
  expect((await post({ content: 'still?' })).status).toBe(401);
  release();
});
