import type { Logger } from 'pino';
import { AppError } from '../../src-shared/app-error.ts';
import type { ErrorBody } from '../../src-shared/contract/rest.ts';
import type { OpenaiErrorBody } from '../../src-shared/contract/routes/openai.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { toOpenaiError } from '../openai/openai-error.ts';

/**
 * The one place where an error becomes what a client sees. What is not an AppError is `INTERNAL`: its text and
 * stack go to the log under the trace id, never to the client.
 */
export const toErrorBody = (error: AppError, traceId: string): ErrorBody => ({
  error: {
    code: error.code,
    message: error.message,
    ...(error.details === undefined ? {} : { details: error.details }),
    retryable: error.retryable,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    traceId,
  },
});

/** When to ask again, for clients that read no body. */
export const retryAfter = (ms: number | undefined): Record<string, string> =>
  ms === undefined ? {} : { 'Retry-After': String(Math.ceil(ms / 1_000)) };

/** Logs it – as our fault or as the client's – and gives its HTTP status and headers. `openai`: to a client of OpenAI's API. */
export const reportError = (
  thrown: unknown,
  log: Logger,
  { openai = false, ...context }: { traceId: string; token?: string | undefined; route: string; openai?: boolean },
): { status: number; headers: Record<string, string>; body: ErrorBody | OpenaiErrorBody } => {
  const error = AppError.from(thrown);
  const translated = openai ? toOpenaiError(error, context.traceId) : null;
  const status = translated?.status ?? errorCodes[error.code].status;
  const line = { source: 'http', ...context, code: error.code };
  // Refused on purpose (stopped, full, stopping) is no fault of ours: there is nothing to trace.
  if (status >= 500 && error.cause === undefined && error.code !== 'INTERNAL') log.warn(line, error.message);
  else if (status >= 500) log.error({ ...line, err: error.cause ?? error }, error.message);
  else log.debug(line, error.message);
  const headers: Record<string, string> = { ...translated?.headers };
  Object.assign(headers, retryAfter(error.retryAfterMs));
  if (status === 401)
    headers['WWW-Authenticate'] =
      `Bearer realm="openclaw", error="${error.code === 'TOKEN_MISSING' ? 'invalid_request' : 'invalid_token'}"`;
  return { status, headers, body: translated?.body ?? toErrorBody(error, context.traceId) };
};
