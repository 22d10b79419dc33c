import {
  type ChannelContext,
  ChannelError,
  type ChannelPlugin,
  type HookRequest,
  type HookResponse,
  type Message,
} from '@openclaw/plugin-sdk';
import { ask, errorOfAnswer } from '@openclaw/plugin-sdk/kit';
import { readCall } from './read-call.ts';
import { createSigner, type Signer, type SignerConfig } from './signer.ts';

type Config = SignerConfig & { readonly url?: string };
type Started = { readonly ctx: ChannelContext<Config>; readonly signer: Signer };

const mostFileBytes = 10 * 1024 * 1024;

/** Your own program: posts signed messages to the channel's hook, and is posted what the agent says. */
export default class WebhookChannel implements ChannelPlugin<Config> {
  readonly capabilities = {
    ...{ maxLength: 100_000, markdown: true, threads: true, actions: true, idempotent: true },
    ...{ attachments: true, attachmentsWithText: mostFileBytes },
  };
  #started: Started | null = null;

  async start(ctx: ChannelContext<Config>): Promise<void> {
    const secret = (await ctx.secrets.get('secret')) ?? '';
    if (secret.length < 16) return ctx.setStatus('needs-auth', 'Fill in the secret that your program knows too: 16 characters or more.');
    let signer: Signer;
    try {
      signer = createSigner(secret, ctx.config);
    } catch {
      return ctx.setStatus('needs-auth', 'The secret begins with whsec_, but what follows is no Base64. Copy it again.');
    }
    const started = { ctx, signer };
    this.#started = started;
    ctx.onRequest((request) => hear(started, request));
    ctx.setStatus('online');
  }

  stop(): void {
    this.#started = null;
  }

  async sendMessage(to: string, message: Message): Promise<void> {
    const { ctx } = this.#running();
    const { attachments = [] } = message;
    if (attachments.reduce((sum, { size }) => sum + size, 0) > mostFileBytes)
      throw new ChannelError('UNSUPPORTED', 'Files of more than 10 MiB in all do not fit into a webhook.');
    const files = await Promise.all(
      attachments.map(async ({ blob, name, type }) => ({ name, type, base64: Buffer.from(await ctx.blobs.read(blob)).toString('base64') })),
    );
    const { id, content, format = 'markdown', threadId, replyTo, actions } = message;
    await this.#post('POST', message.idempotencyKey, JSON.stringify({ id, to, text: content, format, threadId, replyTo, files, actions }));
  }

  /** `HEAD`, signed: a program that does not know it may answer 404 or 405. */
  async health(): Promise<void> {
    if (this.#running().ctx.config.url) await this.#post('HEAD', `health-${Date.now()}`, '');
  }

  #running(): Started {
    if (!this.#started) throw new ChannelError('AUTH', 'The channel has no secret yet.');
    return this.#started;
  }

  /** Redirects are not followed: a signed message is for the address that the user wrote, and for no other. */
  async #post(method: 'POST' | 'HEAD', id: string, body: string): Promise<void> {
    const { ctx, signer } = this.#running();
    const { url } = ctx.config;
    if (!url) throw new ChannelError('UNSUPPORTED', 'The channel has no address to send answers to. Fill in url.');
    const response = await ask(ctx.fetch, 'Your program', url, {
      method,
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...signer.sign(id, body) },
      ...(method === 'POST' ? { body } : {}),
    });
    await response.body?.cancel();
    const { ok, status } = response;
    if (ok || (method === 'HEAD' && (status === 404 || status === 405))) return;
    if (status === 403) throw new ChannelError('AUTH', 'Your program does not take the signature (403).');
    throw errorOfAnswer(response, 'Your program');
  }
}

const hear = async ({ ctx, signer }: Started, { method, headers, body }: HookRequest): Promise<HookResponse> => {
  if (method !== 'POST') return problem(405, 'Post a message here.');
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  let signedId: string | null;
  try {
    signedId = signer.verify(headers, text);
  } catch (error) {
    ctx.log.warn('A call was refused: its signature does not hold.', { reason: String(error) });
    return problem(401, 'The signature does not hold, or is older than five minutes.');
  }
  const call = readCall(text, signedId);
  if ('problem' in call) return problem(400, call.problem);
  try {
    if ('action' in call) return { ...json, status: 200, body: JSON.stringify(await ctx.onAction(call.action)) };
    const { files, ...message } = call.message;
    const attachments = await Promise.all(files.map((file) => ctx.blobs.write(file)));
    // Resolves when it is on the disk; only then does the program hear that it has arrived.
    await ctx.onMessage({ ...message, attachments });
    return { status: 204 };
  } catch (error) {
    ctx.log.warn('The gateway did not take a message.', { error: String(error) });
    return problem(503, 'The gateway cannot take it now. Send it again, under the same id.');
  }
};

const json = { headers: { 'content-type': 'application/json' } };
const problem = (status: number, error: string): HookResponse => ({ ...json, status, body: JSON.stringify({ error }) });
