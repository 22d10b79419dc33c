import type { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Turn } from '../sessions/turn.ts';
import type { TurnEnd } from './turn-end.ts';

export type Sink = {
  readonly send: (event: string, ...data: readonly unknown[]) => void;
  readonly sendLines: (...data: readonly string[]) => void;
  readonly close: () => void;
};

/** One streamed answer in the words of one API: first `begin`, then pieces, then `end` or `refused`. */
export type Telling = {
  readonly begin: (sink: Sink) => void;
  readonly piece: (sink: Sink, content: string) => void;
  readonly end: (sink: Sink, end: TurnEnd) => void;
  /** Broken off by the gateway. */
  readonly refused: (sink: Sink, error: AppError) => void;
};

export type AnswerStream = {
  readonly sse: (sink: Sink) => () => void;
  /** The token has ended; without a word these clients would take what they have for the whole answer. */
  readonly refused: (sink: Sink, error: AppError) => void;
};

/** For so long the status of the answer may still tell of a failure; then the stream is opened in any case. */
const patienceMs = 10_000;

/**
 * Resolves when there is something to stream, or with the end. Until then a failure can be told by the status,
 * from which these clients make their error classes.
 */
export const firstSign = (turn: Turn, clock: Clock): Promise<TurnEnd | null> =>
  new Promise((resolve) => {
    const done = (end: TurnEnd | null): void => {
      undo();
      cancelPatience();
      resolve(end);
    };
    const undo = turn.listen(
      ({ event }) => (event.type === 'delta' || (event.type === 'tool_call' && event.tool.status !== 'finished')) && done(null),
      0,
    );
    const cancelPatience = clock.after(patienceMs, () => done(null));
    void turn.outcome.then(done);
  });

/** @param onLeft called when nobody reads any more; also after the end */
export const streamTurn = (turn: Turn, telling: Telling, onLeft: () => void): AnswerStream => ({
  sse: (sink) => {
    const writer = createWriter(sink, telling);
    let over = false;
    const undo = turn.listen(({ event }) => event.type === 'delta' && writer.piece(event.content), 0);
    void turn.outcome.then((end) => {
      if (!over) writer.end(end);
    });
    return () => {
      over = true;
      undo();
      onLeft();
    };
  },
  refused: telling.refused,
});

/** A turn that was over before. */
export const streamEnd = (end: TurnEnd, telling: Telling): AnswerStream => ({
  sse: (sink) => {
    createWriter(sink, telling).end(end);
    return () => undefined;
  },
  refused: telling.refused,
});

const createWriter = (sink: Sink, telling: Telling) => {
  let sent = 0;
  const piece = (content: string): void => {
    sent += content.length;
    telling.piece(sink, content);
  };
  telling.begin(sink);
  return {
    piece,
    end: (end: TurnEnd): void => {
      // All of it, where the turn was over before anyone could listen.
      if (end.status === 'completed' && end.reply.length > sent) piece(end.reply.slice(sent));
      telling.end(sink, end);
      sink.close();
    },
  };
};
