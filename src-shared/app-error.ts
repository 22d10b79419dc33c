import { type ErrorCode, errorCodes } from './error-codes.ts';

type AppErrorOptions = {
  /** Safe to show: says what happened and why, in one or two sentences. Default: the table's words. */
  readonly message?: string;
  /** What the user can do about it. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly details?: unknown;
  readonly retryAfterMs?: number;
  readonly retryable?: boolean;
};

/** The one error that crosses surfaces. Its message is written for users; what is secret stays in `cause`. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly details: unknown;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    super(options.message ?? errorCodes[code].says, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? errorCodes[code].retryable;
    this.hint = options.hint;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Anything thrown becomes an AppError; what was not one is `INTERNAL` and keeps its text to itself. */
  static from(thrown: unknown): AppError {
    return thrown instanceof AppError ? thrown : new AppError('INTERNAL', { cause: thrown });
  }
}
