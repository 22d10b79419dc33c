import { AppError } from '../../src-shared/app-error.ts';
import type { RouteInput } from '../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { Database, TurnRow } from '../storage/database.ts';
import { readIdempotency } from './idempotency-key.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { IncomingMessage, SubmitMessage, Submitted } from './submit-message.ts';
import type { Turn } from './turn.ts';
import { answerFromOutcome, answerFromRunning, answerFromStore, answerWhenDue } from './turn-answer.ts';
import type { TurnEngine } from './turn-engine.ts';
import { followTurn, replayed } from './turn-frames.ts';

type Answer = Awaited<ReturnType<typeof answerFromStore>>;
type Sink = { readonly send: (event: string, data: unknown) => void; readonly close: () => void };
type StreamAnswer = { readonly sse: (sink: Sink) => () => void };
type Info = {
  readonly principal: Principal | null;
  readonly traceId: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly wantsStream: boolean;
  readonly bodyHash: () => string;
};

export type MessageRoutes = {
  readonly postMessage: (input: RouteInput<'postMessage'>, info: Info) => Promise<Answer | StreamAnswer>;
  readonly invokeAgent: (input: RouteInput<'invokeAgent'>, info: Info) => Promise<Answer | StreamAnswer>;
  readonly getMessage: (input: RouteInput<'getMessage'>, info: Info) => Promise<{ status: 200; body: Answer['body'] }>;
  readonly cancelMessage: (input: RouteInput<'cancelMessage'>, info: Info) => Promise<{ status: 200; body: Answer['body'] }>;
};

type Ports = {
  readonly database: Database;
  readonly engine: TurnEngine;
  readonly directory: SessionDirectory;
  readonly submit: SubmitMessage;
  /** Rejects with `BAD_REQUEST` in words. */
  readonly requireOutputSchema: (schema: Readonly<Record<string, unknown>>) => Promise<void>;
};

/** POST a message and wait, stream, or go; look at one; cancel one. */
export const createMessageRoutes = ({ database, engine, directory, submit, requireOutputSchema }: Ports): MessageRoutes => {
  const begin = async (
    message: Omit<IncomingMessage, 'traceId' | 'idempotency'>,
    how: { stream: boolean; wait: boolean },
    info: Info,
  ): Promise<Answer | StreamAnswer> => {
    const by = callerOf(info);
    const submitted = await submit({ ...message, traceId: info.traceId, idempotency: readIdempotency(info) }, by);
    if (submitted.kind === 'ended') {
      const sessionId = await sessionIdOf(submitted, by);
      return how.stream ? streamFromStore(database, submitted.row, sessionId) : answerFromStore(database, submitted.row, sessionId);
    }
    const { turn } = submitted;
    const sessionId = directory.idFor(turn.request.session, by);
    if (how.stream) {
      await turn.accepted();
      return streamTurn(turn, sessionId);
    }
    return answerWhenDue(turn, sessionId, how.wait);
  };

  const sessionIdOf = async (submitted: Extract<Submitted, { kind: 'ended' }>, by: Principal): Promise<string> => {
    const session = await database.read({ op: 'session.get', id: submitted.row.sessionId });
    return session ? directory.idFor(session, by) : submitted.row.sessionId;
  };

  const find = async (messageId: string, by: Principal): Promise<{ turn: Turn | null; answer: () => Promise<Answer> }> => {
    const turn = engine.find(messageId);
    if (turn && mayReach(turn.request.ownerId, by)) {
      // What has not been acknowledged must not be seen either.
      await turn.accepted();
      return { turn, answer: async () => answerFromRunning(turn, directory.idFor(turn.request.session, by)) };
    }
    const row = await database.read({ op: 'turn.get', messageId });
    if (!row || !mayReach(row.ownerId, by)) throw new AppError('MESSAGE_UNKNOWN');
    return { turn: null, answer: async () => answerFromStore(database, row, await sessionIdOf({ kind: 'ended', row }, by)) };
  };

  return {
    postMessage: ({ body }, info) =>
      begin(
        { ...fieldsOf(body), content: body.content, channel: body.channel ?? 'api', via: 'rest' },
        { stream: body.stream ?? info.wantsStream, wait: body.wait ?? true },
        info,
      ),
    invokeAgent: async ({ params, body }, info) => {
      if (body.outputSchema) await requireOutputSchema(body.outputSchema);
      return begin(
        {
          ...fieldsOf(body),
          content: body.content ?? body.input ?? '',
          agentId: params.agentId,
          channel: body.channel ?? 'api',
          via: 'invoke',
          system: body.system,
          tools: body.tools,
          outputSchema: body.outputSchema,
        },
        { stream: body.stream ?? info.wantsStream, wait: body.wait ?? true },
        info,
      );
    },
    getMessage: async ({ params }, info) => ({ status: 200, body: (await (await find(params.id, callerOf(info))).answer()).body }),
    cancelMessage: async ({ params }, info) => {
      const by = callerOf(info);
      const { turn, answer } = await find(params.id, by);
      if (!turn) {
        const left = await engine.cancelLeft(({ messageId }) => messageId === params.id);
        return { status: 200, body: (await (left > 0 ? (await find(params.id, by)).answer : answer)()).body };
      }
      turn.cancel();
      return { status: 200, body: answerFromOutcome(turn.request, await turn.outcome, directory.idFor(turn.request.session, by)).body };
    },
  };
};

const streamTurn = (turn: Turn, sessionId: string): StreamAnswer => ({
  sse: (sink) => followTurn(turn, sessionId, { frame: (frame) => sink.send(frame.type, frame), end: sink.close, fromOffset: 0 }),
});

/** A turn that ended before: its durable frames, the last of which has the whole reply. */
const streamFromStore = async (database: Database, row: TurnRow, sessionId: string): Promise<StreamAnswer> => {
  const { messageId, agentId, traceId, options } = row;
  const events = await database.read({ op: 'event.ofTurn', messageId });
  return {
    sse: (sink) => {
      for (const event of events) {
        const frame = replayed(event, { messageId, agentId, sessionId, traceId, replyTo: options.replyTo });
        if (frame) sink.send(frame.type, frame);
      }
      sink.close();
      return () => undefined;
    },
  };
};

const fieldsOf = (body: {
  agentId?: string | undefined;
  sessionId?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
  attachments?: readonly string[] | undefined;
  timeoutMs?: number | undefined;
}) => ({
  agentId: body.agentId,
  sessionId: body.sessionId,
  metadata: body.metadata,
  attachments: body.attachments,
  timeoutMs: body.timeoutMs,
});

const mayReach = (ownerId: string, by: Principal): boolean => ownerId === by.id || by.scopes.has('admin');
