import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, openConnection, type SqlValue } from './connection.ts';
import { countSql, waitingSql } from './inbox.ts';
import { countSqls, lanesSql, listSql, ofLaneSql } from './outbox.ts';
import { peersSql } from './peers.ts';
import { channelPieces } from './purge-channels.ts';
import { listQuery } from './session-reads.ts';
import { openStore } from './store.ts';
import { requestQuery } from './turn-reads.ts';

/** Lists must not slow down with what is stored: each reads one index, from where the page begins, in its order. */
const folder = mkdtempSync(join(tmpdir(), 'openclaw-plans-'));
let db: Connection;
beforeAll(() => {
  const file = join(folder, 'openclaw.db');
  openStore({ file, maxDatabaseMb: null, openedAt: 0, fullFsync: false, keepAside: false }).close();
  db = openConnection(file);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const planOf = ({ sql, values }: { readonly sql: string; readonly values: readonly SqlValue[] }): string[] =>
  db
    .sql(`EXPLAIN QUERY PLAN ${sql}`)
    .all(values)
    .map((row) => String(row[3]));

describe('a page of sessions', () => {
  const cases = [undefined, true, false].flatMap((pinned) =>
    [undefined, 'console', 'batch'].flatMap((channel) => [null, 'owner'].map((ownerId) => ({ ownerId, pinned, channel }))),
  );
  test.each(cases)('$ownerId, pinned $pinned, channel $channel', ({ ownerId, pinned, channel }) => {
    const filter = { ...(pinned === undefined ? {} : { pinned }), ...(channel === undefined ? {} : { channel }) };
    const plan = planOf(listQuery({ op: 'session.list', ownerId, before: { updatedAt: 1, id: 'x' }, limit: 50, ...filter }));
    expect(plan).toEqual([expect.stringMatching(/^SEARCH sessions USING INDEX sessions_\w+ \(.*\(updated_at,id\)<\(\?,\?\)\)$/)]);
  });
});

describe('a page of requests', () => {
  const cases = [null, 'owner'].flatMap((ownerId) => [
    { ownerId },
    { ownerId, via: 'batch' as const },
    { ownerId, agentId: 'main' },
    { ownerId, status: 'failed' as const },
    { ownerId, status: 'accepted' as const },
    { ownerId, status: 'completed' as const, via: 'ws' as const },
  ]);
  test.each(cases)('%o', (filter) => {
    const plan = planOf(requestQuery({ op: 'request.list', before: 9, limit: 50, ...filter }));
    expect(plan).toEqual([
      expect.stringMatching(/^SEARCH turns USING (INDEX turns_\w+ \(.*(no|rowid)<\?\)|INTEGER PRIMARY KEY \(rowid<\?\))$/),
      expect.stringMatching(/^SEARCH sessions USING INTEGER PRIMARY KEY/),
    ]);
  });
});

describe('channels', () => {
  test.each([
    [waitingSql, ['c', 1, 9], /^SEARCH inbox USING INDEX inbox_waiting \(channel=\? AND no>\?\)$/],
    [lanesSql, ['c'], /^SEARCH outbox USING COVERING INDEX outbox_open \(channel=\?\)$/],
    [ofLaneSql, ['c', 'l', 1, 9], /^SEARCH outbox USING INDEX outbox_open \(channel=\? AND lane=\? AND no>\?\)$/],
    [listSql(false), ['c', 1, 9], /^SEARCH outbox USING INDEX outbox_of_channel \(channel=\? AND no<\?\)$/],
    [listSql(true), ['c', 1, 9], /^SEARCH outbox USING INDEX outbox_dead \(channel=\? AND no<\?\)$/],
    [countSqls.open, [], /^SCAN outbox USING COVERING INDEX outbox_open$/],
    [countSqls.dead, [], /^SCAN outbox USING COVERING INDEX outbox_dead$/],
    [countSqls.lastInAt, [], /^SEARCH meta USING PRIMARY KEY \(key>\? AND key<\?\)$/],
    [countSqls.lastOutAt, [], /^SEARCH meta USING PRIMARY KEY \(key>\? AND key<\?\)$/],
    [peersSql, ['c', 'a', 9], /^SEARCH peers USING PRIMARY KEY \(channel=\? AND id>\?\)$/],
  ])('%s', (sql, values, plan) => {
    expect(planOf({ sql, values })).toEqual([expect.stringMatching(plan)]);
  });

  test('counting what waits', () => {
    expect(planOf({ sql: countSql, values: ['c', 9] })).toContain('SEARCH inbox USING INDEX inbox_waiting (channel=?)');
  });

  test.each(channelPieces)('%s', (sql) => {
    const plan = planOf({ sql, values: [1, 9] });
    expect(plan).toContainEqual(expect.stringMatching(/^SEARCH \w+ USING (COVERING )?INDEX \w+ \(\w+<\?\)$/));
    expect(plan.join()).not.toContain('SCAN');
  });
});
