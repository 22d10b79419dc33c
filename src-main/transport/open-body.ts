import type { IncomingMessage } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';
import type { HoldBody } from './body-budget.ts';

/** A request whose body is to be read. */
export type Sender = {
  readonly request: IncomingMessage;
  readonly hold: HoldBody;
  /** Asked when all of it is in, which may be long after the head. @throws AppError TOKEN_* where whoever sends it may no longer */
  readonly recheck: () => void;
};

export type OpenBody = {
  readonly chunks: AsyncIterable<Buffer>;
  /** A client that still sends does not read: what is left has to be taken before it sees an error. Never throws. */
  readonly takeRest: () => Promise<void>;
};

type BodyLimits = {
  readonly maxBytes: number;
  /** Any, with any Content-Encoding, where none are named. */
  readonly types?: readonly string[];
  /** What to do where it is too large. */
  readonly hint?: string;
};

/** The bytes of a body, as they come. @throws AppError MEDIA_TYPE, BODY_TOO_LARGE – at once; BODY_TOO_LARGE, BAD_REQUEST, TOKEN_* from `chunks` */
export const openBody = ({ request, recheck }: Pick<Sender, 'request' | 'recheck'>, { maxBytes, types, hint }: BodyLimits): OpenBody => {
  if (types && !types.includes(mediaType(request)))
    throw new AppError('MEDIA_TYPE', {
      message: `Only ${types.join(' or ')} is read here.`,
      hint: `Send Content-Type: ${types[0]}.`,
    });
  const tooLarge = (): AppError =>
    new AppError('BODY_TOO_LARGE', {
      message: `The body is larger than ${maxBytes / 1024 / 1024} MiB.`,
      ...(hint === undefined ? {} : { hint }),
    });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  let size = 0;
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      // Not destroyed where we stop early: the answer has to go out over the same socket.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxBytes) throw tooLarge();
        yield chunk;
      }
      recheck();
    } catch (thrown) {
      throw thrown instanceof AppError ? thrown : new AppError('BAD_REQUEST', { message: 'The body broke off.', cause: thrown });
    }
  };
  return {
    chunks: { [Symbol.asyncIterator]: chunks },
    takeRest: async () => {
      if (request.complete || request.destroyed || size > maxBytes) return;
      try {
        for await (const _chunk of chunks());
      } catch {
        // Whoever sent it is gone, or goes on and on: nobody to tell.
      }
    },
  };
};

export const refuseEncoded = (request: IncomingMessage): void => {
  if (request.headers['content-encoding'] !== undefined)
    throw new AppError('MEDIA_TYPE', { message: 'Compressed bodies are not read here.' });
};

/** All of it. @throws AppError as `openBody`, BODIES_FULL */
export const readBytes = async (sender: Sender, limits: BodyLimits): Promise<Buffer> => {
  const parts: Buffer[] = [];
  const { chunks, takeRest } = openBody(sender, limits);
  let size = 0;
  try {
    for await (const chunk of chunks) {
      size += chunk.length;
      sender.hold(size);
      parts.push(chunk);
    }
  } catch (thrown) {
    parts.length = 0;
    sender.hold(0);
    await takeRest();
    throw thrown;
  }
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
};

/** Without its parameters, in small letters. */
const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
