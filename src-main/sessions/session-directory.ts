import { AppError } from '../../src-shared/app-error.ts';
import { deleteUndoMs } from '../../src-shared/contract/routes/sessions.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import type { Database, NewSessionRow, SessionRow } from '../storage/database.ts';
import { fromSessionId, toSessionId } from './session-id.ts';

/** A session as a turn needs it: the row to put, and whether the database has it already. */
export type SessionHandle = {
  readonly session: NewSessionRow;
  readonly exists: boolean;
  /** True once, for whoever asks first about a session that is new: the first turn, which has no history. Ask as the turn goes into its lane. */
  readonly takeFirst: () => boolean;
};

export type SessionDefaults = Pick<NewSessionRow, 'agentId' | 'channel' | 'title' | 'hidden'>;

/** Finds sessions by what clients call them: their own name, a Session ID, or a handle. */
export type SessionDirectory = {
  /** The session for a new message; made up (not yet written) where the name is new or there is none. */
  readonly forMessage: (ref: string | null, by: Principal, defaults: SessionDefaults) => Promise<SessionHandle>;
  /** @throws AppError SESSION_UNKNOWN, also for sessions of others */
  readonly find: (ref: string, by: Principal) => Promise<SessionRow>;
  /** Whoever asks: the Session ID is the credential. Null where it is none of ours, or its session is gone. */
  readonly bySessionId: (sessionId: string) => Promise<SessionRow | null>;
  /** By handle or Session ID: one that is deleted, or was and is back. @throws AppError SESSION_UNKNOWN */
  readonly findDeleted: (ref: string, by: Principal) => Promise<SessionRow>;
  /**
   * Lets nothing into the session while it is being deleted and, where that succeeds, after it; whoever looks for it
   * meanwhile waits. @throws AppError SESSION_UNKNOWN where it is being deleted already; what `deletion` throws
   */
  readonly whileDeleting: <T>(id: string, deletion: () => Promise<T>) => Promise<T>;
  /** It is back. */
  readonly letIn: (id: string) => void;
  /** To be asked as a message goes into its lane, since it may have looked for its session long ago. @throws AppError SESSION_UNKNOWN */
  readonly requireOpen: (id: string) => void;
  /** A session of this name is on its way to the database, or may be in a moment. */
  readonly isBeingMade: (ownerId: string, name: string) => boolean;
  /** The session's row is written (or never will be): from now on the database knows its name. */
  readonly settled: (session: NewSessionRow) => void;
  /** What this caller sees as the `sessionId`: the credential for its owner, the handle for anyone else. */
  readonly idFor: (session: { readonly id: string; readonly ownerId: string }, by: Principal) => string;
};

const handlePattern = /^[A-Za-z0-9_-]{22}$/;

export const createSessionDirectory = (ports: {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly key: () => Buffer;
}): SessionDirectory => {
  const { database } = ports;
  /** Names of sessions that are made up but not committed yet, so that two messages at once meet in one. */
  const pendingNames = new Map<string, Promise<SessionHandle>>();
  /** Sessions that are made up but not committed yet, by handle: their own connection speaks of them already. */
  const made = new Map<string, SessionRow>();

  /** Sessions that are being deleted or were a moment ago, by handle. */
  const closed = new Map<string, Promise<unknown>>();

  const owns = (session: SessionRow, by: Principal): boolean => session.ownerId === by.id || by.scopes.has('admin');
  /** What is hidden nobody reaches, not by its handle either: it has nothing to show, and must not get anything. */
  const isThere = (session: SessionRow): boolean => session.deletedAt === null && !session.hidden;
  const mayReach = (session: SessionRow, by: Principal): boolean => isThere(session) && owns(session, by);

  const byHandle = async (handle: string): Promise<SessionRow | null> => {
    const session = made.get(handle) ?? (await database.read({ op: 'session.get', id: handle }));
    return session && isThere(session) ? session : null;
  };

  const lookUp = async (ref: string, by: Principal): Promise<SessionRow | null> => {
    const session = await lookUpOnce(ref, by);
    const deletion = session && closed.get(session.id);
    if (!deletion) return session;
    await deletion.catch(() => undefined);
    return lookUpOnce(ref, by);
  };

  const lookUpOnce = async (ref: string, by: Principal): Promise<SessionRow | null> => {
    const handle = ref.startsWith('ses_') ? fromSessionId(ref, ports.key()) : null;
    if (handle) {
      const session = await byHandle(handle);
      return session && owns(session, by) ? session : null;
    }
    const named = await database.read({ op: 'session.byName', ownerId: by.id, name: ref });
    if (named) return named;
    if (handlePattern.test(ref)) {
      const session = await database.read({ op: 'session.get', id: ref });
      if (session && mayReach(session, by)) return session;
    }
    return by.scopes.has('admin') ? database.read({ op: 'session.byName', ownerId: null, name: ref }) : null;
  };

  const make = (name: string | null, by: Principal, defaults: SessionDefaults): SessionHandle => {
    const id = ports.randomBytes(16).toString('base64url');
    const session: NewSessionRow = { id, ownerId: by.id, name, ...defaults, createdAt: ports.clock.now() };
    if (!session.hidden) made.set(session.id, { ...session, updatedAt: session.createdAt, lastSeq: 0, pinned: false, deletedAt: null });
    let first = true;
    return {
      session,
      exists: false,
      takeFirst: () => {
        const taken = first;
        first = false;
        return taken;
      },
    };
  };

  /** The handle of a session that is deleted, or hidden, is not taken for the name of a new one. */
  const requireNotDeleted = async (ref: string, by: Principal): Promise<void> => {
    if (!handlePattern.test(ref)) return;
    const session = await database.read({ op: 'session.get', id: ref });
    if (session && owns(session, by)) throw new AppError('SESSION_UNKNOWN');
  };

  return {
    forMessage: (ref, by, defaults) => {
      if (ref === null) return Promise.resolve(make(null, by, defaults));
      const key = `${by.id}\0${ref}`;
      const pending = pendingNames.get(key);
      if (pending) return pending;
      const found = lookUp(ref, by).then((session) => {
        if (session) return { session, exists: true, takeFirst: () => false };
        if (ref.startsWith('ses_')) throw new AppError('SESSION_UNKNOWN');
        return requireNotDeleted(ref, by).then(() => make(ref, by, defaults));
      });
      pendingNames.set(key, found);
      const forget = (): void => void pendingNames.delete(key);
      found.then((handle) => handle.exists && forget(), forget);
      return found;
    },
    findDeleted: async (ref, by) => {
      const id = ref.startsWith('ses_') ? fromSessionId(ref, ports.key()) : ref;
      const session = id === null ? null : await database.read({ op: 'session.get', id });
      if (!session || session.hidden || !owns(session, by)) throw new AppError('SESSION_UNKNOWN');
      return session;
    },
    whileDeleting: async (id, deletion) => {
      if (closed.has(id)) throw new AppError('SESSION_UNKNOWN');
      const deleting = deletion();
      closed.set(id, deleting);
      try {
        return await deleting;
      } catch (error) {
        closed.delete(id);
        throw error;
      } finally {
        // From now on the database says so; only what looked for it before must still be kept out.
        ports.clock.after(deleteUndoMs, () => closed.get(id) === deleting && closed.delete(id));
      }
    },
    letIn: (id) => void closed.delete(id),
    requireOpen: (id) => {
      if (closed.has(id)) throw new AppError('SESSION_UNKNOWN');
    },
    isBeingMade: (ownerId, name) => pendingNames.has(`${ownerId}\0${name}`),
    settled: (session) => {
      made.delete(session.id);
      if (session.name !== null) pendingNames.delete(`${session.ownerId}\0${session.name}`);
    },
    find: async (ref, by) => {
      const session = await lookUp(ref, by);
      if (!session) throw new AppError('SESSION_UNKNOWN');
      return session;
    },
    bySessionId: async (sessionId) => {
      const handle = fromSessionId(sessionId, ports.key());
      return handle === null ? null : byHandle(handle);
    },
    idFor: (session, by) => (session.ownerId === by.id ? toSessionId(session.id, ports.key()) : session.id),
  };
};
