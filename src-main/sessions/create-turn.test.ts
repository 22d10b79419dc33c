import { describe, expect, it } from 'vitest';
import type { Database } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTurn } from './create-turn.ts';

const messageId = `msg_${'a'.repeat(22)}`;
const session = {
  id: 's'.repeat(22),
  ownerId: 'tok',
  name: null,
  title: 'hi',
  agentId: 'main',
  channel: 'api',
  createdAt: 1,
  hidden: false,
};

/** A turn whose model never answers, on a database whose writes wait for `release`. */
const setUp = () => {
  const memory = createMemoryDatabase();
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const write: Database['write'] = async (writes) => {
    await gate;
    return memory.write(writes);
  };
  const clock = createManualClock();
  const turn = createTurn(
    {
      messageId,
      session,
      ownerId: 'tok',
      agentId: 'main',
      via: 'rest',
      content: 'hi',
      channel: 'api',
      metadata: undefined,
      options: { timeoutMs: 60_000 },
      traceId: 'trace',
      acceptedAt: 1,
      idempotencyKey: null,
      bodyHash: null,
    },
    {
      database: { ...memory, write },
      clock,
      runAgent: () => new Promise(() => undefined),
      onAccepted: () => undefined,
      onTool: () => undefined,
      onEnded: () => undefined,
    },
    { onDisk: false },
  );
  return { turn, clock, release, stored: () => memory.read({ op: 'turn.get', messageId }) };
};

describe('a turn that the stop of the gateway finds before its message is on the disk', () => {
  it('is dropped, and does not come back when its hold is over', async () => {
    const { turn, clock, release, stored } = setUp();
    release();
    turn.listen(() => undefined);
    turn.park();
    expect((await turn.outcome).status).toBe('dropped');
    clock.advance(1_000);
    await expect(turn.accepted()).rejects.toMatchObject({ code: 'GATEWAY_STOPPING' });
    expect(await stored()).toBeNull();
  });

  it('is parked, not called dropped, where its acceptance was under way', async () => {
    const { turn, release, stored } = setUp();
    const accepted = turn.accepted();
    turn.park();
    release();
    await accepted;
    expect((await turn.outcome).status).toBe('parked');
    expect(await stored()).toMatchObject({ status: 'accepted' });
  });
});
