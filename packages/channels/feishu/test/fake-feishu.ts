import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import { type WebSocket, WebSocketServer } from 'ws';
import { decodeFrame, encodeFrame } from './frames.ts';

export const appId = 'cli_9f5343c580712544';
export const appSecret = 'pqXWvbkG1bWZ2CpKp0T3YcvS4hL8nE6a';
const chatId = 'oc_5ce6d572455d361153b7xx51da133945';
const me = 'ou_bot00000000000000000000000000000';
const person = 'ou_84aad35d084aa403a838cf73ee18467';

type Element = { tag: string; content?: string; text?: { content: string }; behaviors?: { value: object }[] };
type Sent = SentMessage & { readonly uuid: string; readonly buttonValues: readonly (readonly [string, object])[] };

/** Feishu's open API and its long connection, as their documentation has them. */
export const startFakeFeishu = async () => {
  const sent = new Map<string, Sent>();
  const uploads = new Map<string, { readonly name: string; readonly data: Uint8Array }>();
  const files = new Map<string, Uint8Array>();
  const sockets = new Set<WebSocket>();
  const answers = new EventTarget();
  let refusal: Refusal = null;
  let tokens = 0;
  let serial = 0;

  const respond = async (url: URL, body: Buffer, type: string): Promise<object> => {
    const path = url.pathname;
    if (path === '/open-apis/auth/v3/tenant_access_token/internal') {
      const given = JSON.parse(body.toString()) as { app_id: string; app_secret: string };
      if (refusal?.because === 'auth' || given.app_id !== appId || given.app_secret !== appSecret)
        throw new Refused(200, 10014, 'app secret invalid');
      tokens += 1;
      return { tenant_access_token: `t-${tokens}`, expire: 7200 };
    }
    if (path === '/open-apis/bot/v3/info') return { bot: { open_id: me, app_name: 'Our bot' } };
    if (path === '/open-apis/im/v1/files' || path === '/open-apis/im/v1/images') {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
      const key = `key_${uploads.size + 1}`;
      const file = (form.get('file') ?? form.get('image')) as File;
      uploads.set(key, { name: String(form.get('file_name') ?? file.name), data: await file.bytes() });
      return { data: { file_key: key, image_key: key } };
    }
    const [, answered] = /^\/open-apis\/im\/v1\/messages\/([^/]+)\/reply$/.exec(path) ?? [];
    if (path === '/open-apis/im/v1/messages' || answered) {
      const message = JSON.parse(body.toString()) as {
        receive_id?: string;
        msg_type: string;
        content: string;
        uuid: string;
        reply_in_thread?: boolean;
      };
      if (!answered && url.searchParams.get('receive_id_type') !== 'chat_id') throw new Refused(400, 230001, 'invalid receive_id');
      if (Buffer.byteLength(message.content) > 30 * 1024)
        throw new Refused(400, 230025, 'The length of the message content reaches its limit');
      const id = sent.has(message.uuid) ? [...sent.keys()].indexOf(message.uuid) : sent.size;
      sent.set(message.uuid, {
        ...shown(message, uploads),
        ...{ uuid: message.uuid, to: message.receive_id ?? chatId, threadId: message.reply_in_thread ? answered : undefined },
      });
      return { data: { message_id: `om_sent_${id}`, chat_id: chatId } };
    }
    throw new Refused(404, 0, 'not found');
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const url = new URL(request.url ?? '/', 'http://feishu');
    const reply = (status: number, value: object, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
    try {
      if (refusal?.because === 'down') return void response.writeHead(502).end('<html>Bad gateway</html>');
      if (refusal?.because === 'rate-limit')
        return reply(
          429,
          { code: 99991400, msg: 'request trigger frequency limit' },
          { 'x-ogw-ratelimit-reset': String(refusal.retryAfterMs / 1000) },
        );
      if (url.pathname === '/callback/ws/endpoint') return reply(200, endpoint(JSON.parse(body.toString()) as Record<string, string>));
      const isLogin = url.pathname.includes('/auth/');
      if (!isLogin && (refusal?.because === 'auth' || !/^Bearer t-\d+$/.test(request.headers.authorization ?? '')))
        return reply(400, { code: 99991663, msg: 'Invalid access token for authorization. Please make a request with token attached.' });
      const [, file] = /\/resources\/(.+)$/.exec(url.pathname) ?? [];
      if (file) {
        // A picture is asked for as one, and whatever else there is as a file.
        if ((url.searchParams.get('type') === 'image') !== file.startsWith('img_')) throw new Refused(400, 234001, 'Invalid request param');
        return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(files.get(file));
      }
      reply(200, { code: 0, msg: 'success', ...(await respond(url, body, request.headers['content-type'] ?? '')) });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply(error.status, { code: error.code, msg: error.message });
    }
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const endpoint = ({ AppID, AppSecret }: Record<string, string>): object =>
    refusal?.because === 'auth' || AppID !== appId || AppSecret !== appSecret
      ? { code: 514, msg: 'auth failed', data: {} }
      : {
          ...{ code: 0, msg: '' },
          data: {
            URL: `ws://127.0.0.1:${port}/ws/v2?device_id=1&service_id=33554678`,
            ClientConfig: { PingInterval: 120, ReconnectCount: -1, ReconnectInterval: 1, ReconnectNonce: 0 },
          },
        };

  const connections = new WebSocketServer({ server });
  connections.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    answers.dispatchEvent(new Event('connected'));
    socket.on('message', (data: Buffer) => {
      const frame = decodeFrame(data);
      if (frame.method === 0 && frame.headers.type === 'ping')
        return socket.send(
          encodeFrame({
            ...frame,
            headers: { type: 'pong' },
            payload: new TextEncoder().encode('{"PingInterval":120,"ReconnectCount":-1,"ReconnectInterval":1,"ReconnectNonce":0}'),
          }),
        );
      const { code, data: said } = JSON.parse(new TextDecoder().decode(frame.payload)) as { code: number; data?: string };
      answers.dispatchEvent(Object.assign(new Event(frame.headers.message_id ?? ''), { code, said }));
    });
  });

  /** Delivered again until it is answered with 200, as Feishu does, only sooner. @returns what it was answered with */
  const deliver = async (event: object, pieces = 1): Promise<unknown> => {
    const payload = new TextEncoder().encode(JSON.stringify(event));
    for (;;) {
      if (sockets.size === 0) await once(answers as never, 'connected');
      const [socket] = sockets;
      if (!socket) continue;
      const messageId = `delivery-${++serial}`;
      const answered = once(answers as never, messageId);
      const gone = once(socket, 'close').then(() => null);
      const size = Math.ceil(payload.length / pieces);
      for (let seq = 0; seq < pieces; seq += 1) {
        const headers = { type: 'event', message_id: messageId, trace_id: 'trace', sum: String(pieces), seq: String(seq) };
        socket.send(
          encodeFrame({ seqId: 1, logId: 2, service: 33554678, method: 1, headers, payload: payload.slice(seq * size, (seq + 1) * size) }),
        );
      }
      const [heard] = (await Promise.race([answered, gone, unanswered()])) ?? [];
      const { code, said } = (heard ?? {}) as { code?: number; said?: string };
      if (code === 200) return said && JSON.parse(Buffer.from(said, 'base64').toString());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  const platform: FakePlatform = {
    config: { appId, domain: `http://127.0.0.1:${port}` },
    secrets: { appSecret },
    to: chatId,
    threadId: 'om_root',
    sent: () => [...sent.values()],
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text, from, file }) => {
      if (file) files.set(`file_${id}`, file.data);
      const sender_id = { open_id: from === 'self' ? me : from === 'bot' ? 'ou_robot' : person };
      await deliver({
        schema: '2.0',
        header: { event_id: `event-${id}`, event_type: 'im.message.receive_v1', create_time: '1608725989000', app_id: appId },
        event: {
          sender: { sender_id, sender_type: from === 'person' ? 'user' : 'app' },
          message: {
            ...{ message_id: `om_${id}`, create_time: '1609073151345', chat_id: chatId, chat_type: 'p2p' },
            message_type: file ? 'file' : 'text',
            content: JSON.stringify(file ? { file_key: `file_${id}`, file_name: file.name } : { text }),
          },
        },
      });
    },
    press: async (label) => {
      const value = [...sent.values()].at(-1)?.buttonValues.find(([name]) => name === label)?.[1];
      await deliver({
        schema: '2.0',
        header: { event_id: 'press-1', event_type: 'card.action.trigger', create_time: '1603977298000000', app_id: appId },
        event: {
          operator: { open_id: person },
          action: { value, tag: 'button' },
          context: { open_message_id: 'om_1', open_chat_id: chatId },
        },
      });
    },
    disconnect: () => {
      for (const socket of sockets) socket.terminate();
      sockets.clear();
    },
    close: async () => {
      for (const socket of sockets) socket.terminate();
      connections.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return { platform, deliver, files };
};

/** What arrives while a client is about to listen is lost: then Feishu sends it again too, after longer. */
const unanswered = (): Promise<null> => new Promise((resolve) => setTimeout(() => resolve(null), 1_000).unref());

class Refused extends Error {
  readonly status: number;
  readonly code: number;
  constructor(status: number, code: number, words: string) {
    super(words);
    this.status = status;
    this.code = code;
  }
}

const shown = (
  { msg_type: kind, content }: { msg_type: string; content: string },
  uploads: ReadonlyMap<string, { readonly name: string; readonly data: Uint8Array }>,
) => {
  const given = JSON.parse(content) as { text?: string; file_key?: string; image_key?: string; body?: { elements: Element[] } };
  if (kind === 'text') return { text: given.text ?? '', buttonValues: [] };
  if (kind === 'file' || kind === 'image') {
    const file = uploads.get(given.file_key ?? given.image_key ?? '');
    return { text: '', files: [file?.name ?? ''], fileBytes: [file?.data ?? new Uint8Array()], buttonValues: [] };
  }
  const elements = given.body?.elements ?? [];
  const buttonValues = elements
    .filter(({ tag }) => tag === 'button')
    .map(({ text, behaviors }) => [text?.content ?? '', behaviors?.[0]?.value ?? {}] as const);
  const words = elements.filter(({ tag }) => tag !== 'button').map(({ content: markdown, text }) => markdown ?? text?.content ?? '');
  return { text: words.join(''), buttonValues, buttons: buttonValues.map(([label]) => label) };
};
