import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { FakePlatform, Refusal } from '@openclaw/plugin-sdk/testing';
import type { TimelineEvent } from '../src/read-sync.ts';

export const me = '@claw:example.org';
const ann = '@ann:example.org';
const room = '!room:example.org';
const accessToken = 'syt_Y2xhdw_abcdefghijklmnop_0a1b2c';

type Stored = TimelineEvent & { readonly room_id: string; readonly transaction: string | null };
type Content = Record<string, unknown> & { body?: string };
type Answer = { readonly status: number; readonly said: object };

/**
 * A homeserver with one account of ours: sync with long polls, sending, threads, edits, files, invitations. Its answers have the
 * shapes of the specification's examples (https://spec.matrix.org/v1.16/client-server-api/).
 */
export const startHomeserver = async () => {
  const events: Stored[] = [];
  const files = new Map<string, { readonly data: Buffer; readonly type: string }>();
  const rooms = new Map<string, Set<string>>([[room, new Set([me, ann])]]);
  const invited = new Set<string>();
  const sockets = new Set<Socket>();
  const limits = { timeline: 100 };
  let refusal: Refusal = null;
  /** The furthest point that a sync was asked to go on from: what comes before it is acknowledged. */
  let reached = 0;
  let wake = (): void => {};
  let changed = Promise.resolve();
  const change = (): void => {
    wake();
    changed = new Promise((resolve) => {
      wake = resolve;
    });
  };
  change();

  const add = (roomId: string, sender: string, content: Content, more: Partial<Stored> = {}): Stored => {
    const event: Stored = {
      ...{ type: 'm.room.message', event_id: `$event${events.length + 1}:example.org`, sender, origin_server_ts: Date.now() },
      ...{ room_id: roomId, content, transaction: null, ...more },
    };
    events.push(event);
    change();
    return event;
  };

  const sync = async (query: URLSearchParams): Promise<object> => {
    const invite = (): object => Object.fromEntries([...invited].map((id) => [id, { invite_state: { events: [] } }]));
    const since = query.get('since');
    if (since === null) return { next_batch: `s${events.length}`, rooms: { invite: invite() } };
    const from = Number(since.slice(1));
    reached = Math.max(reached, from);
    change();
    const until = Date.now() + Math.min(Number(query.get('timeout') ?? 0), 5_000);
    while (events.length <= from && invited.size === 0 && refusal === null && Date.now() < until)
      await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, 100))]);
    const join: Record<string, object> = {};
    for (const roomId of rooms.keys()) {
      const fresh = events.slice(from).filter((event) => event.room_id === roomId);
      const shown = fresh.slice(-limits.timeline);
      const [first] = shown;
      if (first)
        join[roomId] = {
          timeline: { events: shown.map(asTold), limited: shown.length < fresh.length, prev_batch: `p${events.indexOf(first)}` },
        };
    }
    return { next_batch: `s${events.length}`, rooms: { join, invite: invite() } };
  };

  const send = (roomId: string, transaction: string, body: Buffer): Answer => {
    if (!rooms.has(roomId)) return { status: 403, said: { errcode: 'M_FORBIDDEN', error: 'User not in room' } };
    if (body.byteLength > 65_536) return { status: 413, said: { errcode: 'M_TOO_LARGE', error: 'event too large' } };
    const known = events.find((event) => event.transaction === transaction);
    return ok({ event_id: (known ?? add(roomId, me, JSON.parse(body.toString()), { transaction })).event_id });
  };

  const messages = (roomId: string, query: URLSearchParams): Answer => {
    const [from = 0, to = 0] = ['from', 'to'].map((name) => Number((query.get(name) ?? '0').slice(1)));
    const before = events.slice(to, from).filter((event) => event.room_id === roomId);
    const chunk = before.slice(-2).reverse();
    const last = chunk.at(-1);
    return ok({ chunk: chunk.map(asTold), ...(last && chunk.length < before.length ? { end: `p${events.indexOf(last)}` } : {}) });
  };

  const routes: readonly [
    RegExp,
    (request: { ids: string[]; query: URLSearchParams; body: Buffer; type: string }) => Answer | Promise<Answer>,
  ][] = [
    [/^GET \/_matrix\/client\/v3\/account\/whoami$/, () => ok({ user_id: me, device_id: 'CLAW' })],
    [/^GET \/_matrix\/client\/v3\/sync$/, async ({ query }) => ok(await sync(query))],
    [
      /^PUT \/_matrix\/client\/v3\/rooms\/([^/]+)\/send\/m\.room\.message\/([^/]+)$/,
      ({ ids: [id = '', key = ''], body }) => send(id, key, body),
    ],
    [/^PUT \/_matrix\/client\/v3\/rooms\/[^/]+\/typing\/[^/]+$/, () => ok({})],
    [/^GET \/_matrix\/client\/v3\/rooms\/([^/]+)\/messages$/, ({ ids: [id = ''], query }) => messages(id, query)],
    [
      /^GET \/_matrix\/client\/v3\/rooms\/([^/]+)\/joined_members$/,
      ({ ids: [id = ''] }) => ok({ joined: Object.fromEntries([...(rooms.get(id) ?? [])].map((member) => [member, {}])) }),
    ],
    [
      /^POST \/_matrix\/client\/v3\/rooms\/([^/]+)\/join$/,
      ({ ids: [id = ''] }) => {
        invited.delete(id);
        rooms.set(id, new Set([me, ann, '@bob:example.org']));
        return ok({ room_id: id });
      },
    ],
    [
      /^POST \/_matrix\/client\/v3\/createRoom$/,
      ({ body }) => {
        const id = `!direct${rooms.size}:example.org`;
        rooms.set(id, new Set([me, ...JSON.parse(body.toString()).invite]));
        return ok({ room_id: id });
      },
    ],
    [
      /^POST \/_matrix\/media\/v3\/upload$/,
      ({ body, type }) => {
        files.set(`file${files.size + 1}`, { data: body, type });
        return ok({ content_uri: `mxc://example.org/file${files.size}` });
      },
    ],
  ];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const body = await buffer(request);
    const route = `${request.method} ${pathname}`;
    const say = ({ status, said }: Answer): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    };
    const refused = refusalOf(refusal, request.headers.authorization === `Bearer ${accessToken}`);
    if (refused) return say(refused);
    const file = files.get(/^GET \/_matrix\/client\/v1\/media\/download\/example\.org\/([^/]+)$/.exec(route)?.[1] ?? '');
    if (file) return void response.writeHead(200, { 'content-type': file.type }).end(file.data);
    for (const [pattern, run] of routes) {
      const found = pattern.exec(route);
      if (found)
        return say(await run({ ids: found.slice(1).map(decodeURIComponent), query, body, type: String(request.headers['content-type']) }));
    }
    say({ status: 404, said: { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' } });
  };

  const server = createServer((request, response) => void answer(request, response)).on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const acknowledged = async (event: Stored): Promise<void> => {
    while (reached <= events.indexOf(event)) await changed;
  };

  const platform: FakePlatform = {
    config: { homeserver: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    secrets: { accessToken },
    to: room,
    threadId: '$thread:example.org',
    sent: () => shownOf(events, (url) => files.get(url.split('/').at(-1) ?? '')?.data ?? new Uint8Array()),
    refuse: (next) => {
      refusal = next;
      change();
    },
    say: async ({ id, text, from, file }) => {
      const sender = from === 'self' ? me : from === 'bot' ? '@robot:example.org' : ann;
      let content: Content = { msgtype: from === 'bot' ? 'm.notice' : 'm.text', body: text };
      if (file) {
        files.set(`file${files.size + 1}`, { data: Buffer.from(file.data), type: file.type });
        const url = `mxc://example.org/file${files.size}`;
        content = { msgtype: 'm.file', body: text, filename: file.name, url, info: { mimetype: file.type } };
      }
      await acknowledged(add(room, sender, content, { event_id: `$${id}:example.org` }));
    },
    disconnect: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      refusal = { because: 'down' };
      change();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return {
    ...{ platform, add, limits, events, acknowledged },
    invite: (roomId: string): void => {
      invited.add(roomId);
      change();
    },
    members: (roomId: string, ...ids: string[]): void => void rooms.set(roomId, new Set(ids)),
    isJoined: (roomId: string): boolean => rooms.has(roomId),
  };
};

const ok = (said: object): Answer => ({ status: 200, said });

const refusalOf = (refusal: Refusal, authorized: boolean): Answer | null => {
  if (refusal?.because === 'down') return { status: 502, said: {} };
  if (refusal?.because === 'rate-limit')
    return { status: 429, said: { errcode: 'M_LIMIT_EXCEEDED', error: 'Too many requests', retry_after_ms: refusal.retryAfterMs } };
  if (refusal?.because === 'auth' || !authorized)
    return { status: 401, said: { errcode: 'M_UNKNOWN_TOKEN', error: 'Unrecognised access token.', soft_logout: false } };
  return null;
};

const asTold = ({ transaction, ...event }: Stored): object => ({
  ...event,
  ...(transaction === null ? {} : { unsigned: { transaction_id: transaction } }),
});

/** Ours, as people see them: edits in the place of what they replace. */
const shownOf = (events: readonly Stored[], bytesAt: (url: string) => Uint8Array) => {
  const shown = new Map<string, { to: string; text: string; threadId?: string; files: string[]; fileBytes: Uint8Array[] }>();
  for (const { event_id, sender, transaction, room_id, content = {} } of events) {
    if (sender !== me || transaction === null) continue;
    const { rel_type, event_id: related } = (content['m.relates_to'] ?? {}) as { rel_type?: string; event_id?: string };
    const isFile = content.msgtype !== 'm.text';
    const text = String(((content['m.new_content'] ?? content) as Content).body);
    if (rel_type === 'm.replace') Object.assign(shown.get(related ?? '') ?? {}, { text });
    else
      shown.set(event_id, {
        ...{ to: room_id, text: isFile ? '' : text, files: isFile ? [String(content.filename)] : [] },
        fileBytes: isFile ? [bytesAt(String(content.url))] : [],
        ...(rel_type === 'm.thread' && related !== undefined ? { threadId: related } : {}),
      });
  }
  return [...shown.values()];
};
