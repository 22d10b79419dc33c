import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { contentOf } from '../src/content.ts';
import DingTalkChannel from '../src/index.ts';
import { readMessage } from '../src/read-message.ts';
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
  expect(readMessage(fixtures.text)?.message).toEqual({
    id: 'msg0xxxxx',
    from: { id: 'user123', name: '杨xx' },
    conversationId: 'cidxxxxxxxxx',
    chatType: 'group',
    content: '你好',
    mentionsMe: true,
    timestamp: 1_613_630_252_678,
  });
  const { dingtalk, channel } = await started();
  await channel.sendMessage('cidxxxxxxxxx', message({ content: '**yes**' }));
  expect(dingtalk.platform.sent()).toMatchObject([{ to: 'cidxxxxxxxxx', text: '**yes**' }]);
});

describe('reads', () => {
  const read = (msgtype: string, content: object) => readMessage({ ...fixtures.text, text: undefined as never, msgtype, content });
  it('text with pictures, and speech as text', () => {
    expect(read('richText', { richText: [{ text: 'see' }, { type: 'picture', downloadCode: 'code-1' }] })).toMatchObject({
      message: { content: 'see' },
      files: [{ code: 'code-1', type: 'image/jpeg' }],
    });
    expect(read('audio', { recognition: 'spoken', downloadCode: 'code-2' })).toMatchObject({ message: { content: 'spoken' }, files: [] });
    expect(read('unknown', {})).toBeNull();
  });
});

it("answers DingTalk's pings with what they said", async () => {
  const { dingtalk } = await started();
  expect(await dingtalk.deliver('SYSTEM', 'ping', { opaque: 'abc' })).toBe('{"opaque":"abc"}');
});

it('takes another connection when DingTalk asks for it', async () => {
  const { dingtalk, host } = await started();
  for (const socket of dingtalk.sockets) socket.send(JSON.stringify({ type: 'SYSTEM', headers: { topic: 'disconnect' }, data: '{}' }));
  await host.until('online again', () => host.statuses.filter(({ status }) => status === 'online').length === 2);
});

it('says whom DingTalk does not know, and waits where it is too much', async () => {
  const { dingtalk, channel } = await started();
  await expect(channel.sendMessage('nobody', message({}))).rejects.toMatchObject({ code: 'PEER', retryable: false });
  dingtalk.platform.refuse({ because: 'rate-limit', retryAfterMs: 0 });
  await expect(channel.sendMessage('manager7675', message({}))).rejects.toMatchObject({ code: 'RATE_LIMIT', retryAfterMs: 10_000 });
});

it('hands over what was said where the file with it is not to be had', async () => {
  const { dingtalk, host } = await started();
  const picture = { ...fixtures.text, text: undefined, msgtype: 'picture', content: { downloadCode: 'gone' } };
  await dingtalk.deliver('CALLBACK', '/v1.0/im/bot/messages/get', picture);
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
