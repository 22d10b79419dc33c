import { createHash } from 'node:crypto';
import { ChannelError } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer } from '@openclaw/plugin-sdk/kit';

const platform = 'Feishu';
const fileMs = 55_000;
/** Before the token ends: a call that is on its way keeps a valid one. */
const marginMs = 60_000;

type Answer = { readonly code?: number; readonly msg?: string; readonly data?: unknown };
type Call = { readonly method?: 'GET' | 'POST'; readonly body?: object | FormData };

/** Feishu's open API over `ctx.fetch`, with a token of the app that is renewed by itself. */
export type Api = {
  /** @returns the whole answer: most have what is asked for in `data`, some beside it @throws ChannelError */
  readonly call: <Result>(path: string, call?: Call) => Promise<Result>;
  /** @param path of a file that came with a message */
  readonly download: (path: string) => Promise<Uint8Array>;
};

export type ApiPorts = {
  readonly fetch: typeof globalThis.fetch;
  readonly appId: string;
  readonly appSecret: string;
  readonly domain: string;
};

export const createApi = ({ fetch, appId, appSecret, domain }: ApiPorts): Api => {
  let token: { readonly value: string; readonly until: number } | null = null;

  const renew = async (): Promise<string> => {
    const response = await ask(fetch, platform, `${domain}/open-apis/auth/v3/tenant_access_token/internal`, {
      ...{
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ app_id: appId, app_secret: appSecret }),
      },
    });
    const answer = await read<{ readonly tenant_access_token: string; readonly expire: number }>(response);
    token = { value: answer.tenant_access_token, until: Date.now() + answer.expire * 1000 - marginMs };
    return token.value;
  };

  const send = async (path: string, { method = 'POST', body }: Call, timeoutMs?: number): Promise<Response> => {
    const authorization = `Bearer ${token !== null && token.until > Date.now() ? token.value : await renew()}`;
    const isForm = body instanceof FormData;
    return ask(fetch, platform, `${domain}/open-apis${path}`, {
      method,
      headers: { authorization, ...(isForm || !body ? {} : { 'content-type': 'application/json; charset=utf-8' }) },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
      ...(timeoutMs ? { timeoutMs } : {}),
    });
  };

  /** A token may end before its time, as when the secret was renewed: then once more, with a new one. */
  const withToken = async <Result>(task: () => Promise<Result>): Promise<Result> => {
    try {
      return await task();
    } catch (error) {
      if (!(error instanceof ChannelError) || error.code !== 'AUTH' || token === null) throw error;
      token = null;
      return task();
    }
  };

  return {
    call: (path, call = {}) => withToken(async () => read(await send(path, call, call.body instanceof FormData ? fileMs : undefined))),
    download: (path) =>
      withToken(async () => {
        const response = await send(path, { method: 'GET' }, fileMs);
        if (response.ok && !response.headers.get('content-type')?.includes('json')) return bytesOf(response);
        return read(response);
      }),
  };
};

const read = async <Result>(response: Response): Promise<Result> => {
  const answer = (await response.json().catch(() => null)) as Answer | null;
  if (response.ok && answer?.code === 0) return answer as Result;
  throw errorOf(response, answer);
};

/**
 * https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code, and for 230… those of
 * https://open.feishu.cn/document/server-docs/im-v1/message/create. Among the first: the app is stopped, or takes no calls from this address.
 */
const refusedCredentials = new Set([
  ...[
    10003, 10005, 10013, 10014, 10015, 99991401, 99991543, 99991661, 99991662, 99991663, 99991664, 99991665, 99991668, 99991671, 99991673,
  ],
]);
const missingScope = 99991672;
const tooMuch = new Set([99991400, 1000004, 1000005, 11232, 230020]);
const notForThem = new Set([10002, 10004, 10010, 230002, 230006, 230013, 230035, 230038, 230053, 230071, 232009]);
/** Ids of people, messages and chats that are none. */
const isNobody = (code: number, msg: string): boolean =>
  (code >= 99992351 && code <= 99992364) || code === 99992381 || (code === 230001 && /invalid (receive|message)_id/.test(msg));

const errorOf = (response: Response, answer: Answer | null): ChannelError => {
  const { code = 0, msg = '' } = answer ?? {};
  const words = `Feishu answered ${response.status}, code ${code}: ${msg.slice(0, 300)}`;
  if (refusedCredentials.has(code) || code === missingScope) return new ChannelError('AUTH', words);
  if (tooMuch.has(code) || response.status === 429) {
    const seconds = Number(response.headers.get('x-ogw-ratelimit-reset') ?? Number.NaN);
    return new ChannelError('RATE_LIMIT', words, Number.isFinite(seconds) ? { retryAfterMs: seconds * 1000 } : {});
  }
  if (notForThem.has(code) || isNobody(code, msg)) return new ChannelError('PEER', words);
  if (response.status >= 500 || response.status === 401) return errorOfAnswer(response, platform, msg);
  return new ChannelError('INTERNAL', words);
};

/** Feishu sends a message once for one key within an hour; a key has up to 50 characters. */
export const uuidOf = (key: string): string => createHash('sha256').update(key).digest('hex').slice(0, 40);
