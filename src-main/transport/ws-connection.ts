import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { AppError } from '../../src-shared/app-error.ts';
import { assertNever } from '../../src-shared/assert-never.ts';
import { type ClientFrame, clientFrameSchema, type ServerFrame, type Topic, type TurnFrame, topics } from '../../src-shared/contract/ws.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import { grants } from '../../src-shared/models/scope.ts';
import type { ApprovalAnswer, ApprovalQueue } from '../approvals/approval-queue.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import type { SessionDirectory } from '../sessions/session-directory.ts';
import type { SubmitMessage } from '../sessions/submit-message.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, SessionRow } from '../storage/database.ts';
import { type Authenticate, requireScope } from './authenticate.ts';
import { parseJsonText } from './parse-json-text.ts';
import type { Visitor } from './ws-admission.ts';
import type { WsFeeds } from './ws-feeds.ts';

const maxBufferedBytes = 4 * 1024 * 1024;
/** Above it a client gets nothing that can be left out. */
const roomBytes = 1024 * 1024;
const badFramesMost = 3;
/** What a connection can say that a Session ID opened. */
const sessionFrames: ReadonlySet<ClientFrame['type']> = new Set(['message', 'cancel', 'resume', 'ping']);

export type WsPorts = {
  readonly authenticate: Pick<Authenticate, 'used' | 'onEnd'>;
  readonly database: Database;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly engine: TurnEngine;
  readonly directory: SessionDirectory;
  readonly submit: SubmitMessage;
  readonly approvals: Pick<ApprovalQueue, 'answer'>;
  readonly feeds: WsFeeds;
  readonly follow: typeof import('../sessions/turn-frames.ts').followTurn;
  readonly replayed: typeof import('../sessions/turn-frames.ts').replayed;
};

/** One client on `/ws`: reads frames, follows turns, never lets a bad frame or a slow reader harm others. */
export const serveConnection = (socket: WebSocket, wire: Duplex, { by, address, only }: Visitor, ports: WsPorts): void => {
  const { engine, directory, clock } = ports;
  const undos = new Set<() => void>();
  const subscriptions = new Map<Topic, () => void>();
  let badFrames = 0;
  /** The session of messages that name none: one conversation per connection. */
  let ownSession: string | null = only === null ? null : directory.idFor({ id: only, ownerId: by.id }, by);
  /** Settles when every message so far is in its lane, or refused. */
  let entered: Promise<void> = Promise.resolve();

  const send = (frame: ServerFrame): void => {
    if (socket.readyState !== socket.OPEN) return;
    // What is said in one go leaves in one packet, for one system call.
    if (wire.writableCorked === 0) {
      wire.cork();
      process.nextTick(() => wire.uncork());
    }
    socket.send(JSON.stringify(frame));
    if (socket.bufferedAmount > maxBufferedBytes) close(new AppError('SLOW_READER'));
  };

  const close = (error: AppError): void => {
    const code = errorCodes[error.code].ws;
    if (typeof code === 'number') socket.close(code, error.code);
  };

  const bare = (): { agentId: string; sessionId: string; timestamp: number } => ({ agentId: '', sessionId: '', timestamp: clock.now() });

  const sendError = (thrown: unknown, about: { readonly replyTo?: string | undefined; readonly traceId: string }): void => {
    const error = AppError.from(thrown);
    if (error.code === 'INTERNAL')
      ports.log.error({ source: 'ws', traceId: about.traceId, token: by.id, err: error.cause }, 'a frame could not be handled');
    send({
      type: 'error',
      code: error.code,
      content: error.message,
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
      ...bare(),
      messageId: '',
      traceId: about.traceId,
      ...(about.replyTo === undefined ? {} : { replyTo: about.replyTo }),
    });
  };

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

  const onMessage = async (frame: Extract<ClientFrame, { type: 'message' }>, traceId: string): Promise<void> => {
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

  const onResume = async (frame: Extract<ClientFrame, { type: 'resume' }>): Promise<void> => {
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

  const sendIf = (frame: TurnFrame | null): void => {
    if (frame) send(frame);
  };

  const onCancel = async (frame: Extract<ClientFrame, { type: 'cancel' }>): Promise<void> => {
    requireScope(by, 'messages');
    // It may come right behind the message it means.
    await entered;
    const sessionRef = frame.sessionId ?? (frame.messageId === undefined ? ownSession : null);
    const turns =
      frame.messageId !== undefined ? [engine.find(frame.messageId)] : sessionRef ? engine.inSession((await find(sessionRef)).id) : [];
    for (const turn of turns)
      if (turn && mayReach(turn.request.session.id) && (turn.request.ownerId === by.id || grants(by.scopes, 'admin'))) turn.cancel();
  };

  const onSubscribe = (frame: Extract<ClientFrame, { type: 'subscribe' }>): void => {
    for (const topic of frame.topics) {
      const scope = topics[topic];
      if (scope) requireScope(by, scope);
      subscriptions.get(topic)?.();
      subscriptions.set(
        topic,
        ports.feeds[topic](by, (data) => send({ type: 'event', content: topic, topic, data, ...bare() }), {
          level: frame.level ?? 'info',
          hasRoom: () => socket.bufferedAmount < roomBytes,
        }),
      );
    }
  };

  const onAnswer = async (id: string, answer: ApprovalAnswer): Promise<void> => {
    requireScope(by, 'approvals');
    await ports.approvals.answer(id, answer, by);
  };

  const handle = async (frame: ClientFrame, traceId: string): Promise<void> => {
    if (only !== null && !sessionFrames.has(frame.type))
      throw new AppError('SCOPE_MISSING', {
        message: `A connection opened by a Session ID is for its session only; it takes no "${frame.type}".`,
        hint: 'Open it with a token.',
      });
    switch (frame.type) {
      case 'message':
        return onMessage(frame, traceId);
      case 'cancel':
        return onCancel(frame);
      case 'resume':
        return onResume(frame);
      case 'approve':
        return onAnswer(frame.approvalId, { decision: 'approve', pin: frame.pin ?? null, remember: frame.remember ?? 'once' });
      case 'deny':
        return onAnswer(frame.approvalId, { decision: 'deny', pin: null, remember: 'once' });
      case 'subscribe':
        return onSubscribe(frame);
      case 'unsubscribe':
        for (const topic of frame.topics) {
          subscriptions.get(topic)?.();
          subscriptions.delete(topic);
        }
        return;
      case 'ping':
        return send({ type: 'pong', content: 'pong', ...bare() });
      default:
        return assertNever(frame);
    }
  };

  socket.on('message', (data, isBinary) => {
    // Frames still come after our closing one; to whoever was shown out nothing is done any more.
    if (socket.readyState !== socket.OPEN) return;
    if (isBinary) {
      close(new AppError('FRAME_BINARY'));
      return;
    }
    const traceId = ports.randomBytes(16).toString('hex');
    const read = readFrame(String(data));
    if (read instanceof AppError) {
      sendError(read, { traceId });
      badFrames += 1;
      if (badFrames >= badFramesMost) close(new AppError('FRAME_REPEATED'));
      return;
    }
    badFrames = 0;
    handle(read, traceId).catch((thrown: unknown) =>
      sendError(thrown, { traceId, replyTo: read.type === 'message' ? read.id : undefined }),
    );
  });

  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    for (const undo of [...undos, ...subscriptions.values()]) undo();
    undos.clear();
    subscriptions.clear();
  });
};

/** The part of a delta that a client lacks who has `offset` of the reply; null where there is none. */
const behind = (frame: TurnFrame, offset: number): TurnFrame | null => {
  if (frame.type !== 'delta' || frame.offset >= offset) return frame;
  const content = frame.content.slice(offset - frame.offset);
  return content === '' ? null : { ...frame, content, offset };
};

const readFrame = (text: string): ClientFrame | AppError => {
  try {
    const frame = clientFrameSchema.safeParse(parseJsonText(text));
    if (frame.success) return frame.data;
    const issue = frame.error.issues[0];
    return new AppError('FRAME_INVALID', {
      message: `The frame does not fit the protocol: ${issue?.path.join('.') || 'frame'}: ${issue?.message ?? ''}`,
      hint: 'See /docs for the frames that this gateway reads.',
    });
  } catch (thrown) {
    return AppError.from(thrown);
  }
};
