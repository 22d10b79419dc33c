import { expect, it } from 'vitest';
import type { Approval } from '../../src-shared/contract/events.ts';
import { createApprovalNotices } from './approval-notices.ts';

const setUp = (isLookedAt: boolean) => {
  const shown = new Set<string>();
  const note = createApprovalNotices({
    isLookedAt: () => isLookedAt,
    show: ({ id }) => {
      shown.add(id);
      return () => shown.delete(id);
    },
  });
  return { shown, tell: (id: string, status: Approval['status']) => note({ id, status } as Approval) };
};

it('stand while something waits, each by itself', () => {
  const { shown, tell } = setUp(false);
  tell('a', 'pending');
  tell('b', 'pending');
  expect([...shown]).toEqual(['a', 'b']);
  tell('a', 'granted');
  expect([...shown]).toEqual(['b']);
  tell('b', 'expired');
  expect([...shown]).toEqual([]);
});

it('do not come for who looks at the window, nor for what is over', () => {
  const looking = setUp(true);
  looking.tell('a', 'pending');
  expect(looking.shown.size).toBe(0);
  const away = setUp(false);
  away.tell('a', 'denied');
  expect(away.shown.size).toBe(0);
});
