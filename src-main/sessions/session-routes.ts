import { AppError } from '../../src-shared/app-error.ts';
import type { RouteAnswer, RouteInput, Session } from '../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { Database, SessionRow } from '../storage/database.ts';
import type { SessionChanges } from './session-changes.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { createSessionExport, SessionFile } from './session-export.ts';
import type { TurnEngine } from './turn-engine.ts';

type Info = { readonly principal: Principal | null };
type Ports = {
  readonly database: Database;
  readonly engine: TurnEngine;
  readonly directory: SessionDirectory;
  readonly changes: SessionChanges;
  readonly exportSession: ReturnType<typeof createSessionExport>;
};

export type SessionRoutes = {
  readonly listSessions: (input: RouteInput<'listSessions'>, info: Info) => Promise<RouteAnswer<'listSessions'>>;
  readonly getSessionMessages: (input: RouteInput<'getSessionMessages'>, info: Info) => Promise<RouteAnswer<'getSessionMessages'>>;
  readonly updateSession: (input: RouteInput<'updateSession'>, info: Info) => Promise<RouteAnswer<'updateSession'>>;
  readonly deleteSession: (input: RouteInput<'deleteSession'>, info: Info) => Promise<RouteAnswer<'deleteSession'>>;
  readonly restoreSession: (input: RouteInput<'restoreSession'>, info: Info) => Promise<RouteAnswer<'restoreSession'>>;
  readonly exportSession: (input: RouteInput<'exportSession'>, info: Info) => Promise<{ readonly raw: SessionFile }>;
  readonly searchSessions: (input: RouteInput<'searchSessions'>, info: Info) => Promise<RouteAnswer<'searchSessions'>>;
  readonly view: (session: SessionRow, by: Principal) => Session;
};

const pageDefault = 50;

/** Sessions: list, read, change, delete, export, search. Everyone sees their own; scope `admin` sees all. */
export const createSessionRoutes = ({ database, engine, directory, changes, exportSession }: Ports): SessionRoutes => {
  const view = (session: SessionRow, by: Principal): Session => ({
    id: session.id,
    ...(session.ownerId === by.id ? { sessionId: directory.idFor(session, by) } : {}),
    name: session.name,
    title: session.title,
    agentId: session.agentId,
    channel: session.channel,
    createdAt: session.createdAt,
    updatedAt: session.updatedAt,
    lastSeq: session.lastSeq,
    running: engine.inSession(session.id).length > 0,
    pinned: session.pinned,
  });

  return {
    view,
    listSessions: async ({ query }, info) => {
      const by = callerOf(info);
      const limit = query.limit ?? pageDefault;
      const before =
        query.cursor === undefined
          ? null
          : readCursor(query.cursor, /^(\d{1,16})\.([A-Za-z0-9_-]{22})$/, ([updatedAt, id]) => ({
              updatedAt: Number(updatedAt),
              id: id ?? '',
            }));
      const { pinned, channel } = query;
      const filter = { ...(pinned === undefined ? {} : { pinned }), ...(channel === undefined ? {} : { channel }) };
      const rows = await database.read({ op: 'session.list', ownerId: ownerFilter(by), before, limit, ...filter });
      const last = rows.at(-1);
      return {
        status: 200,
        body: {
          sessions: rows.map((row) => view(row, by)),
          nextCursor: rows.length === limit && last ? `${last.updatedAt}.${last.id}` : null,
        },
      };
    },
    getSessionMessages: async ({ params, query }, info) => {
      const by = callerOf(info);
      const limit = query.limit ?? pageDefault;
      if (query.cursor !== undefined && query.afterSeq !== undefined)
        throw new AppError('BAD_REQUEST', { message: 'query: give either cursor or afterSeq' });
      const session = await directory.find(params.id, by);
      const beforeSeq = query.cursor === undefined ? null : readCursor(query.cursor, /^(\d{1,16})$/, ([seq]) => Number(seq));
      // Before the events are read: what ends in between is in one of the two, never in neither.
      const running = engine
        .inSession(session.id)
        .map((turn) => ({ messageId: turn.request.messageId, agentId: turn.request.agentId, partial: turn.text() }));
      const { afterSeq } = query;
      const range = { afterSeq: afterSeq ?? 0, beforeSeq, newest: afterSeq === undefined };
      const rows = await database.read({ op: 'event.list', sessionId: session.id, ...range, limit });
      const first = rows[0];
      return {
        status: 200,
        body: {
          session: view(session, by),
          items: rows.map(({ seq, messageId, at, event }) => ({ seq, messageId, timestamp: at, event })),
          running,
          nextCursor: (afterSeq !== undefined || rows.length === limit) && first && first.seq > 1 ? String(first.seq) : null,
        },
      };
    },
    updateSession: async ({ params, body }, info) => {
      const by = callerOf(info);
      return { status: 200, body: { session: view(await changes.update(params.id, body, by), by) } };
    },
    deleteSession: async ({ params }, info) => {
      const by = callerOf(info);
      const { session, undoUntil } = await changes.remove(params.id, by);
      return { status: 200, body: { session: view(session, by), undoUntil } };
    },
    restoreSession: async ({ params }, info) => {
      const by = callerOf(info);
      return { status: 200, body: { session: view(await changes.restore(params.id, by), by) } };
    },
    exportSession: async ({ params, query }, info) => ({
      raw: exportSession(await directory.find(params.id, callerOf(info)), query.format),
    }),
    searchSessions: async ({ query }, info) => {
      const by = callerOf(info);
      const limit = query.limit ?? pageDefault;
      const before = query.cursor === undefined ? null : readCursor(query.cursor, /^(\d{1,16})$/, ([rowid]) => Number(rowid));
      const hits = await database.read({ op: 'event.search', ownerId: ownerFilter(by), text: query.q, before, limit });
      return {
        status: 200,
        body: {
          hits: hits.map(({ session, row }) => ({
            session: view(session, by),
            seq: row.seq,
            messageId: row.messageId,
            timestamp: row.at,
            role: row.event.type === 'message' ? ('user' as const) : ('assistant' as const),
            snippet: snippet(row.event.content, query.q),
          })),
          nextCursor: hits.length === limit ? String(hits.at(-1)?.cursor) : null,
        },
      };
    },
  };
};

const ownerFilter = (by: Principal): string | null => (by.scopes.has('admin') ? null : by.id);

const readCursor = <T>(cursor: string, shape: RegExp, read: (parts: readonly (string | undefined)[]) => T): T => {
  const match = shape.exec(cursor);
  if (!match) throw new AppError('BAD_REQUEST', { message: 'query.cursor: not one that this route gave out' });
  return read(match.slice(1));
};

/** The text around the first word that was looked for. */
const snippet = (content: string, query: string): string => {
  const word = query.trim().split(/\s+/)[0]?.toLowerCase() ?? '';
  const at = Math.max(0, content.toLowerCase().indexOf(word));
  const from = Math.max(0, at - 60);
  return `${from > 0 ? '…' : ''}${content.slice(from, at + 140)}${content.length > at + 140 ? '…' : ''}`;
};
