import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { setImmediate as nextRound } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import type { BodyLine, BodyReading } from '../../src-shared/contract/rest.ts';
import type { HoldBody } from './body-budget.ts';
import { openBody, refuseEncoded, type Sender } from './open-body.ts';
import { parseJsonText } from './parse-json-text.ts';

const maxLineBytes = 1024 * 1024;
const problemsMost = 20;
/** After so many lines or bytes everyone else gets a turn: reading 64 MiB in one go would hold up the event loop. */
const linesPerRound = 32;
const bytesPerRound = 32 * 1024;

type Problem = { readonly line: number; readonly message: string };

/** A JSON Lines body as it comes in. */
export type ReadLines<T> = {
  readonly lines: AsyncIterable<BodyLine<T>>;
  /** SHA-256 (hex) of the bytes so far: of all of them, once `lines` has ended. */
  readonly hash: () => string;
  /** A client that still sends does not read: what is left of its body has to be taken before it sees an error. Never throws. */
  readonly takeRest: () => Promise<void>;
};

/**
 * Reads a body of JSON Lines: `application/jsonl` or `application/x-ndjson`, no Content-Encoding; each line at most
 * 1 MiB, valid UTF-8, and refused where a JSON body would be. Blank lines are skipped but counted. The first bad line
 * is the last that is told of: no more are given out, and in the end `BATCH_INVALID` names the first 20.
 *
 * @throws AppError MEDIA_TYPE, BODY_TOO_LARGE – at once; BODY_TOO_LARGE, BODIES_FULL, BAD_REQUEST, BATCH_INVALID, TOKEN_* from `lines`
 */
export const readJsonLines = <T>(
  sender: Sender,
  schema: z.ZodType<T>,
  { maxBytes, maxLines }: Extract<BodyReading, { as: 'lines' }>,
): ReadLines<T> => {
  refuseEncoded(sender.request);
  const { chunks, takeRest } = openBody(sender, {
    maxBytes,
    types: ['application/jsonl', 'application/x-ndjson'],
    hint: 'Cut it in two.',
  });
  const hash = createHash('sha256');

  const lines = async function* (): AsyncGenerator<BodyLine<T>> {
    const problems: Problem[] = [];
    let bad = 0;
    let found = 0;
    let round = { lines: 0, bytes: 0 };
    const complain = (line: number, message: string): void => {
      bad += 1;
      if (problems.length < problemsMost) problems.push({ line, message });
    };
    for await (const { line, bytes } of splitLines(counted(chunks, hash), sender.hold)) {
      round = { lines: round.lines + 1, bytes: round.bytes + (bytes?.length ?? 0) };
      if (round.lines >= linesPerRound || round.bytes >= bytesPerRound) {
        round = { lines: 0, bytes: 0 };
        await nextRound();
      }
      // Enough is known, the rest only has to be taken.
      if (problems.length >= problemsMost) continue;
      if (bytes === null) complain(line, 'is longer than 1 MiB');
      else {
        const read = readLine(bytes, schema);
        if (read === null) continue;
        found += 1;
        if ('problem' in read) complain(line, read.problem);
        else if (found > maxLines) complain(line, `is one more than the ${maxLines.toLocaleString('en')} a batch may have`);
        else if (bad === 0) yield { line, value: read.value };
      }
    }
    if (found === 0 && bad === 0) complain(1, 'there is no message in the whole body');
    const [first] = problems;
    if (first) throw invalid(first, problems, bad);
  };

  return { lines: { [Symbol.asyncIterator]: lines }, hash: () => hash.copy().digest('hex'), takeRest };
};

const counted = async function* (chunks: AsyncIterable<Buffer>, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
};

/** Lines without their ends, numbered from 1; null for one that is too long to be kept. */
const splitLines = async function* (
  chunks: AsyncIterable<Buffer>,
  hold: HoldBody,
): AsyncGenerator<{ readonly line: number; readonly bytes: Buffer | null }> {
  let line = 0;
  let parts: Buffer[] = [];
  let length = 0;
  const take = () => {
    line += 1;
    const bytes = length > maxLineBytes ? null : parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    parts = [];
    length = 0;
    hold(0);
    return { line, bytes };
  };
  const keep = (part: Buffer): void => {
    length += part.length;
    hold(length > maxLineBytes ? 0 : length);
    if (length > maxLineBytes) parts = [];
    else if (part.length > 0) parts.push(part);
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline, from); end !== -1; end = chunk.indexOf(newline, from)) {
      keep(chunk.subarray(from, end));
      from = end + 1;
      yield take();
    }
    keep(chunk.subarray(from));
  }
  if (length > 0) yield take();
};

const newline = 0x0a;

/** Null for a blank line. */
const readLine = <T>(bytes: Buffer, schema: z.ZodType<T>): { readonly value: T } | { readonly problem: string } | null => {
  if (!isUtf8(bytes)) return { problem: 'is not valid UTF-8' };
  // Some editors begin a file with a byte order mark; `trim` takes it for a blank.
  const text = bytes.toString('utf8').trim();
  if (text === '') return null;
  let json: unknown;
  try {
    json = parseJsonText(text, 'it');
  } catch (thrown) {
    return { problem: AppError.from(thrown).message };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  return { problem: parsed.error.issues.slice(0, 5).map(describe).join('; ') };
};

const describe = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }): string =>
  path.length === 0 ? message : `${path.join('.')}: ${message}`;

const invalid = (first: Problem, problems: readonly Problem[], bad: number): AppError =>
  new AppError('BATCH_INVALID', {
    message: `Line ${first.line}: ${first.message}${bad > 1 ? ` (and more lines are bad)` : ''}`,
    hint: 'Nothing of the batch was begun. Mend it and send it again as a whole.',
    details: { ...first, problems },
  });
