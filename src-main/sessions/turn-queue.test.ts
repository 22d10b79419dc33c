import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { createTurnQueue } from './turn-queue.ts';

/** A run that ends when told. */
const held = () => {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { run: () => done, end };
};
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the turn queue', () => {
  it('runs the turns of a session one after the other, in order', async () => {
    const queue = createTurnQueue(() => 8);
    const order: string[] = [];
    const first = held();
    queue.enqueue('a', async () => {
      order.push('1 begins');
      await first.run();
      order.push('1 ends');
    });
    queue.enqueue('a', async () => void order.push('2'));
    await settled();
    expect(order).toEqual(['1 begins']);
    first.end();
    await settled();
    expect(order).toEqual(['1 begins', '1 ends', '2']);
    expect(queue.size()).toEqual({ running: 0, waiting: 0 });
  });

  it('runs sessions side by side up to the limit, and a busy session does not starve another', async () => {
    const queue = createTurnQueue(() => 2);
    const runs = Array.from({ length: 4 }, held);
    const begun: string[] = [];
    for (const [index, lane] of ['a', 'a', 'b', 'c'].entries()) {
      queue.enqueue(lane, () => {
        begun.push(`${lane}${index}`);
        return runs[index]!.run();
      });
    }
    await settled();
    expect(begun).toEqual(['a0', 'b2']);
    expect(queue.size()).toEqual({ running: 2, waiting: 2 });
    runs[0]!.end();
    await settled();
    expect(begun).toEqual(['a0', 'b2', 'c3']);
    runs[3]!.end();
    await settled();
    expect(begun).toEqual(['a0', 'b2', 'c3', 'a1']);
  });

  it('goes on after a run that failed', async () => {
    const queue = createTurnQueue(() => 1);
    let ran = false;
    queue.enqueue('a', () => Promise.reject(new Error('boom')).catch(() => undefined));
    queue.enqueue('a', async () => {
      ran = true;
    });
    await settled();
    expect(ran).toBe(true);
  });

  it('has no room for more than a thousand waiting in one session, but for others still', () => {
    const queue = createTurnQueue(() => 1);
    const first = held();
    queue.enqueue('a', first.run);
    for (let index = 0; index < 1_000; index += 1) queue.enqueue('a', async () => undefined);
    expect(() => queue.requireRoom('a')).toThrow(AppError);
    expect(() => queue.requireRoom('b')).not.toThrow();
    first.end();
  });
});
