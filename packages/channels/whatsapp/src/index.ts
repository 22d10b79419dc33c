import { createHash, timingSafeEqual } from 'node:crypto';
import {
  type Action,
  type Attachment,
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type HookRequest,
  type HookResponse,
  type Message,
  type SendReceipt,
} from '@openclaw/plugin-sdk';
import { createInParts, withFiles } from '@openclaw/plugin-sdk/kit';
import { createGraph, type Graph, type GraphConfig } from './graph.ts';
import { type Heard, isSigned, readCall } from './read-call.ts';
import { toWhatsApp } from './to-whatsapp.ts';

type Started = {
  readonly ctx: ChannelContext<GraphConfig>;
  readonly graph: Graph;
  readonly appSecret: string;
  readonly verifyToken: string;
  /** The last message of each: typing is shown under one. */
  readonly lastOf: Map<string, string>;
};

const rememberedMost = 1_000;
// What WhatsApp takes: https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
const buttonsMost = 3;
const titleMost = 20;
const buttonTextMost = 1_024;

/** A business number on the WhatsApp Cloud API: Meta calls the channel's hook, and takes what is sent over the Graph API. */
export default class WhatsAppChannel implements ChannelPlugin<GraphConfig> {
  readonly capabilities = { maxLength: 4_000, markdown: true, attachments: true, actions: true };
  #started: Started | null = null;
  readonly #inParts = createInParts<string | undefined>();

  async start(ctx: ChannelContext<GraphConfig>): Promise<void> {
    const [accessToken, appSecret, verifyToken] = await Promise.all(
      ['accessToken', 'appSecret', 'verifyToken'].map((name) => ctx.secrets.get(name)),
    );
    if (!ctx.config.phoneNumberId || !accessToken || !appSecret || !verifyToken)
      return ctx.setStatus('needs-auth', 'Fill in the phone number ID, the access token, the app secret and the verify token.');
    const started = { ctx, graph: createGraph(ctx.fetch, accessToken, ctx.config), appSecret, verifyToken, lastOf: new Map() };
    this.#started = started;
    ctx.onRequest((request) => (request.method === 'GET' ? subscribe(started, request) : hear(started, request)));
    ctx.setStatus('connecting');
    try {
      await started.graph.about();
      ctx.setStatus('online');
    } catch (error) {
      const { code, message } = error as ChannelError;
      ctx.setStatus(code === 'AUTH' ? 'needs-auth' : 'degraded', message);
    }
  }

  stop(): void {
    this.#started = null;
  }

  async health(): Promise<void> {
    await this.#running().graph.about();
  }

  async sendMessage(to: string, message: Message): Promise<SendReceipt> {
    const { ctx, graph } = this.#running();
    const { content, format = 'markdown', attachments = [], actions = [], replyTo } = message;
    const text = format === 'markdown' ? toWhatsApp(content) : content;
    const context = replyTo === undefined ? {} : { context: { message_id: replyTo } };
    const bodies = [...textsOf(text, actions).map((body) => () => body), ...attachments.map((file) => () => uploaded(ctx, graph, file))];
    const parts = bodies.map((body) => async () => graph.send({ recipient_type: 'individual', to, ...context, ...(await body()) }));
    const [id] = await this.#inParts(message.idempotencyKey, parts);
    return id === undefined ? {} : { id };
  }

  /** It is shown for 25 s or until there is an answer; there is no way of taking it back. */
  async setTyping(to: string, typing: boolean): Promise<void> {
    const { graph, lastOf } = this.#running();
    const last = lastOf.get(to);
    if (typing && last) await graph.send({ status: 'read', message_id: last, typing_indicator: { type: 'text' } });
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel is not set up yet.');
    return this.#started;
  }
}

/** Buttons stand under a short text: a longer one comes before. */
const textsOf = (text: string, actions: readonly Action[]): readonly object[] => {
  const plain = (body: string): object => ({ type: 'text', text: { body, preview_url: false } });
  if (actions.length === 0) return text === '' ? [] : [plain(text)];
  const fits = text.length <= buttonTextMost && text !== '';
  const buttons = actions.slice(0, buttonsMost).map(({ id, label }) => ({
    type: 'reply',
    reply: { id, title: label.length > titleMost ? `${label.slice(0, titleMost - 1)}…` : label },
  }));
  const interactive = { type: 'button', body: { text: fits ? text : '⬆' }, action: { buttons } };
  return [...(fits || text === '' ? [] : [plain(text)]), { type: 'interactive', interactive }];
};

const uploaded = async (ctx: ChannelContext<GraphConfig>, graph: Graph, { blob, name, type }: Attachment): Promise<object> => {
  const id = await graph.upload({ name, type, data: await ctx.blobs.read(blob) });
  // What else there is of pictures and films WhatsApp refuses to show, and sends as a file.
  if (type === 'image/jpeg' || type === 'image/png') return { type: 'image', image: { id } };
  if (type === 'video/mp4') return { type: 'video', video: { id } };
  return { type: 'document', document: { id, filename: name } };
};

/** Meta asks once whether the hook is ours. */
const subscribe = ({ verifyToken }: Started, { query }: HookRequest): HookResponse => {
  const asked = new URLSearchParams(query);
  if (asked.get('hub.mode') !== 'subscribe' || !same(asked.get('hub.verify_token') ?? '', verifyToken)) return { status: 403 };
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: asked.get('hub.challenge') ?? '' };
};

const hear = async (started: Started, request: HookRequest): Promise<HookResponse> => {
  const { ctx, appSecret } = started;
  if (!isSigned(request, appSecret)) {
    ctx.log.warn('A call was refused: its signature does not hold. Is the app secret the right one?');
    return { status: 401 };
  }
  try {
    const { heard, failed } = readCall(request.body, ctx.config.phoneNumberId);
    for (const { id, words } of failed)
      ctx.log.warn(id ? 'WhatsApp could not deliver a message.' : 'WhatsApp says that something is wrong with the number or the app.', {
        id,
        words,
      });
    for (const one of heard) await handOver(started, one);
    return { status: 200 };
  } catch (error) {
    // Meta calls again, for up to a week.
    ctx.log.warn('The gateway did not take a message.', { error: String(error) });
    return { status: 503 };
  }
};

const handOver = async ({ ctx, graph, lastOf }: Started, heard: Heard): Promise<void> => {
  if ('action' in heard) {
    const { text } = await ctx.onAction(heard.action);
    await graph
      .send({ to: heard.action.from.id, ...textsOf(text, [])[0] })
      .catch((error: unknown) => ctx.log.warn('It could not be told what became of a button.', { error: String(error) }));
    return;
  }
  const { message, file } = heard;
  lastOf.delete(message.from.id);
  lastOf.set(message.from.id, message.id);
  for (const oldest of lastOf.keys()) if (lastOf.size > rememberedMost) lastOf.delete(oldest);
  const files = file ? [{ ...file, fetch: () => graph.download(file.id) }] : [];
  // Meta would call for a week with a file that is not to be had, and with all that is beside it.
  await ctx.onMessage(await withFiles(ctx, message, files, { again: true }));
};

/** Takes the same time wherever the two differ. */
const same = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
