import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src-shared/app-error.ts';
import type { BatchRow, Database, Purged, Read, SessionRow, Write } from './database.ts';
import {
  append,
  batchRow,
  endTurn,
  insertTurn,
  messageId,
  putSession,
  said,
  sessionId,
  sessionRow,
  tokenRow,
  usage,
  wholeTurn,
} from './database-fixtures.ts';

/** The part of `describeDatabase` that is about looking after what is stored; `current` is the database of the running test. */
export const describeOperations = (current: () => Database): void => {
  const db: Pick<Database, 'write' | 'read'> = { write: (writes) => current().write(writes), read: (read) => current().read(read) };

  const s = sessionId('s');
  const m = messageId('m');
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      (error: AppError) => error.code,
    );
  const get = (id: string) => db.read({ op: 'session.get', id });
  const listed = async (filter: Partial<Extract<Read, { op: 'session.list' }>> = {}) =>
    (await db.read({ op: 'session.list', ownerId: null, before: null, limit: 100, ...filter })).map(({ id }) => id);
  const named = async (name: string) => (await db.read({ op: 'session.byName', ownerId: 'local', name }))?.id ?? null;
  const found = async (text: string, before: number | null = null, limit = 50) =>
    (await db.read({ op: 'event.search', ownerId: null, text, before, limit })).map(({ row }) => row.event.content);

  describe('a session', () => {
    test('is given a title and a name, and pinned', async () => {
      await db.write([putSession(s)]);
      await db.write([{ op: 'session.update', id: s, title: '新标题', name: 'mine', pinned: true }]);
      expect(await get(s)).toMatchObject({ title: '新标题', name: 'mine', pinned: true });
      await db.write([{ op: 'session.update', id: s, name: null }]);
      expect(await get(s)).toMatchObject({ title: '新标题', name: null, pinned: true });
    });

    test('can be put and changed in one write', async () => {
      await db.write([putSession(s), { op: 'session.update', id: s, pinned: true }]);
      expect(await get(s)).toMatchObject({ pinned: true });
    });

    test('gets no name that another of its owner has', async () => {
      await db.write([putSession(s, { name: 'taken' }), putSession(sessionId('t')), putSession(sessionId('u'), { ownerId: 'two' })]);
      expect(await codeOf(db.write([{ op: 'session.update', id: sessionId('t'), name: 'taken' }]))).toBe('SESSION_NAME_TAKEN');
      await db.write([{ op: 'session.update', id: s, name: 'taken' }]);
      await db.write([{ op: 'session.update', id: sessionId('u'), name: 'taken' }]);
    });

    test('that is not there, or is deleted, cannot be changed', async () => {
      await db.write([putSession(s), { op: 'session.delete', id: s, at: 1 }]);
      for (const id of [s, 'nowhere']) expect(await codeOf(db.write([{ op: 'session.update', id, pinned: true }]))).toBe('SESSION_UNKNOWN');
      for (const op of ['session.delete', 'session.restore'] as const)
        expect(await codeOf(db.write([{ op, id: 'nowhere', at: 1 }]))).toBe('SESSION_UNKNOWN');
    });
  });

  describe('session lists', () => {
    const make = (id: string, changes: Partial<SessionRow> = {}) => putSession(sessionId(id), changes);

    test('take filters one by one and together, and leave batches out unless asked', async () => {
      await db.write([
        make('a', { createdAt: 1 }),
        make('b', { createdAt: 2, channel: 'console' }),
        make('c', { createdAt: 3, channel: 'batch' }),
        make('d', { createdAt: 4, channel: 'console', ownerId: 'two' }),
        make('e', { createdAt: 5, hidden: true }),
        ...['b', 'c'].map((id) => ({ op: 'session.update', id: sessionId(id), pinned: true }) as const),
      ]);
      const ids = (...names: string[]) => names.map(sessionId);
      expect(await listed()).toEqual(ids('d', 'b', 'a'));
      expect(await listed({ ownerId: 'local' })).toEqual(ids('b', 'a'));
      expect(await listed({ pinned: true })).toEqual(ids('b'));
      expect(await listed({ pinned: false })).toEqual(ids('d', 'a'));
      expect(await listed({ pinned: false, ownerId: 'local' })).toEqual(ids('a'));
      expect(await listed({ channel: 'console' })).toEqual(ids('d', 'b'));
      expect(await listed({ channel: 'console', ownerId: 'two' })).toEqual(ids('d'));
      expect(await listed({ channel: 'batch' })).toEqual(ids('c'));
      expect(await listed({ channel: 'batch', pinned: true, ownerId: 'local' })).toEqual(ids('c'));
      expect(await listed({ channel: 'batch', pinned: false })).toEqual([]);
    });

    test('go on page by page with a filter', async () => {
      await db.write(Array.from({ length: 10 }, (_, i) => make(`${i}`, { createdAt: 1 + (i % 3), channel: i % 2 ? 'cli' : 'console' })));
      const seen: SessionRow[] = [];
      for (;;) {
        const page = await db.read({ op: 'session.list', ownerId: 'local', before: seen.at(-1) ?? null, limit: 2, channel: 'cli' });
        if (page.length === 0) break;
        seen.push(...page);
      }
      expect(seen.map(({ id }) => id)).toEqual(await listed({ channel: 'cli' }));
      expect(seen).toHaveLength(5);
    });
  });

  describe('deleting', () => {
    test('takes a session out of lists, search and names at once; get still has it, and the undo brings it back', async () => {
      await db.write([putSession(s, { name: 'n' }), ...wholeTurn(s, m, '数据库', 'database').slice(1)]);
      await db.write([{ op: 'session.delete', id: s, at: 9 }]);
      expect([await listed(), await found('数据'), await named('n')]).toEqual([[], [], null]);
      await db.write([{ op: 'session.delete', id: s, at: 10 }]);
      expect(await get(s)).toMatchObject({ deletedAt: 9, name: 'n' });
      await db.write([{ op: 'session.restore', id: s }]);
      expect([await listed(), await found('数据'), await named('n')]).toEqual([[s], ['数据库'], s]);
      expect(await get(s)).toMatchObject({ deletedAt: null });
    });

    test('frees the name, and who took it keeps it', async () => {
      await db.write([putSession(s, { name: 'n' }), { op: 'session.delete', id: s, at: 9 }]);
      await db.write([putSession(sessionId('t'), { name: 'n' })]);
      await db.write([{ op: 'session.restore', id: s }]);
      expect(await get(s)).toMatchObject({ name: null });
      expect(await named('n')).toBe(sessionId('t'));
    });

    test('leaves pages of search hits full', async () => {
      for (let i = 0; i < 12; i++) {
        const id = sessionId(`s${i % 3}`);
        await db.write([putSession(id), insertTurn(messageId(i), id), append(id, messageId(i), said(`天气 ${i}`))]);
      }
      await db.write([{ op: 'session.delete', id: sessionId('s1'), at: 9 }]);
      const [, , third] = await db.read({ op: 'event.search', ownerId: null, text: '天气', before: null, limit: 3 });
      expect(await found('天气', null, 3)).toEqual(['天气 11', '天气 9', '天气 8']);
      expect(await found('天气', third?.cursor, 3)).toEqual(['天气 6', '天气 5', '天气 3']);
      expect(await found('天气', null, 100)).toHaveLength(8);
    });
  });

  test('what a hidden session has is never found or listed, and can be read by who knows it', async () => {
    await db.write([putSession(s, { hidden: true, name: 'n' }), ...wholeTurn(s, m, '数据库').slice(1)]);
    expect([await listed(), await listed({ channel: 'api' }), await found('数据')]).toEqual([[], [], []]);
    expect(await get(s)).toMatchObject({ hidden: true });
    expect(await db.read({ op: 'turn.get', messageId: m })).toMatchObject({ status: 'completed' });
  });

  describe('purging', () => {
    const purge = (bounds: Partial<Extract<Write, { op: 'session.purge' }>> = {}) =>
      db.write([{ op: 'session.purge', deletedBefore: 0, hiddenBefore: 0, usedBefore: null, limit: 100, ...bounds }]);
    const eventsOf = (id: string) =>
      db.read({ op: 'event.list', sessionId: id, afterSeq: 0, beforeSeq: null, limit: 1_000, newest: false });

    test('takes what was deleted long enough ago, and nothing else', async () => {
      for (const id of ['a', 'b', 'c']) await db.write(wholeTurn(sessionId(id), messageId(id), `天气 ${id}`));
      await db.write([
        { op: 'session.delete', id: sessionId('a'), at: 5 },
        { op: 'session.delete', id: sessionId('b'), at: 6 },
      ]);
      expect(await purge({ deletedBefore: 6 })).toEqual([{ gone: 1, more: false }]);
      expect(await get(sessionId('a'))).toBeNull();
      expect(await eventsOf(sessionId('a'))).toEqual([]);
      expect(await db.read({ op: 'turn.get', messageId: messageId('a') })).toBeNull();
      expect(await codeOf(db.write([insertTurn(messageId('n'), sessionId('a'))]))).toBe('SESSION_UNKNOWN');
      await db.write([{ op: 'session.restore', id: sessionId('b') }]);
      expect(await found('天气')).toEqual(['天气 c', '天气 b']);
      expect(await eventsOf(sessionId('b'))).toHaveLength(2);
    });

    test('goes piece by piece through a long session, which is gone for good from the first on', async () => {
      await db.write([putSession(s, { name: 'n' }), insertTurn(m, s), insertTurn(messageId('n'), s)]);
      for (let i = 0; i < 10; i++) await db.write([append(s, m, said(`天气 ${i}`))]);
      await db.write([endTurn(m), endTurn(messageId('n'))]);
      const pieces: Purged[] = [];
      for (let more = true; more; ) {
        const [piece] = await purge({ usedBefore: 5_000, limit: 4 });
        pieces.push(piece);
        more = piece.more;
        expect([await listed(), await found('天气'), await named('n')]).toEqual([[], [], null]);
        if (more) expect(await codeOf(db.write([{ op: 'session.restore', id: s }]))).toBe('SESSION_UNKNOWN');
      }
      // 10 events, 2 turns, 1 session.
      expect(pieces.map(({ gone }) => gone)).toEqual([0, 0, 0, 1]);
      expect(await get(s)).toBeNull();
    });

    test('leaves what was used later, is pinned or has a turn under way', async () => {
      for (const id of ['old', 'new', 'pinned', 'busy', 'batch', 'stopped'])
        await db.write([putSession(sessionId(id), { channel: id === 'batch' ? 'batch' : 'api' })]);
      await db.write([
        insertTurn(messageId('new'), sessionId('new')),
        append(sessionId('new'), messageId('new'), said('hi')),
        endTurn(messageId('new')),
        { op: 'session.update', id: sessionId('pinned'), pinned: true },
        insertTurn(messageId('busy'), sessionId('busy')),
        insertTurn(messageId('stopped'), sessionId('stopped')),
        { op: 'session.delete', id: sessionId('stopped'), at: 5 },
      ]);
      expect(await purge({ deletedBefore: 6, usedBefore: 1_500 })).toEqual([{ gone: 2, more: false }]);
      const left = await Promise.all(['old', 'new', 'pinned', 'busy', 'batch', 'stopped'].map((id) => get(sessionId(id))));
      expect(left.map((row) => row !== null)).toEqual([false, true, true, true, false, true]);
      await db.write([endTurn(messageId('stopped'))]);
      expect(await purge({ deletedBefore: 6 })).toEqual([{ gone: 1, more: false }]);
    });

    test('takes hidden ones after their own time, and the sums of their turns stay', async () => {
      await db.write([putSession(s, { hidden: true, createdAt: 100 }), insertTurn(m, s), endTurn(m)]);
      expect(await purge({ hiddenBefore: 100, usedBefore: 5_000 })).toEqual([{ gone: 0, more: false }]);
      expect(await purge({ hiddenBefore: 101 })).toEqual([{ gone: 1, more: false }]);
      expect(await db.read({ op: 'request.get', messageId: m })).toBeNull();
      expect(await db.read({ op: 'usage.sum', ownerId: null, from: '1970-01-01', to: '1970-01-01', by: 'day' })).toMatchObject([
        { turns: 1 },
      ]);
    });

    test('new sessions and events come after it as before', async () => {
      await db.write([...wholeTurn(s, m, '天气 old'), { op: 'session.delete', id: s, at: 5 }]);
      await purge({ deletedBefore: 6 });
      await db.write(wholeTurn(sessionId('t'), messageId('t'), '天气 new'));
      expect(await found('天气')).toEqual(['天气 new']);
      expect(await get(sessionId('t'))).toMatchObject({ lastSeq: 2 });
    });
  });

  describe('requests', () => {
    test('are listed newest first with filters, and one can be looked at', async () => {
      await db.write([putSession(s, { channel: 'console' }), putSession(sessionId('h'), { hidden: true })]);
      await db.write([insertTurn(messageId(1), s, { via: 'ws' }), endTurn(messageId(1))]);
      await db.write([insertTurn(messageId(2), s, { ownerId: 'two' }), endTurn(messageId(2), { status: 'failed' })]);
      await db.write([insertTurn(messageId(3), sessionId('h'), { via: 'openai', agentId: 'dev-coder' })]);
      const ids = async (filter: Partial<Extract<Read, { op: 'request.list' }>> = {}) =>
        (await db.read({ op: 'request.list', ownerId: null, before: null, limit: 10, ...filter })).map(({ turn }) => turn.messageId);
      expect(await ids()).toEqual([3, 2, 1].map(messageId));
      expect(await ids({ ownerId: 'local' })).toEqual([3, 1].map(messageId));
      expect(await ids({ via: 'ws' })).toEqual([messageId(1)]);
      expect(await ids({ status: 'failed' })).toEqual([messageId(2)]);
      expect(await ids({ status: 'accepted', ownerId: 'local' })).toEqual([messageId(3)]);
      expect(await ids({ agentId: 'dev-coder', via: 'openai' })).toEqual([messageId(3)]);
      expect(await ids({ agentId: 'dev-coder', via: 'ws' })).toEqual([]);
      const [newest] = await db.read({ op: 'request.list', ownerId: null, before: null, limit: 1 });
      expect(newest).toMatchObject({ channel: 'api', hidden: true, turn: { via: 'openai', model: null, status: 'accepted' } });
      expect(await ids({ before: newest?.no ?? 0, limit: 1 })).toEqual([messageId(2)]);
      expect(await db.read({ op: 'request.get', messageId: messageId(1) })).toMatchObject({
        channel: 'console',
        hidden: false,
        turn: { messageId: messageId(1), via: 'ws', model: 'local', usage },
      });
      expect(await db.read({ op: 'request.get', messageId: 'none' })).toBeNull();
    });
  });

  describe('usage', () => {
    const sum = (by: 'day' | 'agent' | 'token' | 'model', ownerId: string | null = null, from = '2026-03-06', to = '2026-03-07') =>
      db.read({ op: 'usage.sum', ownerId, from, to, by });
    const midnight = Date.UTC(2026, 2, 7);

    test('is summed up by day, agent, token and model, as turns end', async () => {
      await db.write([putSession(s)]);
      const turns = [
        { id: 1, ownerId: 'one', end: endTurn(messageId(1), { endedAt: midnight - 1, durationMs: 10 }) },
        { id: 2, ownerId: 'one', end: endTurn(messageId(2), { endedAt: midnight, status: 'failed', model: null, usage: null }) },
        { id: 3, ownerId: 'two', end: endTurn(messageId(3), { endedAt: midnight, status: 'timeout' }) },
        { id: 4, ownerId: 'two', end: endTurn(messageId(4), { endedAt: midnight, status: 'cancelled' }) },
        { id: 5, ownerId: 'two', end: endTurn(messageId(5), { endedAt: midnight + 86_400_000 }) },
      ];
      // Some in one write, some in one commit, some apart.
      const [first, second, ...rest] = turns.map(
        ({ id, ownerId, end }) => [insertTurn(messageId(id), s, { ownerId, agentId: id === 1 ? 'dev-coder' : 'main' }), end] as const,
      );
      await db.write(first ?? []);
      await Promise.all(rest.map((writes) => db.write(writes)));
      for (const step of second ?? []) await db.write([step]);
      expect(await sum('day')).toEqual([
        { key: '2026-03-06', turns: 1, failed: 0, ...usage, durationMs: 10 },
        { key: '2026-03-07', turns: 3, failed: 2, inputTokens: 6, outputTokens: 8, costUsd: 0.002, durationMs: 15 },
      ]);
      expect((await sum('agent')).map(({ key, turns: n }) => [key, n])).toEqual([
        ['dev-coder', 1],
        ['main', 3],
      ]);
      expect((await sum('token')).map(({ key, turns: n }) => [key, n])).toEqual([
        ['one', 2],
        ['two', 2],
      ]);
      expect((await sum('model', 'one')).map(({ key, turns: n }) => [key, n])).toEqual([
        ['', 1],
        ['local', 1],
      ]);
      expect(await sum('day', null, '2026-03-08', '2026-03-08')).toMatchObject([{ turns: 1 }]);
      expect(await sum('day', 'three')).toEqual([]);
    });

    test('counts nothing of a write that fails', async () => {
      await db.write([putSession(s)]);
      const at = { endedAt: midnight };
      await Promise.all([
        codeOf(db.write([insertTurn(messageId(1), s), endTurn(messageId(1), at), endTurn('none', at)])),
        codeOf(db.write([insertTurn(messageId(2), s), endTurn(messageId(2), at)])),
      ]);
      expect(await sum('day')).toMatchObject([{ turns: 1 }]);
    });
  });

  describe('batches', () => {
    const b = 'bat_1';
    const line = (n: number) => ({ clientId: n === 2 ? null : `c${n}`, request: JSON.stringify({ content: `问 ${n}` }) });
    const lines = async (filter: Partial<Extract<Read, { op: 'batch.linesOf' }>> = {}) =>
      db.read({ op: 'batch.linesOf', id: b, afterLine: 0, limit: 100, ...filter });
    const counts = () => db.read({ op: 'batch.counts', id: b });
    const none = { waiting: 0, started: 0, completed: 0, failed: 0, cancelled: 0, timeout: 0 };
    const fill = () =>
      db.write([
        { op: 'batch.insert', batch: batchRow(b, { status: 'loading', total: 0 }) },
        { op: 'batch.lines', batchId: b, firstLine: 1, lines: [line(1), line(2)] },
        { op: 'batch.lines', batchId: b, firstLine: 3, lines: [line(3)] },
      ]);

    test('are loaded, run line by line, and end', async () => {
      await fill();
      expect(await db.read({ op: 'batch.list', ownerId: null, before: null, limit: 10 })).toEqual([]);
      expect(await db.read({ op: 'batch.unfinished' })).toEqual([batchRow(b, { status: 'loading', total: 0 })]);
      await db.write([
        { op: 'batch.loaded', id: b, total: 3, bodyHash: 'abc' },
        { op: 'batch.line', batchId: b, line: 1, status: 'started', messageId: m, error: null },
        { op: 'batch.line', batchId: b, line: 3, status: 'failed', messageId: null, error: '{"code":"AGENT_UNKNOWN"}' },
      ]);
      expect(await counts()).toEqual({ ...none, waiting: 1, started: 1, failed: 1 });
      expect(await lines()).toEqual([
        { line: 1, ...line(1), messageId: m, status: 'started', error: null },
        { line: 2, ...line(2), messageId: null, status: 'waiting', error: null },
        { line: 3, ...line(3), messageId: null, status: 'failed', error: '{"code":"AGENT_UNKNOWN"}' },
      ]);
      expect((await lines({ status: ['waiting', 'started'] })).map(({ line: n }) => n)).toEqual([1, 2]);
      expect((await lines({ afterLine: 1, limit: 1 })).map(({ line: n }) => n)).toEqual([2]);
      expect(await lines({ status: [] })).toEqual([]);
      await db.write([{ op: 'batch.status', id: b, status: 'completed', endedAt: 7 }]);
      expect(await db.read({ op: 'batch.unfinished' })).toEqual([]);
      expect(await db.read({ op: 'batch.get', id: b })).toEqual(batchRow(b, { status: 'completed', endedAt: 7, bodyHash: 'abc' }));
    });

    test('are found by the key they were brought under, once they are loaded', async () => {
      const make = (id: string, changes: Partial<BatchRow>) => ({ op: 'batch.insert', batch: batchRow(id, changes) }) as const;
      await db.write([
        make('a', { createdAt: 1, idempotencyKey: 'k' }),
        make('b', { createdAt: 5, idempotencyKey: 'k' }),
        make('c', { createdAt: 6, idempotencyKey: 'k', status: 'loading' }),
        make('d', { createdAt: 7, idempotencyKey: 'k', ownerId: 'two' }),
        make('e', { createdAt: 8 }),
      ]);
      const find = async (createdAfter: number) =>
        (await db.read({ op: 'batch.byIdempotencyKey', ownerId: 'local', key: 'k', createdAfter }))?.id ?? null;
      expect(await find(0)).toBe('b');
      expect(await find(5)).toBeNull();
      await db.write([{ op: 'batch.loaded', id: 'c', total: 1, bodyHash: null }]);
      expect(await find(5)).toBe('c');
      await db.write([{ op: 'batch.delete', id: 'c' }]);
      expect(await find(0)).toBe('b');
    });

    test('are cancelled: what waits never begins', async () => {
      await fill();
      await db.write([{ op: 'batch.line', batchId: b, line: 1, status: 'started', messageId: m, error: null }]);
      expect(await db.write([{ op: 'batch.cancelWaiting', batchId: b }])).toEqual([2]);
      expect(await db.write([{ op: 'batch.cancelWaiting', batchId: b }])).toEqual([0]);
      expect(await counts()).toEqual({ ...none, started: 1, cancelled: 2 });
      expect(await lines({ status: ['waiting'] })).toEqual([]);
      expect(await lines({ status: ['cancelled'] })).toMatchObject([
        { line: 2, status: 'cancelled' },
        { line: 3, status: 'cancelled' },
      ]);
    });

    test('are listed newest first for their owner', async () => {
      const make = (id: string, createdAt: number, ownerId = 'local') =>
        ({ op: 'batch.insert', batch: batchRow(id, { createdAt, ownerId }) }) as const;
      await db.write([make('a', 1), make('b', 2), make('c', 2), make('d', 3, 'two')]);
      const list = async (ownerId: string | null, before: { createdAt: number; id: string } | null, limit = 10) =>
        (await db.read({ op: 'batch.list', ownerId, before, limit })).map(({ id }) => id);
      expect(await list(null, null)).toEqual(['d', 'c', 'b', 'a']);
      expect(await list('local', null, 1)).toEqual(['c']);
      expect(await list('local', { createdAt: 2, id: 'c' })).toEqual(['b', 'a']);
    });

    test('that are not there are unknown', async () => {
      await fill();
      await db.write([{ op: 'batch.delete', id: b }]);
      expect(await db.read({ op: 'batch.get', id: b })).toBeNull();
      expect([await db.read({ op: 'batch.unfinished' }), await lines(), await counts()]).toEqual([[], [], none]);
      const bad: readonly Write[] = [
        { op: 'batch.lines', batchId: b, firstLine: 1, lines: [] },
        { op: 'batch.loaded', id: b, total: 1, bodyHash: null },
        { op: 'batch.status', id: b, status: 'running', endedAt: null },
        { op: 'batch.line', batchId: b, line: 1, status: 'started', messageId: null, error: null },
        { op: 'batch.cancelWaiting', batchId: b },
        { op: 'batch.delete', id: b },
      ];
      for (const write of bad) expect([write.op, await codeOf(db.write([write]))]).toEqual([write.op, 'BATCH_UNKNOWN']);
      await db.write([{ op: 'batch.insert', batch: batchRow('x') }]);
      const line9 = { op: 'batch.line', batchId: 'x', line: 9, status: 'started', messageId: null, error: null } as const;
      expect(await codeOf(db.write([line9]))).toBe('BATCH_UNKNOWN');
      expect(await codeOf(db.write([{ op: 'batch.insert', batch: batchRow('x') }]))).toBe('INTERNAL');
    });

    test('are purged some time after they ended, and their sessions are not', async () => {
      const ended = (id: string, endedAt: number | null) =>
        [
          { op: 'batch.insert', batch: batchRow(id, { endedAt }) },
          { op: 'batch.lines', batchId: id, firstLine: 1, lines: [line(1), line(2), line(3)] },
        ] as const;
      await db.write([putSession(s, { channel: 'batch' }), ...ended('old', 5), ...ended('new', 9), ...ended('running', null)]);
      let gone = 0;
      for (let more = true; more; ) {
        const [piece] = await db.write([{ op: 'batch.purge', endedBefore: 9, limit: 2 }]);
        gone += piece.gone;
        more = piece.more;
        expect(await db.read({ op: 'batch.get', id: 'old' })).toBeNull();
      }
      expect(gone).toBe(1);
      expect((await db.read({ op: 'batch.list', ownerId: null, before: null, limit: 9 })).map(({ id }) => id)).toEqual(['running', 'new']);
      expect(await get(s)).toMatchObject(sessionRow(s, { channel: 'batch' }));
    });

    test('forget the turns of sessions that are purged', async () => {
      await fill();
      await db.write([
        putSession(s, { channel: 'batch' }),
        insertTurn(m, s, { via: 'batch' }),
        endTurn(m),
        { op: 'batch.line', batchId: b, line: 1, status: 'completed', messageId: m, error: null },
        { op: 'session.delete', id: s, at: 5 },
      ]);
      await db.write([{ op: 'session.purge', deletedBefore: 6, hiddenBefore: 0, usedBefore: null, limit: 100 }]);
      expect(await lines({ limit: 1 })).toMatchObject([{ line: 1, status: 'completed', messageId: null }]);
    });
  });

  test('a revocation can be undone by who knows when it was', async () => {
    await db.write([
      { op: 'token.insert', token: tokenRow('t') },
      { op: 'token.revoke', id: 't', at: 5 },
    ]);
    const revokedAt = async () => (await db.read({ op: 'token.list' }))[0]?.revokedAt;
    await db.write([{ op: 'token.restore', id: 't', revokedAt: 4 }]);
    expect(await revokedAt()).toBe(5);
    await db.write([{ op: 'token.restore', id: 't', revokedAt: 5 }]);
    expect(await revokedAt()).toBeNull();
    expect(await codeOf(db.write([{ op: 'token.restore', id: 'none', revokedAt: 5 }]))).toBe('TOKEN_UNKNOWN');
  });

  test('the database knows its size', async () => {
    await db.write(wholeTurn(s, m));
    const [size, used] = [await db.read({ op: 'storage.size' }), await db.read({ op: 'storage.used' })];
    expect(used).toBeGreaterThan(0);
    expect(size).toBeGreaterThanOrEqual(used);
  });
};
