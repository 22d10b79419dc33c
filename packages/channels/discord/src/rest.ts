import { ChannelError } from '@openclaw/plugin-sdk';
import { ask, errorOfAnswer } from '@openclaw/plugin-sdk/kit';

const platform = 'Discord';
const fileMs = 55_000;

type Call = { readonly method?: 'GET' | 'POST' | 'PATCH'; readonly body?: object | FormData };

/** https://discord.com/developers/docs/reference, over `ctx.fetch`. @throws ChannelError */
export type Rest = <Result>(path: string, call?: Call) => Promise<Result>;

export const createRest =
  ({ fetch, token, root }: { readonly fetch: typeof globalThis.fetch; readonly token: string; readonly root: string }): Rest =>
  async <Result>(path: string, { method = 'POST', body }: Call = {}): Promise<Result> => {
    const isForm = body instanceof FormData;
    const response = await ask(fetch, platform, `${root}${path}`, {
      method,
      headers: {
        authorization: `Bot ${token}`,
        'user-agent': 'DiscordBot (https://github.com/openclaw, 1)',
        ...(isForm || !body ? {} : { 'content-type': 'application/json' }),
      },
      ...(body ? { body: isForm ? body : JSON.stringify(body) } : {}),
      ...(isForm ? { timeoutMs: fileMs } : {}),
    });
    const answer = response.status === 204 ? null : ((await response.json().catch(() => null)) as unknown);
    if (response.ok) return answer as Result;
    throw errorOf(response, answer as Answer | null);
  };

type Answer = { readonly message?: string; readonly retry_after?: number; readonly errors?: unknown };

const errorOf = (response: Response, answer: Answer | null): ChannelError => {
  const said = [answer?.message ?? '', ...wrongFields(answer?.errors)].filter(Boolean).join('; ');
  if (response.status === 429 && answer?.retry_after !== undefined)
    return new ChannelError('RATE_LIMIT', `Discord answered 429: ${said}`, { retryAfterMs: Math.ceil(answer.retry_after * 1000) });
  return errorOfAnswer(response, platform, said);
};

/** Which field is wrong, and how: https://discord.com/developers/docs/reference#error-messages */
const wrongFields = (errors: unknown, path: readonly string[] = []): readonly string[] =>
  Object.entries(errors ?? {}).flatMap(([key, value]) => {
    if (key === '_errors' && Array.isArray(value))
      return value.map((one: { readonly message?: string } | null) =>
        [...(path.length > 0 ? [path.join('.')] : []), one?.message].join(': '),
      );
    return typeof value === 'object' ? wrongFields(value, [...path, key]) : [];
  });
