import type { TaskSchedule } from '../../../src-shared/contract/routes/tasks.ts';

/** Something an agent is to do later, again and again, or when another system calls. */
export type TaskRow = {
  readonly id: string;
  /** Token id; `local` for this computer's user. */
  readonly ownerId: string;
  readonly name: string;
  readonly agentId: string;
  readonly content: string;
  /** The owner's name for the session that all runs go to; null: each run has its own. */
  readonly sessionName: string | null;
  readonly schedule: TaskSchedule;
  readonly missed: 'skip' | 'run-once';
  readonly enabled: boolean;
  /** The next slot; null where none is to come. */
  readonly nextAt: number | null;
  /** A slot that was taken and whose turn is not known to be on the disk yet. */
  readonly claimedAt: number | null;
  /** The newest slot that was taken or passed over. */
  readonly lastSlot: number | null;
  readonly lastRunAt: number | null;
  readonly lastStatus: 'running' | 'completed' | 'failed' | 'cancelled' | 'timeout' | 'skipped' | null;
  /** In words: why it was skipped, failed or switched off. */
  readonly lastNote: string | null;
  readonly lastMessageId: string | null;
  readonly createdAt: number;
  /** Deleted, and not gone yet, for the undo. */
  readonly deletedAt: number | null;
};

export type TaskChanges = Partial<Omit<TaskRow, 'id' | 'createdAt'>>;
