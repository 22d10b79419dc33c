import { AppError } from '../../../src-shared/app-error.ts';
import { askedAt, diedTwice, noCounts } from '../channel-rows.ts';
import type { ChannelCounts, NewOutboxRow, OutboxRow, Purged, Read, Write } from '../database.ts';
import { clash, type StoredInbox, type Tables } from './tables.ts';

type ChannelOp = `inbox.${string}` | `outbox.${string}` | `peer.${string}` | `pluginState.${string}` | `channel.${string}`;
type ChannelWrite = Extract<Write, { op: ChannelOp }>;
type ChannelRead = Extract<Read, { op: ChannelOp }>;

export const writeChannel = (tables: Tables, write: ChannelWrite): number | Purged | null => {
  const { inbox, outbox, peers, pluginState } = tables;
  const deadOne = (): OutboxRow | undefined => {
    if (write.op !== 'outbox.again' && write.op !== 'outbox.remove') return undefined;
    return [...outbox.values()].find(({ id, channel, state }) => id === write.id && channel === write.channel && state === 'dead');
  };
  switch (write.op) {
    case 'inbox.put': {
      const { row } = write;
      if ([...inbox.values()].some((other) => onceKey(other) === onceKey(row))) return 0;
      tables.last += 1;
      inbox.set(tables.last, { ...row, no: tables.last, endedAt: null });
      noteLast(tables, row.channel, { lastInAt: row.heardAt });
      return tables.last;
    }
    case 'inbox.end': {
      const row = inbox.get(write.no);
      if (!row || row.endedAt !== null) throw new AppError('MESSAGE_UNKNOWN');
      inbox.set(row.no, { ...row, endedAt: write.at });
      return null;
    }
    case 'outbox.put':
      if ([...outbox.values()].some(({ id }) => id === write.row.id)) throw clash();
      tables.last += 1;
      outbox.set(tables.last, { ...write.row, ...fresh, no: tables.last });
      return tables.last;
    case 'outbox.update': {
      const row = outbox.get(write.no);
      if (!row) return 0;
      outbox.set(row.no, { ...row, ...write.changes });
      if (write.changes.state === 'sent') noteLast(tables, row.channel, { lastOutAt: write.changes.endedAt ?? 0 });
      return 1;
    }
    case 'outbox.recover': {
      const left = [...outbox.values()].filter(({ channel, state }) => channel === write.channel && state === 'inflight');
      for (const row of left) outbox.set(row.no, recovered(row, write));
      return left.length;
    }
    case 'outbox.again': {
      const row = deadOne();
      if (row) outbox.set(row.no, { ...row, state: 'pending', attempts: 0, nextAt: null, endedAt: null });
      return row ? 1 : 0;
    }
    case 'outbox.remove': {
      const row = deadOne();
      return row && outbox.delete(row.no) ? 1 : 0;
    }
    case 'outbox.bury': {
      const left = [...outbox.values()].filter(({ channel, endedAt }) => channel === write.channel && endedAt === null);
      for (const row of left) outbox.set(row.no, { ...row, state: 'dead', nextAt: null, endedAt: write.at, error: write.error });
      return left.length;
    }
    case 'outbox.restore':
      if (outbox.has(write.row.no)) throw clash();
      outbox.set(write.row.no, write.row);
      return 1;
    case 'peer.put':
      peers.set(keyOf(write.peer.channel, write.peer.id), write.peer);
      return null;
    case 'peer.remove':
      peers.delete(keyOf(write.channel, write.id));
      return null;
    case 'pluginState.set': {
      const { channel, value, most } = write;
      const key = keyOf(channel, write.key);
      if (value === null) return Number(pluginState.delete(key)) && 1;
      const ofChannel = [...pluginState].filter(([other]) => other.startsWith(keyOf(channel, '')) && other !== key);
      const others = ofChannel.reduce((sum, [other, { length }]) => sum + other.length - keyOf(channel, '').length + length, 0);
      if (others + write.key.length + value.length > most) return 0;
      pluginState.set(key, value);
      return 1;
    }
    case 'channel.purge':
      return purge(tables, write);
  }
};

export const readChannel = (tables: Tables, read: ChannelRead): unknown => {
  const outbox = [...tables.outbox.values()].sort((a, b) => a.no - b.no);
  const open = outbox.filter(({ endedAt }) => endedAt === null);
  switch (read.op) {
    case 'inbox.waiting':
      return [...tables.inbox.values()]
        .filter(({ channel, no, endedAt }) => channel === read.channel && no > read.after && endedAt === null)
        .slice(0, read.limit)
        .map(shown);
    case 'inbox.get': {
      const row = tables.inbox.get(read.no);
      return row && row.endedAt === null ? shown(row) : null;
    }
    case 'inbox.count': {
      const waiting = [...tables.inbox.values()].filter(({ channel, endedAt }) => channel === read.channel && endedAt === null);
      return Math.min(waiting.length, read.most);
    }
    case 'outbox.lanes':
      return [...new Set(open.filter(({ channel }) => channel === read.channel).map(({ lane }) => lane))].sort();
    case 'outbox.ofLane':
      return open.filter(({ channel, lane, no }) => channel === read.channel && lane === read.lane && no > read.after).slice(0, read.limit);
    case 'outbox.list':
      return outbox
        .filter(({ channel, no, state }) => channel === read.channel && no < (read.before ?? no + 1) && (!read.dead || state === 'dead'))
        .reverse()
        .slice(0, read.limit);
    case 'outbox.get':
      return outbox.find(({ id, channel }) => id === read.id && channel === read.channel) ?? null;
    case 'channel.counts': {
      const counted = outbox.filter(({ state }) => state !== 'sent');
      const count = (name: string, dead: boolean): number =>
        counted.filter(({ channel, state }) => channel === name && (state === 'dead') === dead).length;
      const names = [...counted.map(({ channel }) => channel), ...tables.lastMessages.keys()];
      return Object.fromEntries(
        names.map((name) => [name, { ...noCounts, ...tables.lastMessages.get(name), open: count(name, false), dead: count(name, true) }]),
      );
    }
    case 'peer.get':
      return tables.peers.get(keyOf(read.channel, read.id)) ?? null;
    case 'peer.list':
      return [...tables.peers.values()]
        .filter(({ channel, id }) => channel === read.channel && id > read.after)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, read.limit);
    case 'pluginState.get':
      return tables.pluginState.get(keyOf(read.channel, read.key)) ?? null;
  }
};

const noteLast = ({ lastMessages }: Tables, channel: string, now: Partial<Pick<ChannelCounts, 'lastInAt' | 'lastOutAt'>>): void =>
  void lastMessages.set(channel, { lastInAt: null, lastOutAt: null, ...lastMessages.get(channel), ...now });

const fresh: Omit<OutboxRow, keyof NewOutboxRow | 'no'> = {
  state: 'pending',
  attempts: 0,
  nextAt: null,
  error: null,
  receiptId: null,
  maybeDuplicate: false,
  endedAt: null,
};

const recovered = (row: OutboxRow, { idempotent, at }: Extract<ChannelWrite, { op: 'outbox.recover' }>): OutboxRow =>
  !idempotent && row.maybeDuplicate
    ? { ...row, state: 'dead', endedAt: at, error: diedTwice }
    : { ...row, state: 'pending', maybeDuplicate: row.maybeDuplicate || !idempotent };

const purge = (tables: Tables, { endedBefore, limit }: Extract<ChannelWrite, { op: 'channel.purge' }>): Purged => {
  const isOver = (at: number | null): boolean => at !== null && at < endedBefore;
  const over = [
    ...removals(tables.inbox, ({ endedAt }) => isOver(endedAt)),
    ...removals(tables.outbox, ({ state, endedAt }) => state === 'sent' && isOver(endedAt)),
    ...removals(tables.peers, (peer) => isOver(askedAt(peer))),
  ].slice(0, limit);
  for (const remove of over) remove();
  return { gone: over.length, more: over.length === limit };
};

const removals = <Key, Row>(table: Map<Key, Row>, goes: (row: Row) => boolean): (() => boolean)[] =>
  [...table].filter(([, row]) => goes(row)).map(([key]) => table.delete.bind(table, key));

const shown = ({ endedAt: _endedAt, ...row }: StoredInbox): unknown => row;

const keyOf = (channel: string, id: string): string => `${channel}\0${id}`;

const onceKey = ({ channel, account, conversation, message }: Omit<StoredInbox, 'no' | 'endedAt'>): string =>
  JSON.stringify([channel, account, conversation, message.id]);
