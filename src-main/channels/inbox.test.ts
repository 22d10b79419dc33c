import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import { systemClock as clock } from '../clock.ts';
import type { Database, NewOutboxRow } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createInbox, type InboxPorts } from './inbox.ts';
import { createPeers } from './peers.ts';

const inRoom = (id: string, from: string): InboundMessage => ({
  ...{ id, from: { id: from }, conversationId: 'room', chatType: 'group', mentionsMe: true, content: id },
});

/** As of a database in a worker: not at once. */
const slowly = (database: Database): Database => ({
  ...database,
  read: async (read) => {
    await new Promise(setImmediate);
    return database.read(read);
  },
});

/** What is left to answer, and is told in which order it was begun. */
const open = (database: Database, reply: InboxPorts['reply'] = async () => []) => {
  const begun: string[] = [];
  let isHeld = true;
  const inbox = createInbox({
    ...{ channel: 'c', entry: { enabled: true, senders: 'anyone' }, account: '', database, clock, log: pino({ enabled: false }) },
    peers: createPeers({ database, clock, randomBytes, onChange: () => undefined, onLetIn: () => undefined }),
    turns: {
      answer: async ({ message }) => {
        begun.push(message.id);
        return { text: message.id };
      },
    },
    ...{
      ownFiles: async (message) => message,
      discardFiles: async () => undefined,
      isHeld: () => isHeld,
      reply,
      onHeard: () => undefined,
      onReply: () => undefined,
    },
  });
  const begin = (): void => {
    isHeld = false;
    inbox.wake();
  };
  return { inbox, begin, begun };
};

test('what a start finds keeps its order, also where some have spoken again and are known already', async () => {
  const database = slowly(createMemoryDatabase());
  const before = open(database);
  for (const message of [inRoom('1', 'ann'), inRoom('2', 'bob'), inRoom('3', 'eve')]) await before.inbox.heard(message);
  before.inbox.close();

  const { inbox, begin, begun } = open(database);
  await inbox.heard(inRoom('4', 'bob'));
  begin();
  await expect.poll(() => begun).toHaveLength(4);
  expect(begun).toEqual(['1', '2', '3', '4']);
});

test('answers have the order of what they answer, however long one takes to be put into parts', async () => {
  const database = createMemoryDatabase();
  const row = (id: string): NewOutboxRow => ({
    ...{ id, channel: 'c', lane: 'room', to: 'room', createdAt: 1, message: { id, content: id, idempotencyKey: id } },
  });
  const { inbox, begin } = open(database, async ({ text }) => {
    if (text === '1') await new Promise(setImmediate);
    return [row(text)];
  });
  begin();
  for (const id of ['1', '2']) await inbox.heard(inRoom(id, 'ann'));
  const toSend = () => database.read({ op: 'outbox.ofLane', channel: 'c', lane: 'room', after: 0, limit: 9 });
  await expect.poll(async () => (await toSend()).map(({ id }) => id)).toEqual(['1', '2']);
});

test('too many that have no answer are counted on the disk, also those from before the start', async () => {
  let onDisk = 10_000;
  const database = createMemoryDatabase();
  const full = {
    ...database,
    read: async (read: Parameters<Database['read']>[0]) => (read.op === 'inbox.count' ? onDisk : database.read(read)),
  };
  const { inbox } = open(full as Database);
  await expect(inbox.heard(inRoom('1', 'ann'))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  expect(await database.read({ op: 'inbox.count', channel: 'c', most: 9 })).toBe(0);
  onDisk = 9_999;
  await inbox.heard(inRoom('2', 'ann'));
  onDisk = 10_000;
  await expect(inbox.heard(inRoom('3', 'ann'))).rejects.toMatchObject({ code: 'QUEUE_FULL' });
});
