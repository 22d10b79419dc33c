import type { ClientFrame, TurnFrame } from '../../src-shared/contract/ws.ts';

/**
 * Where this client stands in each session it follows: the last durable `seq`, and how much it has of each running
 * reply (UTF-16 units). `admit` lets every frame through exactly once, so that frames sent twice after a `resume`
 * neither double nor lose a character.
 */
export type Positions = {
  /** Starts to follow, or moves on if one of the names is followed already. Returns the frame that catches up. */
  readonly follow: (session: FollowedSession) => ResumeFrame;
  readonly unfollow: (ref: string) => void;
  readonly admit: (frame: TurnFrame) => Admission;
  /** One frame per session followed: what to send on a fresh connection. */
  readonly resumes: () => readonly ResumeFrame[];
};

export type ResumeFrame = Extract<ClientFrame, { type: 'resume' }>;

export type FollowedSession = {
  /** All names that the gateway may use for this session; the first is the one asked with. */
  readonly refs: readonly [string, ...string[]];
  readonly lastSeq: number;
  readonly running?: readonly { readonly messageId: string; readonly offset: number }[];
};

export type Admission =
  | { readonly kind: 'new'; readonly frame: TurnFrame }
  | { readonly kind: 'seen' }
  /** A piece is missing: ask again with `resume`. The frame is dropped, its text comes with the answer. */
  | { readonly kind: 'gap'; readonly resume: ResumeFrame | null }
  /** Let through, and more must be asked for: a reply that begins again, or the next of the turns that were sent before a break. */
  | { readonly kind: 'next'; readonly frame: TurnFrame; readonly resume: ResumeFrame };

type Position = {
  ref: string;
  readonly refs: Set<string>;
  lastSeq: number;
  /** Seqs that came since following began. Not only the highest: a replay and a live turn of one session can overtake each other. */
  readonly seen: Set<number>;
  /** What the first page of history had. */
  base: number;
  /** Turns that have not ended, oldest first. */
  readonly replies: Map<string, number>;
  readonly ended: Set<string>;
  /** A connection broke since: turns that wait were sent on a socket that is gone, so each is asked for when its time comes. */
  reconnected: boolean;
  /** The offset that was asked for after a gap, so that one gap is asked for once. */
  asked: number | null;
};

export const createPositions = (): Positions => {
  const followed = new Set<Position>();

  const find = (ref: string): Position | undefined => {
    for (const position of followed) if (position.refs.has(ref)) return position;
    return undefined;
  };

  const findByFrame = (frame: TurnFrame): Position => {
    for (const position of followed) if (position.replies.has(frame.messageId)) return withRef(position, frame.sessionId);
    const known = find(frame.sessionId);
    if (known) return known;
    const position = newPosition(frame.sessionId);
    followed.add(position);
    return position;
  };

  return {
    follow: (session) => {
      const position = session.refs.map(find).find((one) => one !== undefined) ?? newPosition(session.refs[0]);
      followed.add(position);
      for (const ref of session.refs) position.refs.add(ref);
      position.ref = session.refs[0];
      position.base = Math.max(position.base, session.lastSeq);
      position.lastSeq = Math.max(position.lastSeq, session.lastSeq);
      for (const { messageId, offset } of session.running ?? []) {
        if (!position.ended.has(messageId)) position.replies.set(messageId, Math.max(offset, position.replies.get(messageId) ?? 0));
      }
      return resumeFrame(position);
    },
    unfollow: (ref) => {
      const position = find(ref);
      if (position) followed.delete(position);
    },
    admit: (frame) => {
      // An error before there is a turn belongs to no session.
      if (frame.messageId === '' || frame.sessionId === '') return { kind: 'new', frame };
      return admitTo(findByFrame(frame), frame);
    },
    resumes: () =>
      [...followed].map((position) => {
        position.reconnected = true;
        position.asked = null;
        return resumeFrame(position);
      }),
  };
};

const admitTo = (position: Position, frame: TurnFrame): Admission => {
  if (frame.type === 'delta') return admitDelta(position, frame);
  if (frame.seq !== undefined) {
    if (frame.seq <= position.base || position.seen.has(frame.seq)) return { kind: 'seen' };
    position.seen.add(frame.seq);
    position.lastSeq = Math.max(position.lastSeq, frame.seq);
  }
  if (position.ended.has(frame.messageId)) return { kind: 'seen' };
  if (frame.type === 'status' && frame.state === 'restarted') {
    position.replies.set(frame.messageId, 0);
    position.asked = null;
    // What was asked for on reconnecting was an offset into the text that is gone.
    return { kind: 'next', frame, resume: { ...resumeFrame(position), messageId: frame.messageId, offset: 0 } };
  }
  if (!isEnd(frame)) {
    if (!position.replies.has(frame.messageId)) position.replies.set(frame.messageId, 0);
    return { kind: 'new', frame };
  }
  position.replies.delete(frame.messageId);
  position.ended.add(frame.messageId);
  position.asked = null;
  if (position.replies.size === 0) position.reconnected = false;
  return position.reconnected ? { kind: 'next', frame, resume: resumeFrame(position) } : { kind: 'new', frame };
};

const admitDelta = (position: Position, frame: TurnFrame & { type: 'delta' }): Admission => {
  if (position.ended.has(frame.messageId)) return { kind: 'seen' };
  const have = position.replies.get(frame.messageId) ?? 0;
  if (frame.offset > have) {
    const again = position.asked === have;
    position.replies.set(frame.messageId, have);
    position.asked = have;
    return { kind: 'gap', resume: again ? null : { ...resumeFrame(position), messageId: frame.messageId, offset: have } };
  }
  const fresh = frame.content.slice(have - frame.offset);
  position.asked = null;
  if (fresh === '') return { kind: 'seen' };
  position.replies.set(frame.messageId, have + fresh.length);
  return { kind: 'new', frame: { ...frame, offset: have, content: fresh } };
};

/** Whether nothing of this turn comes after the frame. */
export const isEnd = (frame: TurnFrame): boolean =>
  frame.type === 'response' ||
  frame.type === 'error' ||
  (frame.type === 'status' && (frame.state === 'cancelled' || frame.state === 'interrupted'));

const resumeFrame = (position: Position): ResumeFrame => {
  const [running] = position.replies;
  return {
    type: 'resume',
    sessionId: position.ref,
    afterSeq: position.lastSeq,
    ...(running === undefined ? {} : { messageId: running[0], offset: running[1] }),
  };
};

const newPosition = (ref: string): Position => ({
  ref,
  refs: new Set([ref]),
  lastSeq: 0,
  base: 0,
  seen: new Set(),
  replies: new Map(),
  ended: new Set(),
  reconnected: false,
  asked: null,
});

const withRef = (position: Position, ref: string): Position => {
  position.refs.add(ref);
  return position;
};
