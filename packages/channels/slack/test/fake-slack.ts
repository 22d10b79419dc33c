import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import { type WebSocket, WebSocketServer } from 'ws';

export const appToken = 'xapp-1-A0123456789-1234567890123-0123456789abcdef';
export const botToken = 'xoxb-1234567890-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx';
const channel = 'D024BE91L';
const me = { user_id: 'U0BOT', bot_id: 'B0BOT', team_id: 'T061EG9R6' };
const person = 'U2147483697';

type Block = { type: string; text?: string | { text: string }; elements?: { text: { text: string }; action_id: string }[] };
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
  const uploads = new Map<string, string>();
  const files = new Map<string, Uint8Array>();
  const sockets = new Set<WebSocket>();
  const changes = new EventTarget();
  const responses: unknown[] = [];

  const shown = (form: URLSearchParams): Omit<Sent, 'ts' | 'user'> => {
    const blocks = JSON.parse(form.get('blocks') ?? '[]') as Block[];
    const buttons = blocks.flatMap(({ elements = [] }) => elements);
    const [words] = blocks
      .filter(({ type }) => type !== 'actions')
      .map((block) => (typeof block.text === 'string' ? block.text : block.text?.text));
    return {
      ...{ to: form.get('channel') ?? '', threadId: form.get('thread_ts') ?? undefined },
      text: words ?? fromSlack(form.get('text') ?? ''),
      buttons: buttons.map((one) => one.text.text),
      buttonIds: buttons.map((one) => [one.text.text, one.action_id] as const),
    };
  };

  const respond = (method: string, form: URLSearchParams, token: string): object => {
    if (token !== (method === 'apps.connections.open' ? appToken : botToken)) return { ok: false, error: 'invalid_auth' };
    switch (method) {
      case 'auth.test':
        return me;
      case 'apps.connections.open':
        return { url: `ws://127.0.0.1:${port}/link` };
      case 'chat.postMessage':
      case 'chat.postEphemeral': {
        if (form.get('channel') === 'C_GONE') return { ok: false, error: 'channel_not_found' };
        const ts = `1355517523.00000${++serial}`;
        sent = [...sent, { ...shown(form), ts, user: form.get('user') ?? undefined }];
        return { channel: form.get('channel'), ts };
      }
      case 'chat.update':
        sent = sent.map((one) => (one.ts === form.get('ts') ? { ...one, ...shown(form) } : one));
        return {};
      case 'files.getUploadURLExternal': {
        const id = `F${uploads.size}`;
        uploads.set(id, form.get('filename') ?? '');
        return { upload_url: `http://127.0.0.1:${port}/upload/${id}`, file_id: id };
      }
      case 'files.completeUploadExternal': {
        const [file] = JSON.parse(form.get('files') ?? '[]') as { id: string }[];
        const where = { to: form.get('channel_id') ?? '', threadId: form.get('thread_ts') ?? undefined };
        sent = [...sent, { ...where, text: '', files: [uploads.get(file?.id ?? '') ?? ''], ts: '', user: undefined, buttonIds: [] }];
        return {};
      }
      default:
        return { ok: false, error: 'unknown_method' };
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const url = request.url ?? '';
    const reply = (status: number, value: object, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    if (refusal?.because === 'down') return reply(503, {});
    if (refusal?.because === 'rate-limit')
      return reply(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(refusal.retryAfterMs / 1000) });
    if (url.startsWith('/upload/')) return void response.end('OK');
    if (url.startsWith('/files/'))
      return void response.writeHead(request.headers.authorization === `Bearer ${botToken}` ? 200 : 403).end(files.get(url));
    if (url === '/respond') {
      responses.push(JSON.parse(body));
      return reply(200, {});
    }
    if (refusal?.because === 'auth') return reply(200, { ok: false, error: 'invalid_auth' });
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    reply(200, { ok: true, ...respond(url.replace('/api/', ''), new URLSearchParams(body), token) });
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  new WebSocketServer({ server }).on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (raw: Buffer) => {
      const { envelope_id: id, payload } = JSON.parse(raw.toString()) as { envelope_id: string; payload?: object };
      changes.dispatchEvent(Object.assign(new Event(id), { payload }));
    });
    socket.send('{"type":"hello","num_connections":1}');
    changes.dispatchEvent(new Event('connected'));
  });

  /** Told again until it is acknowledged, as Slack does, only sooner. @returns what came with the acknowledgement */
  const deliver = async (type: string, payload: object): Promise<unknown> => {
    for (let attempt = 0; ; attempt += 1) {
      if (sockets.size === 0) await once(changes as never, 'connected');
      const id = `envelope-${++serial}`;
      const acknowledged = once(changes as never, id);
      for (const socket of sockets)
        socket.send(JSON.stringify({ type, envelope_id: id, payload, accepts_response_payload: true, retry_attempt: attempt }));
      const [event] =
        (await Promise.race([acknowledged, new Promise<null>((resolve) => setTimeout(() => resolve(null), 200).unref())])) ?? [];
      if (event) return (event as { payload?: unknown }).payload;
    }
  };

  const platform: FakePlatform = {
    config: { apiRoot: `http://127.0.0.1:${port}/api` },
    secrets: { appToken, botToken },
    to: channel,
    threadId: '1355517523.000001',
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
        ts: `1355517523.${id.padStart(6, '0')}`,
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
  return { platform, deliver, responses, sockets };
};

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const toSlack = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const fromSlack = (words: string): string => words.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
