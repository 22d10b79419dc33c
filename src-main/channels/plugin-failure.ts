import type { ChannelErrorCode } from '../../packages/plugin-sdk/src/index.ts';

/** What a plugin threw, or what stands for its silence. */
export class PluginFailure extends Error {
  override readonly name = 'PluginFailure';
  readonly code: ChannelErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  /** It may have been done all the same: the plugin was silent, or died over it. */
  readonly inDoubt: boolean;

  constructor(
    message: string,
    {
      code = 'INTERNAL',
      retryable = true,
      retryAfterMs = null,
      inDoubt = false,
      cause,
    }: {
      readonly code?: ChannelErrorCode;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number | null;
      readonly inDoubt?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
    this.inDoubt = inDoubt;
  }
}
