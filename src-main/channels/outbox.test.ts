import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Message } from '../../packages/plugin-sdk/src/index.ts';
import { systemClock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createOutbox, type OutboxPorts } from './outbox.ts';

const put = (database: Database, lane: string, ...ids: readonly string[]) =>
  database.write(
    ids.map((id) => ({
      op: 'outbox.put' as const,
      row: { id, channel: 'c', lane, to: lane, createdAt: 1, message: { id, content: id, idempotencyKey: id } },
    })),
  );
const open = (database: Database, ports: Partial<OutboxPorts> = {}) =>
  createOutbox({
    ...{ channel: 'c', database, clock: systemClock, randomBytes, log: pino({ enabled: false }) },
    ...{ send: async () => ({}), canSend: () => true, isIdempotent: () => false, onEnded: () => undefined },
    ...ports,
  });
const states = async (database: Database) =>
  (await database.read({ op: 'outbox.list', channel: 'c', dead: false, before: null, limit: 999 })).map(({ state }) => state);

test('lanes go side by side, each in order, however many there are', async () => {
  const database = createMemoryDatabase();
  const sent: string[] = [];
  let most = 0;
  let now = 0;
  const outbox = open(database, {
    send: async (_to: string, { id }: Message) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise(setImmediate);
      now -= 1;
      sent.push(id);
      return { id: `p-${id}` };
    },
  });
  for (let lane = 0; lane < 40; lane++) await put(database, `l${lane}`, ...Array.from({ length: 25 }, (_, n) => `${lane}.${n + 10}`));
  outbox.wakeAll();
  await expect.poll(() => sent.length).toBe(1_000);
  await expect.poll(async () => new Set(await states(database))).toEqual(new Set(['sent']));
  for (let lane = 0; lane < 40; lane++) {
    const own = sent.filter((id) => id.startsWith(`${lane}.`));
    expect(own).toEqual([...own].sort());
  }
  expect(most).toBe(32);
});

test('what is sent is not sent again because the disk did not take it', async () => {
  const database = createMemoryDatabase();
  let faults = 1;
  const sent: string[] = [];
  const waits: (() => void)[] = [];
  const outbox = open(
    {
      ...database,
      write: (writes) =>
        writes.some((write) => write.op === 'outbox.update' && write.changes.state === 'sent') && faults-- > 0
          ? Promise.reject(new Error('full'))
          : database.write(writes),
    },
    {
      clock: { ...systemClock, after: (_ms, task) => waits.push(task) as unknown as () => void },
      send: async (_to: string, { id }: Message) => {
        sent.push(id);
        return {};
      },
    },
  );
  await put(database, 'l', 'a', 'b');
  outbox.wake('l');
  await expect.poll(() => waits).toHaveLength(1);
  waits[0]?.();
  await expect.poll(() => states(database)).toEqual(['sent', 'sent']);
  expect(sent).toEqual(['a', 'b']);
});

test('a message that hangs is not waited for, and stays in doubt', async () => {
  const database = createMemoryDatabase();
  let isHanging = false;
  const outbox = open(database, {
    send: () => {
      isHanging = true;
      return new Promise(() => undefined);
    },
  });
  await put(database, 'l', 'a', 'b');
  outbox.wake('l');
  await expect.poll(() => isHanging).toBe(true);
  await outbox.close();
  outbox.wake('l');
  expect(await states(database)).toEqual(['pending', 'inflight']);
});

test('what comes while the lane is being emptied is sent too', async () => {
  const database = createMemoryDatabase();
  const sent: string[] = [];
  let canSend = false;
  const outbox = open(database, {
    canSend: () => canSend,
    send: async (_to: string, { id }: Message) => {
      sent.push(id);
      if (id === 'a') {
        await put(database, 'l', 'b');
        outbox.wake('l');
      }
      return {};
    },
  });
  await put(database, 'l', 'a');
  outbox.wake('l');
  await expect.poll(() => states(database)).toEqual(['pending']);
  canSend = true;
  outbox.wakeAll();
  await expect.poll(() => sent).toEqual(['a', 'b']);
});
