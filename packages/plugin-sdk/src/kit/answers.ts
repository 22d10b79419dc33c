import { ChannelError } from '../channel-error.ts';

const answerMs = 30_000;

/**
 * `ctx.fetch` for one question to a platform: whatever keeps it from answering is a `NETWORK`, and an answer that is not there
 * within 30 s is none.
 *
 * @param platform its name, for the error
 */
export const ask = async (
  fetch: typeof globalThis.fetch,
  platform: string,
  url: string,
  { signal, timeoutMs = answerMs, ...init }: RequestInit & { readonly timeoutMs?: number } = {},
): Promise<Response> => {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, late]) : late });
  } catch (thrown) {
    throw asNetworkError(thrown, platform);
  }
};

/** What a library threw, or `fetch`, where the platform could not be reached. A `ChannelError` stays what it is. */
export const asNetworkError = (thrown: unknown, platform: string): ChannelError =>
  thrown instanceof Error && thrown.name === 'ChannelError'
    ? (thrown as ChannelError)
    : new ChannelError('NETWORK', `${platform} does not answer (${reason(thrown)}).`, { cause: thrown });

/** Node says "fetch failed", and why in its cause. Addresses are left out: some have a token in them. */
const reason = (thrown: unknown): string => {
  const { cause, code, name } = (thrown ?? {}) as {
    readonly cause?: { readonly code?: unknown };
    readonly code?: unknown;
    readonly name?: unknown;
  };
  return String(cause?.code ?? (typeof code === 'string' ? code : name) ?? 'unknown');
};

/**
 * An HTTP answer that is not ok, as most platforms mean it.
 *
 * @param said what the platform says in its body, without secrets
 */
export const errorOfAnswer = (
  { status, headers }: { readonly status: number; readonly headers: Headers },
  platform: string,
  said = '',
): ChannelError => {
  const words = `${platform} answered ${status}${said === '' ? '' : `: ${said.slice(0, 300)}`}.`;
  if (status === 401) return new ChannelError('AUTH', words);
  if (status === 429) return new ChannelError('RATE_LIMIT', words, optionsOf(retryAfterMs(headers)));
  if (status === 403 || status === 404 || status === 410) return new ChannelError('PEER', words);
  if (status >= 500 || status === 408) return new ChannelError('NETWORK', words, optionsOf(retryAfterMs(headers)));
  return new ChannelError('INTERNAL', words);
};

const optionsOf = (ms: number | undefined): { retryAfterMs?: number } => (ms === undefined ? {} : { retryAfterMs: ms });

/** @returns what `Retry-After` says, in seconds or as a date */
export const retryAfterMs = (headers: Headers, now = Date.now()): number | undefined => {
  const value = headers.get('retry-after');
  if (value === null || value.trim() === '') return undefined;
  const ms = /^[\d.]+$/.test(value.trim()) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
};
