import { AppError } from '../../../src-shared/app-error.ts';
import type { SseReader } from './answer-body.ts';
import { createEventQueue } from './event-queue.ts';
import type { ModelEvent } from './model-client.ts';
import { type ModelTransport, retryDelay } from './model-transport.ts';
import { type Attempt, type SseRequest, sendSse } from './sse-request.ts';
import type { RequestFailure, Upstream } from './upstream-errors.ts';

/** A wire's part of one answer. */
export type WireReader = SseReader & {
  /** What is told once the answer is complete: tool calls, usage, and last the `end`. */
  readonly close: () => readonly ModelEvent[];
};

export type ModelCall = {
  readonly upstream: Upstream;
  readonly request: SseRequest;
  /** `emit` takes text and reasoning as they come. Called once per attempt. */
  readonly createReader: (emit: (event: ModelEvent) => void) => WireReader;
  /** A request that may fare better after this refusal, sent at once; null or the same body again for none. */
  readonly amend?: (refusal: AppError) => SseRequest | null;
};

/**
 * Runs a call as a stream of events: retries before the first byte, one terminal event, never throws.
 * It can be iterated once; leaving the loop early closes the connection.
 */
export const streamModel = (transport: ModelTransport, call: ModelCall, signal: AbortSignal): AsyncIterable<ModelEvent> => ({
  [Symbol.asyncIterator]: () => run(transport, call, signal),
});

const run = (transport: ModelTransport, call: ModelCall, signal: AbortSignal): AsyncIterator<ModelEvent> => {
  /** Only a call that waits has one. */
  let backOff: AbortController | null = null;
  let attempt: Attempt | null = null;
  let over = false;

  const queue = createEventQueue<ModelEvent>({
    onFull: () => attempt?.pause(),
    onDrained: () => attempt?.resume(),
    onLeft: () => {
      finish([]);
      stop(new Error('nobody reads the stream any more'));
    },
  });

  const finish = (last: readonly ModelEvent[]): void => {
    if (over) return;
    over = true;
    signal.removeEventListener('abort', onAbort);
    for (const event of last) queue.push(event);
    queue.close();
  };

  const stop = (reason: Error): void => {
    backOff?.abort(reason);
    attempt?.abort(reason);
  };

  const onAbort = (): void => {
    const cause = signal.reason;
    finish([{ type: 'error', error: new AppError('MODEL_CUT_OFF', { message: 'The call was cancelled.', retryable: false, cause }) }]);
    stop(cause instanceof Error ? cause : new Error('aborted', { cause }));
  };

  /** @param count which attempt this is, from 1 */
  const send = (request: SseRequest, count: number): void => {
    const reader = call.createReader(queue.push);
    attempt = sendSse(transport, call.upstream, request, reader, (failure) => {
      if (failure === null) finish(reader.close());
      else afterFailure(failure, request, count);
    });
  };

  const afterFailure = ({ error, retry }: RequestFailure, request: SseRequest, count: number): void => {
    const better = call.amend?.(error);
    if (better && better.body !== request.body) {
      send(better, count);
      return;
    }
    const delay = retry ? retryDelay(transport.retry, count, error.retryAfterMs, transport.random) : null;
    if (delay === null) {
      finish([{ type: 'error', error }]);
      return;
    }
    backOff ??= new AbortController();
    transport.sleep(delay, backOff.signal).then(
      () => {
        if (!over) send(request, count + 1);
      },
      () => undefined,
    );
  };

  if (signal.aborted) onAbort();
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    send(call.request, 1);
  }
  return queue.iterator;
};
