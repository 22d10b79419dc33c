import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import type { Database } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createSessionCredential, sessionIdleMs } from './session-credential.ts';
import { createSessionDirectory } from './session-directory.ts';
import { toSessionId } from './session-id.ts';
import type { Turn } from './turn.ts';

const minute = 60_000;
const key = randomBytes(32);
const id = randomBytes(16).toString('base64url');

const place = async (wrap: (database: Database) => Database = (database) => database) => {
  const clock = createManualClock();
  const database = createMemoryDatabase();
  const session = { id, ownerId: 'tok_1', name: null, title: 'x', agentId: 'main', channel: 'api', createdAt: clock.now(), hidden: false };
  await database.write([{ op: 'session.put', session }]);
  const turns: Turn[] = [];
  const open = () => {
    const directory = createSessionDirectory({ database: wrap(database), clock, randomBytes, key: () => key });
    return createSessionCredential({ database: wrap(database), clock, directory, engine: { inSession: () => turns } });
  };
  return { clock, database, open, turns, credential: open() };
};
const sessionId = toSessionId(id, key);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'opened',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );
/** Lets what the clock has woken read the database. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

describe('a Session ID', () => {
  it('opens its session until an hour has gone by since the last event', async () => {
    const { credential, clock } = await place();
    clock.advance(sessionIdleMs - 1);
    expect((await credential.open(sessionId)).id).toBe(id);
    // That was a use.
    clock.advance(sessionIdleMs - 1);
    expect(await codeOf(credential.open(sessionId))).toBe('opened');
    clock.advance(sessionIdleMs);
    expect(await codeOf(credential.open(sessionId))).toBe('SESSION_IDLE');
    // Nor is it a use to be refused.
    expect(await codeOf(credential.open(sessionId))).toBe('SESSION_IDLE');
  });

  it('is in use while its socket says something, and while a turn is at work', async () => {
    const { credential, clock, turns } = await place();
    clock.advance(50 * minute);
    credential.touch(id);
    clock.advance(50 * minute);
    expect(await codeOf(credential.open(sessionId))).toBe('opened');
    turns.push({} as Turn);
    clock.advance(5 * sessionIdleMs);
    expect(await codeOf(credential.open(sessionId))).toBe('opened');
  });

  it('falls back to the last event after a restart', async () => {
    const { credential, clock, open } = await place();
    clock.advance(50 * minute);
    credential.touch(id);
    clock.advance(50 * minute);
    expect(await codeOf(open().open(sessionId))).toBe('SESSION_IDLE');
  });

  it('that is none of ours, or of a session that is gone, is not valid', async () => {
    const { credential, database, clock } = await place();
    for (const text of ['', 'ses_', id, 'cron-job', `ses_${'A'.repeat(43)}`, toSessionId(id, randomBytes(32)), `${sessionId}=`])
      expect(await codeOf(credential.open(text))).toBe('TOKEN_INVALID');
    expect(await codeOf(credential.open(toSessionId(randomBytes(16).toString('base64url'), key)))).toBe('TOKEN_INVALID');
    await database.write([{ op: 'session.delete', id, at: clock.now() }]);
    expect(await codeOf(credential.open(sessionId))).toBe('TOKEN_INVALID');
  });
});

describe('a connection that it opened', () => {
  it('is told when an hour has gone by since the last use, whoever used it', async () => {
    const { credential, clock, database } = await place();
    let ended = 0;
    await credential.open(sessionId);
    credential.onIdle(id, () => {
      ended += 1;
    });
    const advance = async (ms: number): Promise<void> => {
      clock.advance(ms);
      await settled();
    };
    await advance(40 * minute);
    credential.touch(id);
    await advance(40 * minute);
    const messageId = `msg_${'a'.repeat(22)}`;
    const event = { type: 'message', content: 'hi', channel: 'api' } as const;
    await database.write([
      {
        op: 'turn.insert',
        turn: {
          ...{ messageId, sessionId: id, ownerId: 'tok_1', agentId: 'main', traceId: 'x', via: 'rest', acceptedAt: clock.now() },
          ...{ options: { timeoutMs: 1 }, idempotencyKey: null, bodyHash: null },
        },
      },
      { op: 'events.append', sessionId: id, events: [{ messageId, at: clock.now(), event }] },
    ]);
    await advance(sessionIdleMs - 1);
    expect(ended).toBe(0);
    await advance(1);
    expect(ended).toBe(1);
    await advance(5 * sessionIdleMs);
    expect(ended).toBe(1);
  });

  it('is not told once it is closed, nor because the disk fails', async () => {
    let failing = false;
    const { credential, clock } = await place((database) => ({
      ...database,
      read: (query) => (failing ? Promise.reject(new AppError('STORAGE_FAILED')) : database.read(query)),
    }));
    let ended = 0;
    const forget = credential.onIdle(id, () => {
      ended += 1;
    });
    failing = true;
    clock.advance(sessionIdleMs);
    await settled();
    expect(ended).toBe(0);
    failing = false;
    forget();
    clock.advance(5 * sessionIdleMs);
    await settled();
    expect(ended).toBe(0);
  });
});
