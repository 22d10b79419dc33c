import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { contentOf } from '../src/content.ts';
import FeishuChannel from '../src/index.ts';
import { readMessage } from '../src/read-message.ts';
import { startFakeFeishu } from './fake-feishu.ts';
import events from './fixtures/events.json' with { type: 'json' };

describe('as every channel', () => {
  const platform = async () => (await startFakeFeishu()).platform;
  for (const { name, run } of testChannel({ create: () => FeishuChannel, platform })) test(name, run);
});

const started = async () => {
  const feishu = await startFakeFeishu();
  const host = createFakeHost();
  const channel = new FeishuChannel();
  await channel.start(host.context(feishu.platform));
  await host.until('online', () => host.statuses.at(-1)?.status === 'online');
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await feishu.platform.close();
  });
  return { feishu, host, channel };
};
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });

describe("Feishu's own examples", () => {
  it('are heard: who, where, in which thread, and whom they call', async () => {
    const { feishu, host } = await started();
    await feishu.deliver(events.message);
    expect(host.heard).toMatchObject([
      {
        id: 'om_5ce6d572455d361153b7cb51da133945',
        from: { id: 'ou_84aad35d084aa403a838cf73ee18467', isBot: false },
        conversationId: 'oc_5ce6d572455d361153b7xx51da133945',
        chatType: 'group',
        threadId: 'om_5ce6d572455d361153b7cb5xxfsdfsdfdsf',
        content: '@Tom hello',
        mentionsMe: false,
        timestamp: 1_609_073_151_345,
      },
    ]);
  });

  it('come in pieces too, as the long connection cuts what is large', async () => {
    const { feishu, host } = await started();
    await feishu.deliver(events.message, 3);
    expect(host.heard).toHaveLength(1);
  });

  it('are answered with a toast where a button was pressed', async () => {
    const { feishu, host } = await started();
    expect(await feishu.deliver(events.press)).toEqual({ toast: { type: 'info', content: 'pressed approve:42' } });
    expect(host.pressed).toEqual([
      { actionId: 'approve:42', from: { id: 'ou_12xxxxxx' }, conversationId: 'oc_e4d2605ca917e695f54f11aaf56xxxxx' },
    ]);
  });
});

const read = (kind: string, content: object, more: object = {}) =>
  readMessage(
    {
      sender: { sender_id: { open_id: 'ou_a' }, sender_type: 'user' },
      message: { message_id: 'om_1', chat_id: 'oc_1', chat_type: 'group', message_type: kind, content: JSON.stringify(content), ...more },
    },
    'ou_me',
  );

describe('reads', () => {
  it('a call of us', () => {
    const mentions = [
      { key: '@_user_1', id: { open_id: 'ou_b' }, name: 'Bo' },
      { key: '@_user_10', id: { open_id: 'ou_me' }, name: 'Bot' },
    ];
    expect(read('text', { text: '@_user_10 ask @_user_1' }, { mentions })?.message).toMatchObject({
      content: '@Bot ask @Bo',
      mentionsMe: true,
    });
  });

  it('a post with a picture', () => {
    const post = {
      title: 'Title',
      content: [
        [
          { tag: 'text', text: 'see ' },
          { tag: 'a', text: 'here', href: 'https://e.com' },
        ],
        [{ tag: 'img', image_key: 'img_1' }],
      ],
    };
    expect(read('post', post)).toMatchObject({
      message: { content: 'Title\nsee here (https://e.com)' },
      files: [{ key: 'img_1', kind: 'image' }],
    });
  });

  it('nothing in what says nothing', () => {
    expect(read('system', { template: '{from_user} joined' })).toBeNull();
    expect(
      readMessage(
        {
          sender: { sender_id: { open_id: 'ou_me' }, sender_type: 'app' },
          message: { message_id: 'om_1', chat_id: 'oc_1', chat_type: 'p2p', message_type: 'text', content: '{"text":"x"}' },
        },
        'ou_me',
      ),
    ).toBeNull();
  });
});

describe('writes', () => {
  const card = (given: Message): string => contentOf(given).content;

  it('calls nobody, whatever an agent writes', () => {
    expect(card(message({ content: '<at user_id="all">all</at>', format: 'plain' }))).not.toContain('<at');
    expect(card(message({ content: '<at id=all></at>' }))).not.toContain('<at');
  });

  it('links to a picture, for a card takes none by address', () => {
    expect(card(message({ content: 'see ![cat](https://e.com/c.png)' }))).toContain('see [cat](https://e.com/c.png)');
  });
});

it('asks for another token once when the one it has is refused', async () => {
  const { feishu, channel } = await started();
  feishu.platform.refuse({ because: 'auth' });
  await expect(channel.sendMessage(feishu.platform.to, message({}))).rejects.toMatchObject({ code: 'AUTH' });
  feishu.platform.refuse(null);
  await channel.sendMessage(feishu.platform.to, message({}));
  expect(feishu.platform.sent()).toHaveLength(1);
});

it('goes on with the files when the text has arrived', async () => {
  const { feishu, host, channel } = await started();
  const file = host.addBlob({ name: 'a.txt', type: 'text/plain', data: new Uint8Array([1]) });
  await expect(channel.sendMessage(feishu.platform.to, message({ attachments: [{ ...file, blob: 'gone' }] }))).rejects.toThrow();
  await channel.sendMessage(feishu.platform.to, message({ attachments: [file] }));
  expect(feishu.platform.sent().map(({ text, files }) => [text, files])).toEqual([
    ['hello', undefined],
    ['', ['a.txt']],
  ]);
});

it('says what is missing', async () => {
  for (const [config, secrets] of [
    [{}, {}],
    [{ appId: 'cli_9f5343c580712544' }, {}],
  ]) {
    const host = createFakeHost();
    await new FeishuChannel().start(host.context({ config: config ?? {}, secrets: secrets ?? {} }));
    expect(host.statuses.at(-1)?.status).toBe('needs-auth');
  }
});
