import { DiscordAPIError, RateLimitError, REST } from '@discordjs/rest';
import { WebSocketManager, WebSocketShardEvents } from '@discordjs/ws';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeDiscord, token } from './fake-discord.ts';
import payloads from './fixtures/payloads.json' with { type: 'json' };

const channel = '/channels/290926798999357250/messages';
/** Guilds' and direct messages, and what is in them. */
const all = (1 << 9) | (1 << 12) | (1 << 15);

/** The library that most bots are made with, opposite the fake that the channel is tested with. */
const opposite = async (options = {}) => {
  const discord = await startFakeDiscord(options);
  onTestFinished(() => discord.platform.close());
  const api = String(discord.platform.config.apiRoot).replace('/v10', '');
  return { discord, rest: new REST({ api, version: '10', retries: 0, offset: 0, rejectOnRateLimit: () => true }).setToken(token) };
};

type Heard = { readonly t: string; readonly d: object };
const connected = async ({ intents = all, ...options }: { readonly intents?: number; readonly heartbeatMs?: number } = {}) => {
  const { discord, rest } = await opposite(options);
  const heard: Heard[] = [];
  const manager = new WebSocketManager({
    ...{ token, intents, rest },
    // It would wait five seconds from one sign-in to the next.
    buildIdentifyThrottler: () => ({ waitForIdentify: async () => undefined }),
  });
  const next = (event: WebSocketShardEvents): Promise<unknown> => new Promise((resolve) => manager.once(event, resolve as never));
  manager.on(WebSocketShardEvents.Dispatch, (payload) => heard.push(payload as never));
  // It tells of each connection that it loses, and here it is to lose them.
  for (const event of [WebSocketShardEvents.Error, WebSocketShardEvents.SocketError] as const) manager.on(event, () => undefined);
  await manager.connect();
  onTestFinished(() => manager.destroy());
  /** What it has heard when `type` comes. */
  const until = async (type: string): Promise<readonly Heard[]> => {
    while (!heard.some(({ t }) => t === type)) await next(WebSocketShardEvents.Dispatch);
    return heard.filter(({ t }) => t !== 'READY' && t !== 'RESUMED');
  };
  return { discord, heard, next, until };
};

describe('over the gateway', () => {
  it('signs in, and hears messages and buttons as they are', async () => {
    const { discord, heard, until } = await connected();
    expect(heard).toMatchObject([{ t: 'READY', d: { v: 10, user: { username: 'our-bot' } } }]);
    discord.deliver('MESSAGE_CREATE', payloads.message);
    discord.deliver('INTERACTION_CREATE', payloads.press);
    expect((await until('INTERACTION_CREATE')).map(({ d }) => d)).toEqual([payloads.message, payloads.press]);
  });

  it('hears what its intents ask for', async () => {
    const { discord, until } = await connected({ intents: 1 << 12 });
    discord.deliver('MESSAGE_CREATE', { ...payloads.message, guild_id: '41771983423143937' });
    discord.deliver('MESSAGE_CREATE', payloads.message);
    expect((await until('MESSAGE_CREATE')).map(({ d }) => d)).toEqual([{ ...payloads.message, content: '', components: [] }]);
  });

  it('is answered when it says that it is there', async () => {
    const { next } = await connected({ heartbeatMs: 50 });
    await next(WebSocketShardEvents.HeartbeatComplete);
  });

  it.each([
    ['it is cut off', 'cut', ['identify', 'resume']],
    ['it is asked to', 'reconnect', ['identify', 'resume']],
    ['it is not heard', 'deaf', ['identify', 'resume']],
    ['its session is forgotten', 'forget', ['identify', 'resume', 'identify']],
  ])('comes back where %s', async (_, how, logins) => {
    const { discord, next, until } = await connected({ heartbeatMs: how === 'deaf' ? 400 : 41_250 });
    const back = next(how === 'forget' ? WebSocketShardEvents.Ready : WebSocketShardEvents.Resumed);
    if (how === 'forget') discord.forgetSession();
    if (how === 'reconnect') for (const socket of discord.sockets) socket.send('{"op":7,"d":null}');
    else if (how === 'deaf') {
      discord.goDeaf(true);
      await next(WebSocketShardEvents.Closed);
      discord.goDeaf(false);
    } else discord.platform.disconnect?.();
    await back;
    expect(discord.logins).toEqual(logins);
    discord.deliver('MESSAGE_CREATE', payloads.message);
    expect(await until('MESSAGE_CREATE')).toHaveLength(1);
  });

  it('is told what it has missed', async () => {
    const { discord, until } = await connected();
    discord.platform.disconnect?.();
    discord.deliver('MESSAGE_CREATE', payloads.message);
    expect((await until('RESUMED')).map(({ d }) => d)).toEqual([payloads.message]);
  });
});

describe('over the API', () => {
  it('posts once for one nonce, answers, edits and shows that it types', async () => {
    const { discord, rest } = await opposite();
    const components = [{ type: 1, components: [{ type: 2, style: 1, label: 'Yes', custom_id: 'yes' }] }];
    const body = { content: 'hello', nonce: 'nonce-1', enforce_nonce: true, components, allowed_mentions: { parse: [] } };
    const [first, second] = [await rest.post(channel, { body }), await rest.post(channel, { body })] as { id: string; nonce: string }[];
    expect([second?.id, second?.nonce]).toEqual([first?.id, 'nonce-1']);
    await rest.patch(`${channel}/${first?.id}`, { body: { content: 'changed', components: [] } });
    await rest.post('/channels/290926798999357250/typing');
    expect(discord.platform.sent()).toMatchObject([{ text: 'changed', buttons: [] }]);
    await rest.post('/interactions/846462639134605312/unique_interaction_token/callback', {
      body: { type: 4, data: { content: 'ok', flags: 64 } },
    });
    expect(discord.answers).toEqual([{ type: 4, data: { content: 'ok', flags: 64 } }]);
  });

  it('sends files', async () => {
    const { discord, rest } = await opposite();
    const files = [{ name: 'a.txt', data: Buffer.from('hello'), contentType: 'text/plain' }];
    await rest.post(channel, { body: { content: 'look', attachments: [{ id: 0, filename: 'a.txt' }] }, files });
    expect(discord.platform.sent()).toMatchObject([{ text: 'look', files: ['a.txt'] }]);
  });

  it('understands what is wrong', async () => {
    const { rest } = await opposite();
    const posting = rest.post(channel, { body: { content: 'a'.repeat(2_001) } });
    await expect(posting).rejects.toThrow(/content\[BASE_TYPE_BAD_LENGTH\]: Must be 2000 or fewer in length/);
    await expect(posting).rejects.toMatchObject({ status: 400, code: 50035 });
    await expect(rest.patch(`${channel}/1`, { body: { content: 'a' } })).rejects.toMatchObject({ status: 404, code: 10008 });
    const unknown = new REST({ api: String(rest.options.api), version: '10' }).setToken('not.the.token');
    await expect(unknown.get('/users/@me')).rejects.toBeInstanceOf(DiscordAPIError);
  });

  it('waits for as long as it is told', async () => {
    const { discord, rest } = await opposite();
    discord.platform.refuse({ because: 'rate-limit', retryAfterMs: 7_000 });
    const error = await rest.get('/users/@me').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error).toMatchObject({ scope: 'user', global: false, retryAfter: 7_000 });
  });
});
