import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { Api } from 'grammy';
import { describe, expect, it, onTestFinished, test, vi } from 'vitest';
import { toHtml } from '../src/html.ts';
import TelegramChannel from '../src/index.ts';
import { readMessage } from '../src/read-message.ts';
import { startFakeTelegram, token } from './fake-telegram.ts';
import updates from './fixtures/updates.json' with { type: 'json' };

describe('as every channel', () => {
  // Telegram tells no bot what it has said itself.
  const platform = async () => (await startFakeTelegram()).platform;
  for (const { name, run } of testChannel({ create: () => TelegramChannel, platform, lacks: ['self'] })) test(name, run);
});

const me = { id: 42, is_bot: true, first_name: 'Our bot', username: 'our_bot' } as const;
type Said = Parameters<typeof readMessage>[0];
const read = (message: object) => readMessage({ message_id: 1, date: 1, ...message } as Said, me as never);
const group = { chat: { id: -100, type: 'supergroup', title: 'Team' }, from: { id: 7, is_bot: false, first_name: 'Bo' } };

describe("Telegram's own examples", () => {
  const heard = (name: 'text' | 'reply' | 'entities' | 'audio' | 'voice' | 'document') => read(updates[name].message);

  it('are heard', () => {
    expect(heard('text')?.message).toEqual({
      id: '1111111:1365',
      from: { id: '1111111', name: 'Test Firstname Test Lastname', isBot: false },
      conversationId: '1111111',
      chatType: 'direct',
      content: '/start',
      timestamp: 1_441_645_532_000,
    });
    expect(heard('entities')?.message.content).toBe('Bold and italics');
    expect(heard('reply')?.message.content).toBe('/start');
  });

  it.each([
    ['text', '/start', []],
    ['reply', '/start', []],
    ['entities', 'Bold and italics', []],
    ['audio', '', ['Test music file']],
    ['voice', '', ['voice.ogg']],
    ['document', '', ['Testfile.pdf']],
    ['photo', 'Look', ['photo.jpg']],
  ] as const)('reach the gateway: %s', async (name, content, names) => {
    const { telegram, host } = await started();
    for (const id of ['AwADBAADbXXXXXXXXXXXGBdhD2l6_XX', 'AgADAgADlarge']) telegram.files.set(id, new Uint8Array([1]));
    await telegram.deliver('message', updates[name].message);
    expect(host.heard).toMatchObject([{ content, conversationId: '1111111', from: { name: 'Test Firstname Test Lastname' } }]);
    expect((host.heard[0]?.attachments ?? []).map(({ name: file }) => file)).toEqual(names);
  });

  it('reach it in their topic, where they speak to us', async () => {
    const { telegram, host } = await started();
    await telegram.deliver('message', updates.topic.message);
    expect(host.heard).toMatchObject([{ conversationId: '-1001234567890', chatType: 'group', threadId: '77', mentionsMe: true }]);
  });

  it('reach it as pressed buttons', async () => {
    const { telegram, host } = await started();
    await telegram.deliver('callback_query', updates.pressed.callback_query);
    expect(host.pressed).toEqual([
      { actionId: 'Data from button callback', from: { id: '1111111', name: 'Test Firstname', isBot: false } },
    ]);
    const answer = telegram.calls.find(({ method }) => method === 'answerCallbackQuery');
    expect(answer?.params).toMatchObject({ callback_query_id: '4382bfdwdsb323b2d9' });
  });

  it('are passed by where they say nothing, as what somebody has changed, or that somebody has blocked us', async () => {
    const { telegram, host } = await started();
    await telegram.deliver('edited_message', updates.edited.edited_message);
    await telegram.deliver('my_chat_member', updates.member.my_chat_member);
    expect(host.heard).toEqual([]);
  });

  it('have their files', () => {
    expect(heard('document')?.files).toEqual([
      { fileId: 'AwADBAADbXXXXXXXXXXXGBdhD2l6_XX', name: 'Testfile.pdf', type: 'application/pdf', size: 536392 },
    ]);
    expect([heard('voice')?.files[0]?.name, heard('audio')?.files[0]?.name]).toEqual(['voice.ogg', 'Test music file']);
  });
});

describe('in a group', () => {
  it.each([
    ['a mention', { text: 'hey @Our_Bot', entities: [{ type: 'mention', offset: 4, length: 8 }] }, true],
    ['the mention of another', { text: 'hey @our_bother', entities: [{ type: 'mention', offset: 4, length: 11 }] }, false],
    ['a command for us', { text: '/ask@our_bot', entities: [{ type: 'bot_command', offset: 0, length: 12 }] }, true],
    ['a name that is tapped', { text: 'Our bot', entities: [{ type: 'text_mention', offset: 0, length: 7, user: me }] }, true],
    ['an answer to us', { text: 'yes', reply_to_message: { from: me } }, true],
    ['talk of others', { text: 'our_bot is slow' }, false],
  ])('%s: mentionsMe', (_, said, mentionsMe) => {
    expect(read({ ...group, ...said })?.message).toMatchObject({ chatType: 'group', conversationId: '-100', mentionsMe });
  });

  it('has topics', () => {
    expect(read({ ...group, text: 'x', is_topic_message: true, message_thread_id: 5 })?.message.threadId).toBe('5');
    expect(read({ ...group, text: 'x', message_thread_id: 5 })?.message.threadId).toBeUndefined();
  });

  it('says nothing when somebody joins', () => {
    expect(read({ ...group, new_chat_members: [group.from] })).toBeNull();
  });
});

const started = async () => {
  const telegram = await startFakeTelegram();
  const host = createFakeHost();
  const channel = new TelegramChannel();
  await channel.start(host.context(telegram.platform));
  await host.until('online', () => host.statuses.at(-1)?.status === 'online');
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await telegram.platform.close();
  });
  return { telegram, host, channel };
};
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });

it('the fake is what a client of others takes it for', async () => {
  const { platform, root } = await startFakeTelegram();
  onTestFinished(platform.close);
  const api = new Api(token, { apiRoot: root });
  expect((await api.getMe()).username).toBe('our_bot');
  const { message_id: id } = await api.sendMessage(platform.to, '<b>a</b> &amp; b', { parse_mode: 'HTML', message_thread_id: 77 });
  await api.editMessageText(platform.to, id, 'new words');
  expect(platform.sent().map(({ text }) => text)).toEqual(['new words']);
  await expect(new Api('1:wrong', { apiRoot: root }).getMe()).rejects.toMatchObject({ error_code: 401 });
  const said = platform.say?.({ id: '5', text: 'hi', from: 'person' });
  const [update] = await api.getUpdates();
  expect(update?.message?.text).toBe('hi');
  void api.getUpdates({ offset: (update?.update_id ?? 0) + 1 }).catch(() => undefined);
  await said;
});

it('rests where what is between answers at once', async () => {
  const { telegram } = await started();
  telegram.hurry();
  const asked = (): readonly number[] => telegram.calls.filter(({ method }) => method === 'getUpdates').map(({ at }) => at);
  await vi.waitUntil(() => asked().length > 2, { timeout: 5_000 });
  const [, second = 0, third = 0] = asked();
  expect(third - second).toBeGreaterThan(900);
});

it('keeps the order in which things were said, and asks for each only once it has them', async () => {
  const { telegram, host } = await started();
  await Promise.all(['1', '2', '3'].map((id) => telegram.platform.say?.({ id, text: id, from: 'person' })));
  expect(host.heard.map(({ content }) => content)).toEqual(['1', '2', '3']);
});

it('does not send a text again because the file after it has failed', async () => {
  const { telegram, host, channel } = await started();
  const file = host.addBlob({ name: 'a.txt', type: 'text/plain', data: new Uint8Array([1]) });
  const long = message({ content: 'x'.repeat(2_000), format: 'plain', attachments: [{ ...file, blob: 'gone' }] });
  await expect(channel.sendMessage('1', long)).rejects.toThrow();
  await channel.sendMessage('1', { ...long, attachments: [file] });
  expect(telegram.platform.sent().map(({ files = [] }) => files)).toEqual([[], ['a.txt']]);
});

it('answers what somebody replied to, also where it came as chat and message', async () => {
  const { telegram, channel } = await started();
  await channel.sendMessage('1111111', message({ replyTo: '1111111:1365' }));
  expect(JSON.parse(telegram.calls.find(({ method }) => method === 'sendMessage')?.params.reply_parameters ?? '')).toMatchObject({
    message_id: 1365,
  });
});

it('leaves out a button that Telegram would not take', async () => {
  const { telegram, channel } = await started();
  await channel.sendMessage(
    '1',
    message({
      actions: [
        { id: 'x'.repeat(65), label: 'Long' },
        { id: 'ok', label: 'OK' },
      ],
    }),
  );
  expect(telegram.platform.sent()[0]?.buttons).toEqual(['OK']);
});

it('says what to do when the token is none', async () => {
  for (const given of ['', 'not a token']) {
    const host = createFakeHost();
    await new TelegramChannel().start(host.context({ config: {}, secrets: { token: given } }));
    expect(host.statuses.at(-1)?.status).toBe('needs-auth');
  }
});

describe('Markdown', () => {
  it.each([
    ['**bold** _it_ ~~no~~ `c<d`', '<b>bold</b> <i>it</i> <s>no</s> <code>c&lt;d</code>'],
    ['# Title\n\ntext', '<b>Title</b>\n\ntext'],
    ['```js\na < b\n```', '<pre><code class="language-js">a &lt; b</code></pre>'],
    ['- one\n- two\n  1. three', '• one\n• two\n   1. three'],
    ['- [x] done\n- [ ] open', '☑ done\n☐ open'],
    ['> said', '<blockquote>said</blockquote>'],
    ['[site](https://e.com/?a=1&b="2")', '<a href="https://e.com/?a=1&amp;b=&quot;2&quot;">site</a>'],
    ['[bad](javascript:alert(1)) <script>', 'bad &lt;script&gt;'],
    ['| a | b |\n|-|-|\n| 1 | 2 |', '<pre>a | b\n1 | 2</pre>'],
  ])('%j', (markdown, html) => {
    expect(toHtml(markdown)).toBe(html);
  });
});

test('hears on where a file is not to be had', async () => {
  const { telegram, host } = await started();
  // An empty one is none for the gateway.
  await telegram.platform.say?.({
    id: '1',
    text: 'look',
    from: 'person',
    file: { name: 'a.txt', type: 'text/plain', data: new Uint8Array() },
  });
  await telegram.platform.say?.({ id: '2', text: 'and on', from: 'person' });
  await host.until('both heard', () => host.heard.length === 2);
  expect(host.heard.map(({ content }) => content)).toEqual(['look\n[a.txt: could not be fetched]', 'and on']);
});
