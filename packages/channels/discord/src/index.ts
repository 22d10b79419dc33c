import { createHash } from 'node:crypto';
import { type Action, type ChannelContext, ChannelError, type ChannelPlugin, type Message, type SendReceipt } from '@openclaw/plugin-sdk';
import { listen } from './listen.ts';
import { createRest, type Rest } from './rest.ts';

type Config = { readonly apiRoot?: string };
type Started = { readonly ctx: ChannelContext<Config>; readonly rest: Rest };

const mostButtons = 5;
const mostActionLength = 100;

/** A bot of Discord, by its gateway: nothing has to reach this computer. */
export default class DiscordChannel implements ChannelPlugin<Config> {
  readonly capabilities = {
    ...{ maxLength: 2_000, markdown: true, threads: true, actions: true, idempotent: true },
    // What Discord takes where nobody pays for more.
    ...{ attachments: true, attachmentsWithText: 10 * 1024 * 1024 },
  };
  #started: Started | null = null;
  #listening: Promise<void> = Promise.resolve();

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const token = (await ctx.secrets.get('token'))?.trim().replace(/^Bot /, '') ?? '';
    if (!/^[\w.-]+$/.test(token))
      return ctx.setStatus('needs-auth', 'Fill in the bot token, from the Developer Portal, your application, Bot.');
    const rest = createRest({ fetch: ctx.fetch, token, root: ctx.config.apiRoot ?? 'https://discord.com/api/v10' });
    this.#started = { ctx, rest };
    ctx.setStatus('connecting');
    this.#listening = listen(ctx, rest, token);
  }

  async stop(): Promise<void> {
    await this.#listening;
    this.#started = null;
  }

  async health(): Promise<void> {
    await this.#running().rest('/users/@me', { method: 'GET' });
  }

  /** A thread is a channel. Text and files are one message, which Discord sends once for one nonce. */
  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { ctx, rest } = this.#running();
    const { attachments = [], idempotencyKey, replyTo, threadId } = message;
    const body = {
      ...textOf(message),
      nonce: createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 25),
      enforce_nonce: true,
      ...(replyTo ? { message_reference: { message_id: replyTo, fail_if_not_exists: false } } : {}),
    };
    const path = `/channels/${encodeURIComponent(threadId ?? to)}/messages`;
    if (attachments.length === 0) return idOf(await rest(path, { body }));
    const form = new FormData();
    form.set('payload_json', JSON.stringify({ ...body, attachments: attachments.map(({ name }, id) => ({ id, filename: name })) }));
    for (const [index, { blob, name, type }] of attachments.entries())
      form.set(`files[${index}]`, new Blob([new Uint8Array(await ctx.blobs.read(blob))], { type }), name);
    return idOf(await rest(path, { body: form }));
  }

  async editMessage(to: string, id: string, message: Message): Promise<void> {
    const path = `/channels/${encodeURIComponent(message.threadId ?? to)}/messages/${encodeURIComponent(id)}`;
    await this.#running().rest(path, { method: 'PATCH', body: textOf(message) });
  }

  /** Discord shows it for ten seconds, or until a message comes. */
  async setTyping(to: string, typing: boolean, threadId?: string): Promise<void> {
    if (typing) await this.#running().rest(`/channels/${encodeURIComponent(threadId ?? to)}/typing`);
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no token yet.');
    return this.#started;
  }
}

/** Discord draws Markdown itself. Whatever an agent writes, it calls nobody. */
const textOf = ({ content, format = 'markdown', actions = [] }: Message): object => ({
  content: format === 'plain' ? escapeMarks(content) : content,
  allowed_mentions: { parse: [] },
  components: rowsOf(actions),
});

/** What Discord would draw is written so that it stands there as it is; where that is too long, it is drawn. */
const escapeMarks = (text: string): string => {
  const escaped = text.replace(/[\\*_~`|>#[\]()-]/g, '\\$&');
  return escaped.length <= 2_000 ? escaped : text;
};

const styles = { primary: 1, danger: 4, usual: 2 } as const;

const rowsOf = (actions: readonly Action[]): readonly object[] => {
  const buttons = actions
    .filter(({ id }) => id.length <= mostActionLength)
    .map(({ id, label, style = 'usual' as const }) => ({ type: 2, style: styles[style], label: label.slice(0, 80), custom_id: id }));
  const rows: object[] = [];
  for (let at = 0; at < Math.min(buttons.length, mostButtons * mostButtons); at += mostButtons)
    rows.push({ type: 1, components: buttons.slice(at, at + mostButtons) });
  return rows;
};

const idOf = ({ id }: { readonly id: string }): SendReceipt => ({ id });
