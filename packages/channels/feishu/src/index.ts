import {
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type Message,
  type SendReceipt,
} from '@openclaw/plugin-sdk';
import { createInParts } from '@openclaw/plugin-sdk/kit';
import { type Api, createApi, uuidOf } from './api.ts';
import { type Content, contentOf } from './content.ts';
import { listen } from './listen.ts';

type Config = { readonly appId?: string; readonly domain?: string };
type Sent = { readonly data: { readonly message_id: string } };

/** A bot of Feishu or Lark, by the long connection: nothing has to reach this computer. */
export default class FeishuChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: 7_000, markdown: true, attachments: true, threads: true, actions: true, idempotent: true };
  #ctx: ChannelContext<Config> | null = null;
  #api: Api | null = null;
  #listening: Promise<void> = Promise.resolve();
  readonly #inParts = createInParts<Sent>();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const { appId = '', domain = 'https://open.feishu.cn' } = ctx.config;
    const appSecret = (await ctx.secrets.get('appSecret'))?.trim() ?? '';
    if (!/^cli_[0-9a-fA-F]{16}$/.test(appId))
      return ctx.setStatus('needs-auth', 'Fill in the App ID: cli_ and 16 characters, from Credentials & Basic Info of your app.');
    if (appSecret === '') return ctx.setStatus('needs-auth', 'Fill in the App Secret, from Credentials & Basic Info of your app.');
    const api = createApi({ fetch: ctx.fetch, appId, appSecret, domain });
    this.#ctx = ctx;
    this.#api = api;
    ctx.setStatus('connecting');
    this.#listening = listen(ctx, api, { appId, appSecret, domain });
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#api = null;
  }

  async health(): Promise<void> {
    await this.#running().api.call('/bot/v3/info', { method: 'GET' });
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { content, attachments = [], idempotencyKey } = message;
    const parts = [
      ...(content === '' && attachments.length > 0 ? [] : [() => this.#send(to, message, contentOf(message), idempotencyKey)]),
      ...attachments.map((file, index) => async () => this.#send(to, message, await this.#upload(file), `${idempotencyKey}-${index}`)),
    ];
    const [sent] = await this.#inParts(idempotencyKey, parts);
    return sent ? { id: sent.data.message_id } : {};
  }

  #running(): { readonly api: Api; readonly ctx: ChannelContext<Config> } {
    if (!this.#api || !this.#ctx) throw new ChannelError('AUTH', 'The channel has no App ID and App Secret yet.');
    return { api: this.#api, ctx: this.#ctx };
  }

  #send(to: string, { threadId, replyTo }: Message, content: Content, key: string): Promise<Sent> {
    const { api } = this.#running();
    const answered = threadId ?? replyTo;
    const body = { ...content, uuid: uuidOf(key) };
    if (answered !== undefined)
      return api.call(`/im/v1/messages/${encodeURIComponent(answered)}/reply`, {
        body: { ...body, reply_in_thread: threadId !== undefined },
      });
    return api.call(`/im/v1/messages?receive_id_type=${kindOf(to)}`, { body: { ...body, receive_id: to } });
  }

  async #upload({ blob, name, type }: Attachment): Promise<Content> {
    const { api, ctx } = this.#running();
    const data = new Blob([new Uint8Array(await ctx.blobs.read(blob))], { type });
    const form = new FormData();
    if (/^image\/(png|jpeg|gif|webp|bmp)$/.test(type) && data.size <= 10 * 1024 * 1024) {
      form.set('image_type', 'message');
      form.set('image', data, name);
      const { data: given } = await api.call<{ readonly data: { readonly image_key: string } }>('/im/v1/images', { body: form });
      return { msg_type: 'image', content: JSON.stringify({ image_key: given.image_key }) };
    }
    form.set('file_type', 'stream');
    form.set('file_name', name);
    form.set('file', data, name);
    const { data: given } = await api.call<{ readonly data: { readonly file_key: string } }>('/im/v1/files', { body: form });
    return { msg_type: 'file', content: JSON.stringify({ file_key: given.file_key }) };
  }
}

/** Feishu's ids say by their first letters what they are. */
const kindOf = (to: string): string =>
  to.startsWith('oc_')
    ? 'chat_id'
    : to.startsWith('ou_')
      ? 'open_id'
      : to.startsWith('on_')
        ? 'union_id'
        : to.includes('@')
          ? 'email'
          : 'user_id';
