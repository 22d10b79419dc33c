import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, SessionRow } from '../storage/database.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { TurnEngine } from './turn-engine.ts';

/** For this long without a use, a Session ID opens nothing any more. */
export const sessionIdleMs = 3_600_000;

/** The Session ID as a credential: it opens its one session, until that was not used for an hour. */
export type SessionCredential = {
  /** Counts as a use. Whether the owner's token still holds is the caller's to check. @throws AppError TOKEN_INVALID, SESSION_IDLE */
  readonly open: (sessionId: string) => Promise<SessionRow>;
  /** Whoever opened it does something. */
  readonly touch: (id: string) => void;
  /** Calls `end` once the session was not used for an hour. */
  readonly onIdle: (id: string, end: () => void) => () => void;
};

export const createSessionCredential = (ports: {
  readonly database: Database;
  readonly clock: Clock;
  readonly directory: SessionDirectory;
  readonly engine: Pick<TurnEngine, 'inSession'>;
}): SessionCredential => {
  const { database, clock } = ports;
  /** Uses that leave nothing on the disk, oldest first. After a restart, the last event of the session stands in for them. */
  const touched = new Map<string, number>();

  const touch = (id: string): void => {
    const now = clock.now();
    touched.delete(id);
    touched.set(id, now);
    for (const [other, at] of touched) {
      if (now - at < sessionIdleMs) break;
      touched.delete(other);
    }
  };

  /** How much of the hour is left. */
  const leftMs = (session: SessionRow): number => {
    if (ports.engine.inSession(session.id).length > 0) return sessionIdleMs;
    return Math.max(session.updatedAt, touched.get(session.id) ?? 0) + sessionIdleMs - clock.now();
  };

  return {
    open: async (sessionId) => {
      const session = await ports.directory.bySessionId(sessionId);
      if (!session) throw new AppError('TOKEN_INVALID', { message: 'The Session ID is not valid.' });
      if (leftMs(session) <= 0) throw new AppError('SESSION_IDLE');
      touch(session.id);
      return session;
    },
    touch,
    onIdle: (id, end) => {
      let cancel = (): void => undefined;
      let over = false;
      const look = async (): Promise<void> => {
        const session = await database.read({ op: 'session.get', id });
        const left = session ? leftMs(session) : 0;
        if (over) return;
        if (left <= 0) end();
        else cancel = clock.after(left, lookAgain);
      };
      // A database that does not answer is no reason to end: the next look decides.
      const lookAgain = (): void =>
        void look().catch(() => {
          if (!over) cancel = clock.after(sessionIdleMs, lookAgain);
        });
      cancel = clock.after(sessionIdleMs, lookAgain);
      return () => {
        over = true;
        cancel();
      };
    },
  };
};
