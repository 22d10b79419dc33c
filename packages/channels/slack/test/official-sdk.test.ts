import { LogLevel, SocketModeClient } from '@slack/socket-mode';
import { ErrorCode, WebClient } from '@slack/web-api';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { appToken, botToken, startFakeSlack } from './fake-slack.ts';
import events from './fixtures/events.json' with { type: 'json' };

const says = (): void => undefined;
/** It tells of each connection that it loses, and here it is to lose them. */
const logger = { debug: says, info: says, warn: says, error: says, setLevel: says, setName: says, getLevel: () => LogLevel.ERROR };

/** Slack's own client, opposite the fake that the channel is tested with. */
const connected = async () => {
  const slack = await startFakeSlack();
  const slackApiUrl = `${String(slack.platform.config.apiRoot)}/`;
  const web = new WebClient(botToken, { slackApiUrl, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true, logger });
  // It waits for as long before it connects again.
  const socket = new SocketModeClient({ appToken, clientOptions: { slackApiUrl }, clientPingTimeout: 1_000, logger });
  await socket.start();
  onTestFinished(async () => {
    await socket.disconnect();
    await slack.platform.close();
  });
  return { slack, web, socket };
};
type Told = { readonly ack: (answer?: object) => Promise<void>; readonly body: object; readonly retry_num?: number };

describe('over Socket Mode', () => {
  it.each([
    ['events_api', 'app_mention', events.mention],
    ['slash_commands', 'slash_commands', events.command],
    ['interactive', 'interactive', events.press],
  ])('is told of %s, whole, and acknowledges it', async (type, name, payload) => {
    const { slack, socket } = await connected();
    const told: Told[] = [];
    socket.on(name, (one: Told) => {
      told.push(one);
      void one.ack();
    });
    await slack.deliver(type, payload);
    expect(told.map(({ body }) => body)).toEqual([payload]);
  });

  it('answers a command with its acknowledgement', async () => {
    const { slack, socket } = await connected();
    const answer = { response_type: 'ephemeral', text: 'hello' };
    socket.on('slash_commands', ({ ack }: Told) => void ack(answer));
    expect(await slack.deliver('slash_commands', events.command)).toEqual(answer);
  });

  it('is told again of what it did not acknowledge', async () => {
    const { slack, socket } = await connected();
    const attempts: unknown[] = [];
    socket.on('message', ({ ack, retry_num: attempt }: Told) => {
      attempts.push(attempt);
      if (attempt === 1) void ack();
    });
    await slack.deliver('events_api', events.im);
    expect(attempts).toEqual([0, 1]);
  });

  it.each([
    ['asked to', 'refresh_requested'],
    ['cut off', null],
  ])('comes back when it is %s, with a new ticket', async (_, reason) => {
    const { slack, socket } = await connected();
    const heard = vi.fn(({ ack }: Told) => ack());
    socket.on('message', heard);
    const again = new Promise((resolve) => socket.once('connected', resolve));
    if (reason === null) slack.platform.disconnect?.();
    else for (const one of slack.sockets) one.send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'wss-primary' } }));
    await again;
    await slack.deliver('events_api', events.im);
    expect(heard).toHaveBeenCalledOnce();
  });
});

describe('over the Web API', () => {
  it('learns who it is', async () => {
    const { web } = await connected();
    expect(await web.auth.test()).toMatchObject({ ok: true, user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T061EG9R6' });
  });

  it('posts, to one person too, and edits', async () => {
    const { slack, web } = await connected();
    const blocks = [
      { type: 'markdown' as const, text: '**hello**' },
      {
        type: 'actions' as const,
        elements: [{ type: 'button' as const, action_id: 'a', value: 'a', text: { type: 'plain_text' as const, text: 'Yes' } }],
      },
    ];
    const { ts = '' } = await web.chat.postMessage({ channel: 'D024BE91L', thread_ts: '1355517523.000005', text: 'hello', blocks });
    expect(slack.platform.sent()).toMatchObject([{ to: 'D024BE91L', threadId: '1355517523.000005', text: '**hello**', buttons: ['Yes'] }]);
    await web.chat.update({ channel: 'D024BE91L', ts, text: 'a &amp; b' });
    expect(slack.platform.sent()).toMatchObject([{ text: 'a & b', buttons: [] }]);
    const { message_ts } = await web.chat.postEphemeral({ channel: 'C1', user: 'U2', text: 'psst' });
    expect(message_ts).toMatch(/^\d+\.\d{6}$/);
    expect(slack.platform.sent()).toMatchObject([{}, { to: 'C1', user: 'U2', text: 'psst' }]);
  });

  it('uploads a file', async () => {
    const { slack, web } = await connected();
    await web.filesUploadV2({ channel_id: 'D024BE91L', thread_ts: '1355517523.000005', filename: 'a.txt', file: Buffer.from('hello') });
    expect(slack.platform.sent()).toMatchObject([{ to: 'D024BE91L', threadId: '1355517523.000005', files: ['a.txt'] }]);
  });

  it.each([
    ['a channel that is not there', { channel: 'C_GONE', text: 'hello' }, 'channel_not_found'],
    ['nothing to say', { channel: 'C1', text: '' }, 'no_text'],
    [
      'Markdown beyond 12,000 characters',
      { channel: 'C1', text: 'a', blocks: [{ type: 'markdown', text: 'a'.repeat(12_001) }] },
      'msg_blocks_too_long',
    ],
  ])('hears of %s as an error of the platform', async (_, message, error) => {
    const { web } = await connected();
    await expect(web.chat.postMessage(message as never)).rejects.toMatchObject({ code: ErrorCode.PlatformError, data: { error } });
  });

  it.each([
    ['its token is refused', { because: 'auth' } as const, { code: ErrorCode.PlatformError, data: { error: 'invalid_auth' } }],
    ['it is too much', { because: 'rate-limit', retryAfterMs: 30_000 } as const, { code: ErrorCode.RateLimitedError, retryAfter: 30 }],
    ['Slack is down', { because: 'down' } as const, { code: ErrorCode.HTTPError, statusCode: 503 }],
  ])('understands that %s', async (_, refusal, error) => {
    const { slack, web } = await connected();
    slack.platform.refuse(refusal);
    await expect(web.auth.test()).rejects.toMatchObject(error);
  });
});
