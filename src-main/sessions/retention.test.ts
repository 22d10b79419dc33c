import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import type { Database } from '../storage/database.ts';
import { append, batchRow, endTurn, insertTurn, messageId, putSession, said, sessionId } from '../storage/database-fixtures.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway } from '../testing/test-gateway.ts';
import { scriptModel } from '../testing/upstream.ts';
import { startRetention } from './retention.ts';

const day = 24 * 3_600_000;
const now = 1_800_000_000_000;

const setUp = (days: number | undefined = undefined, wrap: (database: Database) => Database = (database) => database) => {
  const database = createMemoryDatabase();
  const clock = createManualClock(now);
  const lines: { level: number; msg: string }[] = [];
  let rounds = 0;
  let kept = days;
  const stop = startRetention({
    database: wrap(database),
    clock,
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    days: () => kept,
    afterRound: async () => {
      rounds += 1;
    },
  });
  onTestFinished(stop);
  /** Lets time pass, in small steps, until one more round is done. */
  const round = async (): Promise<void> => {
    const until = rounds + 1;
    clock.advance(60_000);
    while (rounds < until) {
      await new Promise(setImmediate);
      clock.advance(1);
    }
  };
  const left = async (...ids: string[]): Promise<string[]> => {
    const rows = await Promise.all(ids.map((id) => database.read({ op: 'session.get', id: sessionId(id) })));
    return ids.filter((_, i) => rows[i] !== null);
  };
  return { database, clock, lines, round, left, stop, keep: (next: number | undefined) => (kept = next) };
};

describe('retention', () => {
  it('takes out deleted sessions once their undo is over, and says so', async () => {
    const { database, lines, round, left } = setUp();
    await database.write([putSession(sessionId('a')), putSession(sessionId('b'))]);
    await database.write([{ op: 'session.delete', id: sessionId('a'), at: now + 30_000 }]);
    await round();
    expect(await left('a', 'b')).toEqual(['a', 'b']);
    expect(lines).toEqual([]);
    await round();
    expect(await left('a', 'b')).toEqual(['b']);
    expect(lines).toMatchObject([{ level: 30, msg: 'retention: 1 sessions and 0 batches are gone for good' }]);
  });

  it('does nothing at the start, and nothing after its stop', async () => {
    const { database, clock, left, stop } = setUp();
    await database.write([putSession(sessionId('a')), { op: 'session.delete', id: sessionId('a'), at: 1 }]);
    clock.advance(59_999);
    await new Promise(setImmediate);
    expect(await left('a')).toEqual(['a']);
    await stop();
    clock.advance(day);
    await new Promise(setImmediate);
    expect(await left('a')).toEqual(['a']);
  });

  it('keeps sessions for ever unless retention.days says how long; pinned ones stay', async () => {
    const { database, round, left, keep } = setUp();
    await database.write([
      putSession(sessionId('old'), { createdAt: now - 31 * day }),
      putSession(sessionId('pinned'), { createdAt: now - 31 * day }),
      { op: 'session.update', id: sessionId('pinned'), pinned: true },
      putSession(sessionId('new'), { createdAt: now - 29 * day }),
    ]);
    await round();
    expect(await left('old', 'pinned', 'new')).toEqual(['old', 'pinned', 'new']);
    keep(30);
    await round();
    expect(await left('old', 'pinned', 'new')).toEqual(['pinned', 'new']);
  });

  it('takes out hidden sessions after a week and ended batches after 30 days, or earlier where retention.days says so', async () => {
    const { database, round, left, keep } = setUp();
    await database.write([
      putSession(sessionId('h8'), { hidden: true, createdAt: now - 8 * day }),
      putSession(sessionId('h6'), { hidden: true, createdAt: now - 6 * day }),
      { op: 'batch.insert', batch: batchRow('b31', { endedAt: now - 31 * day }) },
      { op: 'batch.insert', batch: batchRow('b6', { endedAt: now - 6 * day }) },
      { op: 'batch.insert', batch: batchRow('running') },
    ]);
    const batches = async () => (await database.read({ op: 'batch.list', ownerId: null, before: null, limit: 9 })).map(({ id }) => id);
    await round();
    expect([await left('h8', 'h6'), (await batches()).toSorted()]).toEqual([['h6'], ['b6', 'running']]);
    keep(5);
    await round();
    expect([await left('h8', 'h6'), await batches()]).toEqual([[], ['running']]);
  });

  it('goes through a long session in pieces', async () => {
    let pieces = 0;
    const { database, round, left } = setUp(undefined, (inner) => ({
      ...inner,
      write: (writes) => {
        if (writes.some(({ op }) => op === 'session.purge')) pieces += 1;
        return inner.write(writes);
      },
    }));
    const [s, m] = [sessionId('long'), messageId('m')];
    await database.write([putSession(s), insertTurn(m, s), append(s, m, ...Array.from({ length: 900 }, () => said('x'))), endTurn(m)]);
    await database.write([{ op: 'session.delete', id: s, at: 1 }]);
    await round();
    expect(await left('long')).toEqual([]);
    expect(pieces).toBe(10);
  });

  it('says when it cannot, and tries again', async () => {
    let broken = true;
    const { database, lines, clock, round, left } = setUp(undefined, (inner) => ({
      ...inner,
      write: (writes) => (broken ? Promise.reject(new AppError('STORAGE_FAILED')) : inner.write(writes)),
    }));
    await database.write([putSession(sessionId('a')), { op: 'session.delete', id: sessionId('a'), at: 1 }]);
    clock.advance(60_000);
    while (lines.length === 0) await new Promise(setImmediate);
    expect(lines).toMatchObject([{ level: 40, msg: expect.stringContaining('tried again') }]);
    broken = false;
    await round();
    expect(await left('a')).toEqual([]);
  });
});

describe('a database near its quota', () => {
  it('is warned of in the status and once in the log, until there is room again', async () => {
    const clock = createManualClock();
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['fine'] }));
    const t = await startTestGateway({ clock, upstream, maxDatabaseMb: 1, config: { retention: { maxDatabaseMb: 1, days: 1 } } });
    const { secret: token } = await t.mint({ scopes: ['admin'], expiresIn: '30d' });
    const warnings = async (): Promise<string[]> => (await t.call('GET', '/api/v1/status', { token })).json.warnings;
    const until = async (count: number): Promise<string[]> => {
      for (;;) {
        const now = await warnings();
        if (now.length === count) return now;
        clock.advance(1_000);
      }
    };
    const post = async (size: number) => (await t.call('POST', '/api/v1/messages', { token, json: { content: '-'.repeat(size) } })).status;
    expect(await warnings()).toEqual([]);
    for (let status = 200; status === 200; ) status = await post(50_000);
    clock.advance(60_000);
    expect(await until(1)).toEqual([expect.stringMatching(/^The database uses (9\d|100) % of retention.maxDatabaseMb \(1 MB\)/)]);
    clock.advance(180_000);
    await until(1);
    // The file has it a moment after the status.
    await expect.poll(() => t.logText().match(/The database uses/g)?.length).toBe(1);
    expect(await post(400_000)).toBe(507);

    clock.advance(day);
    await until(0);
    expect(await post(400_000)).toBe(200);
  });
});
