import type { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Turn } from '../sessions/turn.ts';
import { type ChatEnd, type ChatHead, chunksOf, failureOf } from './chat-answer.ts';
import { toOpenaiError } from './openai-error.ts';

type Sink = { readonly sendLines: (...data: readonly string[]) => void; readonly close: () => void };

export type ChatStream = {
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
export const firstSign = (turn: Turn, clock: Clock): Promise<ChatEnd | null> =>
  new Promise((resolve) => {
    const done = (end: ChatEnd | null): void => {
      undo();
      cancelPatience();
      resolve(end);
    };
    const undo = turn.listen(({ event }) => (event.type === 'delta' || event.type === 'tool_call') && done(null), 0);
    const cancelPatience = clock.after(patienceMs, () => done(null));
    void turn.outcome.then(done);
  });

type How = { readonly head: ChatHead; readonly includeUsage: boolean; readonly traceId: string };

/** @param onLeft called when nobody reads any more; also after the end */
export const streamTurn = (turn: Turn, how: How, onLeft: () => void): ChatStream => ({
  sse: (sink) => {
    const writer = createWriter(sink, how);
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
  refused: (sink, error) => sendError(sink, error, how.traceId),
});

/** A turn that was over before. */
export const streamEnd = (end: ChatEnd, how: How): ChatStream => ({
  sse: (sink) => {
    createWriter(sink, how).end(end);
    return () => undefined;
  },
  refused: (sink, error) => sendError(sink, error, how.traceId),
});

const createWriter = (sink: Sink, { head, includeUsage, traceId }: How) => {
  const chunks = chunksOf(head, includeUsage);
  let sent = 0;
  const piece = (content: string): void => {
    sent += content.length;
    sink.sendLines(chunks.piece(content));
  };
  sink.sendLines(chunks.first());
  return {
    piece,
    end: (end: ChatEnd): void => {
      const failure = failureOf(end);
      if (failure) sendError(sink, failure, traceId);
      else {
        // All of it, where the turn was over before anyone could listen.
        if (end.reply.length > sent) piece(end.reply.slice(sent));
        sink.sendLines(...chunks.last(end.usage));
      }
      sink.close();
    },
  };
};

const sendError = (sink: Sink, error: AppError, traceId: string): void =>
  sink.sendLines(JSON.stringify(toOpenaiError(error, traceId).body));
