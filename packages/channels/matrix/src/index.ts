import { type ChannelContext, ChannelError, type ChannelPlugin, type Message, type SendReceipt } from '@openclaw/plugin-sdk';
import { keepConnected } from '@openclaw/plugin-sdk/kit';
import { createClient, type MatrixClient } from './client.ts';
import { follow } from './follow.ts';
import { toHtml } from './to-html.ts';

export type Config = { readonly homeserver?: string; readonly joinInvites?: boolean };
type Running = { readonly ctx: ChannelContext<Config>; readonly client: MatrixClient; readonly sent: Set<string>; me: string | null };

/** Of what we sent, enough to know an answer to it. */
const rememberedMost = 500;

/** A bot account on a Matrix homeserver. Rooms that are encrypted it cannot read, and says so there once. */
export default class MatrixChannel implements ChannelPlugin<Config> {
  // An event has 65,536 bytes at most, and has a text twice: as it is and as HTML.
  readonly capabilities = { maxLength: 8_000, markdown: true, attachments: true, threads: true, idempotent: true };
  #running: Running | null = null;
  #following: Promise<void> = Promise.resolve();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const accessToken = await ctx.secrets.get('accessToken');
    if (!accessToken) return ctx.setStatus('needs-auth', "Fill in the access token of the bot's account.");
    const client = createClient(ctx, ctx.config.homeserver ?? 'https://matrix.org', accessToken);
    const running: Running = { ctx, client, sent: new Set(), me: null };
    this.#running = running;
    ctx.setStatus('connecting');
    this.#following = keepConnected({
      signal: ctx.signal,
      connect: async (well) => {
        running.me = await client.whoAmI();
        await follow({
          ctx,
          client,
          me: running.me,
          isMine: (id) => running.sent.has(id),
          isWell: () => {
            well();
            ctx.setStatus('online');
          },
        });
      },
      lost: (error) => {
        const { code, message } = error instanceof ChannelError ? error : { code: 'INTERNAL', message: String(error) };
        if (code === 'AUTH') {
          ctx.setStatus('needs-auth', `${message} Fill in a new access token.`);
          return 'stop';
        }
        ctx.setStatus('degraded', message);
        return undefined;
      },
    });
  }

  async stop(): Promise<void> {
    this.#running = null;
    await this.#following;
  }

  async health(): Promise<void> {
    await this.#well().client.whoAmI();
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { client, sent } = this.#well();
    const roomId = await this.#roomOf(to);
    const ids: string[] = [];
    const send = async (content: object): Promise<void> => {
      const related = { ...content, ...relationTo(message) };
      ids.push(await client.send(roomId, ids.length === 0 ? message.idempotencyKey : `${message.idempotencyKey}.${ids.length}`, related));
    };
    if (message.content !== '') await send(textOf(message));
    for (const file of message.attachments ?? []) await send(await this.#upload(file));
    for (const id of ids) sent.add(id);
    for (const id of sent) if (sent.size > rememberedMost) sent.delete(id);
    return ids[0] === undefined ? {} : { id: ids[0] };
  }

  async editMessage(to: string, id: string, message: Message): Promise<void> {
    const content = textOf(message);
    await this.#well().client.send(await this.#roomOf(to), message.idempotencyKey, {
      ...content,
      body: `* ${content.body}`,
      'm.new_content': content,
      'm.relates_to': { rel_type: 'm.replace', event_id: id },
    });
  }

  async setTyping(to: string, typing: boolean): Promise<void> {
    const { client, me } = this.#well();
    if (me !== null && to.startsWith('!')) await client.setTyping(to, me, typing);
  }

  #well(): Running {
    if (!this.#running) throw new ChannelError('AUTH', 'The channel has no access token yet.');
    return this.#running;
  }

  /** Rooms begin with `!`. Somebody's id is the room of the two of us, made when it is needed. */
  async #roomOf(to: string): Promise<string> {
    if (to.startsWith('!')) return to;
    if (!/^@[^:]+:.+$/.test(to)) throw new ChannelError('PEER', `"${to}" is neither a room (!id:server) nor a user (@name:server).`);
    const { ctx, client } = this.#well();
    const known = await ctx.state.get(`direct.${to}`);
    if (typeof known === 'string') return known;
    const made = await client.createDirectRoom(to);
    await ctx.state.set(`direct.${to}`, made);
    return made;
  }

  async #upload(file: NonNullable<Message['attachments']>[number]): Promise<object> {
    const { ctx, client } = this.#well();
    const url = await client.upload({ name: file.name, type: file.type, data: await ctx.blobs.read(file.blob) });
    const [kind] = file.type.split('/');
    const msgtype = kind === 'image' || kind === 'audio' || kind === 'video' ? `m.${kind}` : 'm.file';
    return { msgtype, body: file.name, filename: file.name, url, info: { mimetype: file.type, size: file.size } };
  }
}

/** Not a notice, though a program writes it: of notices nobody is told on their phone. Mentions are named, so that a name in a text rings nobody. */
const textOf = ({ content, format = 'markdown' }: Message) => ({
  msgtype: 'm.text',
  body: content,
  'm.mentions': {},
  ...(format === 'markdown' ? { format: 'org.matrix.custom.html', formatted_body: toHtml(content) } : {}),
});

const relationTo = ({ threadId, replyTo }: Message): object => {
  if (threadId !== undefined)
    return {
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: threadId,
        is_falling_back: replyTo === undefined,
        'm.in_reply_to': { event_id: replyTo ?? threadId },
      },
    };
  return replyTo === undefined ? {} : { 'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } } };
};
