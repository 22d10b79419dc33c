/** A file that goes with a message. Its bytes are in the gateway's keeping: `ctx.blobs`. */
export type Attachment = {
  /** Names the bytes for `ctx.blobs.read`. */
  readonly blob: string;
  /** As people know the file, without a path. */
  readonly name: string;
  /** A MIME type. */
  readonly type: string;
  /** In bytes. */
  readonly size: number;
};

/** A button under a message. A channel whose platform has none leaves them out: what they do is said in the text too. */
export type Action = { readonly id: string; readonly label: string; readonly style?: 'primary' | 'danger' };

/** What the gateway asks a channel to send. */
export type Message = {
  /** The gateway's name for it. */
  readonly id: string;
  readonly content: string;
  /** What `content` is written in; default `markdown`. */
  readonly format?: 'plain' | 'markdown';
  /** The platform's thread, as an inbound message named it. */
  readonly threadId?: string;
  /** The platform's id of the message that this one answers. */
  readonly replyTo?: string;
  readonly attachments?: readonly Attachment[];
  /** Only for channels whose capabilities say `actions`. */
  readonly actions?: readonly Action[];
  /** The same for each try of one message: a platform that knows such keys sends it once. */
  readonly idempotencyKey: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** Someone on the platform. */
export type Peer = {
  /** The platform's own id, which it vouches for. Never a display name. */
  readonly id: string;
  readonly name?: string;
  /** What another program says is left unanswered, or two of them would talk for ever. */
  readonly isBot?: boolean;
};

/** What a channel heard. */
export type InboundMessage = {
  /** The platform's own id. One that comes again is the same message. */
  readonly id: string;
  readonly from: Peer;
  /** Where the answer goes: `to` of `sendMessage`. Default: `from.id`. */
  readonly conversationId?: string;
  readonly chatType?: 'direct' | 'group' | 'channel';
  readonly threadId?: string;
  readonly content: string;
  readonly attachments?: readonly Attachment[];
  /** Whether a message of a group speaks to us: by mention, or as an answer to what we said. */
  readonly mentionsMe?: boolean;
  /** Milliseconds since 1970. */
  readonly timestamp?: number;
  /** What the platform sent, for the log at level debug. Up to 64 KiB as JSON. */
  readonly raw?: unknown;
};

/** Somebody pressed a button of ours. */
export type InboundAction = {
  /** `Action.id`. */
  readonly actionId: string;
  /** Whom the platform says it was. */
  readonly from: Peer;
  readonly conversationId?: string;
};
