import { readFileSync } from 'node:fs';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import MatrixChannel from '../src/index.ts';
import { readMessage, type TimelineEvent } from '../src/read-sync.ts';
import { toHtml } from '../src/to-html.ts';
import { me, startHomeserver } from './homeserver.ts';

describe('as every channel', () => {
  const platform = async () => (await startHomeserver()).platform;
  for (const { name, run } of testChannel({ create: () => MatrixChannel, platform })) test(name, run);
});

const room = '!room:example.org';
const place = { roomId: room, me, direct: false, isMine: (id: string) => id === '$mine:example.org' };
const read = (content: object, more: Partial<TimelineEvent> = {}) =>
  readMessage(
    { type: 'm.room.message', event_id: '$1', sender: '@ann:example.org', content: content as Record<string, unknown>, ...more },
    place,
  );
const text = (body: string, more: object = {}) => read({ msgtype: 'm.text', body, ...more });

describe('what is read', () => {
  const examples = JSON.parse(readFileSync(new URL('fixtures/events.json', import.meta.url), 'utf8')) as readonly TimelineEvent[];
  it('of the examples of the specification', () => {
    const said = examples.map((event) => readMessage(event, place));
    expect(said.map((one) => [one?.message.content, one?.file])).toEqual([
      ['This is an example text message', null],
      ['thinks this is an example emote', null],
      ['', { address: 'mxc://example.org/JWEIFJgwEIhweiWJE', name: 'filename.jpg', type: 'image/jpeg' }],
      ['', { address: 'mxc://example.org/FHyPlCeYUSFFxlgbQYZmoEoe', name: 'something-important.doc', type: 'application/msword' }],
      [undefined, undefined],
    ]);
  });

  it('knows when it is spoken to', () => {
    const speaksToUs = (content: object) => read({ msgtype: 'm.text', body: 'hi', ...content })?.message.mentionsMe;
    expect(speaksToUs({})).toBe(false);
    expect(speaksToUs({ 'm.mentions': { user_ids: [me] } })).toBe(true);
    expect(speaksToUs({ 'm.mentions': { user_ids: 'everybody' } })).toBe(false);
    expect(speaksToUs({ formatted_body: `<a href="https://matrix.to/#/${me}">claw</a>` })).toBe(true);
    expect(speaksToUs({ formatted_body: `<a href="https://matrix.to/#/${me}2">other</a>` })).toBe(false);
    expect(speaksToUs({ 'm.relates_to': { 'm.in_reply_to': { event_id: '$mine:example.org' } } })).toBe(true);
    // What a thread puts there for clients that know no threads is no answer.
    const fallback = { rel_type: 'm.thread', event_id: '$root', is_falling_back: true, 'm.in_reply_to': { event_id: '$mine:example.org' } };
    expect(speaksToUs({ 'm.relates_to': fallback })).toBe(false);
  });

  it('leaves out the quote of an answer, and keeps one that somebody wrote', () => {
    const body = '> <@bob:example.org> first\n> second\n\nyes';
    expect(text(body, { 'm.relates_to': { 'm.in_reply_to': { event_id: '$2' } } })?.message.content).toBe('yes');
    expect(text(body)?.message.content).toBe(body);
  });

  it('is nothing of what is ours, edited, taken back, or nonsense', () => {
    expect(read({ msgtype: 'm.text', body: 'x' }, { sender: me })).toBeNull();
    expect(text('* y', { 'm.relates_to': { rel_type: 'm.replace', event_id: '$1' } })).toBeNull();
    expect(read({})).toBeNull();
    expect(read({ msgtype: 'm.text', body: 5 })).toBeNull();
    expect(read({ msgtype: 'm.image', body: 'a.png', url: 5 })).toBeNull();
    expect(text('x', { 'm.relates_to': 'nonsense', 'm.mentions': null })?.message.content).toBe('x');
  });
});

describe('Markdown', () => {
  test.each([
    ['**bold** `a < b`', '<strong>bold</strong> <code>a &lt; b</code>'],
    ['one\ntwo', 'one<br>two'],
    ['<img src=x onerror=alert(1)> <b>', '&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;'],
    ['![a "picture"](https://example.com/?a&b)', '<a href="https://example.com/?a&amp;b">a &quot;picture&quot;</a>'],
    ['one\n\ntwo', '<p>one</p>\n<p>two</p>'],
  ])('%j', (markdown, html) => expect(toHtml(markdown)).toBe(html));
});

const prepare = async (state: Readonly<Record<string, unknown>> = {}) => {
  const server = await startHomeserver();
  const host = createFakeHost();
  const channel = new MatrixChannel();
  const ctx = host.context(server.platform);
  for (const [key, value] of Object.entries(state)) await ctx.state.set(key, value);
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await server.platform.close();
  });
  const begin = async () => {
    await channel.start(ctx);
    await host.until('online', () => host.statuses.at(-1)?.status === 'online');
  };
  return { server, host, channel, ctx, begin };
};

describe('with a homeserver', () => {
  it('does not answer what was said before it came, and keeps how far it has come', async () => {
    const { server, host, ctx, begin } = await prepare();
    server.add(room, '@ann:example.org', { msgtype: 'm.text', body: 'long ago' });
    await begin();
    await server.platform.say?.({ id: '1', text: 'now', from: 'person' });
    expect(host.heard.map(({ content }) => content)).toEqual(['now']);
    expect(await ctx.state.get('since')).toBe('s2');
  });

  it('looks up what a long absence left out, in order', async () => {
    const { server, host, begin } = await prepare({ since: 's0' });
    server.limits.timeline = 3;
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8]) server.add(room, '@ann:example.org', { msgtype: 'm.text', body: `${number}` });
    await begin();
    await host.until('all eight', () => host.heard.length === 8);
    expect(host.heard.map(({ content }) => content).join('')).toBe('12345678');
  });

  it('joins where it is invited, and knows a group from two people', async () => {
    const { server, host, begin } = await prepare();
    await begin();
    server.invite('!party:example.org');
    await expect.poll(() => server.isJoined('!party:example.org')).toBe(true);
    await server.acknowledged(server.add('!party:example.org', '@bob:example.org', { msgtype: 'm.text', body: 'all together' }));
    await server.platform.say?.({ id: '1', text: 'the two of us', from: 'person' });
    server.members(room, me, '@ann:example.org', '@bob:example.org');
    server.add(room, '@bob:example.org', { membership: 'join' }, { type: 'm.room.member' });
    await server.platform.say?.({ id: '2', text: 'not any more', from: 'person' });
    expect(host.heard.map(({ chatType }) => chatType)).toEqual(['group', 'direct', 'group']);
  });

  it('makes a room for somebody it writes to first, once', async () => {
    const { server, channel, begin } = await prepare();
    await begin();
    const send = (to: string, idempotencyKey: string) => channel.sendMessage(to, { id: '1', content: 'hello', idempotencyKey });
    for (const key of ['a', 'b']) await send('@ann:example.org', key);
    expect(server.platform.sent().map(({ to }) => to)).toEqual(['!direct1:example.org', '!direct1:example.org']);
    await expect(send('ann', 'c')).rejects.toMatchObject({ code: 'PEER' });
    await expect(send('!gone:example.org', 'd')).rejects.toMatchObject({ code: 'PEER' });
  });

  it('says once in an encrypted room that it cannot read it', async () => {
    const { server, host, begin } = await prepare();
    await begin();
    const encrypted = () => server.add(room, '@ann:example.org', { algorithm: 'm.megolm.v1.aes-sha2' }, { type: 'm.room.encrypted' });
    for (const _ of [1, 2]) await server.acknowledged(encrypted());
    const told = server.events.filter(({ sender }) => sender === me).map(({ content }) => content?.body);
    expect([told, host.heard]).toEqual([[expect.stringContaining('encrypted')], []]);
  });
});
