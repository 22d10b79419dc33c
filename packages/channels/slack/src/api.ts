import { ChannelError } from '@openclaw/plugin-sdk';
import { ask, bytesOf, errorOfAnswer } from '@openclaw/plugin-sdk/kit';

const platform = 'Slack';
const fileMs = 55_000;

type Answer = {
  readonly ok?: boolean;
  readonly error?: string;
  readonly needed?: string;
  /** What is wrong, and where. */
  readonly response_metadata?: { readonly messages?: readonly string[] };
};

/** https://docs.slack.dev/reference/methods, over `ctx.fetch`. */
export type Api = {
  /** @throws ChannelError */
  readonly call: <Result>(method: string, params?: Readonly<Record<string, unknown>>) => Promise<Result>;
  /** Bytes to where Slack wants them. */
  readonly upload: (url: string, data: Blob) => Promise<void>;
  readonly download: (url: string) => Promise<Uint8Array>;
  /** An answer to a button, where Slack gave an address for it. */
  readonly respond: (url: string, body: object) => Promise<void>;
};

export const createApi = ({
  fetch,
  token,
  root,
}: {
  readonly fetch: typeof globalThis.fetch;
  readonly token: string;
  readonly root: string;
}): Api => {
  const authorization = `Bearer ${token}`;
  const post = async (url: string, body: string | Blob, headers: Record<string, string>, timeoutMs = 30_000): Promise<Response> => {
    const response = await ask(fetch, platform, url, { method: 'POST', body, headers, timeoutMs });
    if (!response.ok) throw errorOfAnswer(response, platform);
    return response;
  };
  return {
    call: async (method, params = {}) => {
      // Some methods take no JSON, and all take a form.
      const form = new URLSearchParams();
      for (const [key, value] of Object.entries(params))
        if (value !== undefined) form.set(key, typeof value === 'string' ? value : JSON.stringify(value));
      const response = await post(`${root}/${method}`, form.toString(), {
        authorization,
        'content-type': 'application/x-www-form-urlencoded',
      });
      const answer = (await response.json().catch(() => null)) as Answer | null;
      if (answer?.ok) return answer as never;
      throw errorOf(method, answer);
    },
    upload: async (url, data) => void (await post(url, data, { 'content-type': 'application/octet-stream' }, fileMs)),
    download: async (url) => {
      const response = await ask(fetch, platform, url, { headers: { authorization }, timeoutMs: fileMs });
      if (!response.ok) throw errorOfAnswer(response, platform);
      return bytesOf(response);
    },
    respond: async (url, body) => void (await post(url, JSON.stringify(body), { 'content-type': 'application/json' })),
  };
};

const refused =
  /^(invalid_auth|not_authed|account_inactive|token_revoked|token_expired|missing_scope|not_allowed_token_type|no_permission)$/;
const notThere =
  /^(channel_not_found|not_in_channel|is_archived|user_not_found|users_not_found|cannot_dm_bot|user_not_in_channel|messages_tab_disabled|message_not_found|restricted_action)/;
const passing = /^(internal_error|fatal_error|service_unavailable|request_timeout|team_added_to_org|rate_limited|ratelimited)$/;

const errorOf = (method: string, answer: Answer | null): ChannelError => {
  const error = answer?.error ?? 'no JSON';
  const details = [
    ...(answer?.needed ? [`the app needs the scope ${answer.needed}`] : []),
    ...(answer?.response_metadata?.messages ?? []).map((message) => message.replace('[ERROR] ', '')),
  ];
  const words = `Slack answered ${method} with ${error}${details.length > 0 ? `: ${details.join('; ').slice(0, 300)}` : ''}.`;
  if (refused.test(error)) return new ChannelError('AUTH', words);
  if (/rate_?limited/.test(error)) return new ChannelError('RATE_LIMIT', words);
  if (notThere.test(error)) return new ChannelError('PEER', words);
  return new ChannelError(passing.test(error) || answer === null ? 'NETWORK' : 'INTERNAL', words);
};
