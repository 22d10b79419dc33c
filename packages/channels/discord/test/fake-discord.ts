import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '@openclaw/plugin-sdk/testing';
import { type WebSocket, WebSocketServer } from 'ws';

export const token = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';
const channel = '290926798999357250';
const me = { id: '198622483471925248', username: 'our-bot', bot: true };
const person = { id: '53908099506183680', username: 'mason', global_name: 'Mason' };
const robot = { id: '80351110224678912', username: 'robot', bot: true };

type Button = { readonly label: string; readonly custom_id: string };
type Body = {
  readonly content: string;
  readonly nonce: string;
  readonly components?: { readonly components: Button[] }[];
  readonly attachments?: { filename: string }[];
};
type Sent = SentMessage & { readonly id: string; readonly nonce: string; readonly data: readonly Button[] };
type Given = { readonly op: number; readonly d: Record<string, unknown> };

/** Discord's REST API and its gateway with heartbeats, sessions and resuming, as their documentation has them. */
export const startFakeDiscord = async () => {
  let sent: Sent[] = [];
  let refusal: Refusal = null;
  let sequence = 0;
  let sessions = 0;
  /** Since the session began: what a client that resumes has missed. */
  let events: object[] = [];
  const sockets = new Set<WebSocket>();
  const changes = new EventTarget();
  const files = new Map<string, Uint8Array>();
  const answers: unknown[] = [];
  const logins: string[] = [];

  const keep = (to: string, body: Body, names: readonly string[]): object => {
    if (body.content.length > 2_000) throw new Refused(400, { message: 'Invalid Form Body', code: 50035 });
    const known = sent.find(({ nonce }) => nonce === body.nonce);
    if (known) return known;
    const data = (body.components ?? []).flatMap(({ components }) => components);
    const isThread = to !== channel;
    const message = {
      id: String(1000 + sent.length),
      nonce: body.nonce,
      text: unescapeMarks(body.content),
      to: isThread ? channel : to,
      data,
    };
    const shown = { ...message, ...(isThread ? { threadId: to } : {}), files: names, buttons: data.map(({ label }) => label) };
    sent = [...sent, shown];
    return shown;
  };

  const respond = async (method: string, path: string, body: Buffer, type: string): Promise<object | null> => {
    if (path === '/gateway/bot') return { url: `ws://127.0.0.1:${port}`, shards: 1 };
    if (path === '/users/@me') return me;
    const [, to = '', id] = /^\/channels\/(\d+)\/messages(?:\/(\d+))?$/.exec(path) ?? [];
    if (method === 'POST' && to && type.startsWith('multipart/')) {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
      return keep(
        to,
        JSON.parse(String(form.get('payload_json'))) as Body,
        [...form].flatMap(([, value]) => (typeof value === 'string' ? [] : [value.name])),
      );
    }
    const given = (body.length > 0 ? JSON.parse(body.toString()) : {}) as Body;
    if (method === 'POST' && to) return keep(to, given, []);
    if (method === 'PATCH' && id) {
      sent = sent.map((one) => (one.id === id ? { ...one, text: unescapeMarks(given.content) } : one));
      return {};
    }
    if (path.endsWith('/typing')) return null;
    if (path.startsWith('/interactions/')) {
      answers.push(given);
      return null;
    }
    throw new Refused(404, { message: '404: Not Found', code: 0 });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const file = files.get(request.url ?? '');
    if (file) return void response.end(file);
    const reply = (status: number, value: object | null): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(value && JSON.stringify(value));
    if (refusal?.because === 'down') return reply(503, {});
    if (refusal?.because === 'rate-limit')
      return reply(429, { message: 'You are being rate limited.', retry_after: refusal.retryAfterMs / 1000, global: false });
    if (refusal?.because === 'auth' || request.headers.authorization !== `Bot ${token}`)
      return reply(401, { message: '401: Unauthorized', code: 0 });
    try {
      const value = await respond(
        request.method ?? '',
        (request.url ?? '').replace('/api', ''),
        body,
        request.headers['content-type'] ?? '',
      );
      reply(value === null ? 204 : 200, value);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      reply(error.status, error.body);
    }
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const welcome = (socket: WebSocket, { op, d }: Given): void => {
    if (d.token !== token) {
      socket.close(4004, 'Authentication failed.');
      return;
    }
    logins.push(op === 2 ? 'identify' : 'resume');
    if (op === 2) {
      events = [];
      sequence = 0;
      sessions += 1;
      dispatch(socket, 'READY', { v: 10, user: me, session_id: `session-${sessions}`, resume_gateway_url: `ws://127.0.0.1:${port}` });
    } else {
      if (d.session_id !== `session-${sessions}`) {
        socket.send('{"op":9,"d":false}');
        return;
      }
      for (const event of events.filter((one) => (one as { s: number }).s > Number(d.seq))) socket.send(JSON.stringify(event));
      dispatch(socket, 'RESUMED', {});
    }
    sockets.add(socket);
    changes.dispatchEvent(new Event('connected'));
  };
  const dispatch = (socket: WebSocket | undefined, t: string, d: object): void => {
    sequence += 1;
    const event = { op: 0, t, s: sequence, d };
    events.push(event);
    socket?.send(JSON.stringify(event));
  };

  new WebSocketServer({ server }).on('connection', (socket) => {
    socket.send('{"op":10,"d":{"heartbeat_interval":41250}}');
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (raw: Buffer) => {
      const given = JSON.parse(raw.toString()) as Given;
      if (given.op === 1) socket.send('{"op":11}');
      else welcome(socket, given);
    });
  });

  /** Also while nobody is connected: whoever resumes is told. */
  const deliver = (type: string, data: object): void => dispatch([...sockets][0], type, data);

  const platform: FakePlatform = {
    config: { apiRoot: `http://127.0.0.1:${port}/api` },
    secrets: { token },
    to: channel,
    threadId: '290926798999357999',
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text, from, file }) => {
      if (file) files.set(`/files/${id}`, file.data);
      const attachments = file
        ? [{ id: '1', filename: file.name, content_type: file.type, size: file.data.length, url: `http://127.0.0.1:${port}/files/${id}` }]
        : [];
      const author = { person, bot: robot, self: me }[from];
      deliver('MESSAGE_CREATE', {
        id,
        channel_id: channel,
        author,
        type: 0,
        content: text,
        timestamp: '2017-07-11T17:27:07.299000+00:00',
        mentions: [],
        attachments,
      });
    },
    press: async (label) => {
      const custom_id = sent.at(-1)?.data.find((one) => one.label === label)?.custom_id;
      deliver('INTERACTION_CREATE', {
        id: '846462639134605312',
        token: 'interaction-token',
        type: 3,
        channel_id: channel,
        user: person,
        data: { custom_id, component_type: 2 },
      });
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
  const forgetSession = (): void => {
    sessions += 1;
  };
  return { platform, deliver, answers, logins, sockets, forgetSession };
};

class Refused extends Error {
  readonly status: number;
  readonly body: object;
  constructor(status: number, body: object) {
    super(`${status}`);
    this.status = status;
    this.body = body;
  }
}

/** As Discord shows it. */
const unescapeMarks = (text: string): string => text.replace(/\\([\\*_~`|>#[\]()-])/g, '$1');
