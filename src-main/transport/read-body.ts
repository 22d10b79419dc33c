import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import type { Route } from '../../src-shared/contract/rest.ts';
import { openBody, readBytes, refuseEncoded } from './open-body.ts';
import { parseJsonText } from './parse-json-text.ts';
import { readJsonLines } from './read-lines.ts';

const jsonMost = 1024 * 1024;

type ReadBody = {
  readonly body: unknown;
  /** SHA-256 (hex) of its bytes; of JSON Lines once they are read, of a stream never. */
  readonly hash: () => string;
  /** What still comes in has to be taken before an error is seen. */
  readonly takeRest?: () => Promise<void>;
};

/** As its row says; null where it has none. JSON Lines are parsed, and streams read, as the handler takes them. */
export const readBody = async ({ body: schema, reads }: Route, request: IncomingMessage): Promise<ReadBody | null> => {
  if (reads?.as === 'stream') {
    refuseEncoded(request);
    const { chunks, takeRest } = openBody(request, reads);
    return { body: chunks, hash: () => sha256(''), takeRest };
  }
  if (reads?.as === 'bytes') {
    if (reads.types) refuseEncoded(request);
    const bytes = await readBytes(request, reads);
    return { body: bytes, hash: () => sha256(bytes) };
  }
  if (!schema) return null;
  if (reads?.as === 'lines') {
    const { lines, ...rest } = readJsonLines(request, schema, reads);
    return { body: lines, ...rest };
  }
  const { value, bytes } = await readJsonBody(request, reads?.maxBytes);
  return { body: parseInput(schema, value, 'body'), hash: () => sha256(bytes) };
};

/** `application/json` only, no Content-Encoding, valid UTF-8. @throws AppError MEDIA_TYPE, BODY_TOO_LARGE, BAD_JSON */
export const readJsonBody = async (
  request: IncomingMessage,
  maxBytes = jsonMost,
): Promise<{ readonly value: unknown; readonly bytes: Buffer }> => {
  refuseEncoded(request);
  const bytes = await readBytes(request, { maxBytes, types: ['application/json'] });
  if (!isUtf8(bytes)) throw new AppError('BAD_JSON', { message: 'The body is not valid UTF-8.' });
  return { value: parseJsonText(bytes.toString('utf8')), bytes };
};

/** @throws AppError BAD_REQUEST */
export const parseInput = (schema: z.ZodType, value: unknown, where: string): unknown => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5).map((issue) => ({ at: [where, ...issue.path].join('.'), message: issue.message }));
  throw new AppError('BAD_REQUEST', { message: issues.map((issue) => `${issue.at}: ${issue.message}`).join('; '), details: { issues } });
};

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
