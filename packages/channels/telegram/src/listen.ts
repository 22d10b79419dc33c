import { type Attachment, type ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { keepConnected, pause } from '@openclaw/plugin-sdk/kit';
import type { File, Message, Update, User } from 'grammy/types';
import type { Api } from './api.ts';
import { type FileToFetch, readMessage } from './read-message.ts';

const pollSeconds = 50;
/** A connection that is open on our side only answers nothing: then there is a new one. */
const pollMs = (pollSeconds + 15) * 1000;
/** A server or proxy that answers nothing at once would be asked without end. */
const restMs = 1_000;
/** What a bot may fetch. */
const mostFileBytes = 20 * 1024 * 1024;

/** Asks for updates until `ctx.signal` is aborted. An update is acknowledged by asking for what follows it, so only when the gateway has it. */
export const listen = (ctx: ChannelContext, api: Api): Promise<void> => {
  let offset = 0;
  return keepConnected({
    signal: ctx.signal,
    connect: async (well) => {
      const me = await api.call<User>('getMe', {}, { signal: ctx.signal });
      ctx.setStatus('online');
      while (!ctx.signal.aborted) {
        const asked = Date.now();
        const updates = await api.call<readonly Update[]>(
          'getUpdates',
          { offset, timeout: pollSeconds, allowed_updates: ['message', 'callback_query'] },
          { signal: ctx.signal, timeoutMs: pollMs },
        );
        well();
        if (updates.length === 0 && Date.now() - asked < restMs) await pause(restMs, ctx.signal);
        for (const update of updates) {
          await hear(ctx, api, me, update);
          offset = update.update_id + 1;
        }
      }
    },
    lost: (error) => {
      const { code, message } = error as ChannelError;
      if (code === 'AUTH') {
        ctx.setStatus('needs-auth', 'Telegram does not take the token. Copy it again from @BotFather.');
        return 'stop';
      }
      ctx.setStatus(/\b409\b/.test(message) ? 'degraded' : 'connecting', /\b409\b/.test(message) ? otherReader(message) : message);
      return undefined;
    },
  });
};

const otherReader = (message: string): string =>
  /webhook/i.test(message)
    ? 'The bot has a webhook elsewhere. Call deleteWebhook, or use another bot.'
    : 'Another program reads with this token. Stop it, or use another bot.';

const hear = async (ctx: ChannelContext, api: Api, me: User, { message, callback_query: pressed }: Update): Promise<void> => {
  if (pressed?.data) return answerPress(ctx, api, pressed.id, pressed.from, pressed.data, pressed.message?.chat.id);
  const heard = message ? readMessage(message as Message, me) : null;
  if (!heard) return;
  const missing: string[] = [];
  const attachments: Attachment[] = [];
  for (const file of heard.files) {
    const attachment = await fetchFile(ctx, api, file);
    if (typeof attachment === 'string') missing.push(`[${file.name}: ${attachment}]`);
    else attachments.push(attachment);
  }
  const content = [heard.message.content, ...missing].filter(Boolean).join('\n');
  await ctx.onMessage({ ...heard.message, content, attachments, raw: message });
};

/** @returns why it cannot be had, where that is for good: else nobody who writes after it would be heard */
const fetchFile = async (ctx: ChannelContext, api: Api, { fileId, name, type, size = 0 }: FileToFetch): Promise<Attachment | string> => {
  if (size > mostFileBytes) return tooBig;
  try {
    const { file_path: path = '' } = await api.call<File>('getFile', { file_id: fileId });
    return await ctx.blobs.write({ name, type, data: await api.download(path) });
  } catch (error) {
    if (!(error instanceof ChannelError) || error.retryable || error.code === 'AUTH') throw error;
    if (/file is too big/i.test(error.message)) return tooBig;
    ctx.log.warn('A file could not be fetched.', { name, error: error.message });
    return 'could not be fetched';
  }
};

const tooBig = 'more than 20 MB, which Telegram gives to no bot';

const answerPress = async (
  ctx: ChannelContext,
  api: Api,
  id: string,
  from: User,
  actionId: string,
  chat: number | undefined,
): Promise<void> => {
  const { text } = await ctx.onAction({
    actionId,
    from: { id: String(from.id), name: from.first_name, isBot: from.is_bot === true },
    ...(chat === undefined ? {} : { conversationId: String(chat) }),
  });
  // A press that is older than a quarter of an hour takes no answer.
  await api.call('answerCallbackQuery', { callback_query_id: id, text: text.slice(0, 200) }).catch((error: unknown) => {
    ctx.log.warn('Telegram did not take the answer to a button.', { error: String(error) });
  });
};
