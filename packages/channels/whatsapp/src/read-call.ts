import { createHmac, timingSafeEqual } from 'node:crypto';
import type { HookRequest, InboundAction, InboundMessage } from '@openclaw/plugin-sdk';

/** What somebody wrote, with the file in it, or pressed. */
export type Heard =
  | {
      readonly message: Omit<InboundMessage, 'attachments'>;
      readonly file: { readonly id: string; readonly name: string; readonly type: string } | null;
    }
  | { readonly action: InboundAction; readonly id: string };

/** A message that could not be delivered, in words; without an id what is wrong with the number or the app. */
export type Failed = { readonly id?: string; readonly words: string };

/** Meta signs the bytes of the body by the secret of the app. */
export const isSigned = ({ headers, body }: Pick<HookRequest, 'headers' | 'body'>, appSecret: string): boolean => {
  const given = Buffer.from(headers['x-hub-signature-256']?.replace(/^sha256=/, '') ?? '', 'hex');
  const due = createHmac('sha256', appSecret).update(body).digest();
  return given.byteLength === due.byteLength && timingSafeEqual(given, due);
};

type Message = {
  readonly from: string;
  readonly id: string;
  readonly timestamp?: string;
  readonly type: string;
  readonly group_id?: string;
  readonly text?: { readonly body?: string };
  readonly interactive?: { readonly button_reply?: { readonly id?: string } };
} & Readonly<Record<'image' | 'document' | 'audio' | 'video' | 'sticker', File | undefined>>;
type File = { readonly id?: string; readonly mime_type?: string; readonly filename?: string; readonly caption?: string };
type MetaError = {
  readonly title?: string;
  readonly message?: string;
  readonly error_data?: { readonly details?: string };
};
type Value = {
  readonly metadata?: { readonly phone_number_id?: string };
  readonly contacts?: readonly { readonly wa_id?: string; readonly profile?: { readonly name?: string } }[];
  readonly messages?: readonly Message[];
  readonly statuses?: readonly {
    readonly id: string;
    readonly status?: string;
    readonly errors?: readonly MetaError[];
  }[];
  /** Of the number or the app, not of a message. */
  readonly errors?: readonly MetaError[];
};

/**
 * What a call of Meta tells of our number, in its order; of other numbers of the same app nothing.
 *
 * @param body signed, and so of the shape that Meta documents
 * @throws SyntaxError, TypeError where it is not
 */
export const readCall = (
  body: Uint8Array,
  phoneNumberId: string,
): { readonly heard: readonly Heard[]; readonly failed: readonly Failed[] } => {
  const { entry = [] } = JSON.parse(new TextDecoder().decode(body)) as { entry?: readonly { changes?: readonly { value?: Value }[] }[] };
  const values = entry
    .flatMap(({ changes = [] }) => changes.map(({ value }) => value ?? {}))
    .filter(({ metadata }) => metadata?.phone_number_id === phoneNumberId);
  return {
    heard: values.flatMap((value) => (value.messages ?? []).flatMap((message) => hearOne(message, value) ?? [])),
    failed: values.flatMap(({ statuses = [], errors = [] }) => [
      ...statuses.filter(({ status }) => status === 'failed').map(({ id, errors: why = [] }) => ({ id, words: wordsOf(why) })),
      ...(errors.length > 0 ? [{ words: wordsOf(errors) }] : []),
    ]),
  };
};

const wordsOf = (errors: readonly MetaError[]): string =>
  errors
    .map(({ title, message, error_data: data }) => [...new Set([message ?? title, data?.details])].filter(Boolean).join(': '))
    .join(' ');

const files = ['image', 'document', 'audio', 'video', 'sticker'] as const;

/** Null for what says nothing to an agent: reactions, places, calls, kinds to come; and for groups, where an answer would go to one person. */
const hearOne = (message: Message, { contacts = [] }: Value): Heard | null => {
  if (message.group_id !== undefined) return null;
  const name = contacts.find(({ wa_id }) => wa_id === message.from)?.profile?.name;
  const from = { id: message.from, ...(name ? { name } : {}) };
  const pressed = message.interactive?.button_reply?.id;
  if (pressed !== undefined) return { action: { actionId: pressed, from, conversationId: message.from }, id: message.id };
  const kind = files.find((one) => one === message.type);
  const file = kind && message[kind];
  if (message.type !== 'text' && !file?.id) return null;
  const seconds = Number(message.timestamp);
  return {
    message: {
      ...{
        id: message.id,
        from,
        conversationId: message.from,
        chatType: 'direct',
        content: message.text?.body ?? file?.caption ?? '',
        raw: message,
      },
      ...(Number.isFinite(seconds) ? { timestamp: seconds * 1000 } : {}),
    },
    file: file?.id ? { id: file.id, name: nameOf(file, message), type: bare(file.mime_type) } : null,
  };
};

const bare = (type = 'application/octet-stream'): string => (type.split(';')[0] ?? type).trim();
const nameOf = ({ filename, mime_type }: File, { type }: Message): string =>
  filename ?? `${type}.${bare(mime_type).split('/')[1] ?? 'bin'}`;
