import { describe, expect, it } from 'vitest';
import { fakeLine } from '../../testing/fake-logs.ts';
import { createLogList, type RowTest } from './log-list.ts';
import { toRow } from './log-rows.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => toRow(fakeLine(from + index)));

const create = (capacity = 1_000) => {
  const failures: unknown[] = [];
  const list = createLogList({
    capacity,
    onChange: () => undefined,
    onFailed: (error) => {
      failures.push(error);
      list.setTest((rows) => rows.map(() => true));
    },
    pause: () => new Promise((resolve) => setImmediate(resolve)),
  });
  const settled = async (): Promise<void> => {
    while (list.view().searching) await new Promise((resolve) => setImmediate(resolve));
  };
  return { list, failures, settled, seqs: () => list.view().rows.map(({ line }) => line.seq) };
};
const even: RowTest = (rows) => rows.map(({ line }) => line.seq % 2 === 0);
/** As a search on another thread. */
const late =
  (test: RowTest): RowTest =>
  async (rows) => {
    await new Promise((resolve) => setImmediate(resolve));
    return test(rows);
  };

describe('a list of log lines', () => {
  it('shows what is appended at once', () => {
    const { list, seqs } = create();
    list.append(range(1, 3));
    expect(seqs()).toEqual([1, 2, 3]);
  });

  it('keeps the newest, and says how many of the shown ones have gone', async () => {
    const { list, settled, seqs } = create(1_000);
    list.setTest(even);
    list.append(range(1, 1_000));
    list.append(range(1_001, 1_500));
    await settled();
    expect(list.rows()).toHaveLength(1_000);
    expect(seqs()).toEqual(Array.from({ length: 500 }, (_, index) => 502 + 2 * index));
    expect(list.view().gone).toBe(250);
  });

  it.each([
    ['here', even],
    ['on another thread', late(even)],
  ])('is filtered to the same by a test that runs %s, whatever comes meanwhile', async (_where, test) => {
    const { list, settled, seqs } = create(20_000);
    list.append(range(10_001, 18_000));
    await settled();
    list.setTest(test);
    for (let n = 0; n < 40; n += 1) {
      list.append(range(18_001 + n * 200, 18_200 + n * 200));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await list.prepend(range(6_001, 10_000));
    await settled();
    const kept = list.rows().map(({ line }) => line.seq);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 26_001 - kept.length + index));
    expect(seqs()).toEqual(kept.filter((seq) => seq % 2 === 0));
  });

  it('takes what it finds by the last test that was set, not by an earlier one that is still running', async () => {
    const { list, settled, seqs } = create(20_000);
    list.append(range(3_001, 9_000));
    await settled();
    list.setTest(late(even));
    const older = list.prepend(range(1, 3_000));
    list.setTest(late((rows) => rows.map(({ line }) => line.seq % 1_000 === 1)));
    await older;
    await settled();
    expect(seqs()).toEqual([1, 1_001, 2_001, 3_001, 4_001, 5_001, 6_001, 7_001, 8_001]);
  });

  it('goes on with another test where one gives up', async () => {
    const { list, failures, settled, seqs } = create();
    list.append(range(1, 5));
    list.setTest(() => Promise.reject(new Error('too slow')));
    await settled();
    await list.prepend(range(-1, 0));
    expect(failures).toEqual([new Error('too slow')]);
    expect(seqs()).toEqual([-1, 0, 1, 2, 3, 4, 5]);
  });

  it('takes only as many older lines as there is room for', async () => {
    const { list, seqs } = create(10);
    list.append(range(11, 15));
    await list.prepend(range(1, 10));
    expect(seqs()).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(list.room()).toBe(0);
  });
});
