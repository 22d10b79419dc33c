import { describe, expect, test } from 'vitest';
import type { Database, InboxRow, NewOutboxRow, OutboxChanges, PeerRow } from './database.ts';

/** The part of `describeDatabase` that is about channels; `current` is the database of the running test. */
export const describeChannels = (current: () => Database): void => {
  const write: Database['write'] = (writes) => current().write(writes);
  const read: Database['read'] = (query) => current().read(query);
  const hear = async (row: Omit<InboxRow, 'no'>): Promise<number> => (await write([{ op: 'inbox.put', row }]))[0];
  const waiting = (channel: string, after = 0) => read({ op: 'inbox.waiting', channel, after, limit: 10 });
  const put = async (...rows: readonly NewOutboxRow[]): Promise<number[]> =>
    (await write(rows.map((row) => ({ op: 'outbox.put', row }) as const))) as number[];
  const change = (no: number, changes: OutboxChanges) => write([{ op: 'outbox.update', no, changes }]);
  const lane = (name: string, after = 0, limit = 10) => read({ op: 'outbox.ofLane', channel: 'c', lane: name, after, limit });
  const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

  describe('inbox', () => {
    test('takes a message once, by channel, account, conversation and id', async () => {
      const first = await hear(heard('1', { message: message('1', 'Grüße 新闻 \u0000 end') }));
      expect(first).toBeGreaterThan(0);
      expect(await hear(heard('1', { heardAt: 99 }))).toBe(0);
      expect(await hear(heard('1', { account: 'other' }))).toBeGreaterThan(first);
      expect(await hear(heard('1', { conversation: 'other' }))).toBeGreaterThan(first);
      expect(await hear(heard('1', { channel: 'd' }))).toBeGreaterThan(first);
      const row = { ...heard('1', { message: message('1', 'Grüße 新闻 \u0000 end') }), no: first };
      expect((await waiting('c'))[0]).toEqual(row);
      expect(await read({ op: 'inbox.get', no: first })).toEqual(row);
    });

    test('gives what waits in order, until it has ended; its id is known for ever after', async () => {
      const [a, b, c] = [await hear(heard('a')), await hear(heard('b')), await hear(heard('c'))];
      expect(await write([{ op: 'inbox.end', no: b, outcome: 'answered', at: 5 }])).toEqual([null]);
      expect((await waiting('c')).map(({ no }) => no)).toEqual([a, c]);
      const count = (channel: string, most: number) => read({ op: 'inbox.count', channel, most });
      expect([await count('c', 9), await count('c', 1), await count('d', 9)]).toEqual([2, 1, 0]);
      expect((await waiting('c', a)).map(({ no }) => no)).toEqual([c]);
      expect(await read({ op: 'inbox.get', no: b })).toBeNull();
      expect(await hear(heard('b'))).toBe(0);
    });

    test('knows when it last heard something, channel by channel', async () => {
      await hear(heard('1', { heardAt: 7 }));
      await hear(heard('1', { heardAt: 99 }));
      await hear(heard('1', { channel: 'd-2', heardAt: 8 }));
      const nothing = { open: 0, dead: 0, lastOutAt: null };
      expect(await read({ op: 'channel.counts' })).toEqual({ c: { ...nothing, lastInAt: 7 }, 'd-2': { ...nothing, lastInAt: 8 } });
      const both = [
        { op: 'inbox.put', row: heard('2', { heardAt: 50 }) },
        { op: 'inbox.end', no: 999, outcome: 'answered', at: 5 },
      ] as const;
      await expect(write(both)).rejects.toMatchObject({ code: 'MESSAGE_UNKNOWN' });
      expect((await read({ op: 'channel.counts' })).c?.lastInAt).toBe(7);
    });

    test('an answer and the end of its question are one commit', async () => {
      const no = await hear(heard('a'));
      await put(toSend('x'));
      const both = [
        { op: 'inbox.end', no, outcome: 'answered', at: 5 },
        { op: 'outbox.put', row: toSend('x') },
      ] as const;
      await expect(write(both)).rejects.toMatchObject({ code: 'INTERNAL' });
      expect(await waiting('c')).toHaveLength(1);
    });

    test('one that has ended is not answered again', async () => {
      const end = { op: 'inbox.end', no: await hear(heard('a')), outcome: 'answered', at: 5 } as const;
      await write([end, { op: 'outbox.put', row: toSend('x') }]);
      const again = [{ op: 'outbox.put', row: toSend('y') }, end] as const;
      await expect(write(again)).rejects.toMatchObject({ code: 'MESSAGE_UNKNOWN' });
      expect(ids(await lane('one'))).toEqual(['x']);
    });
  });

  describe('outbox', () => {
    test('keeps the order inside a lane', async () => {
      const [a] = await put(toSend('a'), toSend('b', { lane: 'two' }), toSend('c'), toSend('d', { channel: 'other' }));
      expect(await read({ op: 'outbox.lanes', channel: 'c' })).toEqual(['one', 'two']);
      expect(ids(await lane('one'))).toEqual(['a', 'c']);
      expect(ids(await lane('one', a))).toEqual(['c']);
      expect((await lane('one', 0, 1))[0]).toEqual({
        ...toSend('a'),
        ...{ no: a, state: 'pending', attempts: 0, nextAt: null, error: null, receiptId: null, maybeDuplicate: false, endedAt: null },
      });
    });

    test('what has been sent or is dead is in no lane any more', async () => {
      const [a = 0, b = 0, c = 0] = await put(toSend('a'), toSend('b'), toSend('c'));
      await change(a, { state: 'sent', receiptId: 'r', endedAt: 5 });
      await change(b, { state: 'dead', error: 'no such chat „新“', endedAt: 6 });
      await change(c, { state: 'retry', attempts: 2, nextAt: 70, error: 'later', maybeDuplicate: true });
      expect(ids(await lane('one'))).toEqual(['c']);
      expect(await read({ op: 'outbox.get', channel: 'c', id: 'c' })).toMatchObject({ attempts: 2, nextAt: 70, maybeDuplicate: true });
      expect(await read({ op: 'outbox.get', channel: 'c', id: 'a' })).toMatchObject({ state: 'sent', receiptId: 'r', endedAt: 5 });
      expect(await read({ op: 'outbox.get', channel: 'd', id: 'a' })).toBeNull();
      expect(await read({ op: 'channel.counts' })).toEqual({ c: { open: 1, dead: 1, lastInAt: null, lastOutAt: 5 } });
      const list = (dead: boolean, before: number | null = null) => read({ op: 'outbox.list', channel: 'c', dead, before, limit: 2 });
      expect(ids(await list(false))).toEqual(['c', 'b']);
      expect(ids(await list(false, b))).toEqual(['a']);
      expect(await list(true)).toMatchObject([{ id: 'b', error: 'no such chat „新“' }]);
      expect(await change(999, { attempts: 1 })).toEqual([0]);
    });

    test('only what is dead is sent again or removed', async () => {
      const [a = 0] = await put(toSend('a'), toSend('b'));
      await change(a, { state: 'dead', attempts: 8, error: 'no', endedAt: 6 });
      const again = (id: string, channel = 'c') => write([{ op: 'outbox.again', channel, id }]);
      const remove = (id: string) => write([{ op: 'outbox.remove', channel: 'c', id }]);
      expect([await again('b'), await again('a', 'd'), await again('a'), await again('a')]).toEqual([[0], [0], [1], [0]]);
      expect((await lane('one'))[0]).toMatchObject({ id: 'a', state: 'pending', attempts: 0, endedAt: null });
      expect(await remove('a')).toEqual([0]);
      await change(a, { state: 'dead', endedAt: 7 });
      await change(a, { error: 'no 新', nextAt: 5, receiptId: 'r', maybeDuplicate: true });
      const row = await read({ op: 'outbox.get', channel: 'c', id: 'a' });
      if (row === null) throw new Error('it is gone');
      expect(await remove('a')).toEqual([1]);
      expect(await read({ op: 'outbox.get', channel: 'c', id: 'a' })).toBeNull();
      expect(await write([{ op: 'outbox.restore', row }])).toEqual([1]);
      expect(await read({ op: 'outbox.get', channel: 'c', id: 'a' })).toEqual(row);
      await expect(write([{ op: 'outbox.restore', row }])).rejects.toMatchObject({ code: 'INTERNAL' });
    });

    test('what a channel that is gone had to send is dead, and nothing else of it or of others', async () => {
      const [a = 0, b = 0] = await put(toSend('a'), toSend('b'), toSend('c'), toSend('d', { channel: 'd' }));
      await change(a, { state: 'sent', endedAt: 5 });
      await change(b, { state: 'retry', nextAt: 9 });
      expect(await write([{ op: 'outbox.bury', channel: 'c', error: 'gone 新', at: 7 }])).toEqual([2]);
      const dead = { state: 'dead', endedAt: 7, nextAt: null, error: 'gone 新' };
      expect(await read({ op: 'outbox.list', channel: 'c', dead: false, before: null, limit: 9 })).toMatchObject([
        { id: 'c', ...dead },
        { id: 'b', ...dead },
        { id: 'a', state: 'sent', endedAt: 5 },
      ]);
      expect(await read({ op: 'outbox.lanes', channel: 'd' })).toEqual(['one']);
    });

    test('after a crash what was with the plugin waits again, marked once and then dead', async () => {
      const [a = 0, b = 0] = await put(toSend('a'), toSend('b'), toSend('c', { channel: 'd' }));
      const recover = (idempotent: boolean) => write([{ op: 'outbox.recover', channel: 'c', idempotent, at: 9 }]);
      expect(await recover(false)).toEqual([0]);
      await change(a, { state: 'inflight' });
      await change(b, { state: 'inflight', maybeDuplicate: true });
      expect(await recover(true)).toEqual([2]);
      expect(await lane('one')).toMatchObject([
        { id: 'a', state: 'pending', maybeDuplicate: false },
        { id: 'b', state: 'pending', maybeDuplicate: true },
      ]);
      await change(a, { state: 'inflight' });
      await change(b, { state: 'inflight' });
      expect(await recover(false)).toEqual([2]);
      expect(await lane('one')).toMatchObject([{ id: 'a', state: 'pending', maybeDuplicate: true }]);
      expect(await read({ op: 'outbox.get', channel: 'c', id: 'b' })).toMatchObject({ state: 'dead', endedAt: 9 });
    });
  });

  describe('peers and what plugins remember', () => {
    test('are kept by channel', async () => {
      await write([
        { op: 'peer.put', peer: peer('b') },
        { op: 'peer.put', peer: peer('a', { name: '小明' }) },
        { op: 'peer.put', peer: peer('a', { channel: 'd' }) },
        { op: 'peer.put', peer: peer('b', { status: 'owner' }) },
      ]);
      const list = (after: string) => read({ op: 'peer.list', channel: 'c', after, limit: 5 });
      expect(await list('')).toEqual([peer('a', { name: '小明' }), peer('b', { status: 'owner' })]);
      expect(ids(await list('a'))).toEqual(['b']);
      await write([{ op: 'peer.remove', channel: 'c', id: 'a' }]);
      expect(await read({ op: 'peer.get', channel: 'c', id: 'a' })).toBeNull();
      expect(await read({ op: 'peer.get', channel: 'd', id: 'a' })).not.toBeNull();
    });

    test('values are set, replaced and removed, up to what one channel may keep', async () => {
      const set = async (channel: string, key: string, value: string | null) =>
        (await write([{ op: 'pluginState.set', channel, key, value, most: 10 }]))[0];
      expect([await set('c', 'k', '"1234"'), await set('c', 'l', '123'), await set('d', 'l', '123')]).toEqual([1, 0, 1]);
      expect(await set('c', 'k', '"1234567"')).toBe(1);
      expect(await read({ op: 'pluginState.get', channel: 'c', key: 'k' })).toBe('"1234567"');
      expect(await read({ op: 'pluginState.get', channel: 'c', key: 'l' })).toBeNull();
      expect([await set('c', 'k', null), await set('c', 'l', '123')]).toEqual([1, 1]);
      expect(await read({ op: 'pluginState.get', channel: 'c', key: 'k' })).toBeNull();
    });
  });

  test('a purge takes what has ended long ago, piece by piece, and neither what waits nor what is dead', async () => {
    const [a, b] = [await hear(heard('a')), await hear(heard('b')), await hear(heard('c'))];
    await write([
      { op: 'inbox.end', no: a, outcome: 'answered', at: 5 },
      { op: 'inbox.end', no: b, outcome: 'ignored', at: 50 },
    ]);
    const [x = 0, y = 0] = await put(toSend('x'), toSend('y'), toSend('z'));
    await change(x, { state: 'sent', endedAt: 5 });
    await change(y, { state: 'dead', endedAt: 5 });
    await write([
      { op: 'peer.put', peer: peer('old', { codeAt: 5 }) },
      { op: 'peer.put', peer: peer('kept', { codeAt: 5, status: 'blocked' }) },
    ]);
    const purge = async () => (await write([{ op: 'channel.purge', endedBefore: 10, limit: 2 }]))[0];
    expect(await purge()).toEqual({ gone: 2, more: true });
    expect(await purge()).toEqual({ gone: 1, more: false });
    // When it last heard and sent something is known for ever.
    expect(await read({ op: 'channel.counts' })).toEqual({ c: { open: 1, dead: 1, lastInAt: 1, lastOutAt: 5 } });
    expect([await hear(heard('a')), await hear(heard('b'))]).toEqual([expect.any(Number), 0]);
    expect(ids(await read({ op: 'outbox.list', channel: 'c', dead: false, before: null, limit: 9 }))).toEqual(['z', 'y']);
    expect(ids(await read({ op: 'peer.list', channel: 'c', after: '', limit: 9 }))).toEqual(['kept']);
  });
};

const message = (id: string, content = 'hi'): InboxRow['message'] => ({ id, from: { id: 'u' }, content });

const heard = (id: string, changes: Partial<InboxRow> = {}): Omit<InboxRow, 'no'> => ({
  channel: 'c',
  account: 'acc',
  conversation: 'u',
  heardAt: 1,
  message: message(id),
  ...changes,
});

const toSend = (id: string, changes: Partial<NewOutboxRow> = {}): NewOutboxRow => ({
  id,
  channel: 'c',
  lane: 'one',
  to: 'u',
  message: { id, content: 'hi 新闻', idempotencyKey: id },
  createdAt: 1,
  ...changes,
});

const peer = (id: string, changes: Partial<PeerRow> = {}): PeerRow => ({
  channel: 'c',
  id,
  name: null,
  status: 'asked',
  codeHash: null,
  codeAt: 3,
  firstSeenAt: 3,
  decidedAt: null,
  ...changes,
});
