import { createHash } from 'node:crypto';
import { AppError } from '../../src-shared/app-error.ts';
import type { ClientFrame, TurnFrame } from '../../src-shared/contract/ws.ts';
import { grants } from '../../src-shared/models/scope.ts';
import type { SessionDirectory } from '../sessions/session-directory.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, SessionRow } from '../storage/database.ts';
import { type Authenticate, requireScope } from './authenticate.ts';
import type { Visitor } from './ws-admission.ts';

export type ConversationPorts = {
  readonly authenticate: Pick<Authenticate, 'used'>;
  readonly database: Database;
  readonly engine: TurnEngine;
  readonly directory: SessionDirectory;
  readonly submit: SubmitMessage;
  readonly follow: typeof import('../sessions/turn-frames.ts').followTurn;
  readonly replayed: typeof import('../sessions/turn-frames.ts').replayed;
};

type Frame<Type extends ClientFrame['type']> = Extract<ClientFrame, { readonly type: Type }>;

/** What one client says to sessions, and the turns that it follows. */
export type Conversation = {
  /** @throws AppError as `SubmitMessage`, SCOPE_MISSING */
  readonly message: (frame: Frame<'message'>, traceId: string) => Promise<void>;
  readonly cancel: (frame: Frame<'cancel'>) => Promise<void>;
  /** Tells what came after `afterSeq`, and goes on with what runs. */
  readonly resume: (frame: Frame<'resume'>) => Promise<void>;
  /** Follows nothing any more. */
  readonly close: () => void;
};

export const createConversation = (
  { by, address, only }: Visitor,
  send: (frame: TurnFrame) => void,
  ports: ConversationPorts,
): Conversation => {
  const { engine, directory } = ports;
  const undos = new Set<() => void>();
  /** The session of messages that name none: one conversation per connection. */
  let ownSession: string | null = only === null ? null : directory.idFor({ id: only, ownerId: by.id }, by);
  /** Settles when every message so far is in its lane, or refused. */
  let entered: Promise<void> = Promise.resolve();

  const follow = (
    turn: ReturnType<TurnEngine['find']> & object,
    sessionId: string,
    fromOffset: number | null,
    frame: (frame: TurnFrame) => void,
  ): void => {
    const undo = ports.follow(turn, sessionId, { frame, fromOffset, end: () => undos.delete(undo) });
    undos.add(undo);
  };

  const mayReach = (handle: string): boolean => only === null || only === handle;

  const find = async (ref: string): Promise<SessionRow> => {
    const session = await directory.find(ref, by);
    if (!mayReach(session.id)) throw new AppError('SESSION_UNKNOWN');
    return session;
  };

  const sendIf = (frame: TurnFrame | null): void => {
    if (frame) send(frame);
  };

  const message: Conversation['message'] = async (frame, traceId) => {
    requireScope(by, 'messages');
    ports.authenticate.used(by, address);
    const { id, idempotencyKey, stream, type: _type, sessionId: ref, ...fields } = frame;
    const idempotency =
      idempotencyKey === undefined
        ? undefined
        : {
            key: idempotencyKey,
            bodyHash: createHash('sha256')
              .update(JSON.stringify({ ...fields, sessionId: ref }))
              .digest('hex'),
          };
    const after = entered;
    const submitting = (async () => {
      if (only !== null && ref !== undefined) await find(ref);
      const sessionId = only === null ? ref : (ownSession ?? undefined);
      // The connection's own session may just be in the making.
      if (sessionId === undefined && ownSession === null) await after;
      const submitTo = (ref: string | undefined) =>
        ports.submit(
          { ...fields, sessionId: ref, channel: fields.channel ?? 'api', via: 'ws', replyTo: id, traceId, idempotency, after },
          by,
        );
      const own = ownSession;
      const result = await submitTo(sessionId ?? own ?? undefined).catch((error: unknown) => {
        if (sessionId !== undefined || own === null || AppError.from(error).code !== 'SESSION_UNKNOWN') throw error;
        // The connection's own session was deleted: it goes on in another.
        if (ownSession === own) ownSession = null;
        return submitTo(ownSession ?? undefined);
      });
      if (sessionId === undefined && result.kind === 'running') ownSession ??= directory.idFor(result.turn.request.session, by);
      // The same key was used elsewhere, and that is not this connection's to see.
      if (!mayReach(result.kind === 'running' ? result.turn.request.session.id : result.row.sessionId))
        throw new AppError('IDEMPOTENCY_CONFLICT');
      return result;
    })();
    entered = submitting.then(
      () => undefined,
      () => undefined,
    );
    const submitted = await submitting;
    if (submitted.kind === 'ended') {
      const { row } = submitted;
      const session = await ports.database.read({ op: 'session.get', id: row.sessionId });
      const context = {
        messageId: row.messageId,
        agentId: row.agentId,
        sessionId: session ? directory.idFor(session, by) : row.sessionId,
        traceId: row.traceId,
        replyTo: id,
      };
      for (const event of await ports.database.read({ op: 'event.ofTurn', messageId: row.messageId }))
        sendIf(ports.replayed(event, context));
      return;
    }
    const { turn } = submitted;
    follow(turn, directory.idFor(turn.request.session, by), stream ? 0 : null, send);
  };

  const resume: Conversation['resume'] = async (frame) => {
    requireScope(by, 'messages');
    const session = await find(frame.sessionId);
    const sessionId = directory.idFor(session, by);
    // What comes while the log is read waits here, so that order holds and nothing is sent twice.
    let waiting: TurnFrame[] | null = [];
    let lastSeq = frame.afterSeq;
    /** How much the client has of the reply it named. */
    let has = frame.offset ?? 0;
    const pass = (next: TurnFrame): void => {
      if (next.seq !== undefined && next.seq <= lastSeq) return;
      if (next.seq !== undefined) lastSeq = next.seq;
      sendIf(next.messageId === frame.messageId ? behind(next, has) : next);
    };
    const take = (next: TurnFrame): void => void (waiting ? waiting.push(next) : pass(next));
    for (const turn of engine.inSession(session.id)) follow(turn, sessionId, 0, take);
    for (let more = true; more; ) {
      const rows = await ports.database.read({
        op: 'event.list',
        sessionId: session.id,
        afterSeq: lastSeq,
        beforeSeq: null,
        limit: 500,
        newest: false,
      });
      for (const row of rows) {
        lastSeq = row.seq;
        // The reply began again, and what the client has is of the old one.
        if (row.messageId === frame.messageId && row.event.type === 'status' && row.event.state === 'restarted') has = 0;
        sendIf(ports.replayed(row, { messageId: row.messageId, agentId: session.agentId, sessionId, traceId: '' }));
      }
      more = rows.length === 500;
    }
    const late = waiting;
    waiting = null;
    for (const next of late) pass(next);
  };

  const cancel: Conversation['cancel'] = async (frame) => {
    requireScope(by, 'messages');
    // It may come right behind the message it means.
    await entered;
    const sessionRef = frame.sessionId ?? (frame.messageId === undefined ? ownSession : null);
    const turns =
      frame.messageId !== undefined ? [engine.find(frame.messageId)] : sessionRef ? engine.inSession((await find(sessionRef)).id) : [];
    for (const turn of turns)
      if (turn && mayReach(turn.request.session.id) && (turn.request.ownerId === by.id || grants(by.scopes, 'admin'))) turn.cancel();
  };

  return {
    message,
    cancel,
    resume,
    close: () => {
      for (const undo of undos) undo();
      undos.clear();
    },
  };
};

/** The part of a delta that a client lacks who has `offset` of the reply; null where there is none. */
const behind = (frame: TurnFrame, offset: number): TurnFrame | null => {
  if (frame.type !== 'delta' || frame.offset >= offset) return frame;
  const content = frame.content.slice(offset - frame.offset);
  return content === '' ? null : { ...frame, content, offset };
};
