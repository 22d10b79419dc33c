import type { Approval } from '../../src-shared/contract/events.ts';

type Ports = {
  /** Whoever looks at the window sees it there. */
  readonly isLookedAt: () => boolean;
  /** Returns its undo. */
  readonly show: (approval: Approval) => () => void;
};

/** Tells whoever looks elsewhere that something waits, for as long as it does. To be told of every change of an approval. */
export const createApprovalNotices = ({ isLookedAt, show }: Ports): ((approval: Approval) => void) => {
  const shown = new Map<string, () => void>();
  return (approval) => {
    shown.get(approval.id)?.();
    shown.delete(approval.id);
    if (approval.status === 'pending' && !isLookedAt()) shown.set(approval.id, show(approval));
  };
};
