import { expect, test } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import type { IncomingMessage } from '../sessions/submit-message.ts';
import { noUsage, type Turn, type TurnOutcome } from '../sessions/turn.ts';
import type { InboxRow } from '../storage/database.ts';
import { createMemoryDatabase } from '../storage/memory-database.ts';
import { createChannelTurns } from './channel-turns.ts';

const row = (no: number, content: string): InboxRow => ({
  ...{ no, channel: 'c', account: '', conversation: 'ann', heardAt: 1 },
  message: { id: `${no}`, from: { id: 'ann' }, content },
});
const ended = (status: TurnOutcome['status'], reply = ''): Turn =>
  ({
    request: { messageId: reply },
    approvals: () => [],
    outcome: Promise.resolve({ status, reply, toolCalls: [], usage: noUsage, durationMs: 0, error: null }),
  }) as unknown as Turn;

const open = (submit: (message: IncomingMessage) => Promise<Turn>) =>
  createChannelTurns({
    ...{ channel: 'c', entry: {}, database: createMemoryDatabase(), randomBytes: Buffer.alloc, engine: { find: () => null } },
    submit: async (message) => {
      await message.after;
      return { kind: 'running', turn: await submit(message) };
    },
    endOf: async () => ({ reply: '', error: null }),
    onTurn: () => () => undefined,
  });

test('a message that cannot begin is told why, and holds up no other', async () => {
  const { answer } = open(async ({ content }) => {
    if (content === 'bad') throw new AppError('SKILL_UNUSABLE');
    if (content === 'held') throw new AppError('STOPPED');
    return ended('completed', content);
  });
  const answers = await Promise.all([
    answer(row(1, 'bad'), true, false),
    answer(row(2, 'held'), true, false),
    answer(row(3, 'good'), true, false),
  ]);
  expect(answers).toEqual([
    { text: 'Sorry, that did not work: This skill cannot be used as it is.' },
    null,
    { text: 'good', attachments: [] },
  ]);
});

test('a turn that is put off is not answered yet, one that was stopped is told of', async () => {
  const { answer } = open(async ({ content }) => ended(content as TurnOutcome['status']));
  expect(await Promise.all(['parked', 'dropped', 'cancelled'].map((status, no) => answer(row(no, status), true, false)))).toEqual([
    null,
    null,
    { text: 'This was stopped before it was answered.' },
  ]);
});
