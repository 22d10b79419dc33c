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
  readonly content?: string;
  readonly nonce?: string;
  readonly enforce_nonce?: boolean;
  readonly components?: { readonly components: Button[] }[];
  readonly attachments?: { id: number | string; filename: string }[];
};
type Sent = SentMessage & { readonly id: string; readonly nonce: string | undefined; readonly data: readonly Button[] };
type Given = { readonly op: number; readonly d: Record<string, unknown> };
type Dispatch = { readonly op: 0; readonly t: string; readonly s: number; readonly d: object };

/** https://discord.com/developers/docs/events/gateway#gateway-intents: messages of servers, direct ones, and their text. */
const intents = { guild: 1 << 9, direct: 1 << 12, content: 1 << 15 };

/**
 * Discord's REST API and its gateway with heartbeats, sessions and resuming, as their documentation has them.
 *
 * @param heartbeatMs how often a client is to say that it is there
 */
export const startFakeDiscord = async ({ heartbeatMs = 41_250 } = {}) => {
  let sent: Sent[] = [];
  let refusal: Refusal = null;
  let sequence = 0;
  let sessions = 0;
  /** Since the session began: what a client that resumes has missed. */
  let events: Dispatch[] = [];
  /** What the client of the session wants to hear. */
  let wanted = 0;
  let isDeaf = false;
  const sockets = new Set<WebSocket>();
  const files = new Map<string, Uint8Array>();
  const answers: unknown[] = [];
  const logins: string[] = [];

  const keep = (to: string, body: Body, names: readonly string[], fileBytes: readonly Uint8Array[] = []): object => {
    const { content = '' } = body;
    refuseInvalid(body);
    if (content === '' && names.length === 0) throw new Refused(400, { message: 'Cannot send an empty message', code: 50006 });
    const known = body.enforce_nonce ? sent.find(({ nonce }) => nonce !== undefined && nonce === body.nonce) : undefined;
    if (known) return asMessage(known);
    const data = (body.components ?? []).flatMap(({ components }) => components);
    const isThread = to !== channel;
    const message = {
      id: String(1000 + sent.length),
      nonce: body.nonce,
      text: unescapeMarks(content),
      to: isThread ? channel : to,
      data,
    };
    const shown = { ...message, ...(isThread ? { threadId: to } : {}), files: names, fileBytes, buttons: data.map(({ label }) => label) };
    sent = [...sent, shown];
    return asMessage(shown);
  };

  const respond = async (method: string, path: string, body: Buffer, type: string): Promise<object | null> => {
    if (path === '/gateway/bot')
      return {
        // With a slash, as the documentation has it.
        ...{ url: `ws://127.0.0.1:${port}/`, shards: 1 },
        session_start_limit: { total: 1_000, remaining: 999, reset_after: 14_400_000, max_concurrency: 1 },
      };
    if (path === '/users/@me') return me;
    const [, to = '', id] = /^\/channels\/(\d+)\/messages(?:\/(\d+))?$/.exec(path) ?? [];
    if (method === 'POST' && to && type.startsWith('multipart/')) {
      const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
      const given = JSON.parse(String(form.get('payload_json') ?? '{}')) as Body;
      const files = [...form].flatMap(([key, value]) => (typeof value === 'string' ? [] : [{ key, name: value.name, value }]));
      const misplaced = files.find(({ key }) => !/^files\[\d+\]$/.test(key));
      const dangling = given.attachments?.find(({ id }) => !files.some(({ key }) => key === `files[${id}]`));
      if (misplaced || dangling) throw new Refused(400, { message: 'Invalid Form Body', code: 50035 });
      return keep(
        to,
        given,
        files.map(({ name }) => name),
        await Promise.all(files.map(async ({ value }) => new Uint8Array(await value.arrayBuffer()))),
      );
    }
    const given = (body.length > 0 ? JSON.parse(body.toString()) : {}) as Body;
    if (method === 'POST' && to) return keep(to, given, []);
    if (method === 'PATCH' && id) {
      refuseInvalid(given);
      const data = (given.components ?? []).flatMap(({ components }) => components);
      const edited = { text: unescapeMarks(given.content ?? ''), data, buttons: data.map(({ label }) => label) };
      sent = sent.map((one) => (one.id === id ? { ...one, ...edited } : one));
      const found = sent.find((one) => one.id === id);
      if (!found) throw new Refused(404, { message: 'Unknown Message', code: 10008 });
      return asMessage(found);
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
    const path = (request.url ?? '').replace('/api/v10', '');
    const reply = (status: number, value: object | null, headers: Record<string, string> = {}): void =>
      void response
        .writeHead(status, { ...(value && { 'content-type': 'application/json' }), ...bucket(path), ...headers })
        .end(value && JSON.stringify(value));
    if (refusal?.because === 'down') return reply(503, {});
    if (refusal?.because === 'rate-limit') {
      const seconds = refusal.retryAfterMs / 1_000;
      const headers = { 'retry-after': String(Math.ceil(seconds)), 'x-ratelimit-scope': 'user', 'x-ratelimit-remaining': '0' };
      return reply(
        429,
        { message: 'You are being rate limited.', retry_after: seconds, global: false },
        { ...headers, 'x-ratelimit-reset-after': String(seconds), 'x-ratelimit-reset': String(Date.now() / 1_000 + seconds) },
      );
    }
    if (refusal?.because === 'auth' || request.headers.authorization !== `Bot ${token}`)
      return reply(401, { message: '401: Unauthorized', code: 0 });
    try {
      const value = await respond(request.method ?? '', path, body, request.headers['content-type'] ?? '');
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
      wanted = Number(d.intents);
      if (!Number.isInteger(d.intents) || !d.properties) {
        socket.close(4013, 'Invalid intent(s).');
        return;
      }
      events = [];
      sequence = 0;
      sessions += 1;
      dispatch(socket, 'READY', {
        ...{ v: 10, user: me, guilds: [], session_id: `session-${sessions}`, resume_gateway_url: `ws://127.0.0.1:${port}` },
        application: { id: me.id, flags: 0 },
      });
    } else {
      if (d.session_id !== `session-${sessions}`) {
        socket.send('{"op":9,"d":false}');
        return;
      }
      for (const event of events.filter((one) => one.s > Number(d.seq))) socket.send(JSON.stringify(event));
      dispatch(socket, 'RESUMED', {});
    }
    sockets.add(socket);
  };
  const dispatch = (socket: WebSocket | undefined, t: string, d: object): void => {
    sequence += 1;
    const event: Dispatch = { op: 0, t, s: sequence, d };
    events.push(event);
    socket?.send(JSON.stringify(event));
  };

  const connections = new WebSocketServer({
    server,
    verifyClient: ({ req }: { readonly req: IncomingMessage }) => wellAsked(req.url ?? ''),
  });
  connections.on('connection', (socket) => {
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: heartbeatMs } }));
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (raw: Buffer) => {
      const given = JSON.parse(raw.toString()) as Given;
      if (given.op !== 1) return welcome(socket, given);
      if (!isDeaf) socket.send('{"op":11}');
    });
  });

  /** Also while nobody is connected: whoever resumes is told. */
  const deliver = (type: string, data: object): void => {
    const isMessage = type === 'MESSAGE_CREATE';
    if (isMessage && (wanted & ('guild_id' in data ? intents.guild : intents.direct)) === 0) return;
    const isReadable = !isMessage || (wanted & intents.content) !== 0;
    dispatch([...sockets][0], type, isReadable ? data : { ...data, content: '', attachments: [], embeds: [], components: [] });
  };

  const platform: FakePlatform = {
    config: { apiRoot: `http://127.0.0.1:${port}/api/v10` },
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
  return {
    ...{ platform, deliver, answers, logins, sockets, forgetSession },
    /** The connections stay open, and nothing that is sent there arrives. */
    goDeaf: (next: boolean): void => {
      isDeaf = next;
    },
  };
};

/** https://discord.com/developers/docs/events/gateway#connecting */
const wellAsked = (url: string): boolean => {
  const { pathname, searchParams } = new URL(`ws://gateway.discord.gg${url}`);
  return pathname === '/' && searchParams.get('v') === '10' && searchParams.get('encoding') === 'json';
};

/** https://discord.com/developers/docs/topics/rate-limits#header-format */
const bucket = (path: string): Record<string, string> => ({
  'x-ratelimit-limit': '5',
  'x-ratelimit-remaining': '4',
  'x-ratelimit-reset': String(Date.now() / 1_000 + 1),
  'x-ratelimit-reset-after': '1',
  'x-ratelimit-bucket': Buffer.from(path.replace(/\d+/g, '')).toString('hex'),
});

const refuseInvalid = ({ content = '', nonce = '', components = [] }: Body): void => {
  const wrong = (field: string, message: string): Refused =>
    new Refused(400, {
      message: 'Invalid Form Body',
      code: 50035,
      errors: { [field]: { _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message }] } },
    });
  if (content.length > 2_000) throw wrong('content', 'Must be 2000 or fewer in length.');
  if (nonce.length > 25) throw wrong('nonce', 'Must be 25 or fewer in length.');
  if (components.some((row) => row.components.length > 5)) throw wrong('components', 'Must be between 1 and 5 in length.');
};

/** What a call of the API answers with. */
const asMessage = ({ id, nonce, text, to, threadId, files = [] }: Sent): object => ({
  ...{ id, channel_id: threadId ?? to, content: text, author: me, timestamp: '2017-07-11T17:27:07.299000+00:00', type: 0 },
  ...(nonce === undefined ? {} : { nonce }),
  attachments: files.map((filename, index) => ({ id: String(index), filename })),
});

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
