import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import SlackChannel from '../src/index.ts';
import { readCommand, readMessage } from '../src/read-event.ts';
import { startFakeSlack } from './fake-slack.ts';
import events from './fixtures/events.json' with { type: 'json' };

describe('as every channel', () => {
  const platform = async () => (await startFakeSlack()).platform;
  for (const { name, run } of testChannel({ create: () => SlackChannel, platform })) test(name, run);
});

const started = async () => {
  const slack = await startFakeSlack();
  const host = createFakeHost();
  const channel = new SlackChannel();
  await channel.start(host.context(slack.platform));
  await host.until('online', () => host.statuses.at(-1)?.status === 'online');
  onTestFinished(async () => {
    host.abort();
    await channel.stop();
    await slack.platform.close();
  });
  return { slack, host, channel };
};
const message = (more: Partial<Message>): Message => ({ id: '1', content: 'hello', idempotencyKey: 'key-1', ...more });
const me = { user_id: 'U0LAN0Z89', bot_id: 'B0BOT' };

describe("Slack's own examples", () => {
  it('are heard', () => {
    expect(readMessage(events.message, me)?.message).toEqual({
      id: 'D024BE91L:1355517523.000005',
      from: { id: 'U2147483697', isBot: false },
      conversationId: 'D024BE91L',
      chatType: 'direct',
      content: 'Hello hello can you hear me?',
      timestamp: 1_355_517_523_000,
    });
    expect(readMessage(events.mention, me)?.message).toMatchObject({ chatType: 'group', mentionsMe: true });
    expect(readMessage(events.changed, me)).toBeNull();
  });

  it('a mention that comes as two events is one message', () => {
    const ids = ['message', 'app_mention'].map((type) => readMessage({ ...events.mention, type }, me)?.message);
    expect(ids.map((one) => [one?.id, one?.mentionsMe])).toEqual([
      ['C123ABC456:1515449522.000016', true],
      ['C123ABC456:1515449522.000016', true],
    ]);
  });

  it('a command is heard of one, and answered to that one', async () => {
    expect(readCommand(events.command)).toMatchObject({ from: { id: 'U2147483697', name: 'Steve' }, content: '94070', mentionsMe: true });
    const { slack, host, channel } = await started();
    expect(await slack.deliver('slash_commands', { ...events.command, text: '' })).toMatchObject({ response_type: 'ephemeral' });
    await slack.deliver('slash_commands', events.command);
    await channel.sendMessage(host.heard[0]?.conversationId ?? '', message({}));
    expect(slack.platform.sent()).toMatchObject([{ to: 'C2147483705', user: 'U2147483697', text: 'hello' }]);
  });
});

it('reads links and names as people do', () => {
  const text = '<@U1|bo> see <https://e.com/a|the page> or <https://e.com> in <#C1|general> &amp; tell <!here>';
  expect(readMessage({ ...events.message, text }, me)?.message.content).toBe(
    '@bo see the page (https://e.com/a) or https://e.com in #general & tell @here',
  );
});

it('takes another connection when Slack asks for it', async () => {
  const { slack, host } = await started();
  for (const socket of slack.sockets) socket.send('{"type":"disconnect","reason":"refresh_requested"}');
  await host.until('online again', () => host.statuses.filter(({ status }) => status === 'online').length === 2);
  expect(host.statuses.map(({ status }) => status)).toEqual(['connecting', 'online', 'online']);
});

it('calls nobody, whatever an agent writes', async () => {
  const { slack, channel } = await started();
  await channel.sendMessage('D024BE91L', message({ content: 'hello <!channel> <@U1>' }));
  expect(slack.platform.sent()[0]?.text).not.toMatch(/<[!@]/);
});

it('tells the one who pressed a button', async () => {
  const { slack, host, channel } = await started();
  await channel.sendMessage('D024BE91L', message({ actions: [{ id: 'approve:42', label: 'Yes' }] }));
  await slack.platform.press?.('Yes');
  await host.until('pressed', () => host.pressed.length > 0);
  await channel.health();
  await channel.health();
  expect(slack.responses).toEqual([{ response_type: 'ephemeral', replace_original: false, text: 'pressed approve:42' }]);
});

it('says when a channel is not there', async () => {
  const { channel } = await started();
  await expect(channel.sendMessage('C_GONE', message({}))).rejects.toMatchObject({ code: 'PEER', retryable: false });
});

it('says which token is missing', async () => {
  for (const secrets of [{}, { appToken: 'xapp-1' }, { appToken: 'xoxb-1', botToken: 'xapp-1' }]) {
    const host = createFakeHost();
    await new SlackChannel().start(host.context({ config: {}, secrets }));
    expect(host.statuses.at(-1)?.status).toBe('needs-auth');
  }
});
