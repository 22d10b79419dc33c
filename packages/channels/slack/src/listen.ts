import { type ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { type FileToFetch, keepConnected, withFiles } from '@openclaw/plugin-sdk/kit';
import type { Api } from './api.ts';
import { type Me, type MessageEvent, readCommand, readMessage, readPress, type SlackFile } from './read-event.ts';
import { connectSocket, type Envelope } from './socket.ts';

/** @param app speaks with the app's token, which opens connections; `bot` with the bot's */
export const listen = (ctx: ChannelContext, app: Api, bot: Api): Promise<void> =>
  keepConnected({
    signal: ctx.signal,
    connect: async (well) => {
      const me = await bot.call<Me>('auth.test');
      while (!ctx.signal.aborted) {
        const { url } = await app.call<{ readonly url: string }>('apps.connections.open');
        const online = (): void => {
          well();
          ctx.setStatus('online');
        };
        // Slack asks for another connection every few hours.
        await connectSocket(url, ctx.signal, online, (envelope) => take(ctx, bot, me, envelope));
      }
    },
    lost: (error) => {
      const { code, message } = error as ChannelError;
      ctx.setStatus(code === 'AUTH' ? 'needs-auth' : 'connecting', message);
      return code === 'AUTH' ? 'stop' : undefined;
    },
  });

/** @returns what goes back with the acknowledgement */
const take = async (ctx: ChannelContext, bot: Api, me: Me, { type, payload }: Envelope): Promise<object | undefined> => {
  if (type === 'events_api') await hear(ctx, bot, me, (payload as { readonly event?: MessageEvent }).event);
  if (type === 'slash_commands') {
    const said = readCommand(payload as Record<string, string>);
    if (!said) return { response_type: 'ephemeral', text: 'Say something after the command. 请在命令后面写上内容。' };
    await ctx.onMessage(said);
  }
  if (type === 'interactive') void press(ctx, bot, payload);
  return undefined;
};

const hear = async (ctx: ChannelContext, bot: Api, me: Me, event: MessageEvent | undefined): Promise<void> => {
  const heard = event && readMessage(event, me);
  if (!heard) return;
  const files = await Promise.all(heard.files.map(async (file) => toFetch(bot, await whole(bot, file))));
  await ctx.onMessage(await withFiles(ctx, heard.message, files, { again: true }));
};

const toFetch = (bot: Api, { name, mimetype: type = 'application/octet-stream', url_private_download: url }: SlackFile): FileToFetch => ({
  name: name || 'file',
  type,
  fetch: async () => {
    // It was deleted, or is kept somewhere else, where our token is not to go.
    if (!url) throw new ChannelError('PEER', 'Slack has no address for it.');
    return bot.download(url);
  },
});

/** What Slack left out: https://docs.slack.dev/reference/events/message/file_share. */
const whole = async (bot: Api, file: SlackFile): Promise<SlackFile> => {
  if (file.file_access !== 'check_file_info') return file;
  try {
    return (await bot.call<{ readonly file: SlackFile }>('files.info', { file: file.id })).file;
  } catch (error) {
    if ((error as ChannelError).retryable) throw error;
    return file;
  }
};

const press = async (ctx: ChannelContext, bot: Api, payload: unknown): Promise<void> => {
  const pressed = readPress(payload);
  if (!pressed) return;
  try {
    const { text } = await ctx.onAction(pressed.action);
    if (pressed.respondTo) await bot.respond(pressed.respondTo, { response_type: 'ephemeral', replace_original: false, text });
  } catch (error) {
    ctx.log.warn('A button could not be answered.', { error: String(error) });
  }
};
