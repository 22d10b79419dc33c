import {
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type Message,
  type SendReceipt,
} from '@openclaw/plugin-sdk';
import { createInParts } from '@openclaw/plugin-sdk/kit';
import type { Message as Sent } from 'grammy/types';
import { type Api, createApi, type Params } from './api.ts';
import { toHtml } from './html.ts';
import { listen } from './listen.ts';

type Config = { readonly apiRoot?: string };

/** What Telegram takes under a file. */
const mostCaption = 1_000;
/** `callback_data`; a longer id leaves its button out. */
const mostActionBytes = 64;

/** A bot of Telegram, by long polling: nothing has to reach this computer. */
export default class TelegramChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: 4_000, markdown: true, attachments: true, threads: true, actions: true };
  #ctx: ChannelContext<Config> | null = null;
  #api: Api | null = null;
  #listening: Promise<void> = Promise.resolve();
  readonly #inParts = createInParts<Sent>();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const token = (await ctx.secrets.get('token'))?.trim() ?? '';
    if (!/^[\w:-]+$/.test(token)) return ctx.setStatus('needs-auth', 'Fill in the token that @BotFather gave you.');
    const api = createApi({ fetch: ctx.fetch, token, root: ctx.config.apiRoot ?? 'https://api.telegram.org' });
    this.#ctx = ctx;
    this.#api = api;
    ctx.setStatus('connecting');
    this.#listening = listen(ctx, api);
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#api = null;
  }

  async health(): Promise<void> {
    await this.#running().call('getMe');
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { attachments = [], content } = message;
    const [first, ...others] = attachments;
    const asCaption = first !== undefined && content.length <= mostCaption;
    const where = whereOf(to, message);
    const parts = [
      ...(asCaption ? [() => this.#sendFile(where, first, message)] : [() => this.#sendText('sendMessage', where, message)]),
      ...(asCaption || !first ? others : [first, ...others]).map((file) => () => this.#sendFile(where, file, null)),
    ];
    const [sent] = await this.#inParts(message.idempotencyKey, parts);
    return sent ? { id: String(sent.message_id) } : {};
  }

  async editMessage(to: string, id: string, message: Message): Promise<void> {
    await this.#sendText('editMessageText', { chat_id: to, message_id: Number(id), reply_markup: buttonsOf(message) }, message);
  }

  /** Telegram shows it for five seconds, or until a message comes. */
  async setTyping(to: string, typing: boolean, threadId?: string): Promise<void> {
    if (typing) await this.#running().call('sendChatAction', { chat_id: to, action: 'typing', ...threadOf(threadId) });
  }

  #running(): Api {
    if (!this.#api) throw new ChannelError('AUTH', 'The channel has no token yet.');
    return this.#api;
  }

  /** Markdown that Telegram cannot read after all is sent as it is. */
  async #sendText(method: string, where: Params, { content, format = 'markdown' }: Message): Promise<Sent> {
    const plain = (): Promise<Sent> => this.#running().call(method, { ...where, text: content });
    if (format === 'plain') return plain();
    return this.#running()
      .call<Sent>(method, { ...where, text: toHtml(content), parse_mode: 'HTML', link_preview_options: { is_disabled: true } })
      .catch((error: unknown) => {
        if (isAboutMarks(error)) return plain();
        throw error;
      });
  }

  async #sendFile(where: Params, { blob, name, type }: Attachment, captioned: Message | null): Promise<Sent> {
    const api = this.#running();
    const data = new Blob([new Uint8Array((await this.#ctx?.blobs.read(blob)) ?? [])], { type });
    const isPhoto = /^image\/(jpeg|png|webp)$/.test(type) && data.size <= 10 * 1024 * 1024;
    const field = isPhoto ? 'photo' : type.startsWith('video/') ? 'video' : type.startsWith('audio/') ? 'audio' : 'document';
    const method = `send${field[0]?.toUpperCase()}${field.slice(1)}`;
    const send = (caption: Params): Promise<Sent> => api.upload(method, { ...where, ...caption }, { field, name, data });
    if (!captioned?.content) return send({});
    if (captioned.format === 'plain') return send({ caption: captioned.content });
    return send({ caption: toHtml(captioned.content), parse_mode: 'HTML' }).catch((error: unknown) => {
      if (isAboutMarks(error)) return send({ caption: captioned.content });
      throw error;
    });
  }
}

const isAboutMarks = (error: unknown): boolean =>
  error instanceof ChannelError && /can't parse entities|is too long|text is empty/i.test(error.message);

const whereOf = (to: string, message: Message): Params => {
  const answered = Number(message.replyTo?.split(':').at(-1));
  return {
    chat_id: to,
    ...threadOf(message.threadId),
    ...(answered > 0 ? { reply_parameters: { message_id: answered, allow_sending_without_reply: true } } : {}),
    ...(message.actions ? { reply_markup: buttonsOf(message) } : {}),
  };
};

const threadOf = (threadId: string | undefined): Params => (threadId === undefined ? {} : { message_thread_id: Number(threadId) });

const buttonsOf = ({ actions = [] }: Message): Params => ({
  inline_keyboard: actions
    .filter(({ id }) => Buffer.byteLength(id) <= mostActionBytes)
    .map(({ id, label }) => [{ text: label, callback_data: id }]),
});
