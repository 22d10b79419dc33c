import { AppError } from '../../src-shared/app-error.ts';
import type { Usage } from '../../src-shared/contract/events.ts';
import type { ModelToolCall } from '../agents/models/model-client.ts';

/** How a turn ended, as far as these clients are concerned. */
export type TurnEnd = {
  readonly status: string;
  readonly reply: string;
  /** What the client is asked to run. */
  readonly clientCalls: readonly ModelToolCall[];
  readonly usage: Usage;
  readonly error: AppError | null;
};

/**
 * What went wrong, or null. Never to be asked again without being told to: what can be mended by asking the model
 * again has been tried, and the turn may have used tools or stand in a session.
 */
export const failureOf = ({ status, error }: TurnEnd): AppError | null => {
  if (error) {
    const { code, message, hint, cause, details, retryAfterMs } = error;
    return new AppError(code, {
      message,
      cause,
      details,
      retryable: false,
      ...(hint === undefined ? {} : { hint }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
  return status === 'completed' ? null : new AppError('TURN_CANCELLED');
};

/** @throws AppError */
export const succeeded = (end: TurnEnd): TurnEnd => {
  const failure = failureOf(end);
  if (failure) throw failure;
  return end;
};
