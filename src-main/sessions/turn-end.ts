import { AppError } from '../../src-shared/app-error.ts';
import type { Attachment, DurableEvent, TurnStatus } from '../../src-shared/contract/events.ts';
import type { AgentResult } from './agent-run.ts';
import type { wordsFor } from './status-words.ts';

/** Why a turn ends before its agent is done. `parked`: the gateway stops, and goes on with it at its next start. */
export type StopReason = 'cancelled' | 'timeout' | 'parked';

type TurnEnd = { readonly status: Exclude<TurnStatus, 'accepted'>; readonly event: DurableEvent; readonly error: AppError | null };

type Said = {
  readonly stopped: StopReason | null;
  /** Of the reply, so far. */
  readonly text: string;
  readonly words: ReturnType<typeof wordsFor>;
  readonly durationMs: number;
};

/** The files of a reply as an event and an answer have them: no field where there are none. */
export const filesOf = ({
  attachments = [],
}: {
  readonly attachments?: readonly Attachment[] | undefined;
}): { attachments?: Attachment[] } => (attachments.length > 0 ? { attachments: [...attachments] } : {});

/** How a turn ended, and the event that says so. */
export const endOf = (result: AgentResult, { stopped, text, words, durationMs }: Said): TurnEnd => {
  const partial = text === '' ? {} : { partial: text };
  if (stopped === 'cancelled')
    return {
      status: 'cancelled',
      event: { type: 'status', state: 'cancelled', content: words.state('cancelled'), ...partial },
      error: null,
    };
  const error = stopped === 'timeout' ? new AppError('TURN_TIMEOUT') : result.error;
  if (error === null)
    return {
      status: 'completed',
      event: { type: 'response', content: text, ...filesOf(result), final: true, usage: result.usage, durationMs },
      error,
    };
  const event: DurableEvent = {
    type: 'error',
    code: error.code,
    content: error.message,
    retryable: error.retryable,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...partial,
  };
  return { status: stopped === 'timeout' ? 'timeout' : 'failed', event, error };
};
