import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import TelegramChannel from '../../packages/channels/telegram/src/index.ts';
import { startFakeTelegram } from '../../packages/channels/telegram/test/fake-telegram.ts';
import { contents, startChannelGateway } from '../testing/channel-gateway.ts';
import { type ScriptedChannel, scriptChannel } from '../testing/scripted-channel.ts';
import { createTestHome, putFile } from '../testing/test-gateway.ts';
import type { ChatRequest, Reply } from '../testing/upstream.ts';
import { installed } from './plugin-host.conformance.ts';

/** Attaches these, and says this. */
const attaches =
  (words: string, ...paths: readonly string[]) =>
  ({ messages }: ChatRequest): Reply =>
    messages.at(-1)?.role === 'tool'
      ? { kind: 'text', chunks: words === '' ? [] : [words] }
      : { kind: 'tools', calls: paths.map((path, at) => ({ id: `c${at}`, name: 'attach_file', arguments: { path } })) };

const start = async (channel: ScriptedChannel, words = 'Here', ...names: readonly string[]) => {
  const home = createTestHome();
  const files = names.length > 0 ? names : ['a.txt', 'b.pdf'];
  for (const name of files) putFile(home, 'main', name, `bytes of ${name}`);
  return startChannelGateway(channel, { home, model: attaches(words, ...files) });
};
const shown = ({ sent }: ScriptedChannel) =>
  sent.map(({ message }) => [message.content, (message.attachments ?? []).map(({ name }) => name)]);
const refused = (code: string) => Object.assign(new Error('too large'), { name: 'ChannelError', code, retryable: false });

describe('the files of a reply', () => {
  test('come behind its text, each as a message of its own that the plugin can read', async () => {
    const channel = scriptChannel({ attachments: true, markdown: true });
    await start(channel);
    await channel.say({ content: 'hi', chatType: 'group', conversationId: 'room', mentionsMe: true });
    await expect.poll(() => channel.sent).toHaveLength(3);
    expect(shown(channel)).toEqual([
      ['Here', []],
      ['', ['a.txt']],
      ['', ['b.pdf']],
    ]);
    expect(channel.sent.map(({ to, message }) => [to, message.replyTo])).toEqual([
      ['room', 'in-1'],
      ['room', undefined],
      ['room', undefined],
    ]);
    const [pdf] = channel.sent[2]?.message.attachments ?? [];
    expect(pdf).toMatchObject({ type: 'application/pdf', size: 14 });
    expect(Buffer.from(await channel.context().blobs.read(pdf?.blob ?? '')).toString()).toBe('bytes of b.pdf');
  });

  test('are the whole reply where nothing is said', async () => {
    const channel = scriptChannel({ attachments: true });
    await start(channel, '');
    await channel.say({ content: 'hi', chatType: 'group', conversationId: 'room', mentionsMe: true });
    await expect
      .poll(() => shown(channel))
      .toEqual([
        ['', ['a.txt']],
        ['', ['b.pdf']],
      ]);
    expect(channel.sent[0]?.message.replyTo).toBe('in-1');
  });

  test('go with the end of its text as far as the channel takes both as one', async () => {
    const channel = scriptChannel({ attachments: true, attachmentsWithText: 30, maxLength: 64 });
    await start(channel, `${'x'.repeat(60)}\n\nHere`, 'a.txt', 'b.txt', 'c.txt');
    await channel.say({ content: 'hi' });
    await expect
      .poll(() => shown(channel))
      .toEqual([
        ['x'.repeat(60), []],
        ['Here', ['a.txt', 'b.txt']],
        ['', ['c.txt']],
      ]);
  });

  test('are named, in the language of the reply, where the channel takes none', async () => {
    const channel = scriptChannel();
    await start(channel, '给你', 'a_b.txt', '报告.pdf');
    await channel.say({ content: 'hi' });
    await expect
      .poll(() => contents(channel))
      .toEqual(['给你\n\n（文件无法发到这里：a_b.txt、报告.pdf。网关的主人可以在控制台的这段对话里取得。）']);
  });

  test('that the platform will not have are named instead, and the rest arrives', async () => {
    const channel = scriptChannel({ attachments: true, markdown: true });
    channel.script = ({ message }) => {
      if (message.attachments?.[0]?.name === 'a.txt') throw refused('UNSUPPORTED');
    };
    const { ask } = await start(channel);
    await channel.say({ content: 'hi' });
    await expect.poll(() => channel.sent).toHaveLength(3);
    expect(shown(channel)).toEqual([
      ['Here', []],
      ['', ['b.pdf']],
      ['(Could not be sent here: `a.txt`. The owner of this gateway finds it in this conversation in the console.)', []],
    ]);
    const { messages } = (await ask('GET', '/channels/chat/outbox?dead=true')).json;
    expect(messages).toMatchObject([{ error: 'too large' }]);
    // Somebody may have raised the limit.
    channel.script = () => undefined;
    await ask('POST', '/channels/chat/outbox', { messageId: messages[0].id });
    await expect.poll(() => shown(channel).at(-1)).toEqual(['', ['a.txt']]);
  });

  test('keep no text from arriving that would have come with them', async () => {
    const channel = scriptChannel({ attachments: true, attachmentsWithText: 100 });
    channel.script = ({ message }) => {
      if (message.attachments) throw refused('PEER');
    };
    await start(channel);
    await channel.say({ content: 'hi' });
    await expect.poll(() => contents(channel)).toHaveLength(2);
    expect(contents(channel)).toEqual(['Here', expect.stringContaining('(Could not be sent here: a.txt, b.pdf.')]);
  });

  test('that are gone by then are named', async () => {
    const channel = scriptChannel({ attachments: true });
    const { gateway } = await start(channel, 'Here', 'a.txt');
    const folder = join(gateway.home.folder, 'data', 'uploads');
    channel.script = async ({ message: { attachments = [] } }) => {
      for (const name of readdirSync(folder)) rmSync(join(folder, name));
      for (const { blob } of attachments) await channel.context().blobs.read(blob);
    };
    await channel.say({ content: 'hi' });
    await expect.poll(() => contents(channel)).toHaveLength(2);
    expect(contents(channel)).toEqual(['Here', expect.stringContaining('a.txt')]);
  });

  test('arrive once, though one of them takes three tries and a restart', async () => {
    const home = createTestHome();
    for (const name of ['a.txt', 'b.txt']) putFile(home, 'main', name, name);
    const first = scriptChannel({ attachments: true });
    let tries = 0;
    first.script = ({ message }) => {
      if (message.attachments?.[0]?.name !== 'b.txt') return;
      tries += 1;
      throw Object.assign(new Error('away'), { name: 'ChannelError', code: 'NETWORK', retryable: true });
    };
    const options = { home, model: attaches('Here', 'a.txt', 'b.txt') };
    const { gateway } = await startChannelGateway(first, options);
    await first.say({ content: 'hi' });
    await expect.poll(() => tries).toBe(1);
    await gateway.stop();
    const second = scriptChannel({ attachments: true });
    const { ask } = await startChannelGateway(second, options);
    await expect.poll(() => second.sent).toHaveLength(1);
    expect([...shown(first), ...shown(second)]).toEqual([
      ['Here', []],
      ['', ['a.txt']],
      ['', ['b.txt']],
    ]);
    const { messages } = (await ask('GET', '/channels/chat/outbox')).json;
    expect(messages.map(({ maybeDuplicate }: { maybeDuplicate: boolean }) => maybeDuplicate)).toEqual([false, false, false]);
  });
});

test('a bundled channel brings a file to its platform, byte by byte', async () => {
  const { platform } = await startFakeTelegram();
  onTestFinished(platform.close);
  const home = createTestHome();
  const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, at) => at % 251));
  writeFileSync(putFile(home, 'main', 'report.pdf', ''), bytes);
  for (const [name, value] of Object.entries(platform.secrets ?? {})) await home.secrets.set(`channel.chat.${name}`, value);
  const { configSchema, uiHints, permissions } = JSON.parse(readFileSync('packages/channels/telegram/openclaw.plugin.json', 'utf8'));
  const channel = {
    ...scriptChannel(),
    plugin: TelegramChannel,
    stored: installed('chat', '/nowhere', { configSchema, uiHints, permissions }),
  };
  await startChannelGateway(channel, { home, entry: { options: platform.config }, model: attaches('Here', 'report.pdf') });
  await platform.say?.({ id: '7', text: 'send it', from: 'person' });
  await expect.poll(() => platform.sent().map(({ text, files = [] }) => [text, ...files])).toEqual([['Here'], ['', 'report.pdf']]);
  expect(Buffer.compare(Buffer.from(platform.sent()[1]?.fileBytes?.[0] ?? []), bytes)).toBe(0);
});
