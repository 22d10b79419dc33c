import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeDatabase } from '../database.conformance.ts';
import type { Database, Read, Write } from '../database.ts';
import { append, insertTurn, messageId, putSession, said, sessionId, tokenRow, wholeTurn } from '../database-fixtures.ts';
import { type Packed, packCall, unpackCalls } from '../worker-protocol.ts';
import { openConnection } from './connection.ts';
import { Damaged, openStore, type Store } from './store.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-store-'));
  file = join(folder, 'openclaw.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openedAt = Date.UTC(2026, 2, 6, 12, 0, 0);
const open = (maxDatabaseMb: number | null = null): Store => {
  const options = { file, maxDatabaseMb, openedAt, fullFsync: false };
  try {
    return openStore({ ...options, keepAside: false });
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return openStore({ ...options, keepAside: true });
  }
};
const write = (store: Store, ...writes: readonly Write[]) => {
  const packed: Packed = [];
  packCall(packed, writes);
  const [result] = store.applyGroup(unpackCalls(packed));
  if (result && 'error' in result) throw result.error;
  return result;
};
const read = (store: Store, query: Read) => JSON.parse(store.read(query));
const followAll = (store: Store) => {
  while (store.follow());
};
const s = sessionId('s');
const find = (store: Store, text: string): string[] =>
  read(store, { op: 'event.search', ownerId: null, text, before: null, limit: 10 }).map(
    (hit: { row: { event: { content: string } } }) => hit.row.event.content,
  );
/** Leaves the file as a killed process does. */
const kill = (store: Store) => {
  const saved = readdirSync(folder).map((name) => [join(folder, name), readFileSync(join(folder, name))] as const);
  store.close();
  for (const [name, bytes] of saved) writeFileSync(name, bytes);
};

// The same suite as for the worker, with everything indexed before each read: the worker's answers come from what
// is not indexed yet.
describeDatabase('store with its index up to date', async () => {
  const store = open();
  let closed = false;
  const guarded = async <T>(work: () => T): Promise<T> => {
    if (closed) throw Object.assign(new Error('closed'), { code: 'STORAGE_FAILED' });
    return work();
  };
  return {
    write: (writes) => guarded(() => write(store, ...writes) as never),
    read: (query) =>
      guarded(() => {
        followAll(store);
        return read(store, query) as never;
      }),
    close: async () => {
      if (!closed) store.close();
      closed = true;
    },
  } satisfies Database;
});

describe('opening', () => {
  test('a first time makes a file that only the user may read', () => {
    const store = open();
    expect(store.report).toEqual({ uncleanStop: false, damagedKeptAs: null });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    store.close();
  });

  test('after a clean stop says so and has everything', () => {
    const first = open();
    write(first, ...wholeTurn(s, messageId('m')));
    first.close();
    const again = open();
    expect(again.report).toEqual({ uncleanStop: false, damagedKeptAs: null });
    expect(read(again, { op: 'session.get', id: s })).toMatchObject({ lastSeq: 2, updatedAt: 2_001 });
    expect(write(again, append(s, messageId('m'), said('next')))).toEqual([[3]]);
    again.close();
  });

  test('after an unclean stop says so, and sessions and index catch up', () => {
    const first = open();
    write(first, putSession(s), insertTurn(messageId('m'), s));
    followAll(first);
    write(first, append(s, messageId('m'), said('数据库'), said('again')));
    kill(first);
    const again = open();
    expect(again.report).toEqual({ uncleanStop: true, damagedKeptAs: null });
    expect(read(again, { op: 'session.get', id: s })).toMatchObject({ lastSeq: 2, updatedAt: 2_001 });
    expect(write(again, append(s, messageId('m'), said('third')))).toEqual([[3]]);
    followAll(again);
    expect(find(again, '据库')).toEqual(['数据库']);
    again.close();
  });

  test('is refused while another process has it', () => {
    const store = open();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED', message: expect.stringContaining('Another process') }));
    store.close();
  });

  test('a file of a newer version is refused and left as it is', () => {
    open().close();
    const db = openConnection(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const before = readFileSync(file);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED', message: expect.stringMatching(/newer version.*99/) }));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([]);
  });

  test('a folder that cannot be used is explained without its path', () => {
    writeFileSync(join(folder, 'file'), '');
    file = join(folder, 'file', 'openclaw.db');
    try {
      open();
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('openclaw.db') });
      expect(String(error)).not.toContain(folder);
    }
  });

  test.skipIf(process.getuid?.() === 0)('a folder without the right to write is refused', () => {
    chmodSync(folder, 0o500);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'STORAGE_FAILED' }));
    chmodSync(folder, 0o700);
  });
});

describe('a damaged file', () => {
  const fill = () => {
    const store = open();
    for (let i = 0; i < 50; i++) write(store, ...wholeTurn(s, messageId(i), 'x'.repeat(2_000)));
    followAll(store);
    return store;
  };
  const kept = 'openclaw.db.damaged-2026-03-06T120000.000Z';

  test('that is no database at all is kept aside and a new one begun', () => {
    writeFileSync(file, 'not a database '.repeat(1_000));
    const store = open();
    expect(store.report).toEqual({ uncleanStop: true, damagedKeptAs: kept });
    expect(readFileSync(join(folder, kept), 'utf8')).toContain('not a database');
    write(store, ...wholeTurn(s, messageId('m')));
    store.close();
  });

  test('that was overwritten in the middle is found after an unclean stop', () => {
    fill().close();
    spoilOneEventPage();
    markUnclean();
    const again = open();
    expect(again.report).toEqual({ uncleanStop: true, damagedKeptAs: kept });
    expect(existsSync(join(folder, kept))).toBe(true);
    expect(read(again, { op: 'session.get', id: s })).toBeNull();
    again.close();
  });

  test('that was cut short is kept aside', () => {
    fill().close();
    truncateSync(file, 3 * 4_096 + 100);
    markUnclean();
    expect(open().report.damagedKeptAs).toBe(kept);
  });

  test('that shows only later says so, and the next start checks', () => {
    fill().close();
    spoilOneEventPage();
    const store = open();
    expect(store.report.damagedKeptAs).toBeNull();
    expect(() => read(store, { op: 'event.list', sessionId: s, afterSeq: 0, beforeSeq: null, limit: 999, newest: false })).toThrow(
      expect.objectContaining({ code: 'STORAGE_FAILED', message: expect.stringContaining('openclaw.db is damaged') }),
    );
    store.close();
    expect(open().report).toEqual({ uncleanStop: true, damagedKeptAs: kept });
  });

  /** In the middle: opening reads the last ones only. */
  const spoilOneEventPage = () => {
    const bytes = readFileSync(file);
    const page = Math.floor(bytes.indexOf('x'.repeat(1_000), bytes.length / 2) / 4_096);
    bytes.fill(0x5a, page * 4_096, (page + 1) * 4_096);
    writeFileSync(file, bytes);
  };

  const markUnclean = () => {
    const db = openConnection(file);
    try {
      db.exec("UPDATE meta SET value = '0' WHERE key = 'clean'");
    } catch {
      // Then it is found on opening anyway.
    }
    db.close();
  };
});

test('a damaged index is made anew from the events', () => {
  const first = open();
  write(first, ...wholeTurn(s, messageId('m'), '数据库'));
  followAll(first);
  first.close();
  const db = openConnection(file);
  db.exec("UPDATE search_data SET block = x'0000ffff5a5a' WHERE id > 10");
  db.close();
  const again = open();
  expect(find(again, '数据')).toEqual(['数据库']);
  followAll(again);
  expect(find(again, '数据')).toEqual(['数据库']);
  again.close();
});

test('a full database rejects, keeps what it has and goes on once there is room', () => {
  const store = open(1);
  const tokens = (from: number) =>
    Array.from({ length: 200 }, (_, i) => ({ op: 'token.insert', token: tokenRow(`${from}-${i}`, { name: 'n'.repeat(500) }) }) as const);
  let stored = 0;
  let failure: unknown;
  while (!failure) {
    try {
      write(store, ...tokens(stored));
      stored += 1;
    } catch (error) {
      failure = error;
    }
  }
  expect(failure).toMatchObject({ code: 'STORAGE_FULL', retryable: true });
  expect(stored).toBeGreaterThan(2);
  expect(read(store, { op: 'token.list' })).toHaveLength(stored * 200);
  expect(() => write(store, ...tokens(stored))).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
  write(store, { op: 'token.prune', expiredBefore: 20_000 });
  write(store, ...wholeTurn(s, messageId('m')));
  expect(read(store, { op: 'session.get', id: s })).toMatchObject({ lastSeq: 2 });
  store.close();
  expect(open(1).report.uncleanStop).toBe(false);
});

test('events can fill the database too, and seq has no gap afterwards', () => {
  const small = open(1);
  write(small, putSession(s), insertTurn(messageId('m'), s));
  let last = 0;
  expect(() => {
    for (;;) {
      write(small, append(s, messageId('m'), said('x'.repeat(20_000)), said('y')));
      last += 2;
    }
  }).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
  followAll(small);
  small.close();
  const larger = open(4);
  expect(larger.report.uncleanStop).toBe(false);
  expect(write(larger, append(s, messageId('m'), said('after')))).toEqual([[last + 1]]);
  larger.close();
});
