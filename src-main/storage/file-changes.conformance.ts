import { describe, expect, test } from 'vitest';
import { type Database, type FileChangeRow, fileChangesMost } from './database.ts';

/** The part of `describeDatabase` that is about what tools wrote; `current` is the database of the running test. */
export const describeFileChanges = (current: () => Database): void => {
  const put = (...changes: FileChangeRow[]) => current().write(changes.map((change) => ({ op: 'fileChange.put', change })));
  const ofTurn = (messageId: string) => current().read({ op: 'fileChange.ofTurn', messageId });

  describe('what was in a file before a tool wrote it', () => {
    test('is given back turn by turn, oldest first, until it is forgotten', async () => {
      await put(change('one', { path: '/w/a' }), change('two'), change('one', { path: '/w/b', before: null }));
      expect(await ofTurn('one')).toEqual([change('one', { path: '/w/a' }), change('one', { path: '/w/b', before: null })]);
      await current().write([{ op: 'fileChange.forget', messageId: 'one' }]);
      expect(await ofTurn('one')).toEqual([]);
      expect(await ofTurn('two')).toEqual([change('two')]);
    });

    test('is kept of the newest only', async () => {
      await put(change('old'));
      await put(...Array.from({ length: fileChangesMost }, () => change('new')));
      expect(await ofTurn('old')).toEqual([]);
      expect((await ofTurn('new')).length).toBe(fileChangesMost);
    });

    test('goes with its session', async () => {
      const id = 'session';
      await current().write([
        {
          op: 'session.put',
          session: { id, ownerId: 'o', name: null, title: '', agentId: 'main', channel: 'api', createdAt: 1, hidden: false },
        },
        {
          op: 'turn.insert',
          turn: {
            ...{ messageId: 'msg', sessionId: id, ownerId: 'o', agentId: 'main', traceId: 't', via: 'rest', acceptedAt: 1 },
            ...{ options: { timeoutMs: 1 }, idempotencyKey: null, bodyHash: null },
          },
        },
        { op: 'fileChange.put', change: change('msg') },
        { op: 'turn.end', messageId: 'msg', status: 'completed', endedAt: 2, usage: null, model: null, durationMs: 1 },
        { op: 'session.delete', id, at: 3 },
        { op: 'session.purge', deletedBefore: 4, hiddenBefore: 0, usedBefore: null, limit: 100 },
      ]);
      expect(await ofTurn('msg')).toEqual([]);
    });
  });
};

const change = (messageId: string, changes: Partial<FileChangeRow> = {}): FileChangeRow => ({
  messageId,
  toolCallId: 'call',
  at: 1,
  path: '/w/文件',
  before: 'YQA=',
  after: 'hash',
  ...changes,
});
