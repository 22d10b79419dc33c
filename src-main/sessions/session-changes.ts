import { AppError } from '../../src-shared/app-error.ts';
import type { RouteInput } from '../../src-shared/contract/rest.ts';
import { deleteUndoMs } from '../../src-shared/contract/routes/sessions.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Database, SessionRow } from '../storage/database.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { TurnEngine } from './turn-engine.ts';

/** What can be done to a session besides speaking in it. Each is on the disk before it is told of. */
export type SessionChanges = {
  /** @throws AppError SESSION_UNKNOWN, SESSION_NAME_TAKEN */
  readonly update: (ref: string, change: RouteInput<'updateSession'>['body'], by: Principal) => Promise<SessionRow>;
  /** Its turns end first; from the call on no other begins. @throws AppError SESSION_UNKNOWN */
  readonly remove: (ref: string, by: Principal) => Promise<{ readonly session: SessionRow; readonly undoUntil: number }>;
  /** Without its name where somebody else has that by now. @throws AppError SESSION_UNKNOWN, UNDO_OVER */
  readonly restore: (ref: string, by: Principal) => Promise<SessionRow>;
  /** Told of each change; `deletedAt` says which are deletions. Returns its undo. */
  readonly follow: (listener: (session: SessionRow) => void) => () => void;
};

type Ports = {
  readonly database: Database;
  readonly clock: Clock;
  readonly directory: SessionDirectory;
  readonly engine: Pick<TurnEngine, 'inSession' | 'cancelLeft'>;
};

export const createSessionChanges = ({ database, clock, directory, engine }: Ports): SessionChanges => {
  const listeners = new Set<(session: SessionRow) => void>();

  const tell = async (id: string): Promise<SessionRow> => {
    const session = await database.read({ op: 'session.get', id });
    if (!session) throw new AppError('SESSION_UNKNOWN');
    for (const listener of listeners) listener(session);
    return session;
  };

  const endTurns = async (sessionId: string): Promise<void> => {
    const turns = engine.inSession(sessionId);
    for (const turn of turns) turn.cancel();
    await Promise.all([...turns.map(({ outcome }) => outcome), engine.cancelLeft(({ session }) => session.id === sessionId)]);
  };

  return {
    update: async (ref, { title, name, pinned }, by) => {
      const session = await directory.find(ref, by);
      // A session may be spoken of a moment before its row is written.
      await Promise.all(engine.inSession(session.id).map((turn) => turn.accepted()));
      if (typeof name === 'string' && name !== session.name && directory.isBeingMade(session.ownerId, name))
        throw new AppError('SESSION_NAME_TAKEN');
      await database.write([
        {
          op: 'session.update',
          id: session.id,
          ...(title === undefined ? {} : { title }),
          ...(name === undefined ? {} : { name }),
          ...(pinned === undefined ? {} : { pinned }),
        },
      ]);
      return tell(session.id);
    },
    remove: async (ref, by) => {
      const { id } = await directory.find(ref, by);
      return directory.whileDeleting(id, async () => {
        await endTurns(id);
        const at = clock.now();
        await database.write([{ op: 'session.delete', id, at }]);
        return { session: await tell(id), undoUntil: at + deleteUndoMs };
      });
    },
    restore: async (ref, by) => {
      const session = await directory.findDeleted(ref, by);
      const { id, ownerId, name, deletedAt } = session;
      if (deletedAt === null) return session;
      if (clock.now() - deletedAt > deleteUndoMs)
        throw new AppError('UNDO_OVER', { hint: `A session can be brought back for ${deleteUndoMs / 1000} s.` });
      // The database cannot know that a session of this name is on its way to it.
      const nameless = name !== null && directory.isBeingMade(ownerId, name);
      await database.write([{ op: 'session.restore', id }, ...(nameless ? [{ op: 'session.update', id, name: null } as const] : [])]);
      directory.letIn(id);
      return tell(id);
    },
    follow: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
