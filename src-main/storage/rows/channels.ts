import type { InboundMessage, Message } from '../../../packages/plugin-sdk/src/index.ts';
import type { OutboxState, PeerStatus } from '../../../src-shared/contract/routes/channels.ts';

/** A message that a channel heard and that has no answer yet. */
export type InboxRow = {
  /** Ascending, and never given out again. */
  readonly no: number;
  readonly channel: string;
  readonly account: string;
  readonly conversation: string;
  readonly heardAt: number;
  readonly message: InboundMessage;
};

export type InboxOutcome = 'answered' | 'ignored' | 'asked' | 'limited';

/** A message that a channel is to send. */
export type OutboxRow = {
  /** Ascending: the order inside a lane. */
  readonly no: number;
  readonly id: string;
  readonly channel: string;
  /** Messages of one lane are sent one after the other. */
  readonly lane: string;
  readonly to: string;
  readonly message: Message;
  readonly state: OutboxState;
  /** Tries that have failed. */
  readonly attempts: number;
  /** Of `retry`: not before. */
  readonly nextAt: number | null;
  /** Why the last try failed, in words. */
  readonly error: string | null;
  /** The platform's own id of it. */
  readonly receiptId: string | null;
  /** Whether an earlier try reached the platform is not known. */
  readonly maybeDuplicate: boolean;
  readonly createdAt: number;
  readonly endedAt: number | null;
};

export type NewOutboxRow = Pick<OutboxRow, 'id' | 'channel' | 'lane' | 'to' | 'message' | 'createdAt'>;

export type OutboxChanges = Partial<
  Pick<OutboxRow, 'state' | 'attempts' | 'nextAt' | 'error' | 'receiptId' | 'maybeDuplicate' | 'endedAt'>
>;

/** What a channel's boxes hold, and when they last changed; that outlives the rows. */
export type ChannelCounts = {
  /** To be sent. */
  readonly open: number;
  /** That could not be sent. */
  readonly dead: number;
  readonly lastInAt: number | null;
  readonly lastOutAt: number | null;
};

/** Someone who wrote to a channel. */
export type PeerRow = {
  readonly channel: string;
  readonly id: string;
  readonly name: string | null;
  readonly status: PeerStatus;
  /** SHA-256 (hex) of the pairing code they were given; null: none that still counts. */
  readonly codeHash: string | null;
  /** When they were given it. */
  readonly codeAt: number | null;
  readonly firstSeenAt: number;
  readonly decidedAt: number | null;
  /** While nobody has decided about them: where they are told that they are in, and in which language. */
  readonly asked?: Asked | null;
};

export type Asked = {
  readonly by: Pick<InboundMessage, 'id' | 'from' | 'conversationId' | 'chatType' | 'threadId'>;
  readonly language: 'en' | 'zh';
};
