export type ChannelErrorCode =
  /** The platform does not take our credentials. The channel stops until they are changed. */
  | 'AUTH'
  /** Too much at once; `retryAfterMs` says for how long. */
  | 'RATE_LIMIT'
  /** The other side is not there or will not have it: no such chat, blocked. */
  | 'PEER'
  | 'NETWORK'
  | 'UNSUPPORTED'
  | 'INTERNAL';

/** What a channel throws, so that the gateway knows whether to try again. Found again by its `name` after a walk between processes. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly code: ChannelErrorCode;
  /** Default: for `RATE_LIMIT` and `NETWORK`. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ChannelErrorCode,
    message: string,
    options: { readonly retryable?: boolean; readonly retryAfterMs?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? (code === 'RATE_LIMIT' || code === 'NETWORK');
    this.retryAfterMs = options.retryAfterMs;
  }
}
