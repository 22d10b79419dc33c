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

type Uploaded = { readonly media_id?: string; readonly errcode?: number; readonly errmsg?: string };

/** The old API answers 200, and says in numbers what is wrong: https://open.dingtalk.com/document/orgapp/server-api-error-codes-1 */
const mediaIn = ({ media_id: id, errcode = 0, errmsg = '' }: Uploaded): string => {
  if (errcode === 0 && id) return id;
  const words = `DingTalk did not take the file (${errcode}): ${errmsg.slice(0, 300)}`;
  if ([40001, 40014, 42001].includes(errcode)) throw new ChannelError('AUTH', words);
  if ([88, 90002, 90018].includes(errcode)) throw new ChannelError('RATE_LIMIT', words, { retryAfterMs: 10_000 });
  throw new ChannelError(errcode === -1 ? 'NETWORK' : 'INTERNAL', words);
};

const read = async <Result>(response: Response): Promise<Result> => {
  const answer = (await response.json().catch(() => null)) as { readonly code?: unknown; readonly message?: string } | null;
  if (response.ok && answer !== null) return answer as Result;
  const code = String(answer?.code ?? '');
  const words = `DingTalk answered ${response.status} ${code}: ${answer?.message ?? ''}`;
  // It says 403 for too much, too, and not for how long.
  if (/QpsLimit|throttl|flow.?control/i.test(code)) throw new ChannelError('RATE_LIMIT', words, { retryAfterMs: 10_000 });
  if (/invalid(ClientId|Authentication)|AccessTokenPermissionDenied|InvalidAppKey/i.test(code)) throw new ChannelError('AUTH', words);
  if (/staffId|openConversationId|robot.*(not.?exist|not.?found)|userIds/i.test(code)) throw new ChannelError('PEER', words);
  throw errorOfAnswer(response, platform, `${code} ${answer?.message ?? ''}`.trim());
};
