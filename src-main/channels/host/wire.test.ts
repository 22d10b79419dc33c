import { duplexPair } from 'node:stream';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWire, maxAttachedBytes, maxJsonBytes } from './wire.ts';

const open = () => {
  const [near, far] = duplexPair();
  const came: unknown[] = [];
  const broken: string[] = [];
  const wire = createWire(near, { message: (message) => came.push(message), broken: (why) => broken.push(why) });
  return { near, far, wire, came, broken };
};
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const bytes = Uint8Array.from([0, 1, 255]);
const call = { t: 'q', m: 'blobWrite', a: ['echo', { name: '名', bytes }], i: '1' };
const answer = { t: 's', i: '1', r: { ok: true, bytes } };

it('carries calls and answers with their bytes, however the pipe cuts them', async () => {
  const written: Buffer[] = [];
  const { far, wire } = open();
  far.on('data', (chunk: Buffer) => written.push(chunk));
  for (const message of [call, answer, { t: 'q', m: 'ping', a: ['', {}] }]) wire.post(message);
  await settled();
  const stream = Buffer.concat(written);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(stream.length), { maxLength: 20 }), async (cuts) => {
      const other = open();
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
      for (const [n, from] of at.entries()) other.far.write(stream.subarray(from, at[n + 1] ?? stream.length));
      await settled();
      expect(other.came).toEqual([call, answer, { t: 'q', m: 'ping', a: ['', {}] }]);
      expect(other.broken).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

it('stops at whatever is no frame, says so once, and reads nothing more', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (noise) => {
      const { near, far, came, broken } = open();
      far.write(noise);
      far.write(Buffer.alloc(64, 0xff));
      await settled();
      expect(came).toEqual([]);
      expect(broken.length).toBe(1);
      expect(near.destroyed).toBe(true);
    }),
    { numRuns: 200 },
  );
});

it('holds what comes until it is wanted', async () => {
  const { far, wire, came } = open();
  const other = createWire(far, { message: () => undefined, broken: () => undefined });
  wire.hold(true);
  for (let n = 0; n < 3; n += 1) other.post({ t: 'q', m: 'log', a: ['echo', { n }] });
  await settled();
  expect(came).toEqual([]);
  wire.hold(false);
  await settled();
  expect(came).toHaveLength(3);
});

it('refuses to send what the other side would refuse to read', () => {
  const { wire } = open();
  expect(() => wire.post({ t: 'q', a: ['', { text: 'x'.repeat(maxJsonBytes) }] })).toThrow(/at most 1048576 are allowed/);
  expect(() => wire.post({ t: 's', r: { bytes: new Uint8Array(maxAttachedBytes + 1) } })).toThrow(/at most 26214400 are allowed/);
});
