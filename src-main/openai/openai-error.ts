import type { AppError } from '../../src-shared/app-error.ts';
import type { OpenaiErrorBody } from '../../src-shared/contract/routes/openai.ts';
import { type ErrorCode, errorCodes } from '../../src-shared/error-codes.ts';

type Translated = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: OpenaiErrorBody;
};

/** An error as clients of OpenAI's API read it: the class they raise goes by the status, what they show by the body. */
export const toOpenaiError = (error: AppError, traceId: string): Translated => {
  const status = statuses[error.code] ?? errorCodes[error.code].status;
  return {
    status,
    // Without it their SDKs ask again, unasked, after every 409, 429 and 5xx.
    headers: { 'x-should-retry': String(error.retryable && error.code !== 'RATE_LIMITED') },
    body: {
      error: {
        message: error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
        type: typeOf(status),
        param: paramOf(error.details),
        code: codes[error.code] ?? (status === 401 ? 'invalid_api_key' : error.code),
        gatewayCode: error.code,
        ...(error.details === undefined ? {} : { details: error.details }),
        retryable: error.retryable,
        ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
        ...(error.hint === undefined ? {} : { hint: error.hint }),
        traceId,
      },
    },
  };
};

/** Where these clients know a better status than the one table has: they slow down at 429 only, and send less after a 400. */
const statuses: Partial<Record<ErrorCode, number>> = { MODEL_RATE_LIMITED: 429, MODEL_CONTEXT_FULL: 400 };

/** What programs look for; every 401 is about the key. */
const codes: Partial<Record<ErrorCode, OpenaiErrorBody['error']['code']>> = {
  AGENT_UNKNOWN: 'model_not_found',
  MODEL_CONTEXT_FULL: 'context_length_exceeded',
  MODEL_RATE_LIMITED: 'rate_limit_exceeded',
  RATE_LIMITED: 'rate_limit_exceeded',
  BUDGET_EXHAUSTED: 'insufficient_quota',
};

const typeOf = (status: number): OpenaiErrorBody['error']['type'] => {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

/** The first field that a schema refused, as OpenAI writes it: `messages[0].role`. */
const paramOf = (details: unknown): string | null => {
  const issues = (details as { readonly issues?: readonly { readonly at: string }[] } | undefined)?.issues;
  const at = issues?.[0]?.at.replace(/^\w+\./, '').replace(/\.(\d+)(?=\.|$)/g, '[$1]');
  return at ?? null;
};
