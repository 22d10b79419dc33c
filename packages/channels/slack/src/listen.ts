import type { ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { keepConnected, withFiles } from '@openclaw/plugin-sdk/kit';
import type { Api } from './api.ts';
import { type Me, type MessageEvent, readCommand, readMessage, readPress } from './read-event.ts';
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
  const files = heard.files.map(({ url, name, type }) => ({ name, type, fetch: () => bot.download(url) }));
  await ctx.onMessage(await withFiles(ctx, heard.message, files, { again: true }));
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
