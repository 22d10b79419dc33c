import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { AppError } from '../../../src-shared/app-error.ts';
import type { ModelLimits } from './model-transport.ts';
import type { Upstream } from './upstream-errors.ts';

/** `finished`: what matters is here, a trailer (usage) may follow. `done`: nothing follows. */
export type Progress = 'more' | 'finished' | 'done';

/** What a wire does with an answer. Both throw AppError: `MODEL_GARBAGE` for what is not its protocol, else an error told in-band. */
export type SseReader = {
  readonly event: (data: string, name: string | undefined) => Progress;
  /** The whole answer of a server that does not stream, as JSON text. */
  readonly whole: (text: string) => void;
};

/** Reads the bytes of one kind of body. All may throw AppError. */
export type AnswerBody = {
  readonly take: (chunk: Buffer) => Progress;
  /** The body ended in good order; returning means that the reader has all it needs. */
  readonly ended: () => void;
  /** The connection broke, or nothing came for too long (then without a cause). */
  readonly broke: (error: AppError) => void;
};

export const createEventBody = (upstream: Upstream, reader: SseReader, limits: ModelLimits): AnswerBody => {
  const decoder = new StringDecoder('utf8');
  let progress: Progress = 'more';
  let any = false;
  let first = true;
  const parser = createParser({
    maxBufferSize: limits.event,
    onEvent: ({ data, event }) => {
      any = true;
      if (progress === 'done') return;
      const next = reader.event(data, event);
      if (next !== 'more') progress = next;
    },
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      throw new AppError('MODEL_GARBAGE', { message: `${upstream.host} sent one event larger than ${limits.event} characters.` });
    },
  });

  const feed = (text: string): void => {
    // The parser looks for the byte-order mark as bytes; a decoded one is a single character.
    const marked = first && text.charCodeAt(0) === 0xfeff;
    if (text !== '') first = false;
    parser.feed(marked ? text.slice(1) : text);
  };

  return {
    take: (chunk) => {
      feed(decoder.write(chunk));
      return progress;
    },
    ended: () => {
      if (progress === 'done') return;
      try {
        // Some servers leave out the last line end.
        feed(`${decoder.end()}\n\n`);
      } catch (thrown) {
        if (progress !== 'more') return;
        // Half an event is a cut, not garbage.
        if (AppError.from(thrown).code === 'MODEL_GARBAGE') throw cutOff(upstream);
        throw thrown;
      }
      if (progress !== 'more') return;
      if (any || first) throw cutOff(upstream);
      throw new AppError('MODEL_GARBAGE', { message: `${upstream.host} answered, but not with an event stream.` });
    },
    broke: (error) => {
      if (progress === 'more') throw error;
    },
  };
};

/** Collects a body that is read as a whole. What exceeds `limit` bytes is dropped. */
export const createWholeBody = (
  limit: number,
  onText: (text: string) => void,
  onBroken: (error: AppError, text: string) => void,
): AnswerBody => {
  const chunks: Buffer[] = [];
  let size = 0;
  const text = (): string => Buffer.concat(chunks).toString('utf8');
  return {
    take: (chunk) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      return 'more';
    },
    ended: () => onText(text()),
    broke: (error) => onBroken(error, text()),
  };
};

export const cutOff = (upstream: Upstream, cause?: unknown): AppError =>
  new AppError('MODEL_CUT_OFF', { message: `${upstream.host} closed the connection in the middle of its answer.`, cause });
