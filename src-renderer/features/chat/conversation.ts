import type { Session } from '../../../src-shared/contract/rest.ts';
import type { TurnFrame } from '../../../src-shared/contract/ws.ts';
import type { ApiError } from '../../api/api-error.ts';
import type { Turn } from '../../turn/thread.ts';

export type Thread = {
  readonly key: string;
  /** Every name the gateway has for this session, the best one first. A new chat begins with a name of our own. */
  readonly refs: readonly [string, ...string[]];
  /** The gateway's row; null until it is known. */
  readonly session: Session | null;
  /** The last durable event that is here. */
  readonly lastSeq: number;
  readonly agentId: string | null;
  readonly turns: readonly Turn[];
  readonly loading: 'no' | 'first' | 'older' | 'newer';
  readonly error: ApiError | null;
  /** Leads to older turns; null when all are here. */
  readonly olderCursor: string | null;
  /** The last `seq` that is here, where newer turns are left out; null where the newest are here. */
  readonly newerAfter: number | null;
  /** What the reader has come for; a new object each time. */
  readonly target: Target | null;
};

/** A message that a search has found. */
export type Target = { readonly messageId: string; readonly seq: number };

export const emptyThread = (key: string): Thread => ({
  key,
  // A name that nobody else has, so that a message sent again after a break reaches the same new session.
  refs: [`chat-${key}`],
  session: null,
  lastSeq: 0,
  agentId: null,
  turns: [],
  loading: 'no',
  error: null,
  olderCursor: null,
  newerAfter: null,
  target: null,
});

/** A chat in which nothing was said yet. */
export const isFresh = (thread: Thread): boolean =>
  thread.session === null && thread.turns.length === 0 && thread.loading === 'no' && thread.error === null;

export const names = (session: Session, more: readonly string[]): [string, ...string[]] => {
  const { id, sessionId } = session;
  return [id, ...new Set([...(sessionId === undefined ? [] : [sessionId]), ...more].filter((ref) => ref !== id))];
};

/** By handle; a thread that has none yet is known by the name it was begun with. */
export const isSame = (thread: Thread, session: Session): boolean =>
  thread.session === null
    ? [session.id, session.sessionId, session.name].some((ref) => ref != null && thread.refs.includes(ref))
    : thread.session.id === session.id;

export const concerns = (thread: Thread, frame: TurnFrame): boolean =>
  (frame.sessionId !== '' && thread.refs.includes(frame.sessionId)) ||
  thread.turns.some(
    (turn) =>
      (frame.messageId !== '' && turn.messageId === frame.messageId) || (frame.replyTo !== undefined && turn.localId === frame.replyTo),
  );
