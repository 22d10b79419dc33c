import type { Dispatcher } from 'undici';
import { AppError } from '../../../src-shared/app-error.ts';
import { type AnswerBody, createEventBody, createWholeBody, cutOff, type SseReader } from './answer-body.ts';
import type { ModelTransport } from './model-transport.ts';
import { connectionFailure, isClosed, type RequestFailure, type ResponseHeaders, statusFailure, type Upstream } from './upstream-errors.ts';

export type SseRequest = {
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Attempt = {
  /** Closes the socket at once; `onEnd` is not called any more. */
  readonly abort: (reason: Error) => void;
  readonly pause: () => void;
  readonly resume: () => void;
};

const errorBodyLimit = 64 * 1024;

/**
 * POSTs JSON once and reads the answer: an event stream or one JSON document. Never throws.
 * @param onEnd called exactly once unless aborted: null when the reader has all it needs, else the failure.
 *   Its `retry` is only ever true while nothing of a 2xx answer's body has arrived.
 */
export const sendSse = (
  transport: ModelTransport,
  upstream: Upstream,
  request: SseRequest,
  reader: SseReader,
  onEnd: (failure: RequestFailure | null) => void,
): Attempt => {
  const { timeouts, limits } = transport;
  let controller: Dispatcher.DispatchController | null = null;
  let abortedWith: Error | null = null;
  let body: AnswerBody | null = null;
  let received = 0;
  let finished = false;
  let over = false;
  let timer: NodeJS.Timeout | undefined;

  const watch = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(onSilence, ms);
  };
  const end = (failure: RequestFailure | null): void => {
    clearTimeout(timer);
    if (over) return;
    over = true;
    onEnd(failure);
  };
  const fail = (failure: RequestFailure): void => {
    end(failure);
    controller?.abort(failure.error);
  };
  /** Runs a step of reading; what it throws is how the answer failed. */
  const reading = (step: () => void): void => {
    try {
      step();
    } catch (thrown) {
      fail({ error: AppError.from(thrown), retry: false });
    }
  };

  const onSilence = (): void =>
    reading(() => {
      const message =
        received === 0
          ? `${upstream.host} did not begin to answer within ${timeouts.firstByte / 1000} s.`
          : `${upstream.host} sent nothing for ${timeouts.idle / 1000} s in the middle of its answer.`;
      const error = new AppError('MODEL_TIMEOUT', { message });
      if (body === null) throw error;
      body.broke(error);
      end(null);
      controller?.abort(error);
    });

  const openBody = (status: number, headers: ResponseHeaders): AnswerBody => {
    if (status < 200 || status > 299) {
      const onText = (text: string): void => end(statusFailure(upstream, status, headers, text, transport.now()));
      return createWholeBody(errorBodyLimit, onText, (_error, text) => onText(text));
    }
    const type = String(headers['content-type'] ?? '').toLowerCase();
    if (type === '' || type.startsWith('text/event-stream')) return createEventBody(upstream, reader, limits);
    if (/^application\/([\w.-]+\+)?json/.test(type)) {
      return createWholeBody(limits.total, reader.whole, (error) => {
        throw error;
      });
    }
    const kind = type.startsWith('text/html') ? 'a web page' : type.slice(0, 60);
    throw new AppError('MODEL_GARBAGE', {
      message: `${upstream.host} answered with ${kind} where an event stream was expected.`,
      hint: upstream.hints.notFound,
    });
  };

  const onData = (chunk: Buffer): void => {
    if (body === null) return;
    if (received === 0) watch(timeouts.idle);
    else timer?.refresh();
    received += chunk.length;
    if (received > limits.total) throw new AppError('MODEL_GARBAGE', { message: `${upstream.host} sent more than ${limits.total} bytes.` });
    const progress = body.take(chunk);
    if (progress === 'finished' && !finished) {
      finished = true;
      watch(timeouts.trailer);
    }
    if (progress !== 'done') return;
    end(null);
    // The answer has a moment to end by itself, so that the connection can be used again.
    timer = setTimeout(() => controller?.abort(new Error('the answer did not end')), timeouts.trailer);
    timer.unref();
  };

  transport.dispatcher.dispatch(
    { origin: request.origin, path: request.path, method: 'POST', headers: request.headers, body: request.body },
    {
      onRequestStart: (started) => {
        controller = started;
        if (abortedWith) started.abort(abortedWith);
        else watch(timeouts.firstByte);
      },
      onResponseStart: (_controller, status, headers) => {
        if (over || status < 200) return;
        reading(() => {
          body = openBody(status, headers);
        });
      },
      onResponseData: (_controller, chunk) => {
        if (!over) reading(() => onData(chunk));
      },
      onResponseEnd: () => {
        if (over) {
          clearTimeout(timer);
          return;
        }
        reading(() => {
          body?.ended();
          end(null);
        });
      },
      onResponseError: (_controller, cause) => {
        if (over) {
          clearTimeout(timer);
          return;
        }
        if (received === 0 || isClosed(cause)) end(connectionFailure(upstream, cause));
        else {
          reading(() => {
            body?.broke(cutOff(upstream, cause));
            end(null);
          });
        }
      },
    },
  );

  return {
    abort: (reason) => {
      over = true;
      clearTimeout(timer);
      abortedWith = reason;
      controller?.abort(reason);
    },
    // A reader that is slow is not a provider that is silent.
    pause: () => {
      clearTimeout(timer);
      controller?.pause();
    },
    resume: () => {
      if (!over) watch(finished ? timeouts.trailer : timeouts.idle);
      controller?.resume();
    },
  };
};
