import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { Turn } from '../sessions/turn.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, TaskChanges, TaskRow, TurnRow } from '../storage/database.ts';

/** Turns of tasks: begun once for each key, and their ends noted in the row. */
export type TaskRuns = {
  /**
   * Resolves when the message is on the disk; the same key again gives the same turn.
   * @throws AppError what `submit` throws, and TOKEN_* where the owner's token has ended
   */
  readonly begin: (task: TaskRow, key: string, content?: string) => Promise<string>;
  /** The turn that a key brought, however long ago. */
  readonly ofKey: (task: TaskRow, key: string) => Promise<TurnRow | null>;
  /** The last run has not ended. Where it had, and the row did not know, it does now. */
  readonly isAtWork: (task: TaskRow) => Promise<boolean>;
  /** The last run waits for somebody's word. */
  readonly waitsForApproval: (task: TaskRow) => boolean;
  /** Takes up what the last process left. */
  readonly follow: (task: TaskRow) => Promise<void>;
};

type RunPorts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly submit: SubmitMessage;
  readonly engine: Pick<TurnEngine, 'find'>;
  /** @throws AppError TOKEN_* */
  readonly holder: (ownerId: string) => Principal;
};

const everSince = 0;

export const createTaskRuns = ({ database, clock, randomBytes, submit, engine, holder }: RunPorts): TaskRuns => {
  const note = async (task: TaskRow, messageId: string, changes: TaskChanges): Promise<void> => {
    await database
      .write([{ op: 'task.update', id: task.id, changes, onlyIf: { lastMessageId: messageId } }])
      // It is looked at again at the next slot and at the next start.
      .catch(() => undefined);
  };

  const followTurn = (task: TaskRow, turn: Turn): void => {
    const { messageId } = turn.request;
    void turn.outcome.then(({ status, error }) =>
      status === 'parked'
        ? undefined
        : note(task, messageId, { lastStatus: status === 'dropped' ? 'failed' : status, ...(error ? { lastNote: error.message } : {}) }),
    );
  };

  const turnOf = (task: TaskRow): Turn | null => (task.lastMessageId === null ? null : engine.find(task.lastMessageId));

  /** Not at work here: it has ended, or an operator holds it back. */
  const settle = async (task: TaskRow, messageId: string): Promise<boolean> => {
    const row = await database.read({ op: 'turn.get', messageId });
    if (row?.status === 'accepted') return true;
    await note(task, messageId, { lastStatus: row?.status ?? 'failed' });
    return false;
  };

  const isAtWork: TaskRuns['isAtWork'] = async (task) => {
    if (turnOf(task)) return true;
    return task.lastStatus === 'running' && task.lastMessageId !== null ? settle(task, task.lastMessageId) : false;
  };

  /** From here on the row knows its turn. */
  const took = async (task: TaskRow, messageId: string): Promise<string> => {
    const changes = { claimedAt: null, lastRunAt: clock.now(), lastStatus: 'running', lastNote: null, lastMessageId: messageId } as const;
    await database.write([{ op: 'task.update', id: task.id, changes }]);
    return messageId;
  };

  return {
    begin: async (task, key, content = task.content) => {
      const submitted = await submit(
        {
          content,
          agentId: task.agentId,
          sessionId: task.sessionName ?? undefined,
          channel: 'task',
          via: 'task',
          metadata: { taskId: task.id, taskName: task.name },
          idempotency: { key, bodyHash: key },
          traceId: randomBytes(16).toString('hex'),
        },
        holder(task.ownerId),
      );
      if (submitted.kind === 'ended') return took(task, submitted.row.messageId);
      const { turn } = submitted;
      await turn.accepted();
      const messageId = await took(task, turn.request.messageId);
      followTurn(task, turn);
      return messageId;
    },
    ofKey: (task, key) => database.read({ op: 'turn.byIdempotencyKey', ownerId: task.ownerId, key, acceptedAfter: everSince }),
    isAtWork,
    waitsForApproval: (task) => (turnOf(task)?.approvals().length ?? 0) > 0,
    follow: async (task) => {
      const turn = turnOf(task);
      if (turn) followTurn(task, turn);
      else await isAtWork(task);
    },
  };
};
