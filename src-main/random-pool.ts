import { randomFillSync } from 'node:crypto';
import type { RandomBytes } from './gateway-ports.ts';

const poolBytes = 8 * 1024;

/**
 * Random bytes from the OS, fetched by the pool: a turn takes several ids, and each call into OpenSSL costs more than
 * they are worth. Every byte is given out once and wiped from the pool.
 */
export const createRandomPool = (): RandomBytes => {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  return (size) => {
    if (size > poolBytes) return randomFillSync(Buffer.alloc(size));
    if (used + size > poolBytes) {
      randomFillSync(pool);
      used = 0;
    }
    const bytes = Buffer.from(pool.subarray(used, used + size));
    pool.fill(0, used, used + size);
    used += size;
    return bytes;
  };
};
