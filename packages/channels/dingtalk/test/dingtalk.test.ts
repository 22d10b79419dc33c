import type { ChannelError, Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { TOPIC_ROBOT } from 'dingtalk-stream';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { createApi } from '../src/api.ts';
import { contentOf } from '../src/content.ts';
import DingTalkChannel from '../src/index.ts';
import { type BotMessage, readMessage } from '../src/read-message.ts';
import { startFakeDingTalk } from './fake-dingtalk.ts';
import fixtures from './fixtures/messages.json' with { type: 'json' };

describe('as every channel', () => {
  const platform = async () => (await startFakeDingTalk()).platform;
  // A robot hears people only, and DingTalk does not say for how long to wait.
  for (const { name, run } of testChannel({ create: () => DingTalkChannel, platform, lacks: ['bots', 'rate-limit'] })) test(name, run);
});

const started = async () => {
  const dingtalk = await startFakeDingTalk();
  const host = createFakeHost();
  const channel = new DingTalkChannel();
  await channel.start(host.context(dingtalk.platform));
  await host.until('online', () => host.statuses.at(-1)?.status === 'online');
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await dingtalk.platform.close();
  });
  return { dingtalk, host, channel };
};
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });

it("hears DingTalk's own example, and answers into the group", async () => {
  const { dingtalk, host, channel } = await started();
  await dingtalk.deliver('CALLBACK', TOPIC_ROBOT, fixtures.text);
  expect(host.heard[0]).toEqual({
    id: 'msg0xxxxx',
    from: { id: 'user123', name: '杨xx' },
    conversationId: 'cidxxxxxxxxx',
    chatType: 'group',
    content: '你好',
    mentionsMe: true,
    timestamp: 1_613_630_252_678,
  });
  await channel.sendMessage('cidxxxxxxxxx', message({ content: '**yes**' }));
  expect(dingtalk.platform.sent()).toMatchObject([{ to: 'cidxxxxxxxxx', text: '**yes**' }]);
});

describe('what it delivers is heard', () => {
  const about = {
    from: { id: '0326150155xxxx', name: '王xx' },
    conversationId: '0326150155xxxx',
    chatType: 'direct',
    timestamp: 1_774_081_002_701,
  };
  it.each([
    ['richText', '\nabc', ['picture.jpg']],
    ['picture', '', ['picture.jpg']],
    ['file', '', ['report.pdf']],
    ['audio', '钉钉，让进步发生', []],
    ['video', '', ['video.mp4']],
  ] as const)('%s', async (kind, content, names) => {
    const { dingtalk, host } = await started();
    await dingtalk.deliver('CALLBACK', TOPIC_ROBOT, fixtures[kind]);
    expect(host.heard).toMatchObject([{ ...about, id: fixtures[kind].msgId, content }]);
    expect((host.heard[0]?.attachments ?? []).map(({ name }) => name)).toEqual(names);
  });

  it('as a file, where it heard no words in it; and nothing in what says nothing', () => {
    const read = (msgtype: string, content: object) => readMessage({ ...fixtures.audio, msgtype, content } as BotMessage);
    expect(read('audio', { recognition: '', downloadCode: 'code-2' })).toMatchObject({ files: [{ code: 'code-2', type: 'audio/amr' }] });
    expect(read('unknownMsgType', { unknownMsgType: '不支持的消息类型' })).toBeNull();
  });
});

describe('what it refuses is understood', () => {
  it.each(fixtures.refusals)('$path $status $body.code $body.errcode $body.status', async ({ path, status, body, means }) => {
    const fetch = (async (url: string) =>
      new URL(url).pathname === path
        ? Response.json(body, { status })
        : Response.json({ accessToken: 'token-1', expireIn: 7200 })) as typeof globalThis.fetch;
    const api = createApi({ fetch, clientId: 'a', clientSecret: 'b', root: 'https://api.dingtalk.com' });
    const asked =
      path === '/media/upload' ? api.upload('file', 'a.pdf', new Blob(['a'])) : path.endsWith('/open') ? api.open([]) : api.call(path, {});
    const error = (await asked.catch((thrown: unknown) => thrown)) as ChannelError;
    expect(error).toMatchObject(means);
    expect(error.message).toContain('DingTalk');
  });
});

it('hands over by itself what the gateway could not take, for DingTalk may not tell it again', async () => {
  const { dingtalk, host } = await started();
  host.answerMessagesBy('refuse');
  dingtalk.push('CALLBACK', TOPIC_ROBOT, fixtures.audio);
  await host.until('refused', () => host.heard.length > 0);
  host.answerMessagesBy('take');
  await host.until('handed over again', () => host.heard.length > 1);
  expect(new Set(host.heard.map(({ id }) => id)).size).toBe(1);
});

it('stays where DingTalk sends what is no frame, and says which topics it does not know', async () => {
  const { dingtalk, host } = await started();
  for (const socket of dingtalk.sockets.keys())
    for (const nonsense of ['', 'null', '[]', '{"type":"CALLBACK"}', '{"type":"SYSTEM"}']) socket.send(nonsense);
  const answered = dingtalk.answer(dingtalk.push('SYSTEM', 'ping', { opaque: 'abc' }));
  expect(await answered).toMatchObject({ code: 200, message: 'OK', data: '{"opaque":"abc"}' });
  const frame = JSON.stringify({ type: 'CALLBACK', headers: { topic: '/v1.0/other', messageId: 'other-1' }, data: '{}' });
  const refused = dingtalk.answer('other-1');
  for (const socket of dingtalk.sockets.keys()) socket.send(frame);
  expect(await refused).toMatchObject({ code: 404 });
  expect(host.statuses.at(-1)?.status).toBe('online');
});

it("answers DingTalk's pings with what they said", async () => {
  const { dingtalk } = await started();
  expect(await dingtalk.deliver('SYSTEM', 'ping', { opaque: 'abc' })).toBe('{"opaque":"abc"}');
});

it('takes another connection when DingTalk asks for it', async () => {
  const { dingtalk, host } = await started();
  dingtalk.push('SYSTEM', 'disconnect', { reason: 'connection is expired' });
  await host.until('online again', () => host.statuses.filter(({ status }) => status === 'online').length === 2);
});

it('says whom DingTalk does not know, and waits where it is too much', async () => {
  const { dingtalk, channel } = await started();
  await expect(channel.sendMessage('nobody', message({}))).rejects.toMatchObject({ code: 'PEER', retryable: false });
  dingtalk.platform.refuse({ because: 'rate-limit', retryAfterMs: 0 });
  await expect(channel.sendMessage('manager7675', message({}))).rejects.toMatchObject({ code: 'RATE_LIMIT', retryAfterMs: 1_000 });
});

it('hands over what was said where the file with it is not to be had', async () => {
  const { dingtalk, host } = await started();
  const picture = { ...fixtures.text, text: undefined, msgtype: 'picture', content: { downloadCode: 'gone' } };
  await dingtalk.deliver('CALLBACK', TOPIC_ROBOT, picture);
  expect(host.heard[0]).toMatchObject({ content: '[picture.jpg could not be fetched]', attachments: [] });
});

it('sends a picture as one, and in a .zip what DingTalk takes no files of', async () => {
  const { dingtalk, host, channel } = await started();
  const add = (name: string, type: string) => host.addBlob({ name, type, data: new Uint8Array([1]) });
  const attachments = [add('a.png', 'image/png'), add('b.pdf', 'application/pdf'), add('c.txt', 'text/plain')];
  await channel.sendMessage('manager7675', message({ content: '', attachments }));
  expect(dingtalk.kinds).toEqual(['sampleImageMsg', 'sampleFile pdf', 'sampleFile zip']);
  expect(dingtalk.platform.sent().map(({ files }) => files?.[0])).toEqual(['a.png', 'b.pdf', 'c.txt']);
});

it('writes Markdown with its line breaks, and loads no picture', () => {
  const { msgKey, msgParam } = contentOf(message({ content: '# **Title**\n\na\nb ![cat](https://e.com/c.png)' }));
  expect(msgKey).toBe('sampleMarkdown');
  expect(JSON.parse(msgParam)).toEqual({ title: 'Title', text: '# **Title**\n\na  \nb [cat](https://e.com/c.png)' });
});
