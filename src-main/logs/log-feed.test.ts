import { describe, expect, it } from 'vitest';
import type { LogBatch } from '../../src-shared/contract/rest.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createLog } from './create-log.ts';
import { createLogFeed } from './log-feed.ts';

const follow = (options: { readonly level?: 'debug' | 'info' | 'error'; readonly after?: number } = {}) => {
  const clock = createManualClock();
  const log = createLog({ folder: null, level: 'info', maxSizeMb: 1, keep: 1, clock, stderr: null });
  for (const n of [1, 2, 3]) log.logger.info({ n }, 'earlier');
  const batches: LogBatch[] = [];
  const reader = { hasRoom: true };
  const stop = createLogFeed({ log, clock })({
    filter: { level: options.level ?? 'info' },
    ...(options.after === undefined ? {} : { after: options.after }),
    hasRoom: () => reader.hasRoom,
    deliver: (batch) => batches.push(batch),
  });
  return { clock, logger: log.logger, batches, reader, stop, seqs: () => batches.map(({ lines }) => lines.map(({ seq }) => seq)) };
};

describe('whoever follows the log', () => {
  it('is told at once where it begins, then gets what comes in batches that join', () => {
    const { logger, clock, batches, seqs } = follow();
    expect(batches).toEqual([{ from: 3, to: 3, lines: [], dropped: 0 }]);
    logger.info('four');
    logger.info('five');
    expect(batches).toHaveLength(1);
    clock.advance(100);
    logger.info('six');
    clock.advance(100);
    expect(seqs()).toEqual([[], [4, 5], [6]]);
    expect(batches.map(({ from, to }) => [from, to])).toEqual([
      [3, 3],
      [3, 5],
      [5, 6],
    ]);
    clock.advance(10_000);
    expect(batches).toHaveLength(3);
  });

  it('can begin with what is in memory already', () => {
    const { clock, seqs } = follow({ after: 1 });
    clock.advance(100);
    expect(seqs()).toEqual([[], [2, 3]]);
  });

  it('gets its level, which is recorded for as long', () => {
    const { logger, clock, seqs, stop } = follow({ level: 'debug' });
    logger.debug('four');
    clock.advance(100);
    stop();
    expect(logger.isLevelEnabled('debug')).toBe(false);
    logger.info('five');
    clock.advance(100);
    expect(seqs()).toEqual([[], [4]]);

    const errors = follow({ level: 'error' });
    errors.logger.warn('four');
    errors.logger.error('five');
    errors.clock.advance(100);
    expect(errors.seqs()).toEqual([[], [5]]);
  });

  it('loses lines when it does not read, is told how many, and costs no more than a bounded memory', () => {
    const { logger, clock, batches, reader } = follow();
    reader.hasRoom = false;
    const filler = 'x'.repeat(1_000);
    for (let second = 0; second < 20; second += 1) {
      for (let n = 0; n < 1_000; n += 1) logger.info({ filler }, 'flood');
      clock.advance(1_000);
    }
    expect(batches).toHaveLength(1);
    reader.hasRoom = true;
    clock.advance(100);
    const late = batches[1];
    if (!late) throw new Error('nothing came');
    expect(late.lines.length).toBeLessThan(1_100);
    expect(late.lines.length + late.dropped).toBe(20_000);
    // What came is whole up to where the gap begins, and what comes next joins behind it.
    expect(late.lines.map(({ seq }) => seq)).toEqual(late.lines.map((_, index) => 4 + index));
    expect(late).toMatchObject({ from: 3, to: 20_003 });
    logger.info('after');
    clock.advance(100);
    expect(batches[2]).toMatchObject({ from: 20_003, to: 20_004, dropped: 0 });
  });
});
