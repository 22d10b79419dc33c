import { randomUUID } from 'node:crypto';
import {
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type Message,
  type SendReceipt,
} from '@openclaw/plugin-sdk';
import { createInParts } from '@openclaw/plugin-sdk/kit';
import { type TemplateCard, WSClient, type WsFrame } from '@wecom/aibot-node-sdk';
import { errorOf } from './errors.ts';
import { listen } from './listen.ts';

type Config = { readonly botId?: string; readonly wsUrl?: string };
type Started = { readonly ctx: ChannelContext<Config>; readonly client: WSClient };

const nothing = (): void => undefined;
/** The SDK would log whole messages. */
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** An intelligent bot of WeCom, by its long connection: nothing has to reach this computer. */
export default class WecomChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: 6_000, markdown: true, attachments: true, actions: true };
  #started: Started | null = null;
  #listening: Promise<void> = Promise.resolve();
  readonly #inParts = createInParts<WsFrame>();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const { botId = '', wsUrl = '' } = ctx.config;
    const secret = (await ctx.secrets.get('secret'))?.trim() ?? '';
    if (botId === '' || secret === '')
      return ctx.setStatus('needs-auth', 'Fill in Bot ID and Secret, from the page of your intelligent bot in WeCom.');
    ctx.setStatus('connecting');
    const client = new WSClient({ botId, secret, wsUrl, maxReconnectAttempts: -1, maxAuthFailureAttempts: -1, logger: silent });
    this.#started = { ctx, client };
    this.#listening = listen(ctx, client);
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#started = null;
  }

  /** A ping of our own: the SDK keeps the answers to its own ones to itself. */
  async health(): Promise<void> {
    await this.#running()
      .client.reply({ headers: { req_id: `health_${randomUUID()}` } }, undefined as never, 'ping')
      .catch((error: unknown) => {
        throw errorOf(error);
      });
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { client } = this.#running();
    const { content, attachments = [], actions = [], idempotencyKey } = message;
    const parts = [
      ...(content === '' ? [] : [() => client.sendMessage(to, { msgtype: 'markdown', markdown: { content: withoutMentions(content) } })]),
      ...attachments.map((file) => async () => this.#sendFile(to, file)),
      ...(actions.length === 0 ? [] : [() => client.sendMessage(to, { msgtype: 'template_card', template_card: cardOf(message) })]),
    ];
    await this.#inParts(idempotencyKey, parts).catch((error: unknown) => {
      throw errorOf(error);
    });
    return {};
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no Bot ID and Secret yet.');
    return this.#started;
  }

  async #sendFile(to: string, { blob, name, type }: Attachment): Promise<WsFrame> {
    const { client, ctx } = this.#running();
    const kind = /^image\/(png|jpeg)$/.test(type) ? 'image' : type === 'video/mp4' ? 'video' : 'file';
    const { media_id: id } = await client.uploadMedia(Buffer.from(await ctx.blobs.read(blob)), { type: kind, filename: name });
    return client.sendMediaMessage(to, kind, id);
  }
}

/** What the buttons are about stands in the message before; a card has room for a line. */
const cardOf = ({ content, actions = [] }: Message): TemplateCard => ({
  card_type: 'button_interaction',
  main_title: { title: (/\S[^\n]*/.exec(content)?.[0] ?? '?').replace(/[*_#`]/g, '').slice(0, 26) },
  button_list: actions
    .slice(0, 6)
    .map(({ id, label, style }) => ({ text: label, key: id, style: style === 'danger' ? 3 : style === 'primary' ? 1 : 2 })),
  // WeCom takes an id once, also where the first try of it was lost.
  task_id: randomUUID(),
});

/** `<@id>` calls people, `<@all>` all of them: what an agent writes does not. The two are parted by a space of no width. */
const withoutMentions = (text: string): string => text.replace(/<(?=@)/g, '<\u200B');
