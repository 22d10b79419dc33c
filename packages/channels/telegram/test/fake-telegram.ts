import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';

export const token = '123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11';
const chat = { id: 1111111, type: 'private', first_name: 'Ann' };
const person = { id: 1111111, is_bot: false, first_name: 'Ann' };
const robot = { id: 2222222, is_bot: true, first_name: 'Robot' };
const me = { id: 123456, is_bot: true, first_name: 'Our bot', username: 'our_bot' };

type Button = { readonly text: string; readonly callback_data: string };
type Sent = SentMessage & { readonly id: number; readonly data: readonly Button[] };
type Update = { readonly update_id: number; readonly [kind: string]: unknown };

/** Telegram's Bot API as its documentation has it, with long polling that moves by `offset` only. */
export const startFakeTelegram = async () => {
  let sent: Sent[] = [];
  let updates: Update[] = [];
  let refusal: Refusal = null;
  let nextUpdate = 10_000;
  let nextMessage = 1;
  let waits = true;
  const files = new Map<string, Uint8Array>();
  const calls: { method: string; params: Record<string, string>; at: number }[] = [];
  const changes = new EventTarget();
  const changed = (): boolean => changes.dispatchEvent(new Event('change'));

  const deliver = async (kind: string, what: object): Promise<void> => {
    const update = { update_id: nextUpdate++, [kind]: what };
    updates.push(update);
    changed();
    while (updates.includes(update)) await once(changes as never, 'change');
  };

  const respond = async (method: string, params: Record<string, string>, request: IncomingMessage): Promise<unknown> => {
    const { chat_id: to = '', text = '', caption, parse_mode: mode } = params;
    const keep = (extra: Partial<Sent>): unknown => {
      const words = readHtml(caption ?? text, mode);
      if (words.length > (caption === undefined ? 4096 : 1024)) throw new Refused(400, 'Bad Request: message is too long');
      const { inline_keyboard: rows = [] } = JSON.parse(params.reply_markup ?? '{}') as { inline_keyboard?: Button[][] };
      const data = rows.flat();
      if (data.some((one) => Buffer.byteLength(one.callback_data) > 64)) throw new Refused(400, 'Bad Request: BUTTON_DATA_INVALID');
      const id = Number(params.message_id ?? nextMessage++);
      const message = { id, to, text: words, threadId: params.message_thread_id, data, buttons: data.map((one) => one.text), ...extra };
      sent = method === 'editMessageText' ? sent.map((one) => (one.id === id ? message : one)) : [...sent, message];
      return { message_id: id, date: 1, chat, text: words };
    };
    switch (method) {
      case 'getMe':
        return me;
      case 'getUpdates': {
        updates = updates.filter(({ update_id: id }) => id >= Number(params.offset ?? 0));
        changed();
        while (waits && updates.length === 0 && !request.socket.destroyed)
          await Promise.race([once(changes as never, 'change'), once(request.socket, 'close')]);
        return updates;
      }
      case 'sendMessage':
        if (text === '') throw new Refused(400, 'Bad Request: message text is empty');
        return keep({});
      case 'editMessageText':
        return keep({});
      case 'sendDocument':
      case 'sendPhoto':
      case 'sendVideo':
      case 'sendAudio':
        return keep({ files: [String(params.file)], fileBytes: [Buffer.from(params.bytes ?? '', 'base64')] });
      case 'getFile':
        return { file_id: params.file_id, file_path: `documents/${params.file_id}` };
      case 'sendChatAction':
      case 'answerCallbackQuery':
        return true;
      default:
        throw new Refused(404, 'Not Found');
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const [, inFiles, given, rest = ''] = /^\/(file\/)?bot([^/]+)\/(.+)$/.exec(request.url ?? '') ?? [];
    const reply = (status: number, value: object): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    try {
      if (refusal?.because === 'down') throw new Refused(502, 'Bad Gateway');
      if (refusal?.because === 'rate-limit') throw new Refused(429, 'Too Many Requests', { retry_after: refusal.retryAfterMs / 1000 });
      if (refusal?.because === 'auth' || given !== token) throw new Refused(401, 'Unauthorized');
      if (inFiles) return void response.end(files.get(rest.replace('documents/', '')));
      const params = await readParams(body, request.headers['content-type'] ?? '');
      calls.push({ method: rest, params, at: Date.now() });
      reply(200, { ok: true, result: await respond(rest, params, request) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply(error.status, {
        ok: false,
        error_code: error.status,
        description: error.message,
        ...(error.parameters ? { parameters: error.parameters } : {}),
      });
    }
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const platform: FakePlatform = {
    config: { apiRoot: root },
    secrets: { token },
    to: String(chat.id),
    threadId: '77',
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text, from, file }) => {
      if (file) files.set(`file-${id}`, file.data);
      const document = file && { file_id: `file-${id}`, file_name: file.name, mime_type: file.type, file_size: file.data.length };
      const words = file ? { caption: text, document } : { text };
      await deliver('message', { message_id: Number(id), date: 1_441_645_532, chat, from: from === 'bot' ? robot : person, ...words });
    },
    press: async (label) => {
      const data = sent.at(-1)?.data.find((one) => one.text === label)?.callback_data;
      await deliver('callback_query', { id: '4382bfdwdsb323b2d9', from: person, data, message: { message_id: 1, chat, date: 1 } });
    },
    disconnect: () => {
      // Somebody always waits for updates.
      server.closeAllConnections();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  /** From now on it answers at once, as some servers between do. */
  const hurry = (): void => {
    waits = false;
    changed();
  };
  return { platform, deliver, hurry, calls, files, root };
};

class Refused extends Error {
  readonly status: number;
  readonly parameters: object | undefined;
  constructor(status: number, description: string, parameters?: object) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

const readParams = async (body: Uint8Array, type: string): Promise<Record<string, string>> => {
  if (!type.startsWith('multipart/')) {
    const given = JSON.parse(new TextDecoder().decode(body) || '{}') as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(given).map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
    );
  }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const entries: [string, string][] = [];
  for (const [key, value] of form) {
    if (typeof value === 'string') entries.push([key, value]);
    else entries.push(['file', value.name], ['bytes', Buffer.from(await value.arrayBuffer()).toString('base64')]);
  }
  return Object.fromEntries(entries);
};

const tags = new Set(['b', 'i', 'u', 's', 'a', 'code', 'pre', 'blockquote']);

/** As Telegram reads HTML: a tag that it does not know, or that is not closed, is an error. */
const readHtml = (text: string, mode: string | undefined): string => {
  if (mode !== 'HTML') return text;
  const open: string[] = [];
  const words = text.replace(/<(\/?)([^\s>]*)[^>]*>/g, (_tag, closing: string, name: string) => {
    if (!tags.has(name) || (closing ? open.pop() !== name : open.push(name) === 0))
      throw new Refused(400, `Bad Request: can't parse entities: Unsupported start tag "${name}"`);
    return '';
  });
  if (open.length > 0)
    throw new Refused(400, `Bad Request: can't parse entities: Can't find end tag corresponding to start tag "${open.at(-1)}"`);
  return words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
};
