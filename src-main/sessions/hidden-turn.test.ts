import { describe, expect, it } from 'vitest';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createWatchedDatabase } from '../testing/watched-database.ts';
import type { AgentContext, AgentResult } from './agent-run.ts';
import { createTurn } from './create-turn.ts';
import { noUsage, type Published, type TurnRequest } from './turn.ts';

const request: TurnRequest = {
  messageId: `msg_${'a'.repeat(22)}`,
  session: {
    id: 's'.repeat(22),
    ownerId: 'tok',
    name: null,
    title: '',
    agentId: 'main',
    channel: 'api',
    createdAt: 1,
    hidden: true,
  },
  via: 'openai',
  ownerId: 'tok',
  agentId: 'main',
  content: 'secret',
  channel: 'api',
  metadata: undefined,
  options: { timeoutMs: 60_000, system: 'secret' },
  traceId: 'trace',
  acceptedAt: 1,
  idempotencyKey: null,
  bodyHash: null,
};
const call = { id: 'c1', name: 'deploy', arguments: { what: 'secret' }, status: 'started' as const };

/** A turn whose agent does as the test says. */
const begin = (runAgent: (context: AgentContext) => Promise<AgentResult>) => {
  const watched = createWatchedDatabase();
  const database = watched.wrap(createMemoryDatabase());
  const clock = createManualClock();
  const events: Published['event'][] = [];
  const turn = createTurn(
    request,
    { database, clock, runAgent, onAccepted: () => undefined, onTool: () => undefined, onEnded: () => undefined },
    { onDisk: false },
  );
  turn.listen(({ event }) => events.push(event), 0);
  const written = (): string[][] => watched.calls.map(({ writes }) => writes.map(({ op }) => op));
  return { turn, watched, clock, events, written, stored: () => database.read({ op: 'turn.get', messageId: request.messageId }) };
};
const well: AgentResult = { usage: noUsage, model: null, error: null };

describe('a turn of which nothing is kept', () => {
  it('streams before anything is on the disk, and leaves one commit without a word of it', async () => {
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { turn, events, written, watched } = begin(async ({ onText }) => {
      onText('secret ');
      await gate;
      onText('reply');
      return well;
    });
    const running = turn.run();
    await expect.poll(() => events.filter(({ type }) => type === 'delta').length).toBe(1);
    expect(written()).toEqual([]);
    go();
    await running;
    expect(await turn.outcome).toMatchObject({ status: 'completed', reply: 'secret reply' });
    expect(events.at(-1)).toMatchObject({ type: 'response', content: 'secret reply' });
    expect(written()).toEqual([['session.put', 'turn.insert', 'turn.end']]);
    expect(JSON.stringify(watched.calls)).not.toContain('secret');
  });

  it('is known to the disk while it runs long, but not what it says', async () => {
    const { turn, written, stored } = begin(
      ({ signal, onText }) =>
        new Promise((resolve) => {
          onText('secret');
          signal.addEventListener('abort', () => resolve(well));
        }),
    );
    void turn.run();
    turn.checkpoint();
    await turn.accepted();
    turn.checkpoint();
    turn.cancel();
    expect((await turn.outcome).status).toBe('cancelled');
    expect(written()).toEqual([['session.put', 'turn.insert'], ['turn.end']]);
    expect(await stored()).toMatchObject({ status: 'cancelled', partial: '', options: { timeoutMs: 60_000 } });
  });

  it('has a tool with side effects on the disk before it begins, and no other', async () => {
    const { turn, events, watched, stored } = begin(async ({ onToolStarted, onToolEnded }) => {
      // Who listens hears from the next microtask on.
      await Promise.resolve();
      await onToolStarted({ ...call, id: 'c0', name: 'file_read' }, false);
      await onToolEnded({ ...call, id: 'c0', name: 'file_read', status: 'finished' });
      expect(watched.calls).toEqual([]);
      await onToolStarted(call, true);
      expect(await stored()).toMatchObject({ openToolCall: 'deploy', status: 'accepted' });
      await onToolEnded({ ...call, status: 'finished', result: 'secret' });
      expect(await stored()).toMatchObject({ openToolCall: null });
      return well;
    });
    await turn.run();
    expect((await turn.outcome).error).toBeNull();
    expect(events.filter(({ type }) => type === 'tool_call').length).toBe(4);
    expect(JSON.stringify(watched.calls)).not.toContain('secret');
  });

  it('is not put off when the gateway stops: it ends, on the disk too where that knows of it', async () => {
    for (const known of [false, true]) {
      const { turn, stored } = begin(({ signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(well))));
      void turn.run();
      if (known) await turn.accepted();
      turn.park();
      expect((await turn.outcome).status).toBe(known ? 'cancelled' : 'dropped');
      expect((await stored())?.status ?? null).toBe(known ? 'cancelled' : null);
    }
  });
});
