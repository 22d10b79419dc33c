import { EventDispatcher, LoggerLevel, WSClient } from '@larksuiteoapi/node-sdk';
import { type ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { ask, keepConnected, withFiles } from '@openclaw/plugin-sdk/kit';
import type { Api } from './api.ts';
import { type MessageEvent, readMessage } from './read-message.ts';

/** `card.action.trigger`, as far as we read it. */
type PressEvent = {
  readonly operator?: { readonly open_id?: string };
  readonly action?: { readonly value?: { readonly action?: unknown } };
  readonly context?: { readonly open_chat_id?: string };
};

export type Credentials = { readonly appId: string; readonly appSecret: string; readonly domain: string };

/**
 * Listens by Feishu's long connection until `ctx.signal` is aborted. The SDK answers an event when its handler has resolved, which is
 * when the gateway has the message, and says 500 where it has rejected: then Feishu sends it again.
 */
export const listen = (ctx: ChannelContext, api: Api, credentials: Credentials): Promise<void> =>
  keepConnected({
    signal: ctx.signal,
    connect: async (well) => {
      // First what says in words whether the credentials hold; the SDK only logs it.
      const { bot } = await api.call<{ readonly bot: { readonly open_id: string } }>('/bot/v3/info', { method: 'GET' });
      const dispatcher = new EventDispatcher({ loggerLevel: LoggerLevel.error, logger: silent }).register({
        'im.message.receive_v1': async (event: unknown) => hear(ctx, api, event as MessageEvent, bot.open_id),
        'card.action.trigger': async (event: unknown) => press(ctx, event as PressEvent),
      });
      await connection(ctx, credentials, dispatcher, well);
    },
    lost: (error) => {
      const { code, message } = error as ChannelError;
      if (code === 'AUTH') {
        ctx.setStatus('needs-auth', message);
        return 'stop';
      }
      ctx.setStatus('connecting', message);
      return undefined;
    },
  });

const nothing = (): void => undefined;
/** It would log addresses with a ticket in them; what matters comes by the handlers. */
const silent = { fatal: nothing, error: nothing, warn: nothing, info: nothing, debug: nothing, trace: nothing };

/** Resolves when `ctx.signal` is aborted; rejects when the SDK gives up. Meanwhile that comes back by itself, at the pace Feishu asks for. */
const connection = (
  ctx: ChannelContext,
  { appId, appSecret, domain }: Credentials,
  eventDispatcher: EventDispatcher,
  well: () => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const online = (): void => {
      well();
      ctx.setStatus('online');
    };
    const client = new WSClient({
      ...{ appId, appSecret, domain, loggerLevel: LoggerLevel.error, logger: silent, handshakeTimeoutMs: 15_000 },
      // A connection that is open on our side only says no pong.
      wsConfig: { pingTimeout: 20 },
      httpInstance: httpOver(ctx.fetch),
      onReady: online,
      onReconnected: online,
      onReconnecting: () => ctx.setStatus('connecting', 'The connection to Feishu was lost.'),
      onError: (error) => {
        client.close({ force: true });
        reject(new ChannelError('NETWORK', `Feishu gave no connection: ${error.message}`));
      },
    });
    ctx.signal.addEventListener('abort', () => {
      client.close({ force: true });
      resolve();
    });
    void client.start({ eventDispatcher });
  });

/** The SDK asks for the address of its connection by HTTP; so that this goes by `ctx.fetch` too. */
const httpOver = (fetch: typeof globalThis.fetch) => {
  const request = async ({
    url = '',
    data,
    headers,
  }: {
    url?: string;
    data?: unknown;
    headers?: Record<string, string>;
  }): Promise<unknown> => {
    const response = await ask(fetch, 'Feishu', url, {
      ...{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(data) },
    });
    return response.json();
  };
  return { request } as unknown as NonNullable<ConstructorParameters<typeof WSClient>[0]['httpInstance']>;
};

const hear = async (ctx: ChannelContext, api: Api, event: MessageEvent, myId: string): Promise<void> => {
  const heard = readMessage(event, myId);
  if (!heard) return;
  const files = heard.files.map(({ key, kind, name, type }) => ({
    ...{ name, type, fetch: () => api.download(`/im/v1/messages/${heard.message.id}/resources/${key}?type=${kind}`) },
  }));
  await ctx.onMessage(await withFiles(ctx, { ...heard.message, raw: event.message }, files, { again: true }));
};

const press = async (ctx: ChannelContext, { operator, action, context }: PressEvent): Promise<object | undefined> => {
  const actionId = action?.value?.action;
  const from = operator?.open_id;
  if (typeof actionId !== 'string' || from === undefined) return undefined;
  const { text } = await ctx.onAction({
    actionId,
    from: { id: from },
    ...(context?.open_chat_id ? { conversationId: context.open_chat_id } : {}),
  });
  return { toast: { type: 'info', content: text } };
};
