import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import { AppError } from '../../src-shared/app-error.ts';
import { assertNever } from '../../src-shared/assert-never.ts';
import { type ClientFrame, clientFrameSchema, type ServerFrame, type Topic, topics } from '../../src-shared/contract/ws.ts';
import { errorCodes } from '../../src-shared/error-codes.ts';
import type { ApprovalAnswer, ApprovalQueue } from '../approvals/approval-queue.ts';
import type { Clock, RandomBytes } from '../gateway-ports.ts';
import { type Authenticate, requireScope } from './authenticate.ts';
import { parseJsonText } from './parse-json-text.ts';
import type { Visitor } from './ws-admission.ts';
import { type ConversationPorts, createConversation } from './ws-conversation.ts';
import type { WsFeeds } from './ws-feeds.ts';

const maxBufferedBytes = 4 * 1024 * 1024;
/** Above it a client gets nothing that can be left out. */
const roomBytes = 1024 * 1024;
const badFramesMost = 3;
/** What a connection can say that a Session ID opened. */
const sessionFrames: ReadonlySet<ClientFrame['type']> = new Set(['message', 'cancel', 'resume', 'ping']);

export type WsPorts = ConversationPorts & {
  readonly authenticate: Pick<Authenticate, 'used' | 'onEnd'>;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
  readonly approvals: Pick<ApprovalQueue, 'answer'>;
  readonly feeds: WsFeeds;
};

/** One client on `/ws`: reads frames, has them done, never lets a bad frame or a slow reader harm others. */
export const serveConnection = (socket: WebSocket, wire: Duplex, { by, address, only }: Visitor, ports: WsPorts): void => {
  const subscriptions = new Map<Topic, () => void>();
  let badFrames = 0;

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

  const bare = (): { agentId: string; sessionId: string; timestamp: number } => ({
    agentId: '',
    sessionId: '',
    timestamp: ports.clock.now(),
  });

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

  const conversation = createConversation({ by, address, only }, send, ports);

  const handle = async (frame: ClientFrame, traceId: string): Promise<void> => {
    if (only !== null && !sessionFrames.has(frame.type))
      throw new AppError('SCOPE_MISSING', {
        message: `A connection opened by a Session ID is for its session only; it takes no "${frame.type}".`,
        hint: 'Open it with a token.',
      });
    switch (frame.type) {
      case 'message':
        return conversation.message(frame, traceId);
      case 'cancel':
        return conversation.cancel(frame);
      case 'resume':
        return conversation.resume(frame);
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
    conversation.close();
    for (const undo of subscriptions.values()) undo();
    subscriptions.clear();
  });
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
