import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import type { BaseMessage } from '@wecom/aibot-node-sdk';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import WecomChannel from '../src/index.ts';
import { readMessage } from '../src/read-message.ts';
import { startFakeWecom } from './fake-wecom.ts';
import callbacks from './fixtures/callbacks.json' with { type: 'json' };

describe('as every channel', () => {
  const platform = async () => (await startFakeWecom()).platform;
  // A bot hears people only; WeCom waits for no acknowledgement, and does not say for how long to wait.
  const lacks = ['redelivery', 'bots', 'self', 'rate-limit'] as const;
  for (const { name, run } of testChannel({ create: () => WecomChannel, platform, lacks })) test(name, run);
});

const started = async () => {
  const wecom = await startFakeWecom();
  const host = createFakeHost();
  const channel = new WecomChannel();
  await channel.start(host.context(wecom.platform));
  await host.until('online', () => host.statuses.at(-1)?.status === 'online');
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await wecom.platform.close();
  });
  return { wecom, host, channel };
};
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });
const read = (body: object) => readMessage(body as BaseMessage);

describe("WeCom's own examples", () => {
  it('are heard, in a group as what speaks to us', () => {
    expect(read(callbacks.text)?.message).toEqual({
      id: 'CAIQ16HMjQYY/NGagIOAgAMgq4KM0AI=',
      from: { id: 'USERID' },
      conversationId: 'CHATID',
      chatType: 'group',
      content: '@RobotA hello robot',
      mentionsMe: true,
    });
    expect(read(callbacks.voice)?.message).toMatchObject({
      content: '这是语音转成文本的内容',
      conversationId: 'USERID',
      chatType: 'direct',
    });
  });

  it('have their pictures, with the key of each', () => {
    expect(read(callbacks.mixed)).toMatchObject({
      message: { content: '@机器人 这是今日的测试情况' },
      files: [{ url: expect.stringContaining('myqcloud.com'), key: 'AESKEY', type: 'image/jpeg' }],
    });
  });

  it('are not answered where nobody has said anything', () => {
    expect(read(callbacks.entered)).toBeNull();
  });
});

it('hands a message over again when the gateway could not take it, for WeCom does not', async () => {
  const { wecom, host } = await started();
  host.answerMessagesBy('refuse');
  await wecom.platform.say?.({ id: '1', text: 'hello', from: 'person' });
  await host.until('refused', () => host.heard.length > 0);
  host.answerMessagesBy('take');
  await host.until('handed over again', () => host.heard.length > 1);
  expect(host.heard.map(({ id }) => id)).toEqual(['1', '1']);
});

it('says in the message which file could not be fetched', async () => {
  const { wecom, host } = await started();
  const image = { url: `${String(wecom.platform.config.wsUrl).replace('ws:', 'http:')}/gone` };
  await wecom.deliver('aibot_msg_callback', { msgid: '1', chattype: 'single', from: { userid: 'a' }, msgtype: 'image', image });
  await host.until('heard', () => host.heard.length > 0);
  expect(host.heard[0]).toMatchObject({ content: '[picture.jpg could not be fetched]', attachments: [] });
});

it('turns a card into what its button has done', async () => {
  const { wecom, host, channel } = await started();
  await channel.sendMessage(
    'zhangsan',
    message({ content: '**May I?**\nmore', actions: [{ id: 'approve:42', label: 'Yes', style: 'primary' }] }),
  );
  await wecom.platform.press?.('Yes');
  await host.until('pressed', () => host.pressed.length > 0);
  await channel.health();
  const card = { main_title: { title: 'pressed approve:42' }, task_id: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(wecom.updates).toMatchObject([card]);
});

it('does not fight with another program for the connection', async () => {
  const { wecom, host } = await started();
  await wecom.deliver('aibot_event_callback', {
    msgid: '1',
    from: { userid: '' },
    msgtype: 'event',
    event: { eventtype: 'disconnected_event' },
  });
  await host.until('offline', () => host.statuses.at(-1)?.status === 'offline');
  expect(host.statuses.at(-1)?.detail).toContain('Another program');
});

it('calls nobody, whatever an agent writes', async () => {
  const { wecom, channel } = await started();
  await channel.sendMessage('zhangsan', message({ content: 'hello <@all>' }));
  expect(wecom.platform.sent()[0]?.text).not.toContain('<@all>');
});

it('waits where WeCom says that it is too much', async () => {
  const { wecom, channel } = await started();
  wecom.platform.refuse({ because: 'rate-limit', retryAfterMs: 0 });
  await expect(channel.sendMessage('zhangsan', message({}))).rejects.toMatchObject({ code: 'RATE_LIMIT', retryAfterMs: 60_000 });
});
