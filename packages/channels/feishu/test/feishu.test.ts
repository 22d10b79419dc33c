import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { createApi } from '../src/api.ts';
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

  it.each([
    ['post', '周报\n第一行 :超链接 (https://www.feishu.cn)@Tom\nreturn 0', ['picture.png', 'video.mp4']],
    ['image', '', ['picture.png']],
    ['file', '', ['报告.pdf']],
    ['audio', '', ['voice.opus']],
    ['media', '', ['演示.mp4']],
  ] as const)('are heard, whatever was said: %s', async (kind, content, names) => {
    const { feishu, host } = await started();
    const { event } = events.message;
    for (const [key] of JSON.stringify(events.contents[kind]).matchAll(/(img|file)_v2_\d+/g)) feishu.files.set(key, new Uint8Array([1]));
    const message = { ...event.message, message_type: kind, content: JSON.stringify(events.contents[kind]) };
    await feishu.deliver({ ...events.message, event: { ...event, message } });
    expect(host.heard).toMatchObject([{ content, from: { id: event.sender.sender_id.open_id } }]);
    expect(host.heard[0]?.attachments?.map(({ name }) => name)).toEqual(names);
  });

  it('say nothing as a sticker, which nobody can fetch', () => {
    expect(read('sticker', events.contents.sticker)).toBeNull();
  });

  it.each(events.refusals)('are understood as refusals: $code $msg', async ({ status, code, msg, means }) => {
    const fetch = (async (url: string) =>
      url.includes('/auth/')
        ? Response.json({ code: 0, msg: 'ok', tenant_access_token: 't-1', expire: 7200 })
        : Response.json({ code, msg }, { status })) as typeof globalThis.fetch;
    const api = createApi({ fetch, appId: 'a', appSecret: 'b', domain: 'https://open.feishu.cn' });
    const words = `code ${code}: ${msg}`;
    await expect(api.call('/im/v1/messages', { body: {} })).rejects.toMatchObject(
      means === 'NETWORK' ? { code: means } : { code: means, message: expect.stringContaining(words) },
    );
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

  it('a card as its second version has them', () => {
    // https://open.feishu.cn/document/feishu-cards/card-json-v2-structure: buttons stand among the elements, what they mean in `behaviors`.
    const actions = [{ id: 'approve:42', label: 'Yes', style: 'primary' as const }];
    expect(JSON.parse(card(message({ content: '**May I?**', actions })))).toEqual({
      schema: '2.0',
      config: { update_multi: true },
      body: {
        elements: [
          { tag: 'markdown', content: '**May I?**' },
          {
            tag: 'button',
            type: 'primary',
            text: { tag: 'plain_text', content: 'Yes' },
            behaviors: [{ type: 'callback', value: { action: 'approve:42' } }],
          },
        ],
      },
    });
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
