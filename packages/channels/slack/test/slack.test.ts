import type { Message } from '@openclaw/plugin-sdk';
import { createFakeHost, testChannel } from '@openclaw/plugin-sdk/testing';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { createApi } from '../src/api.ts';
import SlackChannel from '../src/index.ts';
import { readMessage, readPress } from '../src/read-event.ts';
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
const read = (event: object) => readMessage({ type: 'message', ...event }, me)?.message ?? null;

describe("Slack's own examples", () => {
  it('are heard: who, where and when', async () => {
    const { slack, host } = await started();
    await slack.deliver('events_api', events.im);
    expect(host.heard).toEqual([
      {
        id: 'D024BE91L:1355517523.000005',
        from: { id: 'U2147483697', isBot: false },
        conversationId: 'D024BE91L',
        chatType: 'direct',
        content: 'Hello hello can you hear me?',
        timestamp: 1_355_517_523_000,
      },
    ]);
  });

  it.each([
    ['in a channel', events.channel.event, { conversationId: 'C123ABC456', chatType: 'group', mentionsMe: false }],
    [
      'that mentions us',
      events.mention.event,
      { chatType: 'group', mentionsMe: true, content: '@U0LAN0Z89 is it everything a river should be?' },
    ],
    ['in a thread', { ...events.reply, channel: 'C1' }, { threadId: '1482960137.003543', content: 'one island' }],
    ['of a bot', { ...events.bot.event, channel: 'C1' }, { from: { id: 'BB12033', name: 'github', isBot: true } }],
  ])('a message %s', (_, event, heard) => {
    expect(read(event)).toMatchObject(heard);
  });

  it.each([
    ['an edit', events.changed.event],
    ['what is in no channel', events.bot.event],
    ['our own words', { ...events.channel.event, user: me.user_id }],
  ])('not %s', (_, event) => {
    expect(read(event)).toBeNull();
  });

  it('a mention that comes as two events is one message', () => {
    const ids = ['message', 'app_mention'].map((type) => read({ ...events.mention.event, type }));
    expect(ids.map((one) => [one?.id, one?.mentionsMe])).toEqual([
      ['C123ABC456:1515449522.000016', true],
      ['C123ABC456:1515449522.000016', true],
    ]);
  });

  it('a command is heard of one, and answered to that one', async () => {
    const { slack, host, channel } = await started();
    expect(await slack.deliver('slash_commands', events.commandWithoutWords)).toMatchObject({ response_type: 'ephemeral' });
    await slack.deliver('slash_commands', events.command);
    expect(host.heard).toMatchObject([{ from: { id: 'U2147483697', name: 'Steve' }, content: '94070', mentionsMe: true }]);
    await channel.sendMessage(host.heard[0]?.conversationId ?? '', message({}));
    expect(slack.platform.sent()).toMatchObject([{ to: 'C2147483705', user: 'U2147483697', text: 'hello' }]);
    // A file would be seen by everybody there.
    const file = host.addBlob({ name: 'a.txt', type: 'text/plain', data: new Uint8Array([1]) });
    const withFile = channel.sendMessage(host.heard[0]?.conversationId ?? '', message({ attachments: [file] }));
    await expect(withFile).rejects.toMatchObject({ code: 'UNSUPPORTED', retryable: false });
    expect(slack.platform.sent()).toHaveLength(1);
  });

  it('a button is heard with who pressed it, and nothing else that is interactive', () => {
    expect(readPress(events.press)).toEqual({
      action: { actionId: 'WaXA', from: { id: 'U123ABC456', name: 'RMR' }, conversationId: 'C123ABC456' },
      respondTo: 'https://hooks.slack.com/actions/AABA1ABCD/1232321423432/D09sSasdasdAS9091209',
    });
    expect(readPress(events.menu)).toBeNull();
  });
});

describe('files', () => {
  const [file] = events.file.event.files;
  const stub = events.fileOfAnotherWorkspace;

  it('have the name, type and address that Slack gives them', () => {
    expect(readMessage(events.file.event, me)?.files).toEqual([expect.objectContaining({ name: 'list.txt', mimetype: 'text/plain' })]);
  });

  it('of another workspace are looked up', async () => {
    const { slack, host } = await started();
    slack.fileInfos.set('F0FILE00002', { ...file, url_private_download: slack.addFile('hug a kitten') });
    await slack.deliver('events_api', stub);
    expect(host.heard).toMatchObject([{ content: 'Here is the list.', attachments: [{ name: 'list.txt', type: 'text/plain', size: 12 }] }]);
  });

  it.each([
    ['we may not see', stub, 'file'],
    ['has no address', { ...stub, event: { ...stub.event, files: [{ id: 'F1', name: 'plan.pdf', mode: 'tombstone' }] } }, 'plan.pdf'],
  ])('one that %s is named, and the message is heard', async (_, event, name) => {
    const { slack, host } = await started();
    await slack.deliver('events_api', event);
    expect(host.heard).toMatchObject([{ content: `Here is the list.\n[${name} could not be fetched]`, attachments: [] }]);
  });
});

it.each([
  ['<@U1|bo> see <https://e.com/a|the page> or <https://e.com>', '@bo see the page (https://e.com/a) or https://e.com'],
  ['in <#C1|general> &amp; tell <!here>, <!subteam^S1|@team>', 'in #general & tell @here, @team'],
  ['<!date^1392734382^Posted {date_num}|Posted 2014-02-18> &lt;b&gt;', 'Posted 2014-02-18 <b>'],
])('reads %s as people do', (text, content) => {
  expect(read({ ...events.im.event, text })?.content).toBe(content);
});

describe('writes', () => {
  it('Markdown in a block that Slack draws, as it is', async () => {
    const { slack, channel } = await started();
    const table = '| a | b |\n|---|---|\n| 1 | **2** & 3 |';
    await channel.sendMessage('D024BE91L', message({ content: table, format: 'markdown' }));
    expect(slack.platform.sent()[0]?.text).toBe(table);
  });

  it.each(['markdown', 'plain'] as const)('edits of %s that escaping makes longer than Slack takes in an edit', async (format) => {
    const { slack, channel } = await started();
    const content = '&'.repeat(channel.capabilities.maxLength);
    const { id = '' } = await channel.sendMessage('D024BE91L', message({ content, format }));
    await channel.editMessage('D024BE91L', id, message({ content: content.replace('&', '<'), format }));
    expect(slack.platform.sent()[0]?.text).toBe(content.replace('&', '<'));
  });

  it('over Markdown too, where it is replaced by plain text', async () => {
    const { slack, channel } = await started();
    const { id = '' } = await channel.sendMessage('D024BE91L', message({ content: '**one**' }));
    await channel.editMessage('D024BE91L', id, message({ content: '*two*', format: 'plain' }));
    expect(slack.platform.sent()[0]?.text).toBe('*two*');
  });
});

describe('an error of Slack', () => {
  const answering = (body: object, init?: ResponseInit) =>
    createApi({ fetch: async () => Response.json(body, init), token: 'xoxb-1', root: 'https://slack.com/api' }).call('chat.postMessage');
  it.each([
    ['AUTH', 'the scope files:read', { ok: false, error: 'missing_scope', needed: 'files:read', provided: 'chat:write' }],
    ['AUTH', 'invalid_auth', { ok: false, error: 'invalid_auth' }],
    ['PEER', 'user_not_in_channel', { ok: false, error: 'user_not_in_channel' }],
    ['RATE_LIMIT', 'rate_limited', { ok: false, error: 'rate_limited' }],
    ['NETWORK', 'internal_error', { ok: false, error: 'internal_error' }],
    [
      'INTERNAL',
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
      {
        ...{ ok: false, error: 'invalid_blocks' },
        response_metadata: { messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'] },
      },
    ],
  ])('is %s, and says: %s', async (code, words, body) => {
    await expect(answering(body)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it('429 says for how long to wait', async () => {
    const answered = answering({ ok: false, error: 'ratelimited' }, { status: 429, headers: { 'Retry-After': '30' } });
    await expect(answered).rejects.toMatchObject({ code: 'RATE_LIMIT', retryAfterMs: 30_000 });
  });
});

it.each(['warning', 'refresh'] as const)('takes another connection when Slack asks for it: %s', async (how) => {
  const { slack, host } = await started();
  for (const socket of slack.sockets) socket.send(JSON.stringify(events.disconnects[how]));
  await host.until('online again', () => host.statuses.filter(({ status }) => status === 'online').length === 2);
  expect(host.statuses.map(({ status }) => status)).toEqual(['connecting', 'online', 'online']);
});

it('says that Socket Mode was switched off', async () => {
  const { slack, host } = await started();
  for (const socket of slack.sockets) socket.send(JSON.stringify(events.disconnects.disabled));
  await host.until('connecting again', () => host.statuses.at(-1)?.status === 'connecting');
  expect(host.statuses.at(-1)?.detail).toContain('Switch it on');
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
