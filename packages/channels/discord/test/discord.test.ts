import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import DiscordChannel from '../src/index.ts';
import { type MessageEvent, readMessage } from '../src/read-message.ts';
import { createRest } from '../src/rest.ts';
import { startFakeDiscord } from './fake-discord.ts';
import payloads from './fixtures/payloads.json' with { type: 'json' };

describe('as every channel', () => {
  const platform = async () => (await startFakeDiscord()).platform;
  // Discord waits for no acknowledgement.
  for (const { name, run } of testChannel({ create: () => DiscordChannel, platform, lacks: ['redelivery'] })) test(name, run);
});

const started = async (options = {}) => {
  const discord = await startFakeDiscord(options);
  const host = createFakeHost();
  const channel = new DiscordChannel();
  await channel.start(host.context(discord.platform));
  const online = () => host.until('online', () => host.statuses.at(-1)?.status === 'online');
  await online();
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await discord.platform.close();
  });
  return { discord, host, channel, online };
};
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });
const read = (more: Partial<MessageEvent> = {}) => readMessage({ ...payloads.message, ...more }, '42');

it("hears Discord's own example of a message", () => {
  expect(read()?.message).toEqual({
    id: '334385199974967042',
    from: { id: '53908099506183680', name: 'Mason', isBot: false },
    conversationId: '290926798999357250',
    chatType: 'direct',
    content: 'Supa Hot',
    timestamp: Date.parse('2017-07-11T17:27:07.299Z'),
  });
});

it('reads the names of channels and pictures, and leaves what it does not know', () => {
  expect(read(payloads.crossposted)?.message.content).toBe('Big news! In this #big-news channel!');
  const content = '<:mmLol:216154654256398347> <a:b1nzy:392938283556143104> <@80351110224678912> <#103735883630395392>';
  expect(read({ content, mentions: [payloads.user] })?.message.content).toBe(':mmLol: :b1nzy: @Nelly <#103735883630395392>');
});

it('hears what somebody forwards, and the files in it', () => {
  const file = { id: '1', filename: 'a.txt', content_type: 'text/plain', size: 3, url: 'https://cdn.discordapp.com/a.txt' };
  const [snapshot] = payloads.forwarded.message_snapshots;
  const forwarded = { ...payloads.forwarded, message_snapshots: [{ message: { ...snapshot?.message, attachments: [file] } }] };
  expect(read({ ...forwarded, content: '' })).toMatchObject({
    message: { id: '1255957733279273083', content: 'original message' },
    files: [{ name: 'a.txt', size: 3 }],
  });
});

describe('in a server', () => {
  const us = { id: '42', username: 'our-bot', bot: true };
  it.each([
    ['a mention', { content: 'hey <@42>', mentions: [us] }, true],
    ['an answer to us', { type: 19, referenced_message: { author: us } }, true],
    ['talk of others', {}, false],
  ])('%s: mentionsMe', (_, more, mentionsMe) => {
    expect(read({ guild_id: '1', ...more })?.message).toMatchObject({ chatType: 'group', mentionsMe });
  });

  it('reads names, not numbers, and no notices', () => {
    expect(read({ content: '<@42> and <@!42>', mentions: [us] })?.message.content).toBe('@our-bot and @our-bot');
    expect(read({ type: 7 })).toBeNull();
    expect(read({ webhook_id: '5' })?.message.from.isBot).toBe(true);
  });
});

it('takes up a lost connection where it stopped, and misses nothing', async () => {
  const { discord, host, online } = await started();
  discord.platform.disconnect?.();
  await discord.platform.say?.({ id: '7', text: 'meanwhile', from: 'person' });
  await host.until('heard', () => host.heard.length > 0);
  await online();
  expect(discord.logins).toEqual(['identify', 'resume']);
  expect(host.heard.map(({ id }) => id)).toEqual(['7']);
});

it('signs in anew when Discord has forgotten the session', async () => {
  const { discord, host } = await started();
  discord.forgetSession();
  discord.platform.disconnect?.();
  await host.until('signed in anew', () => host.statuses.filter(({ status }) => status === 'online').length > 1);
  expect(discord.logins).toEqual(['identify', 'resume', 'identify']);
});

it('keeps the order in which things were said, however long a file takes', async () => {
  const { discord, host } = await started();
  await discord.platform.say?.({
    id: '1',
    text: 'one',
    from: 'person',
    file: { name: 'a.txt', type: 'text/plain', data: new Uint8Array(1_000_000) },
  });
  await discord.platform.say?.({ id: '2', text: 'two', from: 'person' });
  await host.until('both heard', () => host.heard.length > 1);
  expect(host.heard.map(({ content }) => content)).toEqual(['one', 'two']);
});

it('tells the one who pressed a button, and nobody else', async () => {
  const { discord, host, channel } = await started();
  await channel.sendMessage(discord.platform.to, message({ actions: [{ id: 'approve:42', label: 'Yes' }] }));
  await discord.platform.press?.('Yes');
  await host.until('pressed', () => host.pressed.length > 0);
  await channel.health();
  await channel.health();
  expect(discord.answers).toEqual([{ type: 4, data: { content: 'pressed approve:42', flags: 64 } }]);
});

it("hears Discord's own example of a button, and of who pressed it", async () => {
  const { discord, host } = await started();
  discord.deliver('INTERACTION_CREATE', payloads.press);
  await host.until('pressed', () => host.pressed.length > 0);
  expect(host.pressed).toEqual([{ actionId: 'click_one', from: { id: '53908232506183680' }, conversationId: '345626669114982999' }]);
});

it('takes up a connection that is open on its own side only', async () => {
  const { discord, host } = await started({ heartbeatMs: 400 });
  discord.goDeaf(true);
  await host.until('lost', () => host.statuses.at(-1)?.status === 'connecting');
  discord.goDeaf(false);
  await host.until('online again', () => host.statuses.at(-1)?.status === 'online');
  expect(discord.logins).toEqual(['identify', 'resume']);
});

describe('an error of Discord', () => {
  const answering = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    createRest({ fetch: async () => Response.json(body, { status, headers }), token: 't', root: 'https://discord.com/api/v10' })(
      '/channels/1/messages',
    );
  const { array, object, request } = payloads.errors;
  it.each([
    [array, 'activities.0.platform: Value must be one of'],
    [object, 'access_token: This field is required'],
    [request, 'Invalid Form Body; Command exceeds maximum size (8000)'],
  ])('says which field is wrong: %#', async (body, words) => {
    await expect(answering(400, body)).rejects.toMatchObject({ code: 'INTERNAL', message: expect.stringContaining(words) });
  });

  const { user, resource, global } = payloads.rateLimits;
  it.each([
    ['user', user, 64_570],
    ['resource', resource, 1_336_570],
    ['global', global, 64_570],
  ])('says for how long to wait: %s', async (_, { headers, body }, retryAfterMs) => {
    await expect(answering(429, body, headers as Record<string, string>)).rejects.toMatchObject({ code: 'RATE_LIMIT', retryAfterMs });
    await expect(answering(429, null, { 'Retry-After': '65' })).rejects.toMatchObject({ retryAfterMs: 65_000 });
  });
});

it.each([
  [4004, 'needs-auth', 'token'],
  [4011, 'needs-auth', 'more servers'],
  [4012, 'needs-auth', 'Update this app'],
  [4014, 'needs-auth', 'Message Content Intent'],
  [1006, 'connecting', 'lost'],
])('closed with %i: %s', async (code, status, words) => {
  const { discord, host } = await started();
  for (const socket of discord.sockets) code === 1006 ? socket.terminate() : socket.close(code);
  await host.until(status, () => host.statuses.at(-1)?.status === status);
  expect(host.statuses.at(-1)?.detail).toContain(words);
});
