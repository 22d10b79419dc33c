import type { Attachment, ChannelContext } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer, handOver } from '@openclaw/plugin-sdk/kit';
import { type BaseMessage, decryptFile, type EventMessage, type TemplateCard, type WSClient, type WsFrame } from '@wecom/aibot-node-sdk';
import { isRefusedLogin } from './errors.ts';
import { type FileToFetch, readMessage } from './read-message.ts';

/** Hears what the client hears; resolves when `ctx.signal` is aborted. The client comes back by itself, after 1 to 30 s. */
export const listen = (ctx: ChannelContext, client: WSClient): Promise<void> =>
  new Promise((resolve) => {
    client.on('authenticated', () => ctx.setStatus('online'));
    client.on('reconnecting', () => ctx.setStatus('connecting', 'The connection to WeCom was lost.'));
    client.on('error', (error) => {
      if (!isRefusedLogin(error)) return;
      client.disconnect();
      ctx.setStatus('needs-auth', `WeCom does not take Bot ID and Secret (${error.message}). Copy them again.`);
    });
    client.on('event.disconnected_event', () =>
      ctx.setStatus('offline', 'Another program has connected with this bot, and WeCom keeps one only. Stop it, then restart the channel.'),
    );
    client.on('message', (frame) => void hear(ctx, frame as WsFrame<BaseMessage>));
    client.on('event.template_card_event', (frame) => void press(ctx, client, frame as WsFrame<EventMessage>));
    ctx.signal.addEventListener('abort', () => {
      client.disconnect();
      resolve();
    });
    client.connect();
  });

/** WeCom says a thing once: what cannot be fetched is named, so that the rest is not lost. */
const hear = async (ctx: ChannelContext, { body }: WsFrame<BaseMessage>): Promise<void> => {
  const heard = body && readMessage(body);
  if (!heard) return;
  const missing: string[] = [];
  const attachments: Attachment[] = [];
  for (const file of heard.files) {
    try {
      attachments.push(await fetchFile(ctx, file));
    } catch (error) {
      ctx.log.warn('A file could not be fetched.', { error: String(error) });
      missing.push(`[${file.name} could not be fetched]`);
    }
  }
  const content = [heard.message.content, ...missing].filter(Boolean).join('\n');
  await handOver(ctx, { ...heard.message, content, attachments });
};

/** The address holds for five minutes; what is there is encrypted with the message's own key. */
const fetchFile = async (ctx: ChannelContext, { url, key, name, type }: FileToFetch): Promise<Attachment> => {
  const response = await ask(ctx.fetch, 'WeCom', url, { timeoutMs: 60_000 });
  if (!response.ok) throw errorOfAnswer(response, 'WeCom');
  const bytes = Buffer.from(await bytesOf(response));
  const data = new Uint8Array(key === undefined ? bytes : decryptFile(bytes, key));
  return ctx.blobs.write({ name: nameOf(response.headers.get('content-disposition')) ?? name, type, data });
};

const nameOf = (disposition: string | null): string | undefined => {
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  const plain = /filename="?([^";]+)"?/i.exec(disposition ?? '')?.[1];
  try {
    return encoded ? decodeURIComponent(encoded) : plain ? decodeURIComponent(plain) : undefined;
  } catch {
    return plain;
  }
};

/** WeCom waits five seconds for what the card is to become. */
const press = async (ctx: ChannelContext, client: WSClient, frame: WsFrame<EventMessage>): Promise<void> => {
  const { event, from, chatid } = frame.body ?? {};
  const { event_key: actionId, task_id: task } = cardEvent(event);
  if (!actionId || !from) return;
  try {
    const { text } = await ctx.onAction({ actionId, from: { id: from.userid }, conversationId: chatid ?? from.userid });
    if (task) await client.updateTemplateCard(frame, cardWith(text, task));
  } catch (error) {
    ctx.log.warn('A button could not be answered.', { error: String((error as { errmsg?: string }).errmsg ?? error) });
  }
};

/** What WeCom takes as a title; and below it. */
const [mostTitle, mostText] = [26, 112];

/** https://developer.work.weixin.qq.com/document/path/101032: such a card is refused unless it leads somewhere and names its task. */
const cardWith = (text: string, task: string): TemplateCard => ({
  card_type: 'text_notice',
  main_title: { title: text.slice(0, mostTitle) },
  ...(text.length > mostTitle ? { sub_title_text: text.slice(0, mostText) } : {}),
  card_action: { type: 1, url: 'https://work.weixin.qq.com' },
  task_id: task,
});

/** The documentation has the two a level deeper than the SDK's types. */
const cardEvent = (event: unknown): { readonly event_key?: string; readonly task_id?: string } => {
  const { template_card_event: inner, ...outer } = (event ?? {}) as { readonly template_card_event?: object };
  return { ...outer, ...inner };
};
