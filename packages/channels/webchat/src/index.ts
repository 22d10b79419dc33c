import { join } from 'node:path';
import { type ChannelContext, ChannelError, type ChannelPlugin, type Message, type SendReceipt } from '@openclaw/plugin-sdk';
import { createHistory, type History } from './history.ts';
import { type Config, type Desk, openDesk } from './server.ts';
import { plainNodes, toNodes } from './to-nodes.ts';
import { createVisitors } from './visitors.ts';

type Started = { readonly history: History; readonly desk: Desk };

/** A chat box for pages of other sites, on a port of its own: who may have it, its own list of origins says, and not the gateway's. */
export default class WebChatChannel implements ChannelPlugin<Config> {
  readonly capabilities = { maxLength: 20_000, markdown: true, actions: true, idempotent: true };
  #started: Started | null = null;

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const secret = (await ctx.secrets.get('secret')) ?? '';
    if (secret.length < 16) return ctx.setStatus('needs-auth', 'Fill in a secret of 16 characters or more.');
    const visitors = createVisitors(secret);
    const history = createHistory(join(ctx.dataDir, 'visitors'));
    const desk = await openDesk(ctx, visitors, history).catch((error: NodeJS.ErrnoException) => {
      throw new ChannelError(
        'INTERNAL',
        `Port ${ctx.config.port ?? 18_790} cannot be used (${error.code ?? error.message}). Fill in another one.`,
      );
    });
    this.#started = { history, desk };
    ctx.setStatus('online', `To have the box in a page: ${desk.tag}`);
    await history
      .forgetOld(Date.now())
      .catch((error: unknown) => ctx.log.warn('Old conversations could not be removed.', { error: String(error) }));
  }

  async stop(): Promise<void> {
    const started = this.#started;
    this.#started = null;
    await started?.desk.close();
  }

  async health(): Promise<void> {
    const { desk, history } = this.#running();
    if (!desk.isListening()) throw new ChannelError('NETWORK', 'It does not listen any more.');
    await history.read('v_health').catch(unreadable);
  }

  /** It has arrived when it is in the visitor's history: the page may be closed just now. */
  async sendMessage(to: string, { content, format = 'markdown', actions = [], idempotencyKey }: Message): Promise<SendReceipt> {
    if (!/^v_[\w-]{22}$/.test(to)) throw new ChannelError('PEER', `"${to}" is no visitor.`);
    const nodes = format === 'markdown' ? toNodes(content) : plainNodes(content);
    const buttons = actions.map(({ id, label }) => ({ id, label }));
    const entry = { id: idempotencyKey, by: 'agent' as const, nodes, at: Date.now(), ...(buttons.length > 0 ? { buttons } : {}) };
    return { id: (await this.#running().history.add(to, entry).catch(unreadable)).id };
  }

  async setTyping(to: string, typing: boolean): Promise<void> {
    this.#running().desk.setTyping(to, typing);
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no secret yet.');
    return this.#started;
  }
}

const unreadable = (error: NodeJS.ErrnoException): never => {
  throw new ChannelError('NETWORK', `The conversations on the disk cannot be used (${error.code ?? error.message}).`);
};
