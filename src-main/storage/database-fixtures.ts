import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { BatchRow, NewSessionRow, SessionRow, TokenRow, TurnRow, Write } from './database.ts';

/** Rows for tests: valid, and as short as they can be said. */
export const sessionId = (name: string): string => name.padEnd(22, '_');
export const messageId = (name: string | number): string => `msg_${String(name).padEnd(22, '_')}`;

export const sessionRow = (id: string, changes: Partial<SessionRow> = {}): NewSessionRow => ({
  id,
  ownerId: changes.ownerId ?? 'local',
  name: changes.name ?? null,
  title: changes.title ?? 'a title',
  agentId: changes.agentId ?? 'main',
  channel: changes.channel ?? 'api',
  createdAt: changes.createdAt ?? 1_000,
  hidden: changes.hidden ?? false,
});

export const putSession = (id: string, changes: Partial<SessionRow> = {}) =>
  ({ op: 'session.put', session: sessionRow(id, changes) }) as const satisfies Write;

export const insertTurn = (id: string, session: string, changes: Partial<TurnRow> = {}) =>
  ({
    op: 'turn.insert',
    turn: {
      messageId: id,
      sessionId: session,
      ownerId: changes.ownerId ?? 'local',
      agentId: changes.agentId ?? 'main',
      traceId: changes.traceId ?? 'trace',
      via: changes.via ?? 'rest',
      acceptedAt: changes.acceptedAt ?? 1_000,
      options: changes.options ?? { timeoutMs: 300_000 },
      idempotencyKey: changes.idempotencyKey ?? null,
      bodyHash: changes.bodyHash ?? null,
    },
  }) as const satisfies Write;

export const said = (content: string): DurableEvent => ({ type: 'message', content, channel: 'api' });
export const replied = (content: string): DurableEvent => ({ type: 'response', content, final: true, usage, durationMs: 5 });
export const usage = { inputTokens: 3, outputTokens: 4, costUsd: 0.001 } as const;

export const append = (session: string, message: string, ...events: readonly DurableEvent[]) =>
  ({
    op: 'events.append',
    sessionId: session,
    events: events.map((event, i) => ({ messageId: message, at: 2_000 + i, event })),
  }) as const satisfies Write;

export const endTurn = (id: string, changes: Partial<Extract<Write, { op: 'turn.end' }>> = {}) =>
  ({
    op: 'turn.end',
    messageId: id,
    status: changes.status ?? 'completed',
    endedAt: changes.endedAt ?? 3_000,
    usage: changes.usage === undefined ? usage : changes.usage,
    model: changes.model === undefined ? 'local' : changes.model,
    durationMs: changes.durationMs ?? 5,
  }) as const satisfies Write;

/** The usual turn in one write. */
export const wholeTurn = (session: string, message: string, text = 'hello', reply = 'hi') =>
  [putSession(session), insertTurn(message, session), append(session, message, said(text), replied(reply)), endTurn(message)] as const;

export const tokenRow = (id: string, changes: Partial<TokenRow> = {}): TokenRow => ({
  id,
  name: 'a token',
  kind: 'bearer',
  scopes: ['messages', 'channels:read'],
  createdAt: 1_000,
  expiresAt: 10_000,
  revokedAt: null,
  lastUsedAt: null,
  requests: 0,
  lastAddress: null,
  keyHash: null,
  parentId: null,
  ...changes,
});

export const batchRow = (id: string, changes: Partial<BatchRow> = {}): BatchRow => ({
  id,
  ownerId: 'local',
  name: 'a batch',
  status: 'running',
  parallel: 4,
  total: 3,
  createdAt: 1_000,
  endedAt: null,
  idempotencyKey: null,
  bodyHash: null,
  ...changes,
});
