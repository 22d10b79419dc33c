import { describe, expect, test } from 'vitest';
import type { AppError } from '../../src-shared/app-error.ts';
import type { Approval } from '../../src-shared/contract/events.ts';
import type { ApprovalRuleRow, Database } from './database.ts';

/** The part of `describeDatabase` that is about approvals; `current` is the database of the running test. */
export const describeApprovals = (current: () => Database): void => {
  const write: Database['write'] = (writes) => current().write(writes);
  const read: Database['read'] = (query) => current().read(query);
  const codeOf = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'none',
      (error: AppError) => error.code,
    );
  const list = async (changes: { ownerId?: string; pending?: boolean; before?: number; limit?: number } = {}) =>
    read({ op: 'approval.list', ownerId: null, pending: false, before: null, limit: 50, ...changes });
  const ids = (rows: readonly { readonly approval: Approval }[]) => rows.map(({ approval }) => approval.id);

  describe('approvals', () => {
    test('are given back as they were asked, with how they were answered', async () => {
      await write([{ op: 'approval.put', approval: approval('a', { arguments: { command: 'rm -rf "构建"' } }) }]);
      expect((await read({ op: 'approval.get', id: 'a' }))?.approval).toEqual(approval('a', { arguments: { command: 'rm -rf "构建"' } }));
      await write([{ op: 'approval.decide', id: 'a', status: 'granted', at: 5, by: 'tok' }]);
      expect((await read({ op: 'approval.get', id: 'a' }))?.approval).toMatchObject({ status: 'granted', decidedAt: 5, decidedBy: 'tok' });
      expect(await read({ op: 'approval.get', id: 'nowhere' })).toBeNull();
    });

    test('are answered once', async () => {
      await write([{ op: 'approval.put', approval: approval('a') }]);
      await write([{ op: 'approval.decide', id: 'a', status: 'denied', at: 5, by: 'tok' }]);
      expect(await codeOf(write([{ op: 'approval.decide', id: 'a', status: 'granted', at: 6, by: 'tok' }]))).toBe('APPROVAL_OVER');
      expect(await codeOf(write([{ op: 'approval.decide', id: 'b', status: 'granted', at: 6, by: 'tok' }]))).toBe('APPROVAL_UNKNOWN');
      expect((await read({ op: 'approval.get', id: 'a' }))?.approval.status).toBe('denied');
    });

    test('are listed newest first, by owner, by page, and only those that wait', async () => {
      for (const [id, ownerId] of [
        ['a', 'one'],
        ['b', 'two'],
        ['c', 'one'],
      ] as const)
        await write([{ op: 'approval.put', approval: approval(id, { ownerId }) }]);
      await write([{ op: 'approval.decide', id: 'c', status: 'expired', at: 5, by: null }]);
      expect(ids(await list())).toEqual(['c', 'b', 'a']);
      expect(ids(await list({ ownerId: 'one' }))).toEqual(['c', 'a']);
      expect(ids(await list({ pending: true }))).toEqual(['b', 'a']);
      const [first] = await list({ limit: 1 });
      expect(ids(await list({ before: first?.no ?? 0 }))).toEqual(['b', 'a']);
    });

    test('that nobody answered before the process ended are over', async () => {
      await write([
        { op: 'approval.put', approval: approval('a') },
        { op: 'approval.put', approval: approval('b', { status: 'granted' }) },
      ]);
      expect(await write([{ op: 'approval.expireAll', at: 9 }])).toEqual([1]);
      expect((await list()).map(({ approval: { status } }) => status)).toEqual(['granted', 'expired']);
    });
  });

  describe('approval rules', () => {
    test('stand once for the same thing, count their uses, and can be taken back', async () => {
      await write([
        { op: 'rule.put', rule: rule('r') },
        { op: 'rule.put', rule: rule('again') },
        { op: 'rule.put', rule: rule('s', { agentId: 'dev-coder', createdAt: 2 }) },
        { op: 'rule.used', id: 'r', at: 7 },
      ]);
      expect(await read({ op: 'rule.list' })).toEqual([
        rule('s', { agentId: 'dev-coder', createdAt: 2 }),
        rule('r', { uses: 1, lastUsedAt: 7 }),
      ]);
      await write([{ op: 'rule.delete', id: 'r' }]);
      expect(await codeOf(write([{ op: 'rule.delete', id: 'r' }]))).toBe('RULE_UNKNOWN');
    });
  });
};

const approval = (id: string, changes: Partial<Approval> = {}): Approval => ({
  id,
  messageId: 'msg_x',
  sessionId: 'session',
  agentId: 'main',
  ownerId: 'local',
  toolCallId: 'call',
  tool: 'shell',
  arguments: {},
  title: 'ls',
  cwd: '/w',
  touches: ['files in the workspace'],
  sandbox: 'bubblewrap',
  preview: null,
  risk: 'high',
  needsPin: false,
  status: 'pending',
  requestedAt: 1,
  expiresAt: 2,
  decidedAt: null,
  decidedBy: null,
  ...changes,
});

const rule = (id: string, changes: Partial<ApprovalRuleRow> = {}): ApprovalRuleRow => ({
  id,
  agentId: 'main',
  tool: 'shell',
  key: 'hash',
  title: 'ls',
  createdAt: 1,
  createdBy: 'local',
  lastUsedAt: null,
  uses: 0,
  ...changes,
});
