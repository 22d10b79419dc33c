import type { InboundMessage } from '../../packages/plugin-sdk/src/index.ts';
import { AppError } from '../../src-shared/app-error.ts';
import type { ChannelConfig } from '../../src-shared/contract/channel-config.ts';
import type { Attachment } from '../../src-shared/contract/events.ts';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import type { RandomBytes } from '../gateway-ports.ts';
import type { IncomingMessage, SubmitMessage } from '../sessions/submit-message.ts';
import type { Turn, TurnOutcome } from '../sessions/turn.ts';
import type { TurnEngine } from '../sessions/turn-engine.ts';
import type { Database, InboxRow, TurnRow } from '../storage/database.ts';
import { channelPrincipal } from './channel-principal.ts';
import { channelWords } from './channel-words.ts';
import { conversationOf, sessionName } from './session-name.ts';

const everSince = 0;

/** What is the gateway's state, not the message's fault. */
const notNow: ReadonlySet<ErrorCode> = new Set([
  ...(['GATEWAY_STOPPING', 'STOPPED', 'QUEUE_FULL', 'STORAGE_FULL', 'STORAGE_FAILED', 'CHANNEL_OFF'] as const),
]);

/** The turns that messages of a channel start: one each, whatever happens in between. */
export type ChannelTurns = {
  /**
   * Starts its turn, or finds the one that it started before a crash, in the order of the calls.
   * @returns what to answer, maybe nothing; null where it has to be tried again later
   */
  readonly answer: (row: InboxRow, isNew: boolean, isStranger: boolean) => Promise<ChannelAnswer | null>;
  /** What a turn that runs now answers. */
  readonly rowOf: (messageId: string) => InboxRow | null;
};

/** `text` in Markdown. */
export type ChannelAnswer = { readonly text: string; readonly attachments?: readonly Attachment[] };

type TurnEnd = Pick<TurnOutcome, 'reply' | 'attachments' | 'error'>;

export type TurnPorts = {
  readonly channel: string;
  readonly entry: Pick<ChannelConfig, 'session'>;
  readonly database: Database;
  readonly randomBytes: RandomBytes;
  readonly submit: SubmitMessage;
  readonly engine: Pick<TurnEngine, 'find'>;
  /** How a turn ended, read again. */
  readonly endOf: (row: TurnRow) => Promise<TurnEnd>;
  /** It is at work from now on. Returns what to call at its end. */
  readonly onTurn: (turn: Turn, row: InboxRow) => () => void;
};

export const createChannelTurns = ({ channel, entry, database, randomBytes, submit, engine, endOf, onTurn }: TurnPorts): ChannelTurns => {
  const by = channelPrincipal(channel);
  /** The last message on its way into each session. */
  const entering = new Map<string, Promise<unknown>>();
  const running = new Map<string, InboxRow>();

  type Entered = { readonly turn: Turn } | { readonly row: TurnRow };

  const enter = async (
    row: InboxRow,
    isNew: boolean,
    isStranger: boolean,
    session: string,
    after: Promise<unknown> | undefined,
  ): Promise<Entered> => {
    const key = `inbox:${row.no}`;
    const earlier = isNew ? null : await database.read({ op: 'turn.byIdempotencyKey', ownerId: by.id, key, acceptedAfter: everSince });
    if (earlier) {
      const turn = engine.find(earlier.messageId);
      return turn ? { turn } : { row: earlier };
    }
    return submit({ ...incoming(row.message), isStranger, sessionId: session, idempotency: { key, bodyHash: key }, after }, by).then(
      (submitted) => (submitted.kind === 'running' ? { turn: submitted.turn } : { row: submitted.row }),
    );
  };

  const incoming = (message: InboundMessage): IncomingMessage => {
    const { id, from, chatType, threadId, attachments = [] } = message;
    return {
      ...{ content: contentOf(message), channel, sender: from.id, via: 'channel', attachments: attachments.map(({ blob }) => blob) },
      metadata: { messageId: id, from: { id: from.id, name: from.name }, conversationId: conversationOf(message), chatType, threadId },
      traceId: randomBytes(16).toString('hex'),
    };
  };

  const follow = async (turn: Turn, row: InboxRow): Promise<ChannelAnswer | null> => {
    const { messageId } = turn.request;
    running.set(messageId, row);
    const onEnd = onTurn(turn, row);
    try {
      return answerOf(await turn.outcome, row);
    } finally {
      onEnd();
      running.delete(messageId);
    }
  };

  return {
    answer: async (row, isNew, isStranger) => {
      const session = sessionName(row.message, entry.session);
      const entered = enter(row, isNew, isStranger, session, entering.get(session));
      // One that fails holds up nobody.
      const settled = entered.then(
        () => undefined,
        () => undefined,
      );
      entering.set(session, settled);
      void settled.then(() => entering.get(session) === settled && entering.delete(session));
      try {
        const found = await entered;
        if ('turn' in found) return await follow(found.turn, row);
        // An operator holds it back since before the last start.
        if (found.row.status === 'accepted') return null;
        return answerOf({ ...(await endOf(found.row)), status: found.row.status }, row);
      } catch (thrown) {
        const error = AppError.from(thrown);
        return notNow.has(error.code) ? null : { text: channelWords(row.message.content).failed(error.message) };
      }
    },
    rowOf: (messageId) => running.get(messageId) ?? null,
  };
};

/** Among several people it has to be seen who speaks; a call of a skill stays one. */
const contentOf = ({ content, chatType = 'direct', from, attachments = [] }: InboundMessage): string => {
  const text = content.trim() === '' && attachments.length > 0 ? channelWords(content).fileOnly : content;
  const name = (from.name ?? from.id)
    .replace(/[\p{C}:\n]+/gu, ' ')
    .trim()
    .slice(0, 64);
  return chatType === 'direct' || /^\s*[@/]/.test(text) || name === '' ? text : `${name}: ${text}`;
};

const answerOf = (
  { status, reply, attachments = [], error }: TurnEnd & { readonly status: string },
  row: InboxRow,
): ChannelAnswer | null => {
  const words = channelWords(row.message.content);
  switch (status) {
    case 'completed':
      return { text: reply, attachments };
    case 'cancelled':
      return { text: words.cancelled };
    case 'parked':
    case 'dropped':
      return null;
    default:
      return { text: words.failed(error?.message ?? status) };
  }
};
