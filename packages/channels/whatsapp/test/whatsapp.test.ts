import { readFileSync } from 'node:fs';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import WhatsAppChannel from '../src/index.ts';
import { readCall } from '../src/read-call.ts';
import { toWhatsApp } from '../src/to-whatsapp.ts';
import { phoneNumberId, secrets, startGraphApi } from './graph-api.ts';

describe('as every channel', () => {
  const platform = async (host: Parameters<typeof startGraphApi>[0]) => (await startGraphApi(host)).platform;
  for (const { name, run } of testChannel({ create: () => WhatsAppChannel, platform, lacks: ['bots', 'self'] })) test(name, run);
});

describe('the examples of the documentation', () => {
  const calls = JSON.parse(readFileSync(new URL('fixtures/calls.json', import.meta.url), 'utf8')) as Readonly<Record<string, object>>;
  const read = (name: string, number = phoneNumberId) => readCall(new TextEncoder().encode(JSON.stringify(calls[name])), number);

  it('text', () => {
    expect(read('text').heard).toMatchObject([
      {
        message: {
          id: 'wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA=',
          from: { id: '16505551234', name: 'Sheena Nelson' },
          content: 'Does it come in another color?',
          timestamp: 1_749_416_383_000,
        },
        file: null,
      },
    ]);
    expect(read('text', '1').heard).toEqual([]);
  });

  it('a picture and a document', () => {
    expect(read('image').heard).toMatchObject([
      { message: { content: 'Taj Mahal' }, file: { id: '1003383421387256', name: 'image.jpeg', type: 'image/jpeg' } },
    ]);
  });

  it('a button, and what says nothing', () => {
    expect(read('button').heard).toMatchObject([
      { action: { actionId: 'change-button', from: { id: '16505551234', name: 'Sheena Nelson' } } },
    ]);
    for (const name of ['reaction', 'delivered', 'unsupported', 'group']) expect(read(name), name).toEqual({ heard: [], failed: [] });
  });

  it('failures, of a message and of the number', () => {
    expect(read('failed')).toEqual({
      heard: [],
      failed: [
        { id: 'wamid.failed', words: expect.stringMatching(/^Re-engagement message: Message failed to send because more than 24 hours/) },
      ],
    });
    expect(read('errors')).toEqual({ heard: [], failed: [{ words: expect.stringMatching(/^Rate limit hit: .*too many messages/) }] });
  });

  it('reach the gateway, each as what it is', async () => {
    const { host, graph } = await start();
    for (const name of ['text', 'button', 'failed', 'errors', 'unsupported']) {
      const { entry } = calls[name] as { entry: { changes: { value: object }[] }[] };
      expect(await graph.post(entry[0]?.changes[0]?.value ?? {}), name).toEqual({ status: 200 });
    }
    expect(host.heard.map(({ content, from }) => [content, from.name])).toEqual([['Does it come in another color?', 'Sheena Nelson']]);
    expect(host.pressed.map(({ actionId }) => actionId)).toEqual(['change-button']);
    expect(host.logged).toMatchObject([
      expect.stringContaining('WhatsApp could not deliver a message.'),
      expect.stringContaining('something is wrong with the number or the app.'),
    ]);
  });
});

describe('Markdown', () => {
  test.each([
    ['**bold** and *italic*, ~~gone~~, `code`', '*bold* and _italic_, ~gone~, `code`'],
    ['# Title\n\ntext', '*Title*\n\ntext'],
    ['- one\n- two\n  - deep', '- one\n- two\n  - deep'],
    ['- [x] done\n- [ ] to do', '- ☑ done\n- ☐ to do'],
    ['3. three\n4. four', '3. three\n4. four'],
    ['> said', '> said'],
    ['```ts\nconst a = 1;\n```', '```\nconst a = 1;\n```'],
    ['[text](https://example.com/?a=1&b=2) <https://example.com>', 'text (https://example.com/?a=1&b=2) https://example.com'],
    ['| a | b |\n|---|---|\n| 1 | **2** |', 'a | b\n1 | *2*'],
    ['a < b & c > d', 'a < b & c > d'],
    ['<b>raw</b>', '<b>raw</b>'],
  ])('%j', (markdown, words) => expect(toWhatsApp(markdown)).toBe(words));
});

const start = async (given: Partial<typeof secrets> = {}) => {
  const host = createFakeHost();
  const graph = await startGraphApi(host);
  const channel = new WhatsAppChannel();
  onTestFinished(graph.platform.close);
  await channel.start(host.context({ config: graph.platform.config, secrets: { ...secrets, ...given } }) as never);
  return { host, channel, graph };
};
const message = { id: '1', content: 'hello', idempotencyKey: 'k' };

it('proves to Meta that the hook is ours, and to nobody else', async () => {
  const { host } = await start();
  const ask = (query: string) => host.request({ method: 'GET', query });
  expect(await ask('hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=my-verify-token')).toMatchObject({
    status: 200,
    body: '1158201444',
  });
  expect(await ask('hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=other')).toEqual({ status: 403 });
});

it('hears nothing that is not signed by the secret of the app', async () => {
  const { host, graph } = await start();
  const value = { metadata: { phone_number_id: phoneNumberId }, messages: [{ from: '1', id: 'x', type: 'text', text: { body: 'hi' } }] };
  expect(await graph.post(value, 'another-secret-of-32-characters!')).toEqual({ status: 401 });
  expect(await host.request({ body: new TextEncoder().encode('{}') })).toEqual({ status: 401 });
  expect(host.heard).toEqual([]);
});

it('says that somebody has not written for a day, and does not try again', async () => {
  const { channel } = await start();
  await expect(channel.sendMessage('10000000000', message)).rejects.toMatchObject({ code: 'PEER', retryable: false });
});

it('puts buttons under a long text, three of them, with short words', async () => {
  const { channel, graph } = await start();
  const actions = ['Allow once', 'Allow for this whole session', 'Deny', 'Never'].map((label, index) => ({ id: `a:${index}`, label }));
  await channel.sendMessage('1', { ...message, content: 'x'.repeat(2_000), actions });
  expect(graph.sent.map(({ type }) => type)).toEqual(['text', 'interactive']);
  expect(graph.platform.sent()[1]?.buttons).toEqual(['Allow once', 'Allow for this whol…', 'Deny']);
});

it('asks for what it needs', async () => {
  const { host } = await start({ appSecret: '' });
  expect(host.statuses.at(-1)?.status).toBe('needs-auth');
});

it('tells what was said where its file is not to be had, so that Meta does not call again', async () => {
  const { host, graph } = await start();
  // An empty one is none for the gateway.
  const file = { name: 'a.pdf', type: 'application/pdf', data: new Uint8Array() };
  await graph.platform.say?.({ id: '1', text: 'look', from: 'person', file });
  await host.until('heard', () => host.heard.length > 0);
  expect(host.heard[0]).toMatchObject({ content: 'look\n[a.pdf could not be fetched]' });
});
