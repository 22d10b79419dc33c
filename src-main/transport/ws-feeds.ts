import type { Approval } from '../../src-shared/contract/events.ts';
import type { Channel, LogLevel, Session } from '../../src-shared/contract/rest.ts';
import type { RequestRow } from '../../src-shared/contract/routes/operations.ts';
import type { Topic } from '../../src-shared/contract/ws.ts';
import type { ApprovalQueue } from '../approvals/approval-queue.ts';
import type { Clock } from '../gateway-ports.ts';
import type { FollowLog } from '../logs/log-feed.ts';
import type { Principal } from '../principal.ts';
import type { SessionChanges } from '../sessions/session-changes.ts';
import type { Stops } from '../sessions/stops.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, SessionRow } from '../storage/database.ts';

/** Several at once are one change. */
const channelsEveryMs = 250;

/** `hasRoom`: false while the client has not read what it was sent. */
type Feed = (
  by: Principal,
  send: (data: unknown) => void,
  options: { readonly level: LogLevel; readonly hasRoom: () => boolean },
) => () => void;

/** What `subscribe` can follow; each returns its undo. */
export type WsFeeds = { readonly [T in Topic]: Feed };

export const createWsFeeds = (ports: {
  readonly followLog: FollowLog;
  readonly engine: TurnEngine;
  readonly approvals: Pick<ApprovalQueue, 'pending' | 'onChange'>;
  readonly stops: Pick<Stops, 'list' | 'onChange'>;
  readonly database: Database;
  readonly sessionChanges: Pick<SessionChanges, 'follow'>;
  readonly channels: { readonly list: () => Promise<readonly Channel[]>; readonly onChange: (listener: () => void) => () => void };
  readonly clock: Pick<Clock, 'after'>;
  readonly requestRow: (messageId: string) => Promise<RequestRow | null>;
  readonly view: (session: SessionRow, by: Principal) => Session;
}): WsFeeds => ({
  logs: (_by, send, { level, hasRoom }) => ports.followLog({ filter: { level }, hasRoom, deliver: send }),
  approvals: (by, send) => {
    const tell = (approval: Approval): void => {
      if (approval.ownerId === by.id || by.scopes.has('admin')) send({ approval });
    };
    ports.approvals.pending().forEach(tell);
    return ports.approvals.onChange(tell);
  },
  status: (_by, send) => {
    const tell = (): void => send({ queue: ports.engine.queue(), stops: ports.stops.list() });
    tell();
    const undo = [ports.engine.onChange(tell), ports.stops.onChange(tell)];
    return () => {
      for (const step of undo) step();
    };
  },
  channels: (_by, send) => {
    let cancel: (() => void) | null = null;
    // The next change tells it all again.
    const tell = (): void =>
      void ports.channels.list().then(
        (channels) => send({ channels }),
        () => undefined,
      );
    tell();
    const undo = ports.channels.onChange(() => {
      cancel ??= ports.clock.after(channelsEveryMs, () => {
        cancel = null;
        tell();
      });
    });
    return () => {
      undo();
      cancel?.();
    };
  },
  requests: (by, send) =>
    ports.engine.onChange(({ request: { messageId, ownerId } }) => {
      if (ownerId !== by.id && !by.scopes.has('admin')) return;
      ports.requestRow(messageId).then(
        // What leaves no history may be on the disk at its end only.
        (request) => request && send({ request }),
        // Its end, or the list, tells it again.
        () => undefined,
      );
    }),
  sessions: (by, send) => {
    // What the list shows: neither turns that leave no history, nor the thousand sessions of a batch.
    const follows = (session: Pick<SessionRow, 'ownerId' | 'hidden' | 'channel'>): boolean =>
      (session.ownerId === by.id || by.scopes.has('admin')) && !session.hidden && session.channel !== 'batch';
    const undo = [
      ports.engine.onChange((turn, ended) => {
        const { session, messageId } = turn.request;
        if (!follows(session)) return;
        ports.database.read({ op: 'session.get', id: session.id }).then(
          // One that is being deleted is told of as such.
          (row) => row?.deletedAt === null && send({ session: ports.view(row, by), messageId, ended }),
          // The list is refreshed by the next change.
          () => undefined,
        );
      }),
      ports.sessionChanges.follow((session) => {
        if (!follows(session)) return;
        send({ session: ports.view(session, by), ...(session.deletedAt === null ? {} : { deleted: true }) });
      }),
    ];
    return () => {
      for (const step of undo) step();
    };
  },
});
