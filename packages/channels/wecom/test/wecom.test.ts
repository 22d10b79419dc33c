import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import type { BaseMessage } from '@wecom/aibot-node-sdk';
import { describe, expect, it, onTestFinished, test, vi } from 'vitest';
import { errorOf, isRefusedLogin } from '../src/errors.ts';
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

  it.each(['image', 'file', 'mixed'] as const)('are heard with what is fetched for them: %s', async (kind) => {
    const { wecom, host } = await started();
    const given = wecom.keep('kept', { name: '报告.pdf', data: new TextEncoder().encode('a file') });
    const body = JSON.stringify(callbacks[kind])
      .replace(/https:\/\/ww-aibot[^"]+/, given.url)
      .replace('AESKEY', given.aeskey);
    await wecom.deliver('aibot_msg_callback', JSON.parse(body));
    await host.until('heard', () => host.heard.length > 0);
    const [heard] = host.heard;
    expect(heard).toMatchObject({
      from: { id: 'USERID' },
      conversationId: kind === 'mixed' ? 'CHATID' : 'USERID',
      content: kind === 'mixed' ? '@机器人 这是今日的测试情况' : '',
      attachments: [{ name: '报告.pdf', type: kind === 'file' ? 'application/octet-stream' : 'image/jpeg' }],
    });
    expect(host.readBlob(heard?.attachments?.[0]?.blob ?? '')).toEqual(new TextEncoder().encode('a file'));
  });

  it('are heard once each, and nothing where somebody has only come in', async () => {
    const { wecom, host } = await started();
    await wecom.deliver('aibot_event_callback', callbacks.entered);
    for (const said of [callbacks.text, callbacks.voice]) await wecom.deliver('aibot_msg_callback', said);
    await host.until('both heard', () => host.heard.length > 1);
    expect(host.heard.map(({ id, chatType }) => [id, chatType])).toEqual([
      [callbacks.text.msgid, 'group'],
      [callbacks.voice.msgid, 'direct'],
    ]);
  });

  it('come with what somebody points at', () => {
    expect(read(callbacks.quote)?.message.content).toBe('> The release is on Friday.\n\n@RobotA what is meant by this?');
  });

  it('are pressed buttons', async () => {
    const { wecom, host } = await started();
    await wecom.deliver('aibot_event_callback', callbacks.pressed);
    await vi.waitUntil(() => wecom.updates.length > 0);
    expect(host.pressed).toEqual([{ actionId: 'approve:42', from: { id: 'USERID' }, conversationId: 'CHATID' }]);
    expect(wecom.updates).toMatchObject([{ card_type: 'text_notice', task_id: 'TASKID' }]);
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
  expect(wecom.updates).toMatchObject([{ main_title: { title: 'pressed approve:42' } }]);
});

it('sends a card again under another id, for WeCom takes each once', async () => {
  const { wecom, channel } = await started();
  const asked = message({ content: 'May I?', actions: [{ id: 'approve:42', label: 'Yes' }] });
  await channel.sendMessage('zhangsan', asked);
  await channel.sendMessage('zhangsan', asked);
  expect(wecom.platform.sent().filter(({ buttons }) => buttons)).toHaveLength(2);
});

describe('what it refuses is understood', () => {
  it.each([
    [853000, 'signature is incorrect, please check if the bot secret is correct', true],
    [93019, 'invalid bot_id', true],
    [45009, 'api freq out of limit', false],
    [-1, 'system busy', false],
  ])('at the door: %i', (code, words, isForGood) => {
    // As the SDK words it.
    expect(isRefusedLogin(new Error(`Authentication failed: ${words} (code: ${code})`))).toBe(isForGood);
  });

  it.each([
    [853000, 'AUTH'],
    [45009, 'RATE_LIMIT'],
    [93006, 'PEER'],
    [40058, 'INTERNAL'],
    [-1, 'NETWORK'],
  ])('later: %i is %s', (errcode, code) => {
    expect(errorOf({ headers: { req_id: '1' }, errcode, errmsg: 'words' })).toMatchObject({
      code,
      message: `WeCom answered ${errcode}: words`,
    });
  });
});

it('does not fight with another program for the connection', async () => {
  const { wecom, host } = await started();
  await wecom.deliver('aibot_event_callback', callbacks.replaced);
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
