import type * as z from 'zod';
import { AppError } from '../../../src-shared/app-error.ts';
import type { ErrorCode } from '../../../src-shared/error-codes.ts';

/** What error messages may say about the place a request went to, and what they must never say. */
export type Upstream = {
  /** `127.0.0.1:11434` */
  readonly host: string;
  readonly hints: { readonly auth: string; readonly unreachable: string; readonly notFound: string };
  /** Never part of a message, even when the provider quotes them. */
  readonly secrets: readonly string[];
};

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** `retry`: the same request may do better in a moment. */
export type RequestFailure = { readonly error: AppError; readonly retry: boolean };

const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504, 529]);

/**
 * An answer that is not 2xx, as an error for users.
 * @param body what came of it, perhaps cut
 * @param now ms since 1970, for a Retry-After that is a date
 */
export const statusFailure = (upstream: Upstream, status: number, headers: ResponseHeaders, body: string, now: number): RequestFailure => {
  const { words, outOfCredit } = readProviderError(body, upstream.secrets);
  const said = words === '' ? '' : `: ${words}`;
  const retryAfterMs = readRetryAfter(headers, now);
  const code = status < 500 && tellsTooLong(body) ? 'MODEL_CONTEXT_FULL' : codeOfStatus(status);
  const retry = retriedStatuses.has(status) && !outOfCredit;
  const hint = outOfCredit ? 'The account has no credit left; see the billing page of the provider.' : hintOf(upstream, status, code);
  const error = new AppError(code, {
    message: `${upstream.host} ${verbOf[code] ?? 'answered'} (HTTP ${status})${said}`,
    retryable: retry,
    details: { status },
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
  return { error, retry };
};

/** HTTP status → code. Providers put the same numbers into errors in mid-stream. */
const codeOfStatus = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'MODEL_AUTH';
  if (status === 429) return 'MODEL_RATE_LIMITED';
  if (status === 408) return 'MODEL_TIMEOUT';
  if (status >= 500) return 'MODEL_FAILED';
  return status >= 400 ? 'MODEL_REJECTED' : 'MODEL_GARBAGE';
};

const verbOf: Partial<Record<ErrorCode, string>> = {
  MODEL_AUTH: 'refused the API key',
  MODEL_RATE_LIMITED: 'asks to slow down',
  MODEL_TIMEOUT: 'gave up waiting',
  MODEL_CONTEXT_FULL: 'cannot read that much',
  MODEL_FAILED: 'failed',
  MODEL_REJECTED: 'rejected the request',
  MODEL_GARBAGE: 'sent us elsewhere; check baseUrl',
};

const hintOf = (upstream: Upstream, status: number, code: ErrorCode): string | undefined => {
  if (code === 'MODEL_AUTH') return upstream.hints.auth;
  if (code === 'MODEL_CONTEXT_FULL') return 'Send less at once, or choose a model that reads more.';
  return status === 404 ? upstream.hints.notFound : undefined;
};

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|^ERR_TLS_|^ERR_SSL_/;

/** A connection that failed before the first byte of an answer. */
export const connectionFailure = (upstream: Upstream, cause: unknown): RequestFailure => {
  const code = errorCodeOf(cause);
  if (code === 'UND_ERR_DESTROYED' || code === 'UND_ERR_CLOSED')
    return { error: new AppError('GATEWAY_STOPPING', { cause }), retry: false };
  if (cause instanceof Error && cause.name === 'HTTPParserError') {
    return {
      error: new AppError('MODEL_GARBAGE', { message: `What listens at ${upstream.host} does not speak HTTP.`, cause }),
      retry: false,
    };
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    const message = `The request to ${upstream.host} could not be written; the API key may hold a line break or other control characters.`;
    return { error: new AppError('MODEL_REJECTED', { message, hint: upstream.hints.auth }), retry: false };
  }
  const certificate = certificateCode.test(code);
  const hint = certificate ? 'Its TLS certificate is not trusted by this machine.' : upstream.hints.unreachable;
  const message = `${upstream.host} cannot be reached: ${connectionWords[code] ?? `the connection failed${code === '' ? '' : ` (${code})`}`}.`;
  return { error: new AppError('MODEL_UNREACHABLE', { message, hint, cause, retryable: !certificate }), retry: !certificate };
};

/** We closed the pool ourselves. */
export const isClosed = (cause: unknown): boolean => /^UND_ERR_(DESTROYED|CLOSED)$/.test(errorCodeOf(cause));

const connectionWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name cannot be looked up just now',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'it closed the connection without an answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer the connection attempt',
  ETIMEDOUT: 'it does not answer the connection attempt',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no network',
};

const errorCodeOf = (thrown: unknown): string => {
  const code = thrown instanceof Error ? (thrown as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
};

/** @returns ms to wait, from `retry-after-ms` or `Retry-After` (seconds or a date), or null */
const readRetryAfter = (headers: ResponseHeaders, now: number): number | null => {
  const ms = Number(single(headers['retry-after-ms']) ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return Math.round(ms);
  const text = single(headers['retry-after'])?.trim();
  if (text === undefined || text === '') return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.round(seconds * 1000) : null;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
};

const single = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? value : value?.[0]);

const messageLimit = 300;

/** The provider's own words out of any of the shapes in use, made safe to show. */
const readProviderError = (body: string, secrets: readonly string[]): { readonly words: string; readonly outOfCredit: boolean } => {
  const outOfCredit = /"(code|type)"\s*:\s*"insufficient_quota"/.test(body);
  return { words: safeWords(findMessage(body), secrets), outOfCredit };
};

/** Shortened, on one line, without control characters and without anything that looks like a key. */
const safeWords = (text: string, secrets: readonly string[]): string => {
  let safe = text;
  for (const secret of secrets) if (secret !== '') safe = safe.replaceAll(secret, '***');
  safe = safe
    .replace(/\b(sk|pk|rk|gsk|xai|ock|ses|key)[-_][\w*.-]{6,}/gi, '***')
    .replace(/\bAIza[\w-]{20,}/g, '***')
    .replace(/\bBearer\s+\S+/gi, 'Bearer ***')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return safe.length > messageLimit ? `${safe.slice(0, messageLimit)}…` : safe;
};

const findMessage = (body: string): string => {
  const json = parseJson(body);
  if (json !== undefined) return messageIn(json) ?? '';
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1];
  if (title !== undefined) return `a web page: ${title}`;
  return /^\s*</.test(body) ? 'a web page' : body;
};

/** Looks where providers put it: `error.message`, `error`, `message`, `detail`, `detail[0].msg`; Gemini wraps it in an array. */
const messageIn = (json: unknown): string | undefined => {
  if (typeof json === 'string') return json;
  if (Array.isArray(json)) return messageIn(json[0]);
  if (typeof json !== 'object' || json === null) return undefined;
  const { error, message, detail, msg } = json as Record<string, unknown>;
  return messageIn(error) ?? messageIn(message) ?? messageIn(detail) ?? messageIn(msg);
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The code for an error told inside an answer: providers give an HTTP status as `code`, or a word. */
export const inBandError = (upstream: Upstream, error: unknown): AppError => {
  const { code, type, status } = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  const number = [code, status].map(Number).find((value) => value >= 400 && value < 600);
  const appCode = tellsTooLong(JSON.stringify(error))
    ? 'MODEL_CONTEXT_FULL'
    : number === undefined
      ? codeOfWord(`${String(type ?? '')} ${String(code ?? '')}`)
      : codeOfStatus(number);
  const words = safeWords(messageIn(error) ?? '', upstream.secrets);
  const message = `${upstream.host} ${verbOf[appCode] ?? 'failed'} in the middle of its answer${words === '' ? '.' : `: ${words}`}`;
  return new AppError(appCode, { message, ...(appCode === 'MODEL_AUTH' ? { hint: upstream.hints.auth } : {}) });
};

/** OpenAI, vLLM, Anthropic, llama.cpp and Ollama, in this order. */
const tellsTooLong = (said: string): boolean =>
  /context_length_exceeded|maximum context length|prompt is too long|exceed_context_size|exceeds? the (available )?context/i.test(said);

const codeOfWord = (word: string): ErrorCode => {
  if (/auth|permission|api_key/i.test(word)) return 'MODEL_AUTH';
  if (/rate_?limit|too_many|quota/i.test(word)) return 'MODEL_RATE_LIMITED';
  if (/timeout/i.test(word)) return 'MODEL_TIMEOUT';
  return /invalid|not_found|too_large|context_length|unsupported|billing/i.test(word) ? 'MODEL_REJECTED' : 'MODEL_FAILED';
};

/** The door for what models say: JSON that fits the schema, or `MODEL_GARBAGE`. */
export const parseAnswer = <T extends z.ZodType>(upstream: Upstream, schema: T, text: string): z.output<T> => {
  const json = parseJson(text);
  const parsed = json === undefined ? null : schema.safeParse(json);
  if (parsed?.success) return parsed.data;
  const problem = parsed === null ? 'is not JSON' : `does not fit its protocol at ${parsed.error.issues[0]?.path.join('.') || 'the top'}`;
  throw new AppError('MODEL_GARBAGE', { message: `${upstream.host} sent a piece that ${problem}.` });
};
