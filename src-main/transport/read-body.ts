import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import type { Route } from '../../src-shared/contract/rest.ts';
import { openBody, readBytes, refuseEncoded, type Sender } from './open-body.ts';
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
export const readBody = async ({ body: schema, reads }: Route, sender: Sender): Promise<ReadBody | null> => {
  if (reads?.as === 'stream') {
    refuseEncoded(sender.request);
    const { chunks, takeRest } = openBody(sender, reads);
    return { body: chunks, hash: () => sha256(''), takeRest };
  }
  if (reads?.as === 'bytes') {
    if (reads.types) refuseEncoded(sender.request);
    const bytes = await readBytes(sender, reads);
    return { body: bytes, hash: () => sha256(bytes) };
  }
  if (!schema) return null;
  if (reads?.as === 'lines') {
    const { lines, ...rest } = readJsonLines(sender, schema, reads);
    return { body: lines, ...rest };
  }
  const { value, bytes } = await readJsonBody(sender, reads?.maxBytes);
  return { body: parseInput(schema, value, 'body'), hash: () => sha256(bytes) };
};

/** `application/json` only, no Content-Encoding, valid UTF-8. @throws AppError MEDIA_TYPE, BODY_TOO_LARGE, BODIES_FULL, BAD_JSON, TOKEN_* */
export const readJsonBody = async (sender: Sender, maxBytes = jsonMost): Promise<{ readonly value: unknown; readonly bytes: Buffer }> => {
  refuseEncoded(sender.request);
  const bytes = await readBytes(sender, { maxBytes, types: ['application/json'] });
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
