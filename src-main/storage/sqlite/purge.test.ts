import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Purged, Read, Write } from '../database.ts';
import {
  append,
  batchRow,
  endTurn,
  insertTurn,
  messageId,
  putSession,
  said,
  sessionId,
  tokenRow,
  wholeTurn,
} from '../database-fixtures.ts';
import { type Packed, packCall, unpackCalls } from '../worker-protocol.ts';
import { openConnection } from './connection.ts';
import { openStore, type Store } from './store.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-purge-'));
  file = join(folder, 'openclaw.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (maxDatabaseMb: number | null = null): Store =>
  openStore({ file, maxDatabaseMb, openedAt: 0, fullFsync: false, keepAside: false });
const write = (store: Store, ...writes: readonly Write[]) => {
  const packed: Packed = [];
  packCall(packed, writes);
  const [result] = store.applyGroup(unpackCalls(packed));
  if (result && 'error' in result) throw result.error;
  return result;
};
const read = (store: Store, query: Read) => JSON.parse(store.read(query));
const find = (store: Store, text: string): string[] =>
  read(store, { op: 'event.search', ownerId: null, text, before: null, limit: 100 }).map(
    (hit: { row: { event: { content: string } } }) => hit.row.event.content,
  );
const followAll = (store: Store) => {
  while (store.follow());
};
const purgeAll = (store: Store, deletedBefore: number): number => {
  for (let gone = 0; ; ) {
    const piece = write(store, { op: 'session.purge', deletedBefore, hiddenBefore: 0, usedBefore: null, limit: 50 })?.[0] as Purged;
    gone += piece.gone;
    if (!piece.more) return gone;
  }
};
const s = sessionId('s');

/** Everything but the tables' own definitions. */
const rowsLeft = () => {
  const db = openConnection(file);
  const tables = ['sessions', 'turns', 'events', 'search_docsize', 'batches', 'batch_lines', 'batch_requests'];
  const left = tables.map((table) => db.pragma(`table_info(${table})`) !== null && db.sql(`SELECT count(*) FROM ${table}`).get([])?.[0]);
  const check = db.pragma('integrity_check');
  db.exec("INSERT INTO search (search) VALUES ('integrity-check')");
  db.close();
  return { left, check };
};

test('leaves no row behind, in no table and not in the index', () => {
  const store = open();
  for (let i = 0; i < 40; i++) write(store, ...wholeTurn(sessionId(`s${i % 4}`), messageId(i), `数据库 ${i}`));
  followAll(store);
  // Some indexed, some not.
  for (let i = 40; i < 80; i++) write(store, ...wholeTurn(sessionId(`s${i % 4}`), messageId(i), `数据库 ${i}`));
  write(store, ...[0, 1, 2, 3].map((i) => ({ op: 'session.delete', id: sessionId(`s${i}`), at: 5 }) as const));
  write(
    store,
    { op: 'batch.insert', batch: batchRow('b') },
    { op: 'batch.lines', batchId: 'b', firstLine: 1, lines: [{ clientId: null, request: '{}' }] },
    { op: 'batch.delete', id: 'b' },
    { op: 'batch.purge', endedBefore: 0, limit: 100 },
  );
  expect(purgeAll(store, 6)).toBe(4);
  store.close();
  expect(rowsLeft()).toEqual({ left: [0, 0, 0, 0, 0, 0, 0], check: 'ok' });
});

test('of the newest events: the index goes on behind them, also after a restart', () => {
  const first = open();
  write(first, ...wholeTurn(s, messageId('m'), '数据库 old'), { op: 'session.delete', id: s, at: 5 });
  purgeAll(first, 6);
  followAll(first);
  expect(first.backlog()).toBe(0);
  first.close();
  const again = open();
  write(again, ...wholeTurn(sessionId('t'), messageId('t'), '数据库 new'));
  expect(again.backlog()).toBe(2);
  followAll(again);
  expect(again.backlog()).toBe(0);
  expect(find(again, '数据')).toEqual(['数据库 new']);
  again.close();
});

test('a write that failed leaves the index nothing to try again', () => {
  const store = open();
  write(store, putSession(s), insertTurn(messageId('m'), s));
  expect(() => write(store, append(s, messageId('m'), said('lost')), endTurn('none'))).toThrow(
    expect.objectContaining({ code: 'MESSAGE_UNKNOWN' }),
  );
  followAll(store);
  expect(store.backlog()).toBe(0);
  store.close();
});

test('works at the quota, and makes room for new messages', () => {
  const store = open(1);
  let last = 0;
  expect(() => {
    for (;;) {
      const id = sessionId(`s${last % 20}`);
      write(
        store,
        putSession(id),
        insertTurn(messageId(last), id),
        append(id, messageId(last), said(`数据库 ${'很长 '.repeat(300)} ${last}`)),
      );
      write(store, endTurn(messageId(last)));
      last += 1;
      store.follow();
    }
  }).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
  // The index takes the last pages, and what still fits fills them to the brim.
  followAll(store);
  for (const size of [3_000, 300, 10]) {
    expect(() => {
      for (let i = 0; ; i++) write(store, { op: 'meta.set', key: `${size}.${i}`, value: 'x'.repeat(size) });
    }).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
  }
  const used = read(store, { op: 'storage.used' });
  expect(used).toBeGreaterThan(0.9 * 1024 * 1024);
  for (let i = 0; i < 10; i++) write(store, { op: 'session.delete', id: sessionId(`s${i}`), at: 5 });
  // A message in the same commit borrows nothing.
  const packed: Packed = [];
  packCall(packed, [{ op: 'session.purge', deletedBefore: 6, hiddenBefore: 0, usedBefore: null, limit: 1 }]);
  packCall(packed, [append(sessionId('s19'), messageId(19), said('x'.repeat(500_000)))]);
  const [piece, refused] = store.applyGroup(unpackCalls(packed));
  expect(piece).toEqual([{ gone: 0, more: true }]);
  expect(refused).toMatchObject({ error: { code: 'STORAGE_FULL' } });
  expect(purgeAll(store, 6)).toBe(10);
  expect(read(store, { op: 'storage.used' })).toBeLessThan(0.7 * used);
  write(store, ...wholeTurn(s, messageId('m'), 'room again'));
  followAll(store);
  expect(find(store, 'room')).toEqual(['room again']);
  store.close();
  expect(rowsLeft().check).toBe('ok');
});

test('tokens can be revoked at the quota', () => {
  const store = open(1);
  expect(() => {
    for (let from = 0; ; from += 50) {
      write(store, ...Array.from({ length: 50 }, (_, i) => ({ op: 'token.insert', token: tokenRow(`t${from + i}`) }) as const));
    }
  }).toThrow(expect.objectContaining({ code: 'STORAGE_FULL' }));
  write(store, { op: 'token.revokeAll', at: 1_800_000_000_000 });
  store.close();
});

test('a damaged index is made anew on the way', () => {
  const first = open();
  for (let i = 0; i < 10; i++) write(first, ...wholeTurn(sessionId(`s${i % 2}`), messageId(i), `数据库 ${i}`));
  followAll(first);
  first.close();
  const db = openConnection(file);
  db.exec("UPDATE search_data SET block = x'0000ffff5a5a' WHERE id >= 10");
  db.close();
  const again = open();
  write(again, { op: 'session.delete', id: sessionId('s0'), at: 5 });
  expect(purgeAll(again, 6)).toBe(1);
  followAll(again);
  expect(find(again, '数据')).toHaveLength(5);
  again.close();
});
