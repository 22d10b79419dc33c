import { ChannelError } from '@openclaw/plugin-sdk';
import { ask, errorOfAnswer } from '@openclaw/plugin-sdk/kit';

const platform = 'Telegram';
const uploadMs = 55_000;

export type Params = Readonly<Record<string, unknown>>;
/** https://core.telegram.org/bots/api, over `ctx.fetch`. */
export type Api = {
  /** @throws ChannelError */
  readonly call: <Result>(
    method: string,
    params?: Params,
    options?: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
  ) => Promise<Result>;
  /** A call with a file in it. */
  readonly upload: <Result>(
    method: string,
    params: Params,
    file: { readonly field: string; readonly name: string; readonly data: Blob },
  ) => Promise<Result>;
  /** @param path of `getFile` */
  readonly download: (path: string) => Promise<Uint8Array>;
};

type Answer = {
  readonly ok: boolean;
  readonly result?: unknown;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number; readonly migrate_to_chat_id?: number };
};

/** The token stands in every address, so addresses never go into an error. */
export const createApi = ({
  fetch,
  token,
  root,
}: {
  readonly fetch: typeof globalThis.fetch;
  readonly token: string;
  readonly root: string;
}): Api => {
  const read = async <Result>(response: Response): Promise<Result> => {
    const answer = (await response.json().catch(() => null)) as Answer | null;
    if (answer?.ok) return answer.result as Result;
    throw errorOf(response, answer);
  };
  const addressOf = (method: string): string => `${root}/bot${token}/${method}`;
  return {
    call: async (method, params = {}, options = {}) =>
      read(
        await ask(fetch, platform, addressOf(method), {
          ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(params) },
          ...options,
        }),
      ),
    upload: async (method, params, { field, name, data }) => {
      const body = new FormData();
      for (const [key, value] of Object.entries(params))
        if (value !== undefined) body.set(key, typeof value === 'string' ? value : JSON.stringify(value));
      body.set(field, data, name);
      return read(await ask(fetch, platform, addressOf(method), { method: 'POST', body, timeoutMs: uploadMs }));
    },
    download: async (path) => {
      const response = await ask(fetch, platform, `${root}/file/bot${token}/${path}`, { timeoutMs: uploadMs });
      if (!response.ok) throw errorOf(response, null);
      return response.bytes();
    },
  };
};

/** Telegram says 404 for a token that is none, and puts the time to wait into the body. */
const errorOf = (response: Response, answer: Answer | null): ChannelError => {
  const { description = '', parameters: { retry_after: seconds, migrate_to_chat_id: moved } = {} } = answer ?? {};
  if (response.status === 404 && /^not found$/i.test(description)) return new ChannelError('AUTH', 'Telegram does not know this token.');
  if (response.status === 429 && seconds !== undefined)
    return new ChannelError('RATE_LIMIT', `Telegram answered 429: ${description}.`, { retryAfterMs: seconds * 1000 });
  if (moved !== undefined)
    return new ChannelError('PEER', `The group has become a supergroup: its chat is now ${moved}.`, { cause: { moved } });
  if (response.status === 400)
    return new ChannelError(
      /chat not found|user not found|peer_id_invalid|not enough rights|topic_closed|thread not found/i.test(description)
        ? 'PEER'
        : 'INTERNAL',
      `Telegram answered 400: ${description}.`,
    );
  return errorOfAnswer(response, platform, description);
};
