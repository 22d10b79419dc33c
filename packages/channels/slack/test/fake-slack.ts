import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import { type WebSocket, WebSocketServer } from 'ws';

export const appToken = 'xapp-1-A0123456789-1234567890123-0123456789abcdef';
export const botToken = 'xoxb-1234567890-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx';
const channel = 'D024BE91L';
const me = { user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T061EG9R6' };
const app = 'A0123456789';
const person = 'U2147483697';

type Block = { type: string; text?: string | { text: string }; elements?: { text: { text: string }; action_id: string; value: string }[] };
type Sent = SentMessage & {
  readonly ts: string;
  readonly user: string | undefined;
  readonly buttonIds: readonly (readonly [string, string])[];
};

/** Slack's Web API and Socket Mode, as their documentation has them. */
export const startFakeSlack = async () => {
  let sent: Sent[] = [];
  let refusal: Refusal = null;
  let serial = 0;
  const uploads = new Map<string, { readonly name: string; readonly length: number; readonly arrived?: Uint8Array }>();
  const files = new Map<string, Uint8Array>();
  /** Of each address that a connection may be opened at, once. */
  const tickets = new Set<string>();
  /** What `files.info` says of a file. */
  const fileInfos = new Map<string, object>();
  const sockets = new Set<WebSocket>();
  const changes = new EventTarget();
  const responses: unknown[] = [];

  const shown = (form: URLSearchParams, isEdit = false): Omit<Sent, 'ts' | 'user'> => {
    const text = form.get('text') ?? '';
    const blocks = JSON.parse(form.get('blocks') ?? '[]') as Block[];
    const buttons = blocks.flatMap(({ elements = [] }) => elements);
    const words = blocks
      .filter(({ type }) => type !== 'actions')
      .map((block) => (typeof block.text === 'string' ? block.text : block.text?.text))
      .join('');
    return {
      ...{ to: form.get('channel') ?? '', threadId: form.get('thread_ts') ?? undefined },
      text: words || fromSlack(form.get('mrkdwn') === 'false' && !isEdit ? text : drawn(text)),
      buttons: buttons.map((one) => one.text.text),
      buttonIds: buttons.map((one) => [one.text.text, one.action_id] as const),
    };
  };

  const respond = (method: string, form: URLSearchParams, token: string): object => {
    if (token === '') return refused('not_authed');
    if (token !== (method === 'apps.connections.open' ? appToken : botToken)) return refused('invalid_auth');
    switch (method) {
      case 'auth.test':
        return {
          url: 'https://subarachnoid.slack.com/',
          team: 'Subarachnoid Workspace',
          user: 'grace',
          ...me,
          is_enterprise_install: false,
        };
      case 'apps.connections.open': {
        const ticket = `ticket-${++serial}`;
        tickets.add(ticket);
        return { url: `ws://127.0.0.1:${port}/link/?ticket=${ticket}&app_id=${app}` };
      }
      case 'chat.postMessage':
      case 'chat.postEphemeral': {
        if (form.get('channel') === 'C_GONE') return refused('channel_not_found');
        const wrong = wrongIn(form, 40_000);
        if (wrong) return wrong;
        const ts = timestamp(++serial);
        sent = [...sent, { ...shown(form), ts, user: form.get('user') ?? undefined }];
        if (method === 'chat.postEphemeral') return { message_ts: ts };
        return { channel: form.get('channel'), ts, message: { type: 'message', ...me, text: form.get('text'), ts } };
      }
      case 'chat.update': {
        if (!sent.some(({ ts }) => ts === form.get('ts'))) return refused('message_not_found');
        const wrong = wrongIn(form, 4_000);
        if (wrong) return wrong;
        sent = sent.map((one) => (one.ts === form.get('ts') ? { ...one, ...shown(form, true) } : one));
        return { channel: form.get('channel'), ts: form.get('ts'), text: form.get('text') };
      }
      case 'files.info': {
        const file = fileInfos.get(form.get('file') ?? '');
        return file ? { file } : refused('file_not_found');
      }
      case 'files.getUploadURLExternal': {
        const id = `F${uploads.size}`;
        uploads.set(id, { name: form.get('filename') ?? '', length: Number(form.get('length')) });
        return { upload_url: `http://127.0.0.1:${port}/upload/${id}`, file_id: id };
      }
      case 'files.completeUploadExternal': {
        const given = JSON.parse(form.get('files') ?? '[]') as { id: string; title?: string }[];
        const names = given.flatMap(({ id }) => (uploads.get(id)?.arrived ? [uploads.get(id)?.name ?? ''] : []));
        if (names.length === 0 || names.length < given.length) return refused('file_not_found');
        const where = { to: form.get('channel_id') ?? '', threadId: form.get('thread_ts') ?? undefined };
        sent = [
          ...sent,
          {
            ...where,
            text: '',
            files: names,
            fileBytes: given.flatMap(({ id }) => uploads.get(id)?.arrived ?? []),
            ts: '',
            user: undefined,
            buttonIds: [],
          },
        ];
        return { files: given };
      }
      default:
        return refused('unknown_method');
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const url = request.url ?? '';
    const reply = (status: number, value: object, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (refusal?.because === 'down') return reply(503, {});
    if (refusal?.because === 'rate-limit')
      return reply(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(refusal.retryAfterMs / 1000) });
    if (url.startsWith('/upload/')) {
      const id = url.replace('/upload/', '');
      const upload = uploads.get(id);
      const arrived = await bytesOf(body, request.headers['content-type'] ?? '');
      if (upload?.length !== arrived.length) return void response.writeHead(400).end();
      uploads.set(id, { ...upload, arrived });
      return void response.end(`OK - ${upload.length}`);
    }
    if (url.startsWith('/files/'))
      return void response.writeHead(request.headers.authorization === `Bearer ${botToken}` ? 200 : 403).end(files.get(url));
    if (url === '/respond') {
      responses.push(JSON.parse(body.toString()));
      return void response.end('ok');
    }
    if (refusal?.because === 'auth') return reply(200, refused('invalid_auth'));
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    reply(200, { ok: true, ...respond(url.replace('/api/', ''), new URLSearchParams(body.toString()), token) });
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const verifyClient = ({ req }: { readonly req: IncomingMessage }): boolean =>
    tickets.delete(new URL(req.url ?? '', 'ws://slack').searchParams.get('ticket') ?? '');
  new WebSocketServer({ server, verifyClient }).on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (raw: Buffer) => {
      const { envelope_id: id, payload } = JSON.parse(raw.toString()) as { envelope_id: string; payload?: object };
      changes.dispatchEvent(Object.assign(new Event(id), { payload }));
    });
    socket.send(JSON.stringify({ type: 'hello', num_connections: sockets.size, connection_info: { app_id: app } }));
    changes.dispatchEvent(new Event('connected'));
  });

  /** Told again until it is acknowledged, as Slack does, only sooner. @returns what came with the acknowledgement */
  const deliver = async (type: string, payload: object): Promise<unknown> => {
    for (let attempt = 0; ; attempt += 1) {
      if (sockets.size === 0) await once(changes as never, 'connected');
      const id = `envelope-${++serial}`;
      const acknowledged = once(changes as never, id);
      const again = { retry_attempt: attempt, retry_reason: attempt > 0 ? 'timeout' : '' };
      const accepts_response_payload = type !== 'events_api';
      // To one connection of those that an app has open.
      [...sockets].at(-1)?.send(JSON.stringify({ type, envelope_id: id, payload, accepts_response_payload, ...again }));
      const [event] =
        (await Promise.race([acknowledged, new Promise<null>((resolve) => setTimeout(() => resolve(null), 200).unref())])) ?? [];
      const answer = (event as { payload?: object } | undefined)?.payload;
      if (answer && Object.keys(answer).length > 0 && !accepts_response_payload) throw new Error(`Slack takes no answer to ${type}.`);
      if (event) return answer;
    }
  };

  const platform: FakePlatform = {
    config: { apiRoot: `http://127.0.0.1:${port}/api` },
    secrets: { appToken, botToken },
    to: channel,
    threadId: timestamp(1),
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text: words, from, file }) => {
      if (file) files.set(`/files/${id}`, file.data);
      const who = {
        person: { user: person },
        bot: { bot_id: 'B0OTHER', subtype: 'bot_message' },
        self: { user: me.user_id, bot_id: me.bot_id },
      }[from];
      const attached = file
        ? {
            subtype: 'file_share',
            files: [
              {
                id: 'F1',
                name: file.name,
                mimetype: file.type,
                size: file.data.length,
                url_private_download: `http://127.0.0.1:${port}/files/${id}`,
              },
            ],
          }
        : {};
      const event = {
        type: 'message',
        channel,
        channel_type: 'im',
        ...who,
        text: toSlack(words),
        ts: timestamp(Number(id)),
        ...attached,
      };
      await deliver('events_api', { type: 'event_callback', event_id: `Ev${id}`, team_id: me.team_id, event });
    },
    press: async (label) => {
      const action_id = sent.at(-1)?.buttonIds.find(([name]) => name === label)?.[1];
      const payload = {
        type: 'block_actions',
        user: { id: person, name: 'ann' },
        channel: { id: channel },
        response_url: `http://127.0.0.1:${port}/respond`,
      };
      await deliver('interactive', { ...payload, actions: [{ type: 'button', action_id, value: action_id }] });
    },
    disconnect: () => {
      for (const socket of sockets) socket.terminate();
      sockets.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  /** @returns where it can be fetched */
  const addFile = (text: string): string => {
    files.set('/files/added', new TextEncoder().encode(text));
    return `http://127.0.0.1:${port}/files/added`;
  };
  return { platform, deliver, responses, sockets, fileInfos, addFile };
};

const refused = (error: string, messages: readonly string[] = []): object => ({
  ...{ ok: false, error },
  ...(messages.length > 0 ? { response_metadata: { messages } } : {}),
});

/** Seconds, and what tells messages of one second apart. */
const timestamp = (serial: number): string => `1355517523.${String(serial).padStart(6, '0')}`;

/**
 * What Slack says of a text or blocks that it does not take: https://docs.slack.dev/reference/block-kit/blocks.
 *
 * @param mostText characters of `text`, escaped
 */
const wrongIn = (form: URLSearchParams, mostText: number): object | null => {
  const text = form.get('text') ?? '';
  const blocks = JSON.parse(form.get('blocks') ?? '[]') as Block[];
  if (text === '' && blocks.length === 0) return refused('no_text');
  if (text.length > mostText) return refused('msg_too_long');
  const markdown = blocks.filter(({ type }) => type === 'markdown').map((block) => String(block.text));
  if (markdown.join('').length > 12_000) return refused('msg_blocks_too_long');
  const elements = blocks.flatMap(({ elements: some = [] }) => some);
  const wrong = [
    ...(blocks.length > 50 ? ['[ERROR] no more than 50 items allowed [json-pointer:/blocks]'] : []),
    ...(blocks.some(({ elements: some = [] }) => some.length > 25)
      ? ['[ERROR] no more than 25 items allowed [json-pointer:/blocks/1/elements]']
      : []),
    ...(blocks.some(({ text: words }) => typeof words === 'object' && words.text.length > 3_000)
      ? ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]']
      : []),
    ...(elements.some((one) => one.text.text.length > 75 || one.action_id.length > 255 || one.value.length > 2_000)
      ? ['[ERROR] must be less than 76 characters [json-pointer:/blocks/1/elements/0/text/text]']
      : []),
  ];
  return wrong.length > 0 ? refused('invalid_blocks', wrong) : null;
};

/** Slack takes a file as it is, and as a form. */
const bytesOf = async (body: Buffer, type: string): Promise<Uint8Array> => {
  if (!type.startsWith('multipart/')) return body;
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const parts = [...form].map(async ([, value]) =>
    typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer()),
  );
  return Buffer.concat(await Promise.all(parts));
};

/** Slack's own marks, as people see them. */
const drawn = (words: string): string => words.replace(/([*_~`])(\S(?:.*?\S)?)\1/g, '$2');

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const toSlack = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const fromSlack = (words: string): string => words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
