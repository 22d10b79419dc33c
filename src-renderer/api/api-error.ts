import type { ErrorCode } from '../../src-shared/error-codes.ts';

/** The gateway's codes, and the two things that only a client can see. */
export type ApiErrorCode = ErrorCode | 'UNREACHABLE' | 'BAD_ANSWER';

type ApiErrorOptions = {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly traceId?: string | undefined;
  /** HTTP status; absent when there was no answer. */
  readonly status?: number;
  readonly cause?: unknown;
};

/** What `call` rejects with. The message is the gateway's own words and safe to show. */
export class ApiError extends Error {
  readonly code: ApiErrorCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly traceId: string | undefined;
  readonly status: number | undefined;

  constructor(code: ApiErrorCode, options: ApiErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.traceId = options.traceId;
    this.status = options.status;
  }

  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown;
    return new ApiError('BAD_ANSWER', { message: thrown instanceof Error ? thrown.message : String(thrown), cause: thrown });
  }
}
