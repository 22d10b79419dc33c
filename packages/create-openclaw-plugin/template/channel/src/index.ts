import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type HookRequest,
  type HookResponse,
  type Message,
} from '@openclaw/plugin-sdk';

type Config = { readonly url?: string };

/** What your app posts to the channel's hook. */
type Said = { readonly id: string; readonly from: string; readonly name?: string; readonly bot?: boolean; readonly text: string };

/** Posts what the agent says to your app, and hears what your app posts to `/api/v1/hooks/my-custom-channel`. */
export default class MyCustomChannel implements ChannelPlugin<Config> {
  private ctx?: ChannelContext<Config>;
  private secret = '';

  async start(ctx: ChannelContext<Config>): Promise<void> {
    this.ctx = ctx;
    this.secret = (await ctx.secrets.get('secret')) ?? '';
    if (this.secret === '') return ctx.setStatus('needs-auth', 'Fill in the secret that your app knows too.');
    ctx.onRequest((request) => this.hear(ctx, request));
    ctx.setStatus('online');
  }

  /** Resolves when the app has the message. What it throws decides whether the gateway tries again. */
  async sendMessage(to: string, message: Message): Promise<void> {
    await this.call('POST', { to, text: message.content, key: message.idempotencyKey });
  }

  async health(): Promise<void> {
    await this.call('GET');
  }

  private async hear(ctx: ChannelContext<Config>, request: HookRequest): Promise<HookResponse> {
    if (!same(request.headers.authorization ?? '', `Bearer ${this.secret}`)) return { status: 401 };
    const said = JSON.parse(new TextDecoder().decode(request.body)) as Said;
    try {
      // Resolves when the message is on the disk. Only then does the app hear that it has arrived.
      await ctx.onMessage({
        id: said.id,
        from: { id: said.from, name: said.name, isBot: said.bot ?? false },
        content: said.text,
        chatType: 'direct',
      });
      return { status: 204 };
    } catch (error) {
      ctx.log.warn('The gateway did not take a message.', { error: String(error) });
      return { status: 503 };
    }
  }

  private async call(method: 'GET' | 'POST', body?: object): Promise<void> {
    if (!this.ctx) throw new ChannelError('INTERNAL', 'The channel is not started.');
    const { config, fetch } = this.ctx;
    const response = await fetch(config.url ?? 'http://localhost:3000/api/send', {
      method,
      headers: { authorization: `Bearer ${this.secret}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    }).catch((cause: unknown) => {
      if (cause instanceof ChannelError) throw cause;
      throw new ChannelError('NETWORK', 'The app does not answer.', { cause });
    });
    await response.body?.cancel();
    if (!response.ok) throw errorOf(response);
  }
}

const errorOf = ({ status, headers }: Response): ChannelError => {
  if (status === 401 || status === 403) return new ChannelError('AUTH', 'The app does not take the secret.');
  if (status === 404) return new ChannelError('PEER', 'The app knows nobody of that name.');
  if (status === 429)
    return new ChannelError('RATE_LIMIT', 'The app asks for patience.', { retryAfterMs: Number(headers.get('retry-after') ?? 1) * 1000 });
  return new ChannelError(status >= 500 ? 'NETWORK' : 'INTERNAL', `The app answered ${status}.`);
};

/** Takes the same time wherever the two differ. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
