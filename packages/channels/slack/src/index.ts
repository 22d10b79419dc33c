import {
  type Action,
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type Message,
  type SendReceipt,
} from '@openclaw/plugin-sdk';
import { createInParts } from '@openclaw/plugin-sdk/kit';
import { type Api, createApi } from './api.ts';
import { listen } from './listen.ts';

type Config = { readonly apiRoot?: string };
type Started = { readonly ctx: ChannelContext<Config>; readonly bot: Api };

const mostActionLength = 255;
/** Of `text`, where a message is edited. */
const mostLength = 4_000;

/** A Slack app, by Socket Mode: nothing has to reach this computer. */
export default class SlackChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: mostLength, markdown: true, attachments: true, threads: true, actions: true };
  #started: Started | null = null;
  #listening: Promise<void> = Promise.resolve();
  readonly #inParts = createInParts<{ readonly ts?: string }>();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const [appToken = '', botToken = ''] = await Promise.all(
      ['appToken', 'botToken'].map(async (name) => (await ctx.secrets.get(name))?.trim() ?? ''),
    );
    if (!appToken.startsWith('xapp-')) return ctx.setStatus('needs-auth', 'Fill in the app-level token: it begins with xapp-.');
    if (!botToken.startsWith('xoxb-')) return ctx.setStatus('needs-auth', 'Fill in the bot token: it begins with xoxb-.');
    const root = ctx.config.apiRoot ?? 'https://slack.com/api';
    const bot = createApi({ fetch: ctx.fetch, token: botToken, root });
    this.#started = { ctx, bot };
    ctx.setStatus('connecting');
    this.#listening = listen(ctx, createApi({ fetch: ctx.fetch, token: appToken, root }), bot);
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#started = null;
  }

  async health(): Promise<void> {
    await this.#running().bot.call('auth.test');
  }

  /** @param to a channel, or `channel!user`: then that one alone sees it */
  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { bot } = this.#running();
    const [channel = '', user] = to.split('!');
    const { content, attachments = [], threadId, idempotencyKey } = message;
    if (user !== undefined && attachments.length > 0)
      throw new ChannelError('UNSUPPORTED', 'Slack shows a file to everybody in the conversation, and this answer is for one person.');
    const where = { channel, thread_ts: threadId };
    const send = (): Promise<{ readonly ts?: string }> =>
      user === undefined
        ? bot.call('chat.postMessage', { ...where, ...textOf(message), unfurl_links: false })
        : bot.call('chat.postEphemeral', { ...where, user, ...textOf(message) });
    const parts = [
      ...(content === '' && attachments.length > 0 ? [] : [send]),
      ...attachments.map((file) => () => this.#sendFile(where, file)),
    ];
    const [sent] = await this.#inParts(idempotencyKey, parts);
    return sent?.ts && user === undefined ? { id: sent.ts } : {};
  }

  async editMessage(to: string, id: string, message: Message): Promise<void> {
    await this.#running().bot.call('chat.update', { channel: to, ts: id, ...textOf(message, true) });
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no tokens yet.');
    return this.#started;
  }

  async #sendFile(
    where: { readonly channel: string; readonly thread_ts: string | undefined },
    { blob, name, size, type }: Attachment,
  ): Promise<object> {
    const { bot, ctx } = this.#running();
    const { upload_url: url, file_id: id } = await bot.call<{ readonly upload_url: string; readonly file_id: string }>(
      'files.getUploadURLExternal',
      {
        filename: name,
        length: size,
      },
    );
    await bot.upload(url, new Blob([new Uint8Array(await ctx.blobs.read(blob))], { type }));
    await bot.call('files.completeUploadExternal', { files: [{ id, title: name }], channel_id: where.channel, thread_ts: where.thread_ts });
    return {};
  }
}

/**
 * Markdown goes in a block that Slack draws itself, tables and all: https://docs.slack.dev/reference/block-kit/blocks/markdown-block. Plain
 * text goes as it is, but for an edit: there `mrkdwn` is not known, and blocks that are not named may stay. Where there are blocks, `text` is
 * for notifications. Whatever an agent writes, it calls nobody.
 */
const textOf = ({ content, format = 'markdown', actions = [] }: Message, isEdit = false): Readonly<Record<string, unknown>> => {
  const text = escapeText(content);
  const buttons = actions.filter(({ id }) => id.length <= mostActionLength).map(button);
  if (format === 'plain' && buttons.length === 0 && !isEdit) return { text, mrkdwn: false };
  const words =
    format === 'plain'
      ? (content.match(/.{1,3000}/gsu) ?? []).map((piece) => ({ type: 'section', text: { type: 'plain_text', text: piece, emoji: false } }))
      : [{ type: 'markdown', text: content.replace(/<(?=[@#!])/g, '<\u200B') }];
  const blocks = [...words, ...(buttons.length > 0 ? [{ type: 'actions', elements: buttons }] : [])];
  // Escaping makes up to five characters of one.
  return { text: text.length <= mostLength ? text : escapeText(content.slice(0, mostLength / 5)), mrkdwn: false, blocks };
};

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const escapeText = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const button = ({ id, label, style }: Action): object => ({
  ...{ type: 'button', action_id: id, value: id, text: { type: 'plain_text', text: label.slice(0, 75) } },
  ...(style ? { style } : {}),
});
