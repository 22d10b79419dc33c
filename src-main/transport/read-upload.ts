import type { IncomingMessage } from 'node:http';
import { AppError } from '../../src-shared/app-error.ts';
import type { Route } from '../../src-shared/contract/rest.ts';
import { mediaType } from './read-body.ts';

export type ReadUpload = {
  readonly chunks: AsyncIterable<Buffer>;
  /** A client that still sends does not read: what is left has to be taken before it sees an error. Never throws. */
  readonly takeRest: () => Promise<void>;
};

/** The bytes of a body, as they come. @throws AppError MEDIA_TYPE, BODY_TOO_LARGE – at once; BODY_TOO_LARGE, BAD_REQUEST from `chunks` */
export const readUpload = (request: IncomingMessage, { maxBytes, types }: NonNullable<Route['upload']>): ReadUpload => {
  if (types && !types.includes(mediaType(request)))
    throw new AppError('MEDIA_TYPE', { message: `Only ${types.join(' or ')} is read here.` });
  if (request.headers['content-encoding'] !== undefined)
    throw new AppError('MEDIA_TYPE', { message: 'Compressed bodies are not read here.' });
  const tooLarge = (): AppError => new AppError('BODY_TOO_LARGE', { message: `The file is larger than ${maxBytes / 1024 / 1024} MiB.` });
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
