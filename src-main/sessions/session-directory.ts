import { AppError } from '../../src-shared/app-error.ts';
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
  /** The session's row is written (or never will be): from now on the database knows its name. */
  readonly settled: (session: NewSessionRow) => void;
  /** What this caller sees as the `sessionId`: the credential for its owner, the handle for anyone else. */
  readonly idFor: (session: { readonly id: string; readonly ownerId: string }, by: Principal) => string;
};

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

  /** What is hidden nobody reaches, not by its handle either: it has nothing to show, and must not get anything. */
  const mayReach = (session: SessionRow, by: Principal): boolean =>
    session.deletedAt === null && !session.hidden && (session.ownerId === by.id || by.scopes.has('admin'));

  const lookUp = async (ref: string, by: Principal): Promise<SessionRow | null> => {
    const handle = ref.startsWith('ses_') ? fromSessionId(ref, ports.key()) : null;
    if (handle) {
      const session = made.get(handle) ?? (await database.read({ op: 'session.get', id: handle }));
      return session && mayReach(session, by) ? session : null;
    }
    const named = await database.read({ op: 'session.byName', ownerId: by.id, name: ref });
    if (named) return named;
    if (/^[A-Za-z0-9_-]{22}$/.test(ref)) {
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

  return {
    forMessage: (ref, by, defaults) => {
      if (ref === null) return Promise.resolve(make(null, by, defaults));
      const key = `${by.id}\0${ref}`;
      const pending = pendingNames.get(key);
      if (pending) return pending;
      const found = lookUp(ref, by).then((session) => {
        if (session) return { session, exists: true, takeFirst: () => false };
        if (ref.startsWith('ses_')) throw new AppError('SESSION_UNKNOWN');
        return make(ref, by, defaults);
      });
      pendingNames.set(key, found);
      const forget = (): void => void pendingNames.delete(key);
      found.then((handle) => handle.exists && forget(), forget);
      return found;
    },
    settled: (session) => {
      made.delete(session.id);
      if (session.name !== null) pendingNames.delete(`${session.ownerId}\0${session.name}`);
    },
    find: async (ref, by) => {
      const session = await lookUp(ref, by);
      if (!session) throw new AppError('SESSION_UNKNOWN');
      return session;
    },
    idFor: (session, by) => (session.ownerId === by.id ? toSessionId(session.id, ports.key()) : session.id),
  };
};
