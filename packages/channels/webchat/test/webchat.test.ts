import { appendFileSync, mkdtempSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { createHistory, type Entry } from '../src/history.ts';
import WebChatChannel from '../src/index.ts';
import { plainNodes, toNodes } from '../src/to-nodes.ts';
import { createVisitors } from '../src/visitors.ts';
import { openVisitor, secret, site, textOf } from './visitor.ts';

describe('as every channel', () => {
  const platform = async () => (await openVisitor()).platform;
  for (const { name, run } of testChannel({ create: () => WebChatChannel, platform, lacks: ['bots', 'self', 'auth', 'rate-limit'] }))
    test(name, run);
});

const start = async (config: object = {}) => {
  const page = await openVisitor();
  const host = createFakeHost();
  const channel = new WebChatChannel();
  await channel.start(host.context({ ...page.platform, config: { ...page.platform.config, ...config } }));
  onTestFinished(async () => {
    await channel.stop();
    await page.platform.close();
  });
  return { ...page, host, channel };
};
const json = { 'content-type': 'application/json' };
const { publicKey } = createVisitors(secret);

describe('who may speak', () => {
  const ask = async (headers: Record<string, string>, key = publicKey) => {
    const { base } = await start();
    return (await fetch(`${base}/session`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ key }) })).status;
  };
  /** As a browser would send it: fetch lets nobody set Host. */
  const askAs = async (host: string, origin: string): Promise<number> => {
    const { base } = await start();
    return new Promise((resolve, reject) => {
      const asking = request(`${base}/session`, { method: 'POST', headers: { ...json, host, origin } }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asking.once('error', reject).end(JSON.stringify({ key: publicKey }));
    });
  };

  it('pages of the listed sites, with the key, and the page of the channel itself', async () => {
    expect(await ask({ origin: site })).toBe(201);
    expect(await askAs('localhost:18790', 'http://localhost:18790')).toBe(201);
  });

  it('nobody else: other sites, other schemes, no site, another key', async () => {
    expect(await ask({ origin: 'https://evil.example' })).toBe(403);
    expect(await ask({ origin: site.replace('https', 'http') })).toBe(403);
    expect(await ask({ origin: `${site}.evil.example` })).toBe(403);
    expect(await ask({ origin: 'null' })).toBe(403);
    expect(await ask({})).toBe(403);
    expect(await ask({ origin: site }, 'pk_other')).toBe(403);
  });

  it('no name that was bent to this computer', async () => {
    expect(await askAs('evil.example:18790', 'http://evil.example:18790')).toBe(403);
  });

  it('is told to the browser before it asks', async () => {
    const { base } = await start();
    const ask = async (origin: string) =>
      (await fetch(`${base}/messages`, { method: 'OPTIONS', headers: { origin } })).headers.get('access-control-allow-origin');
    expect([await ask(site), await ask('https://evil.example')]).toEqual([site, null]);
  });

  it('no one with a token of another secret, a changed one, or one of last year', async () => {
    const { base } = await start();
    const say = async (token: string) =>
      (
        await fetch(`${base}/messages`, {
          method: 'POST',
          headers: { ...json, origin: site, authorization: `Bearer ${token}` },
          body: '{"id":"12345678","text":"x"}',
        })
      ).status;
    const { token } = createVisitors(secret).invite();
    expect(await say(token)).toBe(204);
    expect(await say(createVisitors('another-secret-of-others').invite().token)).toBe(401);
    expect(await say(token.replace(/^v_./, token[2] === 'A' ? 'v_B' : 'v_A'))).toBe(401);
    expect(await say(createVisitors(secret, () => Date.now() - 91 * 86_400_000).invite().token)).toBe(401);
    expect(await say('')).toBe(401);
  });
});

it('gives no more than 30 sessions a minute', async () => {
  const { base } = await start();
  const ask = async () =>
    (await fetch(`${base}/session`, { method: 'POST', headers: { ...json, origin: site }, body: JSON.stringify({ key: publicKey }) }))
      .status;
  const answers: number[] = [];
  for (let count = 0; count < 31; count += 1) answers.push(await ask());
  expect([answers.filter((status) => status === 201).length, answers.at(-1)]).toEqual([30, 429]);
});

it('refuses what is no message', async () => {
  const { call, post } = await start();
  for (const bad of [
    {},
    { id: 'x', text: 'a' },
    { id: '12345678', text: '' },
    { id: '12345678', text: 'x'.repeat(20_001) },
    { id: '12345678', text: 5 },
  ])
    expect((await post('/messages', bad)).status).toBe(400);
  expect((await call('/messages', { method: 'POST', headers: json, body: '{' })).status).toBe(400);
  expect((await call('/messages', { method: 'POST', headers: json, body: JSON.stringify({ text: 'x'.repeat(200_000) }) })).status).toBe(
    400,
  );
  expect((await call('/messages', { method: 'POST', body: 'id=1' })).status).toBe(404);
});

it('tells a page what was said while it was closed, and then what is said', async () => {
  const { call, channel, visitor, platform } = await start();
  await platform.say?.({ id: '1', text: 'hello', from: 'person' });
  await channel.sendMessage(visitor, { id: '1', content: 'hi **you**', idempotencyKey: 'a' });
  const leaving = new AbortController();
  const { body } = await call('/events', { signal: leaving.signal });
  const reader = (body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let read = '';
  const lines = async (count: number): Promise<readonly { entry?: Entry; typing?: boolean }[]> => {
    while (read.split('\n').filter(Boolean).length < count || !read.endsWith('\n')) read += (await reader.read()).value ?? '';
    return read
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  };
  expect((await lines(2)).map(({ entry }) => [entry?.by, textOf(entry?.nodes ?? [])])).toEqual([
    ['visitor', 'hello'],
    ['agent', 'hi you'],
  ]);
  await channel.setTyping(visitor, true);
  await channel.sendMessage(visitor, { id: '2', content: 'more', idempotencyKey: 'b' });
  expect((await lines(4)).slice(2)).toMatchObject([{ typing: true }, { entry: { no: 3, nodes: [{ tag: 'p', children: ['more'] }] } }]);
  leaving.abort();
});

describe('the history', () => {
  const folder = () => {
    const made = mkdtempSync(join(tmpdir(), 'history-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  };
  const entry = (id: string) => ({ id, by: 'agent' as const, nodes: [id], at: 1 });

  it('goes on after a line that a crash cut off', async () => {
    const at = folder();
    const history = createHistory(at);
    await history.add('v_1', entry('a'));
    appendFileSync(join(at, 'v_1.jsonl'), '{"no":2,"id":"half');
    await history.add('v_1', entry('b'));
    expect((await history.read('v_1')).map(({ id, no }) => [id, no])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it('numbers what comes at once, and keeps what comes twice once', async () => {
    const history = createHistory(folder());
    await Promise.all(['a', 'b', 'a', 'c'].map((id) => history.add('v_1', entry(id))));
    expect((await history.read('v_1')).map(({ id, no }) => `${id}${no}`)).toEqual(['a1', 'b2', 'c3']);
  });

  it('forgets whom nobody has heard of for long', async () => {
    const at = folder();
    const history = createHistory(at);
    for (const visitor of ['v_old', 'v_new']) await history.add(visitor, entry('a'));
    utimesSync(join(at, 'v_old.jsonl'), 0, 0);
    await history.forgetOld(Date.now());
    expect([(await history.read('v_old')).length, (await history.read('v_new')).length]).toEqual([0, 1]);
  });
});

describe('what an agent writes', () => {
  it.each([
    ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['[click](javascript:alert(1)) ![x](data:text/html,x)', 'click x'],
    ['a &lt;b&gt; **&amp;**', 'a &lt;b&gt; &amp;'],
  ])('%j stays text', (markdown, text) => {
    const nodes = toNodes(markdown);
    expect(textOf(nodes)).toBe(text);
    expect(JSON.stringify(nodes)).not.toMatch(/"href":"(javascript|data)/);
  });

  it('has lists, code, tables and links', () => {
    expect(toNodes('- [x] one\n\n```js\na < b\n```\n\n| a |\n|---|\n| [b](https://example.com) |')).toEqual([
      { tag: 'ul', children: [{ tag: 'li', children: ['☑ ', 'one'] }] },
      { tag: 'pre', children: ['a < b'] },
      {
        tag: 'table',
        children: [
          { tag: 'tr', children: [{ tag: 'td', children: ['a'] }] },
          { tag: 'tr', children: [{ tag: 'td', children: [{ tag: 'a', href: 'https://example.com', children: ['b'] }] }] },
        ],
      },
    ]);
    expect(plainNodes('**a**\nb')).toEqual([{ tag: 'p', children: ['**a**', { tag: 'br', children: [] }, 'b'] }]);
  });
});

it('says which port it could not have, and serves a script that is one', async () => {
  const { base, host, platform } = await start();
  const script = await (await fetch(`${base}/chat.js`)).text();
  // Not run here: e2e/webchat.test.ts does it, in a browser.
  expect(() => new Function(script)).not.toThrow();
  expect(host.statuses.at(-1)?.detail).toContain(`<script src="${base}/chat.js" data-key="pk_`);
  const second = new WebChatChannel();
  await expect(second.start(createFakeHost().context(platform))).rejects.toThrow(/Port \d+ cannot be used \(EADDRINUSE\)/);
  expect(readFileSync(join(import.meta.dirname, '../src/box.ts'), 'utf8')).not.toContain('innerHTML');
});

describe('one visitor', () => {
  it('says 30 things a minute at most, and has eight connections', async () => {
    const { post, call, host } = await start();
    const answers: number[] = [];
    for (let count = 0; count < 32; count += 1) answers.push((await post('/messages', { id: `message-${count}`, text: 'x' })).status);
    expect(answers.slice(-3)).toEqual([204, 429, 429]);
    expect(host.heard).toHaveLength(30);
    const streams: Response[] = [];
    for (let count = 0; count < 9; count += 1) streams.push(await call('/events'));
    expect(streams.map(({ status }) => status).slice(-2)).toEqual([200, 429]);
    for (const { body } of streams) await body?.cancel();
  });

  it('has half a megabyte on the disk, the newest of it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'webchat-long-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const history = createHistory(folder);
    const text = 'x'.repeat(20_000);
    for (let count = 1; count <= 60; count += 1)
      await history.add('v_a', { id: `message-${count}`, by: 'visitor', nodes: plainNodes(text), at: count });
    expect(readFileSync(join(folder, 'v_a.jsonl')).byteLength).toBeLessThan(600 * 1024);
    const entries = await history.read('v_a');
    expect(entries.at(-1)).toMatchObject({ no: 60, id: 'message-60' });
    expect(entries.length).toBeGreaterThan(10);
  });
});
