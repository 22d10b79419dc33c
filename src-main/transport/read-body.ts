import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type ParseError, parse as parseJsonc, printParseErrorCode, stripComments } from 'jsonc-parser';
import { AppError } from '../../src-shared/app-error.ts';
import type { Route } from '../../src-shared/contract/rest.ts';

const maxBytes = 1024 * 1024;
const maxDepth = 50;

/**
 * Reads a JSON body: `application/json` only, no Content-Encoding, at most 1 MiB where the route does not say more, valid UTF-8, at most 50
 * levels, no `__proto__` or `constructor` keys. Comments are allowed because the seed's curl has them.
 *
 * @throws AppError MEDIA_TYPE, BODY_TOO_LARGE, BAD_JSON
 */
export const readJsonBody = async (
  request: IncomingMessage,
  most = maxBytes,
): Promise<{ readonly value: unknown; readonly bytes: Buffer }> => {
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new AppError('MEDIA_TYPE', { hint: 'Send Content-Type: application/json.' });
  if (request.headers['content-encoding'] !== undefined)
    throw new AppError('MEDIA_TYPE', { message: 'Compressed bodies are not read here.' });
  const bytes = await readBytes(request, most);
  if (!isUtf8(bytes)) throw new AppError('BAD_JSON', { message: 'The body is not valid UTF-8.' });
  return { value: parseJsonText(bytes.toString('utf8')), bytes };
};

/** A file as the body. @throws AppError MEDIA_TYPE, BODY_TOO_LARGE */
export const readFileBody = async (request: IncomingMessage, { types, maxBytes }: NonNullable<Route['bytes']>): Promise<Buffer> => {
  if (!types.includes(mediaType(request)) || request.headers['content-encoding'] !== undefined)
    throw new AppError('MEDIA_TYPE', { message: `Only ${types.join(' or ')} without a Content-Encoding is read here.` });
  return readBytes(request, maxBytes);
};

/** Without its parameters, in small letters. */
export const mediaType = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** Strict JSON first; with its comments blanked out second, and as strict. `what` begins the message. @throws AppError BAD_JSON */
export const parseJsonText = (text: string, what = 'The body'): unknown => {
  const value = parseStrict(text, () => parseStrict(stripComments(text, ' '), () => notJson(text, what)));
  refuseTraps(value, 1, what);
  return value;
};

const parseStrict = (text: string, otherwise: () => unknown): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return otherwise();
  }
};

const notJson = (text: string, what: string): never => {
  const where = firstError(text);
  throw new AppError('BAD_JSON', { message: `${what} is not valid JSON${where === null ? '' : `: ${where}`}.` });
};

/** What a tolerant parser stumbles over first, for people; null where it cannot say either. */
const firstError = (text: string): string | null => {
  const errors: ParseError[] = [];
  try {
    parseJsonc(text, errors, { disallowComments: false, allowTrailingComma: false });
  } catch {
    // It is recursive, and the text is nested too deep for it.
    return null;
  }
  const first = errors[0];
  return first ? `${printParseErrorCode(first.error)} at ${positionOf(text, first.offset)}` : null;
};

/** The body as it came. @throws AppError BODY_TOO_LARGE */
export const readBytes = async (request: IncomingMessage, most = maxBytes): Promise<Buffer> => {
  const tooLarge = (): AppError => new AppError('BODY_TOO_LARGE', { message: `The body is larger than ${most / 1024 / 1024} MiB.` });
  if (Number(request.headers['content-length'] ?? 0) > most) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
};

const refuseTraps = (value: unknown, depth: number, what: string): void => {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maxDepth) throw new AppError('BAD_JSON', { message: `${what} is nested deeper than ${maxDepth} levels.` });
  for (const key of Object.keys(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype')
      throw new AppError('BAD_JSON', { message: `The key "${key}" is refused.` });
    refuseTraps((value as Record<string, unknown>)[key], depth + 1, what);
  }
};

const positionOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n');
  const column = `column ${(before.at(-1)?.length ?? 0) + 1}`;
  return text.includes('\n') ? `line ${before.length}, ${column}` : column;
};
