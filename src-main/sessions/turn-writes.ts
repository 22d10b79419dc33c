import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { Write } from '../storage/database.ts';
import type { TurnRequest } from './turn.ts';

/** What the user said. */
export const messageEvent = (request: TurnRequest): DurableEvent => ({
  type: 'message',
  content: request.content,
  channel: request.channel,
  ...(request.metadata ? { metadata: { ...request.metadata } } : {}),
  ...(request.attachments ? { attachments: [...request.attachments] } : {}),
});

/** The message is in its session, and is somebody's to answer. */
export const acceptWrites = (request: TurnRequest): Write[] => {
  const { session, messageId, ownerId, agentId, traceId, via, acceptedAt, options, idempotencyKey, bodyHash } = request;
  return [
    { op: 'session.put', session },
    {
      op: 'turn.insert',
      turn: {
        messageId,
        sessionId: session.id,
        ownerId,
        agentId,
        traceId,
        via,
        acceptedAt,
        // The others may quote the conversation, and are needed to run it again only.
        options: session.hidden ? { timeoutMs: options.timeoutMs } : options,
        idempotencyKey,
        bodyHash,
      },
    },
  ];
};

/** Nothing of a hidden session is kept. */
export const appendWrites = (request: TurnRequest, events: readonly DurableEvent[], at: number): Write[] =>
  request.session.hidden
    ? []
    : [
        {
          op: 'events.append',
          sessionId: request.session.id,
          events: events.map((event) => ({ messageId: request.messageId, at, event })),
        },
      ];

/** The number that an event of this write got, null where it was not kept. */
export const seqOf = (results: readonly unknown[], index: number, event = 0): number | null => {
  const seqs = results[index];
  const seq: unknown = Array.isArray(seqs) ? seqs[event] : undefined;
  return typeof seq === 'number' ? seq : null;
};
