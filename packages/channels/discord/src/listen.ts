import type { ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer, handOver, keepConnected, mostFileBytes, withFiles } from '@openclaw/plugin-sdk/kit';
import { connectGateway, type Session } from './gateway.ts';
import { type FileToFetch, type MessageEvent, readMessage } from './read-message.ts';
import type { Rest } from './rest.ts';

/** `INTERACTION_CREATE` of a button, as far as we read it. */
type Interaction = {
  readonly id: string;
  readonly token: string;
  readonly type: number;
  readonly channel_id?: string;
  readonly data?: { readonly custom_id?: string };
  readonly user?: { readonly id: string };
  readonly member?: { readonly user?: { readonly id: string } };
};

const isButton = 3;

/** Listens until `ctx.signal` is aborted. Discord waits for no acknowledgement: a lost connection is taken up where it stopped. */
export const listen = (ctx: ChannelContext, rest: Rest, token: string): Promise<void> => {
  let session: Session | null = null;
  let hearing: Promise<void> = Promise.resolve();
  return keepConnected({
    signal: ctx.signal,
    connect: async (well) => {
      const [{ url }, me] = await Promise.all([
        rest<{ readonly url: string }>('/gateway/bot', { method: 'GET' }),
        rest<{ readonly id: string }>('/users/@me', { method: 'GET' }),
      ]);
      await connectGateway({
        ...{ url, token, signal: ctx.signal, session },
        keepSession: (next) => {
          session = next;
        },
        onEvent: (type, data) => {
          if (type === 'READY' || type === 'RESUMED') {
            well();
            ctx.setStatus('online');
          }
          // One after the other, or a long file would let the next message overtake.
          if (type === 'MESSAGE_CREATE') hearing = hearing.then(() => hear(ctx, data as MessageEvent, me.id));
          if (type === 'INTERACTION_CREATE') void press(ctx, rest, data as Interaction);
        },
      });
    },
    lost: (error) => {
      const { code, message } = error as ChannelError;
      ctx.setStatus(code === 'AUTH' ? 'needs-auth' : 'connecting', message);
      return code === 'AUTH' ? 'stop' : undefined;
    },
  });
};

/** What cannot be fetched is named, so that the rest is not lost. */
const hear = async (ctx: ChannelContext, event: MessageEvent, myId: string): Promise<void> => {
  const heard = readMessage(event, myId);
  if (!heard) return;
  const files = heard.files.map((file) => ({ name: file.name, type: file.type, fetch: () => download(ctx, file) }));
  await handOver(ctx, await withFiles(ctx, heard.message, files, { again: false }));
};

const download = async ({ fetch, signal }: ChannelContext, { url, size }: FileToFetch): Promise<Uint8Array> => {
  if (size > mostFileBytes) throw new Error(`${size} bytes are too many.`);
  const response = await ask(fetch, 'Discord', url, { timeoutMs: 60_000, signal });
  if (!response.ok) throw errorOfAnswer(response, 'Discord');
  return bytesOf(response);
};

/** Discord waits three seconds. The answer is for the one who pressed. */
const press = async (
  ctx: ChannelContext,
  rest: Rest,
  { id, token, type, channel_id: channel, data, user, member }: Interaction,
): Promise<void> => {
  const actionId = data?.custom_id;
  const from = user?.id ?? member?.user?.id;
  if (type !== isButton || !actionId || !from) return;
  try {
    const { text } = await ctx.onAction({ actionId, from: { id: from }, ...(channel ? { conversationId: channel } : {}) });
    await rest(`/interactions/${id}/${token}/callback`, { body: { type: 4, data: { content: text.slice(0, 2_000), flags: 64 } } });
  } catch (error) {
    ctx.log.warn('A button could not be answered.', { error: String(error) });
  }
};
