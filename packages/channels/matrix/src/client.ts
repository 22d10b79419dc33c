import { type ChannelContext, ChannelError } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer } from '@openclaw/plugin-sdk/kit';
import type { SyncBatch, TimelineEvent } from './read-sync.ts';

/** How long the server may wait for something to tell. */
const pollMs = 30_000;

/** What is in a sync: messages, who comes and goes, invitations; a hundred events a room at once. */
const filter = JSON.stringify({
  presence: { types: [] },
  account_data: { types: [] },
  room: {
    ephemeral: { types: [] },
    account_data: { types: [] },
    state: { types: ['m.room.member'], lazy_load_members: true },
    timeline: { types: ['m.room.message', 'm.room.encrypted', 'm.room.member'], limit: 100 },
  },
});

/**
 * The part of Matrix's client-server API that a bot needs (https://spec.matrix.org/v1.16/client-server-api/).
 * All reject with a ChannelError.
 */
export type MatrixClient = ReturnType<typeof createClient>;

export const createClient = (ctx: Pick<ChannelContext, 'fetch' | 'signal'>, homeserver: string, accessToken: string) => {
  const base = homeserver.replace(/\/+$/, '');

  const call = async (method: string, path: string, { body, timeoutMs, ...init }: CallOptions = {}): Promise<Response> => {
    const response = await ask(ctx.fetch, 'The homeserver', `${base}${path}`, {
      method,
      // The token is for this server only.
      redirect: 'error',
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(init.signal ? { signal: init.signal } : {}),
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': init.type ?? 'application/json' },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  };
  const json = async <T>(...args: Parameters<typeof call>): Promise<T> => (await call(...args)).json() as Promise<T>;
  const room = (id: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(id)}`;

  return {
    whoAmI: async (): Promise<string> => (await json<{ user_id: string }>('GET', '/_matrix/client/v3/account/whoami')).user_id,

    /** Waits up to half a minute for something new; without `since`, tells at once where things stand. */
    sync: (since: string | null): Promise<SyncBatch> => {
      const query = new URLSearchParams({
        filter: since === null ? '{"room":{"timeline":{"limit":0}}}' : filter,
        timeout: String(since === null ? 0 : pollMs),
        ...(since === null ? {} : { since }),
      });
      return json('GET', `/_matrix/client/v3/sync?${query}`, { timeoutMs: 2 * pollMs, signal: ctx.signal });
    },

    /** What happened between two points of a room, the newest first. */
    before: async (
      roomId: string,
      from: string,
      to: string,
    ): Promise<{ readonly events: readonly TimelineEvent[]; readonly end: string | null }> => {
      const query = new URLSearchParams({ dir: 'b', from, to, limit: '100' });
      const { chunk, end } = await json<{ chunk: TimelineEvent[]; end?: string }>('GET', `${room(roomId)}/messages?${query}`);
      return { events: chunk, end: end ?? null };
    },

    countMembers: async (roomId: string): Promise<number> =>
      Object.keys((await json<{ joined: object }>('GET', `${room(roomId)}/joined_members`)).joined).length,

    join: async (roomId: string): Promise<void> => void (await json('POST', `${room(roomId)}/join`, { body: {} })),

    /** @returns the room of the two of us */
    createDirectRoom: async (userId: string): Promise<string> =>
      (
        await json<{ room_id: string }>('POST', '/_matrix/client/v3/createRoom', {
          body: { is_direct: true, preset: 'trusted_private_chat', invite: [userId] },
        })
      ).room_id,

    /** @param transaction the server takes each only once @returns the id of the event */
    send: async (roomId: string, transaction: string, content: object): Promise<string> =>
      (await json<{ event_id: string }>('PUT', `${room(roomId)}/send/m.room.message/${encodeURIComponent(transaction)}`, { body: content }))
        .event_id,

    setTyping: async (roomId: string, userId: string, typing: boolean): Promise<void> =>
      void (await json('PUT', `${room(roomId)}/typing/${encodeURIComponent(userId)}`, {
        body: typing ? { typing, timeout: 30_000 } : { typing },
      })),

    /** @returns its `mxc://` address */
    upload: async (file: { readonly name: string; readonly type: string; readonly data: Uint8Array }): Promise<string> =>
      (
        await json<{ content_uri: string }>('POST', `/_matrix/media/v3/upload?${new URLSearchParams({ filename: file.name })}`, {
          body: file.data,
          type: file.type,
          timeoutMs: 55_000,
        })
      ).content_uri,

    /** @param address `mxc://server/id` */
    download: async (address: string): Promise<Uint8Array> => {
      const [, server, id] = /^mxc:\/\/([^/]+)\/([\w-]+)$/.exec(address) ?? [];
      if (server === undefined || id === undefined) throw new ChannelError('PEER', 'The address of a file is none.');
      const path = `download/${encodeURIComponent(server)}/${id}`;
      const found = await call('GET', `/_matrix/client/v1/media/${path}`).catch((error: unknown) => {
        // Servers from before Matrix 1.11.
        if (error instanceof ChannelError && error.code === 'PEER') return call('GET', `/_matrix/media/v3/${path}`);
        throw error;
      });
      return bytesOf(found);
    },
  };
};

type CallOptions = { readonly body?: object; readonly type?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal };

const errorOf = async (response: Response): Promise<ChannelError> => {
  const said = (await response.json().catch(() => ({}))) as { errcode?: unknown; error?: unknown; retry_after_ms?: unknown };
  const words = `${String(said.errcode ?? '')} ${String(said.error ?? '')}`.trim();
  if (response.status === 429 && typeof said.retry_after_ms === 'number')
    return new ChannelError('RATE_LIMIT', 'The homeserver asks for patience.', { retryAfterMs: said.retry_after_ms });
  if (said.errcode === 'M_USER_DEACTIVATED') return new ChannelError('AUTH', `The homeserver has closed the account (${words}).`);
  return errorOfAnswer(response, 'The homeserver', words);
};
