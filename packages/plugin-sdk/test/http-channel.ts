import { type ChannelContext, ChannelError, type ChannelPlugin, type Message, type SendReceipt } from '@openclaw/plugin-sdk';
import type { Pressed, Update } from './http-platform.ts';

/** What an author may get wrong; each has to be found by the suite. */
export type Defect =
  | 'sends twice'
  | 'edits by sending'
  | 'chokes on Markdown'
  | 'loses characters'
  | 'cuts long texts'
  | 'one receipt for all'
  | 'plain errors'
  | 'no retry-after'
  | 'files left out'
  | 'threads left out'
  | 'buttons left out'
  | 'acknowledges first'
  | 'acknowledges what was refused'
  | 'ids by time'
  | 'answers bots'
  | 'answers itself'
  | 'waits no more'
  | 'always healthy'
  | 'never online'
  | 'leaks a timer'
  | 'logs the token'
  | 'hangs at the end'
  | 'shares its state';

/** A channel over `http-platform.ts` that does everything, but for its defect. */
export const httpChannel = (defect?: Defect) =>
  class HttpChannel implements ChannelPlugin {
    readonly capabilities = { maxLength: 1_000, markdown: true, attachments: true, threads: true, actions: true, idempotent: true };
    ctx: ChannelContext | null = null;
    #token = '';
    #listening = Promise.resolve();

    async start(ctx: ChannelContext): Promise<void> {
      this.ctx = ctx;
      if (defect === 'shares its state') shared ??= ctx;
      this.#token = (await ctx.secrets.get('token')) ?? '';
      if (defect === 'leaks a timer') setTimeout(() => {}, 60_000);
      if (defect === 'logs the token') ctx.log.info(`signing in with ${this.#token}`);
      ctx.setStatus('connecting');
      this.#listening = this.#listen(ctx);
    }

    async stop(): Promise<void> {
      if (defect === 'hangs at the end') await new Promise(() => {});
      await this.#listening;
      if (defect === 'shares its state') shared = null;
    }

    async health(): Promise<void> {
      if (defect !== 'always healthy') await this.#call('/ack', { id: '' });
    }

    async sendMessage(to: string, message: Message): Promise<SendReceipt> {
      if (defect === 'chokes on Markdown' && message.content.includes('unclosed')) throw new ChannelError('PEER', 'bad entities');
      const { attachments = [], actions = [], threadId } = message;
      const body = {
        to,
        text: defect === 'loses characters' ? message.content.replaceAll('<', '') : message.content,
        key: message.idempotencyKey,
        thread: defect === 'threads left out' ? undefined : threadId,
        files: defect === 'files left out' ? [] : attachments.map(({ name }) => name),
        buttons: defect === 'buttons left out' ? [] : actions,
      };
      if (defect === 'cuts long texts') body.text = body.text.slice(0, 500);
      const receipt = (await this.#call('/send', body)) as SendReceipt;
      if (defect === 'sends twice') await this.#call('/send', { ...body, key: `${body.key}-again` });
      return defect === 'one receipt for all' ? { id: 'sent' } : receipt;
    }

    async editMessage(to: string, id: string, message: Message): Promise<void> {
      const key = defect === 'edits by sending' ? message.idempotencyKey : id.replace('m-', '');
      await this.sendMessage(to, { ...message, idempotencyKey: key });
    }

    async #listen(ctx: ChannelContext): Promise<void> {
      while (!ctx.signal.aborted) {
        try {
          await this.#call('/ack', { id: '' }, ctx.signal);
          if (defect !== 'never online') ctx.setStatus('online');
          const updates = (await this.#call('/updates', {}, ctx.signal)) as readonly (Update | Pressed)[];
          for (const update of updates) await this.#hear(ctx, update);
        } catch (thrown) {
          if (ctx.signal.aborted || defect === 'waits no more') return;
          if (thrown instanceof ChannelError && thrown.code === 'AUTH') return ctx.setStatus('needs-auth', 'The token is not valid.');
          ctx.setStatus('connecting');
        }
      }
    }

    async #hear(ctx: ChannelContext, update: Update | Pressed): Promise<void> {
      if ('press' in update) return void (await ctx.onAction({ actionId: update.press, from: { id: update.user } }));
      const acknowledge = () => this.#call('/ack', { id: update.id });
      if (update.user === 'me' && defect !== 'answers itself') return void (await acknowledge());
      if (defect === 'acknowledges first') await acknowledge();
      const id = defect === 'ids by time' ? `${performance.now()}` : update.id;
      const from = { id: update.user, isBot: defect === 'answers bots' ? false : update.bot };
      const file = update.file && {
        name: update.file.name,
        type: update.file.type,
        data: new Uint8Array(Buffer.from(update.file.base64, 'base64')),
      };
      const attachments = file && defect !== 'files left out' ? [await ctx.blobs.write(file)] : [];
      const handedOver = ctx.onMessage({ id, from, content: update.text, attachments });
      if (defect === 'acknowledges what was refused') await handedOver.catch(() => {});
      else await handedOver;
      await acknowledge();
    }

    async #call(path: string, body: unknown, signal?: AbortSignal): Promise<unknown> {
      const ctx = shared ?? this.ctx;
      if (!ctx) throw new ChannelError('INTERNAL', 'not started');
      const response = await ctx
        .fetch(`${(ctx.config as { url: string }).url}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${this.#token}` },
          body: JSON.stringify(body),
          ...(signal ? { signal } : {}),
        })
        .catch((cause: unknown) => {
          throw new ChannelError('NETWORK', 'The platform does not answer.', { cause });
        });
      if (response.ok) return response.json();
      await response.body?.cancel();
      if (defect === 'plain errors') throw new Error(`The platform said ${response.status}.`);
      if (response.status === 401) throw new ChannelError('AUTH', 'The platform does not take the token.');
      if (response.status === 429)
        throw new ChannelError('RATE_LIMIT', 'Too much at once.', {
          retryAfterMs: defect === 'no retry-after' ? 1_000 : Number(response.headers.get('retry-after')) * 1000,
        });
      throw new ChannelError('NETWORK', `The platform said ${response.status}.`);
    }
  };

let shared: ChannelContext | null = null;
