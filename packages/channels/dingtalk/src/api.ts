import { ChannelError } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer } from '@openclaw/plugin-sdk/kit';

const platform = 'DingTalk';
const fileMs = 55_000;
const marginMs = 60_000;

export type ApiPorts = {
  readonly fetch: typeof globalThis.fetch;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly root: string;
};

/** https://open.dingtalk.com/document/orgapp/api-overview, over `ctx.fetch`, with a token of the app that is renewed by itself. */
export type Api = {
  /** Without a token: what opens the connection. @throws ChannelError */
  readonly open: (subscriptions: readonly object[]) => Promise<{ readonly endpoint: string; readonly ticket: string }>;
  readonly call: <Result>(path: string, body: object) => Promise<Result>;
  /** @returns its media id */
  readonly upload: (kind: 'image' | 'file', name: string, data: Blob) => Promise<string>;
  readonly download: (url: string) => Promise<Uint8Array>;
  /** Asks for a token, whether there is one or not. */
  readonly signIn: () => Promise<void>;
};

export const createApi = ({ fetch, clientId, clientSecret, root }: ApiPorts): Api => {
  let token: { readonly value: string; readonly until: number } | null = null;
  const post = async <Result>(path: string, body: object, headers: Record<string, string> = {}): Promise<Result> => {
    const response = await ask(fetch, platform, `${root}${path}`, {
      ...{ method: 'POST', body: JSON.stringify(body) },
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    });
    return read(response);
  };
  const signIn = async (): Promise<string> => {
    const { accessToken, expireIn } = await post<{ readonly accessToken: string; readonly expireIn: number }>('/v1.0/oauth2/accessToken', {
      ...{ appKey: clientId, appSecret: clientSecret },
    });
    token = { value: accessToken, until: Date.now() + expireIn * 1000 - marginMs };
    return accessToken;
  };
  const current = async (): Promise<string> => (token !== null && token.until > Date.now() ? token.value : signIn());
  /** A token may end before its time: then once more, with a new one. */
  const withToken = async <Result>(task: (value: string) => Promise<Result>): Promise<Result> => {
    try {
      return await task(await current());
    } catch (error) {
      if (!(error instanceof ChannelError) || error.code !== 'AUTH' || token === null) throw error;
      token = null;
      return task(await current());
    }
  };
  return {
    open: (subscriptions) => post('/v1.0/gateway/connections/open', { clientId, clientSecret, ua: 'openclaw', subscriptions }),
    call: (path, body) => withToken((value) => post(path, body, { 'x-acs-dingtalk-access-token': value })),
    upload: (kind, name, data) =>
      withToken(async (value) => {
        const form = new FormData();
        form.set('media', data, name);
        const url = `${oldRoot(root)}/media/upload?${new URLSearchParams({ access_token: value, type: kind })}`;
        return mediaIn(await read(await ask(fetch, platform, url, { method: 'POST', body: form, timeoutMs: fileMs })));
      }),
    download: async (url) => {
      const response = await ask(fetch, platform, url, { timeoutMs: fileMs });
      if (!response.ok) throw errorOfAnswer(response, platform);
      return bytesOf(response);
    },
    signIn: async () => void (await signIn()),
  };
};

/** Of what has not moved to the new API yet: `oapi.`, at home and abroad; a deployment of one's own has both in one place. */
const oldRoot = (root: string): string => root.replace('//api.dingtalk.', '//oapi.dingtalk.');

type Uploaded = {
  readonly media_id?: string;
  readonly errcode?: number;
  readonly errmsg?: string;
  /** What 88 stands for. */
  readonly sub_code?: string;
};

/** The old API answers 200, and says in numbers what is wrong: https://open.dingtalk.com/document/orgapp/server-api-error-codes-1 */
const mediaIn = ({ media_id: id, errcode = 0, errmsg = '', sub_code: sub }: Uploaded): string => {
  if (errcode === 0 && id) return id;
  const code = errcode === 88 ? Number(sub ?? /subcode=(\d+)/.exec(errmsg)?.[1]) : errcode;
  const words = `DingTalk did not take the file (${code}): ${errmsg.slice(0, 300)}`;
  if ([40001, 40014, 42001].includes(code)) throw new ChannelError('AUTH', words);
  if ([90002, 90018].includes(code)) throw new ChannelError('RATE_LIMIT', words, { retryAfterMs: secondMs });
  throw new ChannelError(code === -1 ? 'NETWORK' : 'INTERNAL', code === 90020 ? usedUp(words) : words);
};

const read = async <Result>(response: Response): Promise<Result> => {
  const text = await response.text();
  // An address that has asked too much is told so by a page, whatever the status.
  if (/"status"\s*:\s*1111\b/.test(text))
    throw new ChannelError('RATE_LIMIT', 'DingTalk takes nothing from this address for five minutes.', { retryAfterMs: 300 * secondMs });
  const answer = parse(text);
  if (response.ok && answer !== null) return answer as Result;
  throw errorOf(response, String(answer?.code ?? ''), answer?.message ?? '');
};

const parse = (text: string): { readonly code?: unknown; readonly message?: string } | null => {
  try {
    return JSON.parse(text) as { readonly code?: unknown; readonly message?: string } | null;
  } catch {
    return null;
  }
};

/** https://help.dingtalk.io/open/development/chatbots-send-one-on-one-chat-messages-in-batches and …/the-robot-sends-a-group-message have most of them. */
const errorOf = (response: Response, code: string, message: string): ChannelError => {
  const words = `DingTalk answered ${response.status} ${code}: ${message}`;
  if (/QpsLimit|throttl|flow.?control/i.test(code)) return new ChannelError('RATE_LIMIT', words, { retryAfterMs: secondMs });
  if (/ApiCountLimit/i.test(code)) return new ChannelError('INTERNAL', usedUp(words));
  if (
    /invalid(ClientId|Authentication)|AccessTokenPermissionDenied|authFailed|robotCode\.(auth|empty|notExsit|notExist)$|^bot\.stopped$/i.test(
      code,
    )
  )
    return new ChannelError('AUTH', words);
  if (/staffId|openConversationId|userIds|^group\.disbanded$/i.test(code)) return new ChannelError('PEER', words);
  return errorOfAnswer(response, platform, `${code} ${message}`.trim());
};

/** DingTalk counts by the second: https://open.dingtalk.com/document/development/how-to-process-api-throttling-on-the-dingtalk-server */
const secondMs = 1_000;

const usedUp = (words: string): string => `${words} Your organisation has used up its calls for this month.`;
