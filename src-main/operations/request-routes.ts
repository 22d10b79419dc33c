import { AppError } from '../../src-shared/app-error.ts';
import type { Config } from '../../src-shared/contract/config.ts';
import type { RouteAnswer, RouteInput, TurnAnswer } from '../../src-shared/contract/rest.ts';
import type { RequestRow } from '../../src-shared/contract/routes/operations.ts';
import type { Clock } from '../gateway-ports.ts';
import { redact, redactIn } from '../logs/redact.ts';
import { readNumberCursor } from '../number-cursor.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, RequestRowStored, TurnRow } from '../storage/database.ts';

type Info = { readonly principal: Principal | null };
type Ids = 'listRequests' | 'getRequest' | 'getUsage';
export type RequestRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

type Ports = {
  readonly database: Database;
  readonly engine: Pick<TurnEngine, 'find'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The end of a turn, out of its events. */
  readonly answerOf: (row: TurnRow) => Promise<TurnAnswer>;
  /** `retention.requestBodies`, as it is now. */
  readonly bodies: () => Config['retention']['requestBodies'];
};

const pageDefault = 50;
const dayMs = 86_400_000;
const daysDefault = 30;

/** What came in by every door, and what it took. Everyone sees their own; scope `admin` sees all. */
export const createRequestRoutes = ({ database, engine, clock, answerOf, bodies }: Ports): RequestRoutes => ({
  listRequests: async ({ query }, info) => {
    const { cursor, limit = pageDefault, tokenId, ...filters } = query;
    const ownerId = ownerOf(callerOf(info), tokenId);
    // Somebody else's, which this caller may not see.
    if (ownerId === undefined) return { status: 200, body: { requests: [], nextCursor: null } };
    const rows = await database.read({ op: 'request.list', ownerId, before: readNumberCursor(cursor), limit, ...given(filters) });
    return { status: 200, body: { requests: rows.map(view), nextCursor: rows.length === limit ? String(rows.at(-1)?.no) : null } };
  },
  getRequest: async ({ params }, info) => {
    const by = callerOf(info);
    const stored = await database.read({ op: 'request.get', messageId: params.id });
    if (!stored || (stored.turn.ownerId !== by.id && !by.scopes.has('admin'))) throw new AppError('MESSAGE_UNKNOWN');
    const kept = !stored.hidden && bodies() === 'redacted';
    const running = engine.find(params.id);
    const answer = await answerOf(stored.turn);
    const events = kept ? await database.read({ op: 'event.ofTurn', messageId: params.id }) : [];
    const message = events.find(({ event }) => event.type === 'message')?.event;
    return {
      status: 200,
      body: {
        request: view(stored),
        body: message?.type === 'message' ? redact(message.content) : null,
        reply: kept ? redact(running?.text() ?? answer.finalReply) : null,
        toolCalls: kept ? (redactIn(running?.toolCalls() ?? answer.toolCalls) as TurnAnswer['toolCalls']) : [],
        ...(answer.error ? { error: answer.error } : {}),
      },
    };
  },
  getUsage: async ({ query }, info) => {
    const to = query.to ?? dayOf(clock.now());
    const from = query.from ?? dayOf(Date.parse(to) - (daysDefault - 1) * dayMs);
    if (from > to) throw new AppError('BAD_REQUEST', { message: `query.from: ${from} is after ${to}` });
    const by = callerOf(info);
    const rows = await database.read({ op: 'usage.sum', ownerId: by.scopes.has('admin') ? null : by.id, from, to, by: query.by });
    return { status: 200, body: { from, to, rows: [...rows] } };
  },
});

/** A row as clients see it; null where there is none, or none yet. */
export const readRequest = async (database: Database, messageId: string): Promise<RequestRow | null> => {
  const stored = await database.read({ op: 'request.get', messageId });
  return stored && view(stored);
};

/** Whose rows: null for everyone's, undefined for nobody's. */
const ownerOf = (by: Principal, tokenId: string | undefined): string | null | undefined =>
  by.scopes.has('admin') ? (tokenId ?? null) : tokenId === undefined || tokenId === by.id ? by.id : undefined;

const view = ({ turn, channel, hidden }: RequestRowStored): RequestRow => ({
  id: turn.messageId,
  at: turn.acceptedAt,
  via: turn.via,
  channel,
  tokenId: turn.ownerId,
  agentId: turn.agentId,
  model: turn.model,
  sessionId: hidden ? null : turn.sessionId,
  status: turn.status,
  durationMs: turn.endedAt === null ? null : Math.max(0, turn.endedAt - turn.acceptedAt),
  usage: turn.usage ?? { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  traceId: turn.traceId,
});

/** Without the fields that were not given. */
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
