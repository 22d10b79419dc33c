import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AppError } from '../../src-shared/app-error.ts';
import { describeApprovals } from './approvals.conformance.ts';
import { describeChannels } from './channels.conformance.ts';
import { type Database, idempotencyWindowMs, type Write } from './database.ts';
import {
  append,
  endTurn,
  insertTurn,
  messageId,
  putSession,
  replied,
  said,
  sessionId,
  sessionRow,
  tokenRow,
  usage,
  wholeTurn,
} from './database-fixtures.ts';
import { describeFileChanges } from './file-changes.conformance.ts';
import { describeOperations } from './operations.conformance.ts';
import { describeSkills } from './skills.conformance.ts';
import { describeTasks } from './tasks.conformance.ts';

/** What every `Database` does; run against each twin. `open` gives an empty one. */
export const describeDatabase = (name: string, open: () => Promise<Database>): void => {
  describe(`${name} as a Database`, () => {
    let db: Database;
    beforeEach(async () => {
      db = await open();
    });
    afterEach(async () => {
      await db.close();
    });

    const s = sessionId('s');
    const m = messageId('m');
    const codeOf = (promise: Promise<unknown>): Promise<string> =>
      promise.then(
        () => 'none',
        (error: AppError) => error.code,
      );
    const allEvents = (session: string) =>
      db.read({ op: 'event.list', sessionId: session, afterSeq: 0, beforeSeq: null, limit: 10_000, newest: false });

    describe('a turn', () => {
      test('the usual one in a single write gives what each write yields', async () => {
        const results = await db.write(wholeTurn(s, m));
        expect(results).toEqual([null, null, [1, 2], null]);
        expect(await db.read({ op: 'turn.get', messageId: m })).toEqual({
          ...insertTurn(m, s).turn,
          status: 'completed',
          endedAt: 3_000,
          partial: '',
          openToolCall: null,
          usage,
          model: 'local',
        });
        expect(await db.read({ op: 'session.get', id: s })).toEqual({
          ...sessionRow(s),
          updatedAt: 2_001,
          lastSeq: 2,
          pinned: false,
          deletedAt: null,
        });
        expect(await db.read({ op: 'event.ofTurn', messageId: m })).toEqual([
          { seq: 1, messageId: m, at: 2_000, event: said('hello') },
          { seq: 2, messageId: m, at: 2_001, event: replied('hi') },
        ]);
      });

      test('step by step comes out the same', async () => {
        const steps: readonly Write[] = [
          putSession(s),
          insertTurn(m, s, { options: { timeoutMs: 9, system: 'be brief', tools: ['glob'], replyTo: 'r' } }),
          append(s, m, said('hello')),
          { op: 'turn.openTool', messageId: m, toolCall: 'call_1' },
          { op: 'turn.checkpoint', messageId: m, partial: 'Half a\0 reply “半”' },
        ];
        for (const step of steps) await db.write([step]);
        expect(await db.read({ op: 'turn.unfinished' })).toMatchObject([
          {
            messageId: m,
            status: 'accepted',
            partial: 'Half a\0 reply “半”',
            openToolCall: 'call_1',
            options: { tools: ['glob'] },
            usage: null,
          },
        ]);
        await db.write([{ op: 'turn.openTool', messageId: m, toolCall: null }, append(s, m, replied('whole')), endTurn(m)]);
        expect(await db.read({ op: 'turn.unfinished' })).toEqual([]);
        expect(await db.read({ op: 'turn.get', messageId: m })).toMatchObject({
          status: 'completed',
          partial: '',
          openToolCall: null,
          usage,
        });
      });

      test('steps of one turn within one write keep their order', async () => {
        await db.write([
          ...wholeTurn(s, m).slice(0, 2),
          { op: 'turn.checkpoint', messageId: m, partial: 'a' },
          { op: 'turn.openTool', messageId: m, toolCall: 'call_1' },
        ]);
        expect(await db.read({ op: 'turn.get', messageId: m })).toMatchObject({ partial: 'a', openToolCall: 'call_1', status: 'accepted' });
      });

      test('unfinished ones come oldest first', async () => {
        const ids = [3, 1, 2].map(messageId);
        await db.write([putSession(s), ...ids.map((id) => insertTurn(id, s))]);
        await db.write([endTurn(messageId(1))]);
        expect((await db.read({ op: 'turn.unfinished' })).map((turn) => turn.messageId)).toEqual([ids[0], ids[2]]);
      });
    });

    describe('all or nothing', () => {
      const bad: readonly (readonly [string, Write, string])[] = [
        ['an unknown session', append('nowhere', m, said('x')), 'SESSION_UNKNOWN'],
        ['a turn in an unknown session', insertTurn(messageId('n'), 'nowhere'), 'SESSION_UNKNOWN'],
        ['events of an unknown turn', append(s, messageId('n'), said('x')), 'MESSAGE_UNKNOWN'],
        ['the end of an unknown turn', endTurn(messageId('n')), 'MESSAGE_UNKNOWN'],
        ['a checkpoint of an unknown turn', { op: 'turn.checkpoint', messageId: messageId('n'), partial: '' }, 'MESSAGE_UNKNOWN'],
        ['a turn id that is taken', insertTurn(m, s), 'INTERNAL'],
        ['a session name that is taken', putSession(sessionId('t'), { name: 'mine' }), 'INTERNAL'],
        ['a token id that is taken', { op: 'token.insert', token: tokenRow('t1') }, 'INTERNAL'],
        ['revoking an unknown token', { op: 'token.revoke', id: 'none', at: 1 }, 'TOKEN_UNKNOWN'],
      ];

      test.each(bad)('%s fails its whole write and no other in the same commit', async (_, write, code) => {
        await db.write([putSession(s, { name: 'mine' }), insertTurn(m, s), { op: 'token.insert', token: tokenRow('t1') }]);
        const calls = await Promise.all([
          codeOf(db.write([append(s, m, said('first'))])),
          codeOf(
            db.write([
              { op: 'meta.set', key: 'k', value: 'v' },
              putSession(sessionId('new')),
              insertTurn(messageId('new'), sessionId('new')),
              append(s, m, said('lost')),
              write,
            ]),
          ),
          codeOf(db.write([append(s, m, said('second'))])),
        ]);
        expect(calls).toEqual(['none', code, 'none']);
        expect((await allEvents(s)).map(({ seq, event }) => [seq, event.content])).toEqual([
          [1, 'first'],
          [2, 'second'],
        ]);
        expect(await db.read({ op: 'meta.get', key: 'k' })).toBeNull();
        expect(await db.read({ op: 'session.get', id: sessionId('new') })).toBeNull();
        expect(await db.read({ op: 'session.get', id: s })).toMatchObject({ lastSeq: 2 });
        // The same ids can be used by one that succeeds.
        await db.write(wholeTurn(sessionId('new'), messageId('new')));
      });
    });

    describe('seq', () => {
      test('is gapless per session under interleaved writes, some of which fail', async () => {
        const random = lcg(7);
        const sessions = ['a', 'b', 'c'].map(sessionId);
        await db.write(sessions.flatMap((id) => [putSession(id), insertTurn(messageId(id), id)]));
        const given = new Map<string, number[]>(sessions.map((id) => [id, []]));
        const running: Promise<unknown>[] = [];
        for (let i = 0; i < 300; i++) {
          const id = sessions[random(3)] ?? s;
          const events = Array.from({ length: 1 + random(4) }, (_, k) => said(`${i}.${k}`));
          const write = append(id, messageId(id), ...events);
          if (random(5) === 0) running.push(db.write([write, endTurn('none')]).catch(() => undefined));
          else running.push(db.write([write]).then(([seqs]) => given.get(id)?.push(...seqs)));
          if (random(20) === 0) await Promise.all(running);
        }
        await Promise.all(running);
        for (const id of sessions) {
          const seqs = given.get(id) ?? [];
          expect(seqs).toEqual(seqs.map((_, i) => i + 1));
          expect((await allEvents(id)).map(({ seq }) => seq)).toEqual(seqs);
        }
      });

      test('a read sees every write issued before it', async () => {
        void db.write(wholeTurn(s, m));
        expect(await allEvents(s)).toHaveLength(2);
      });
    });

    describe('idempotency keys', () => {
      const keyed = (id: string, ownerId: string, acceptedAt: number) =>
        insertTurn(messageId(id), s, { ownerId, acceptedAt, idempotencyKey: 'key', bodyHash: 'hash' });
      const held = (ownerId: string, acceptedAfter: number) => db.read({ op: 'turn.byIdempotencyKey', ownerId, key: 'key', acceptedAfter });

      test('one turn per owner and key, and it can be found', async () => {
        await db.write([putSession(s), keyed('a', 'one', 1_000)]);
        expect(await codeOf(db.write([keyed('b', 'one', 2_000)]))).toBe('IDEMPOTENCY_CONFLICT');
        await db.write([keyed('c', 'two', 2_000)]);
        expect(await held('one', 999)).toMatchObject({ messageId: messageId('a'), bodyHash: 'hash' });
        expect(await held('one', 1_000)).toBeNull();
      });

      test('of two at the same time one wins', async () => {
        await db.write([putSession(s)]);
        const codes = await Promise.all(['a', 'b'].map((id) => codeOf(db.write([keyed(id, 'one', 1_000)]))));
        expect(codes).toEqual(['none', 'IDEMPOTENCY_CONFLICT']);
      });

      test('a key is free again after its time', async () => {
        await db.write([putSession(s), keyed('a', 'one', 1_000)]);
        expect(await codeOf(db.write([keyed('b', 'one', 1_000 + idempotencyWindowMs)]))).toBe('IDEMPOTENCY_CONFLICT');
        await db.write([keyed('b', 'one', 1_001 + idempotencyWindowMs)]);
        expect(await held('one', 0)).toMatchObject({ messageId: messageId('b') });
        expect(await db.read({ op: 'turn.get', messageId: messageId('a') })).toMatchObject({ idempotencyKey: null });
      });
    });

    describe('sessions', () => {
      test('putting one again changes nothing', async () => {
        await db.write([putSession(s, { title: 'first' })]);
        await db.write([putSession(s, { title: 'second' })]);
        expect(await db.read({ op: 'session.get', id: s })).toMatchObject({ title: 'first', lastSeq: 0, updatedAt: 1_000 });
      });

      test('are found by name, for their owner and for everyone', async () => {
        await db.write([putSession(s, { name: 'cron-job-20260306', ownerId: 'one' })]);
        await db.write([putSession(sessionId('t'), { name: 'cron-job-20260306', ownerId: 'two', createdAt: 5_000 })]);
        const byName = (ownerId: string | null, name: string) => db.read({ op: 'session.byName', ownerId, name });
        expect(await byName('one', 'cron-job-20260306')).toMatchObject({ id: s });
        expect(await byName(null, 'cron-job-20260306')).toMatchObject({ id: sessionId('t') });
        expect(await byName('three', 'cron-job-20260306')).toBeNull();
      });

      test('are listed newest first, page by page, also while turns go on', async () => {
        const ids = Array.from({ length: 25 }, (_, i) => sessionId(`s${i}`));
        await db.write(ids.map((id, i) => putSession(id, { createdAt: 1_000 + (i % 5), ownerId: i % 2 ? 'odd' : 'even' })));
        await db.write([insertTurn(m, ids[3] ?? ''), append(ids[3] ?? '', m, said('bump'))]);
        const list = async (ownerId: string | null) => {
          const seen: { updatedAt: number; id: string }[] = [];
          for (;;) {
            const page = await db.read({ op: 'session.list', ownerId, before: seen.at(-1) ?? null, limit: 4 });
            if (page.length === 0) return seen;
            seen.push(...page);
          }
        };
        const everyones = await list(null);
        expect(everyones).toHaveLength(25);
        expect(everyones[0]).toMatchObject({ id: ids[3], updatedAt: 2_000, lastSeq: 1 });
        expect(everyones).toEqual(everyones.toSorted((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1)));
        expect(await list('even')).toHaveLength(13);
      });
    });

    test('events are paged both ways', async () => {
      await db.write([putSession(s), insertTurn(m, s), append(s, m, ...Array.from({ length: 9 }, (_, i) => said(String(i + 1))))]);
      const seqs = async (afterSeq: number, beforeSeq: number | null, limit: number, newest: boolean) =>
        (await db.read({ op: 'event.list', sessionId: s, afterSeq, beforeSeq, limit, newest })).map(({ seq }) => seq);
      expect(await seqs(0, null, 3, false)).toEqual([1, 2, 3]);
      expect(await seqs(3, null, 100, false)).toEqual([4, 5, 6, 7, 8, 9]);
      expect(await seqs(0, null, 3, true)).toEqual([7, 8, 9]);
      expect(await seqs(0, 7, 3, true)).toEqual([4, 5, 6]);
      expect(await seqs(2, 5, 100, true)).toEqual([3, 4]);
      expect(await seqs(9, null, 3, false)).toEqual([]);
      expect(await db.read({ op: 'event.list', sessionId: 'nowhere', afterSeq: 0, beforeSeq: null, limit: 5, newest: false })).toEqual([]);
    });

    describe('search', () => {
      const find = async (text: string, ownerId: string | null = null, before: number | null = null, limit = 50) =>
        (await db.read({ op: 'event.search', ownerId, text, before, limit })).map(({ row }) => row.event.content);

      test('finds Chinese from one character on, words, and both together; newest first', async () => {
        await db.write(wholeTurn(s, m, '请检查一个数据库的连接', 'The Gateway is up: 网关正常'));
        await db.write(wholeTurn(s, messageId('n'), '数据，据库', 'no data'));
        expect(await find('库')).toEqual(['数据，据库', '请检查一个数据库的连接']);
        expect(await find('数据')).toEqual(['数据，据库', '请检查一个数据库的连接']);
        expect(await find('数据库')).toEqual(['请检查一个数据库的连接']);
        expect(await find('gateway 网关')).toEqual(['The Gateway is up: 网关正常']);
        expect(await find('gateway 数据')).toEqual([]);
      });

      test('keeps to the owner and pages by cursor', async () => {
        for (let i = 0; i < 6; i++) {
          const id = sessionId(i % 2 ? 'odd' : 'even');
          await db.write([
            putSession(id, { ownerId: i % 2 ? 'odd' : 'even' }),
            insertTurn(messageId(i), id),
            append(id, messageId(i), said(`天气 ${i}`)),
          ]);
        }
        expect(await find('天气', 'odd')).toEqual(['天气 5', '天气 3', '天气 1']);
        const [first, second] = await db.read({ op: 'event.search', ownerId: null, text: '天气', before: null, limit: 2 });
        expect([first, second]).toMatchObject([
          { session: { id: sessionId('odd'), lastSeq: 3 }, row: { seq: 3, messageId: messageId(5), event: said('天气 5') } },
          { session: { id: sessionId('even') }, row: { event: said('天气 4') } },
        ]);
        expect(await find('天气', null, second?.cursor ?? null, 3)).toEqual(['天气 3', '天气 2', '天气 1']);
      });

      test('takes all signs as plain text', async () => {
        await db.write(wholeTurn(s, m, 'something else'));
        const signs = ['a"b', '"', '""', "'", '*', 'a*', 'NEAR(a b)', 'a AND', 'OR', 'NOT a', '-a', '^a', 'words:a', '{words chars}:a'];
        const more = ['(', ')(', 'a + b', '\\', '%', '_', '\0', '🎉', '，', '一"二', 'a\nb', 'ｱ', '\ud800'];
        for (const text of [...signs, ...more]) expect([text, await find(text)]).toEqual([text, []]);
      });

      test('takes very long queries', async () => {
        await db.write(wholeTurn(s, m, `${'长'.repeat(5_000)} end`));
        expect(await find('长'.repeat(4_000))).toHaveLength(1);
        expect(await find('word '.repeat(5_000))).toEqual([]);
        expect(await find('字 '.repeat(5_000))).toEqual([]);
      });
    });

    describe('tokens', () => {
      const list = () => db.read({ op: 'token.list' });

      test('are kept whole and listed newest first', async () => {
        const key = tokenRow('key', { kind: 'api-key', keyHash: 'ab'.repeat(32), parentId: 'tok_parent', createdAt: 2_000, scopes: [] });
        await db.write([
          { op: 'token.insert', token: tokenRow('old') },
          { op: 'token.insert', token: key },
        ]);
        expect(await list()).toEqual([key, tokenRow('old')]);
      });

      test('count their uses; uses of one that is gone are dropped', async () => {
        await db.write([{ op: 'token.insert', token: tokenRow('t') }]);
        const use = (id: string, requests: number, at: number) => ({ id, requests, at, address: '127.0.0.1' });
        await db.write([{ op: 'token.used', uses: [use('t', 2, 5), use('gone', 1, 5), use('t', 3, 6)] }]);
        expect(await list()).toEqual([tokenRow('t', { requests: 5, lastUsedAt: 6, lastAddress: '127.0.0.1' })]);
      });

      test('are revoked once, all at once, and pruned', async () => {
        await db.write(['a', 'b', 'c'].map((id, i) => ({ op: 'token.insert', token: tokenRow(id, { expiresAt: 10 * (i + 1) }) })));
        await db.write([{ op: 'token.revoke', id: 'a', at: 5 }]);
        await db.write([{ op: 'token.revoke', id: 'a', at: 6 }]);
        expect(await db.write([{ op: 'token.revokeAll', at: 7 }])).toEqual([2]);
        expect((await list()).map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
          ['c', 7],
          ['b', 7],
          ['a', 5],
        ]);
        expect(await db.write([{ op: 'token.prune', expiredBefore: 20 }])).toEqual([1]);
        expect((await list()).map(({ id }) => id)).toEqual(['c', 'b']);
      });
    });

    test('meta keeps, changes and forgets values', async () => {
      const get = () => db.read({ op: 'meta.get', key: 'clean' });
      expect(await get()).toBeNull();
      await db.write([{ op: 'meta.set', key: 'clean', value: '一' }]);
      expect(await get()).toBe('一');
      await db.write([{ op: 'meta.set', key: 'clean', value: '2' }]);
      expect(await get()).toBe('2');
      await db.write([{ op: 'meta.set', key: 'clean', value: null }]);
      expect(await get()).toBeNull();
    });

    describeOperations(() => db);
    describeApprovals(() => db);
    describeFileChanges(() => db);
    describeSkills(() => db);
    describeTasks(() => db);
    describeChannels(() => db);

    test('an empty write is fine', async () => {
      expect(await db.write([])).toEqual([]);
    });

    test('after closing everything rejects, and closing again is fine', async () => {
      const last = db.write(wholeTurn(s, m));
      await db.close();
      await last;
      await db.close();
      expect(await codeOf(db.write([]))).toBe('STORAGE_FAILED');
      expect(await codeOf(db.read({ op: 'token.list' }))).toBe('STORAGE_FAILED');
    });
  });
};

/** Repeatable random numbers below `n`. */
const lcg = (seed: number) => {
  let state = seed;
  return (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
};
