import { expect, it } from 'vitest';
import { createRandomPool } from './random-pool.ts';

it('gives every byte out once, in any sizes, also larger than its pool', () => {
  const random = createRandomPool();
  const ids = Array.from({ length: 5_000 }, () => random(16).toString('hex'));
  expect(new Set(ids).size).toBe(5_000);
  expect(ids).not.toContain('0'.repeat(32));
  const large = random(20_000);
  expect(large).toHaveLength(20_000);
  expect(large.equals(Buffer.alloc(20_000))).toBe(false);
  const first = random(32);
  const copy = Buffer.from(first);
  random(32);
  expect(first).toEqual(copy);
});
