import type { InboundMessage } from '@openclaw/plugin-sdk';

/** Of a room's history (https://spec.matrix.org/v1.16/client-server-api/#room-event-format). Written by strangers: every field may be anything. */
export type TimelineEvent = {
  readonly type: string;
  readonly event_id: string;
  readonly sender: string;
  readonly origin_server_ts?: number;
  readonly content?: Readonly<Record<string, unknown>>;
};

export type SyncBatch = {
  readonly next_batch: string;
  readonly rooms?: {
    readonly invite?: Readonly<Record<string, unknown>>;
    readonly join?: Readonly<
      Record<
        string,
        { readonly timeline?: { readonly events?: readonly TimelineEvent[]; readonly limited?: boolean; readonly prev_batch?: string } }
      >
    >;
  };
};

/** A message of a person or program, and the file that is in it. */
export type Said = {
  readonly message: Omit<InboundMessage, 'attachments'>;
  readonly file: { readonly address: string; readonly name: string; readonly type: string } | null;
};

type Place = {
  readonly roomId: string;
  /** Our own id. */
  readonly me: string;
  readonly direct: boolean;
  readonly isMine: (eventId: string) => boolean;
};

/** What an event says to us; null where it says nothing: ours, an edit, taken back, or of a kind that we do not know. */
export const readMessage = (event: TimelineEvent, { roomId, me, direct, isMine }: Place): Said | null => {
  const content = event.content ?? {};
  const { msgtype } = content;
  if (event.type !== 'm.room.message' || event.sender === me || typeof content.body !== 'string') return null;
  const relation = record(content['m.relates_to']);
  if (relation.rel_type === 'm.replace') return null;
  const file = fileOf(content);
  if (!file && msgtype !== 'm.text' && msgtype !== 'm.notice' && msgtype !== 'm.emote') return null;

  const answered = record(relation['m.in_reply_to']).event_id;
  const answers = typeof answered === 'string' && relation.is_falling_back !== true ? answered : null;
  // The body of a message with a file is its name, unless the two differ: then it is what is said about it.
  const words = file ? (typeof content.filename === 'string' && content.filename !== content.body ? content.body : '') : content.body;
  return {
    message: {
      id: event.event_id,
      // Programs are asked to speak in notices, which nobody answers.
      from: { id: event.sender, isBot: msgtype === 'm.notice' },
      conversationId: roomId,
      chatType: direct ? 'direct' : 'group',
      content: answers === null ? words : withoutQuote(words),
      mentionsMe: mentions(content, me) || (answers !== null && isMine(answers)),
      ...(relation.rel_type === 'm.thread' && typeof relation.event_id === 'string' ? { threadId: relation.event_id } : {}),
      ...(typeof event.origin_server_ts === 'number' ? { timestamp: event.origin_server_ts } : {}),
      raw: event,
    },
    file,
  };
};

const fileOf = (content: Readonly<Record<string, unknown>>): Said['file'] => {
  if (!['m.image', 'm.file', 'm.audio', 'm.video'].includes(String(content.msgtype)) || typeof content.url !== 'string') return null;
  const { mimetype } = record(content.info);
  const name = typeof content.filename === 'string' ? content.filename : String(content.body);
  return { address: content.url, name, type: typeof mimetype === 'string' ? mimetype : 'application/octet-stream' };
};

/** Newer clients say whom they mention; older ones link to them, or write the id. */
const mentions = (content: Readonly<Record<string, unknown>>, me: string): boolean => {
  const named = record(content['m.mentions']).user_ids;
  if (Array.isArray(named) && named.includes(me)) return true;
  const html = typeof content.formatted_body === 'string' ? content.formatted_body : '';
  return (
    String(content.body).includes(me) ||
    html.includes(`https://matrix.to/#/${me}"`) ||
    html.includes(`https://matrix.to/#/${encodeURIComponent(me)}"`)
  );
};

/** Before Matrix 1.13 an answer began with lines that quote what it answers. */
const withoutQuote = (body: string): string => body.replace(/^(?:> .*\n)+\n?/, '');

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
