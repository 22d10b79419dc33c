import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import type { Sender } from './open-body.ts';
import { readJsonLines } from './read-lines.ts';

const schema = z.strictObject({ content: z.string().min(1), n: z.int().optional() });
const limits = { as: 'lines' as const, maxBytes: 4 * 1024 * 1024, maxLines: 5 };

const requestOf = (chunks: readonly (string | Buffer)[], headers: Readonly<Record<string, string>> = {}): IncomingMessage => {
  const stream = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  return Object.assign(stream, { headers: { 'content-type': 'application/jsonl', ...headers }, complete: false }) as never;
};

const from = (request: IncomingMessage): Sender => ({ request, hold: () => undefined, recheck: () => undefined });

const readAll = async (chunks: readonly (string | Buffer)[], headers?: Readonly<Record<string, string>>) => {
  const { lines } = readJsonLines(from(requestOf(chunks, headers)), schema, limits);
  const out = [];
  for await (const line of lines) out.push(line);
  return out;
};

const errorOf = async (...args: Parameters<typeof readAll>): Promise<AppError> => {
  const thrown = await readAll(...args).then(
    () => null,
    (error: unknown) => error,
  );
  return thrown instanceof AppError ? thrown : expect.fail(`no AppError: ${thrown}`);
};

describe('readJsonLines', () => {
  it('numbers lines as an editor does; blank ones, CRLF, a byte order mark and a missing last end are fine', async () => {
    expect(
      await readAll(['\ufeff{"content":"a"}\r\n', '\n  \n{"content":"b"}\n{"content":', '"c","n":1} // why\n\n{"content":"d"}']),
    ).toEqual([
      { line: 1, value: { content: 'a' } },
      { line: 4, value: { content: 'b' } },
      { line: 5, value: { content: 'c', n: 1 } },
      { line: 7, value: { content: 'd' } },
    ]);
  });

  it('reads the same however the bytes were cut, also within a character', async () => {
    const text = Buffer.from('{"content":"修复 🚀"}\n\n{"content":"二"}\r\n{"content":"\\u2028 \u2028"}');
    const whole = await readAll([text]);
    expect(whole.map(({ line }) => line)).toEqual([1, 3, 4]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(text.length)), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), text.length];
        expect(await readAll(at.slice(1).map((end, i) => text.subarray(at[i], end)))).toEqual(whole);
      }),
    );
  });

  it('lets the event loop go round, also in a body that came in one piece', async () => {
    let rounds = 0;
    let reading = true;
    const round = (): void => {
      rounds += 1;
      if (reading) setImmediate(round);
    };
    setImmediate(round);
    const { lines } = readJsonLines(from(requestOf(['{"content":"a"}\n'.repeat(10_000)])), schema, { ...limits, maxLines: 10_000 });
    for await (const _line of lines);
    reading = false;
    expect(rounds).toBeGreaterThan(300);
  });

  it('gives out nothing behind the first bad line, and names the first 20', async () => {
    const { lines } = readJsonLines(
      from(requestOf(['{"content":"a"}\n{"content":""}\n{"content":"c"}\n', '{"contnt":1}\n'.repeat(40)])),
      schema,
      limits,
    );
    const given: number[] = [];
    const reading = (async () => {
      for await (const { line } of lines) given.push(line);
    })();
    const error = await reading.then(
      () => expect.fail('it was taken'),
      (thrown: AppError) => thrown,
    );
    expect(given).toEqual([1]);
    expect(error).toMatchObject({ code: 'BATCH_INVALID', message: expect.stringMatching(/^Line 2: content: .*more/) });
    const { line, message, problems } = error.details as { line: number; message: string; problems: { line: number }[] };
    expect({ line, message }).toEqual(problems[0]);
    expect(problems.map((problem) => problem.line)).toEqual([2, ...Array.from({ length: 19 }, (_, i) => i + 4)]);
  });

  it.each<[string, readonly (string | Buffer)[], RegExp]>([
    ['what is no JSON', ['{"content":"a"}\n{"content":\n'], /^Line 2: it is not valid JSON: .* column 12/],
    ['a list around it all', ['[{"content":"a"}]'], /^Line 1: .*expected object/],
    ['a key of the prototype', ['{"content":"a","__proto__":{}}'], /^Line 1: The key|^Line 1: .*__proto__/],
    ['bytes that are no UTF-8', [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])], /^Line 1: is not valid UTF-8/],
    [
      'a line too long to keep',
      [`{"content":"${'x'.repeat(700_000)}`, `${'x'.repeat(700_000)}"}\n{"content":"b"}`],
      /^Line 1: is longer than 1 MiB$/,
    ],
    ['one line too many', ['{"content":"a"}\n'.repeat(6)], /^Line 6: .*the 5 a batch may have/],
    ['an empty body', [], /^Line 1: there is no message/],
    ['blanks alone', ['\n \n'], /^Line 1: there is no message/],
  ])('refuses %s', async (_what, chunks, message) => {
    const error = await errorOf(chunks);
    expect(error.code).toBe('BATCH_INVALID');
    expect(error.message).toMatch(message);
  });

  it('refuses other types, compression, and what is too large, said or not', async () => {
    expect((await errorOf(['{}'], { 'content-type': 'application/json' })).code).toBe('MEDIA_TYPE');
    expect((await errorOf(['{}'], { 'content-type': 'application/jsonlines' })).code).toBe('MEDIA_TYPE');
    expect((await errorOf(['{}'], { 'content-encoding': 'gzip' })).code).toBe('MEDIA_TYPE');
    expect((await errorOf(['{}'], { 'content-length': String(4 * 1024 * 1024 + 1) })).code).toBe('BODY_TOO_LARGE');
    const error = await errorOf(Array.from({ length: 5 }, () => `{"content":"${'x'.repeat(1_000_000)}"}\n`));
    expect(error).toMatchObject({ code: 'BODY_TOO_LARGE', message: expect.stringContaining('4 MiB') });
    expect((await readAll(['{"content":"a"}'], { 'content-type': 'Application/X-NDJSON; charset=utf-8' })).length).toBe(1);
  });

  it('takes the rest of a body that is not wanted', async () => {
    const request = requestOf(Array.from({ length: 500 }, (_, i) => `{"content":"${i}"}\n`));
    const { lines, takeRest } = readJsonLines(from(request), schema, { ...limits, maxLines: 1_000 });
    for await (const _line of lines) break;
    expect(request.readableEnded).toBe(false);
    await takeRest();
    expect(request.readableEnded).toBe(true);
  });

  it('says so where the client goes away', async () => {
    const request = requestOf([]);
    const broken = new Readable({
      read() {
        this.destroy(new Error('aborted'));
      },
    });
    const { lines } = readJsonLines(from(Object.assign(broken, { headers: request.headers, complete: false }) as never), schema, limits);
    await expect(lines[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'BAD_REQUEST', message: 'The body broke off.' });
  });
});
