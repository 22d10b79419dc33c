import { ChannelError } from '@openclaw/plugin-sdk';
import { ask, errorOfAnswer } from '@openclaw/plugin-sdk/kit';

const platform = 'DingTalk';
const usualRoot = 'https://api.dingtalk.com';
/** What has not moved to the new API yet; a deployment of one's own has both in one place. */
const oldRoot = 'https://oapi.dingtalk.com';
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
  readonly upload: (name: string, data: Blob) => Promise<string>;
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
    upload: (name, data) =>
      withToken(async (value) => {
        const form = new FormData();
        form.set('media', data, name);
        const url = `${root === usualRoot ? oldRoot : root}/media/upload?access_token=${encodeURIComponent(value)}&type=file`;
        const answer = await read<{ readonly media_id?: string; readonly errmsg?: string }>(
          await ask(fetch, platform, url, { method: 'POST', body: form, timeoutMs: fileMs }),
        );
        if (!answer.media_id) throw new ChannelError('INTERNAL', `DingTalk did not take the file: ${answer.errmsg ?? ''}`);
        return answer.media_id;
      }),
    download: async (url) => {
      const response = await ask(fetch, platform, url, { timeoutMs: fileMs });
      if (!response.ok) throw errorOfAnswer(response, platform);
      return new Uint8Array(await response.arrayBuffer());
    },
    signIn: async () => void (await signIn()),
  };
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
