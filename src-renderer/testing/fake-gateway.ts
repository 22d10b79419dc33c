import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { HistoryItem, Session } from '../../src-shared/contract/rest.ts';
import { type ClientFrame, clientFrameSchema, type ServerFrame, type Topic, type TurnFrame } from '../../src-shared/contract/ws.ts';

/**
 * A gateway in the test's hand: speaks the contract over real HTTP and WebSocket on a free port, and moves only when
 * the test says so (`turn.say`, `cut`).
 */
export type FakeGateway = {
  readonly url: string;
  readonly addSession: (session: Partial<Session> & { readonly id: string }, events?: readonly (readonly [string, DurableEvent])[]) => void;
  /** Resolves with the next turn that a client begins; turns wait here in order. */
  readonly nextTurn: () => Promise<FakeTurn>;
  /** Breaks every connection without a close frame. */
  readonly cut: () => void;
  /** Breaks the connection once so many frames of turns went out on it, whatever is under way. */
  readonly cutAfter: (frames: number) => void;
  /** What REST calls answer instead, by `METHOD /path`. */
  readonly answers: Map<string, { readonly status: number; readonly body: unknown }>;
  /** Answers what the fake itself does not know of; null leaves it to the fake. */
  serve: ((request: FakeRequest) => FakeAnswer | null) | null;
  /** Told of every frame, before the fake itself looks at it. */
  hear: ((frame: ClientFrame) => void) | null;
  readonly received: ClientFrame[];
  /** Resolves when a client sends such a frame. */
  readonly nextFrame: (type: ClientFrame['type']) => Promise<ClientFrame>;
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly authorization: string | undefined;
    readonly body: string;
  }[];
  readonly announce: (session: Session, deleted?: boolean) => void;
  /** An event of this topic for every client. */
  readonly tell: (topic: Topic, data: unknown) => void;
  readonly session: (id: string) => Session;
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
};

export type FakeAnswer = { readonly status: number; readonly body: unknown; readonly headers?: Readonly<Record<string, string>> };

export type FakeRequest = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
  readonly pin: string | undefined;
  readonly authorization: string | undefined;
};

export type FakeTurn = {
  readonly messageId: string;
  readonly content: string;
  readonly delta: (text: string) => void;
  readonly say: (event: Exclude<DurableEvent, { type: 'message' }>) => void;
  /** A status that passes and is not kept. */
  readonly state: (state: 'queued' | 'thinking' | 'running_tool') => void;
  /** As after a restart of the gateway. */
  readonly restart: () => void;
  readonly text: () => string;
};

export const usage = { inputTokens: 3, outputTokens: 5, costUsd: 0 };
export const response = (content: string) => ({ type: 'response', content, final: true, usage, durationMs: 12 }) as const;

type Stored = Session & { readonly items: HistoryItem[] };
type Running = {
  readonly messageId: string;
  readonly session: Stored;
  readonly agentId: string;
  text: string;
  over: boolean;
  readonly listeners: Set<Client>;
};
type Client = { readonly send: (frame: ServerFrame) => void };

export const startFakeGateway = async (): Promise<FakeGateway> => {
  const sessions = new Map<string, Stored>();
  const running = new Map<string, Running>();
  const byKey = new Map<string, Running>();
  const begun: FakeTurn[] = [];
  const waiting: ((turn: FakeTurn) => void)[] = [];
  const clients = new Map<WebSocket, Client>();
  const answers: FakeGateway['answers'] = new Map();
  const received: ClientFrame[] = [];
  const requests: FakeGateway['requests'] = [];
  const hearing = new Set<(frame: ClientFrame) => void>();
  let framesLeft = Number.POSITIVE_INFINITY;
  let count = 0;

  const find = (ref: string): Stored | undefined =>
    [...sessions.values()].find((one) => one.id === ref || one.sessionId === ref || one.name === ref);

  const addSession = (known: Partial<Session> & { readonly id: string }): Stored => {
    const session: Stored = {
      sessionId: `ses_${known.id}`,
      name: null,
      title: known.id,
      agentId: 'main',
      channel: 'console',
      createdAt: 1,
      updatedAt: 1,
      lastSeq: 0,
      running: false,
      pinned: false,
      ...known,
      items: [],
    };
    sessions.set(session.id, session);
    return session;
  };

  const store = (session: Stored, messageId: string, event: DurableEvent): number => {
    const seq = session.lastSeq + 1;
    const timestamp = seq * 1_000;
    Object.assign(session, { lastSeq: seq, updatedAt: session.updatedAt + 1 });
    session.items.push({ seq, messageId, timestamp, event });
    return seq;
  };

  const row = ({ items: _, ...session }: Stored): Session => ({
    ...session,
    running: [...running.values()].some((turn) => turn.session.id === session.id && !turn.over),
  });

  const frameOf = (turn: Running, event: TurnFrame | DurableEvent | object, seq?: number): TurnFrame =>
    ({
      ...event,
      agentId: turn.agentId,
      sessionId: turn.session.sessionId ?? turn.session.id,
      timestamp: 1_000,
      messageId: turn.messageId,
      traceId: 'trace',
      ...(seq === undefined ? {} : { seq }),
    }) as TurnFrame;

  const toAll = (turn: Running, frame: TurnFrame): void => {
    for (const listener of turn.listeners) listener.send(frame);
  };

  const handOut = (turn: Running, content: string): void => {
    const made: FakeTurn = {
      messageId: turn.messageId,
      content,
      text: () => turn.text,
      state: (state) => toAll(turn, frameOf(turn, { type: 'status', state, content: state })),
      delta: (text) => {
        const offset = turn.text.length;
        turn.text += text;
        toAll(turn, frameOf(turn, { type: 'delta', content: text, offset }));
      },
      say: (event) => {
        const ends = event.type === 'response' || event.type === 'error' || (event.type === 'status' && event.state === 'cancelled');
        turn.over ||= ends;
        toAll(turn, frameOf(turn, event, store(turn.session, turn.messageId, event)));
      },
      restart: () => {
        turn.text = '';
        toAll(turn, frameOf(turn, restarted, store(turn.session, turn.messageId, restarted)));
      },
    };
    const first = waiting.shift();
    if (first) first(made);
    else begun.push(made);
  };

  const onMessage = (frame: Extract<ClientFrame, { type: 'message' }>, client: Client): void => {
    const repeated = byKey.get(frame.idempotencyKey ?? '');
    const replyTo = frame.id;
    const echo: Client = { send: (one) => client.send({ ...one, ...(replyTo === undefined ? {} : { replyTo }) } as ServerFrame) };
    if (repeated) {
      if (repeated.over) {
        for (const item of repeated.session.items)
          if (item.messageId === repeated.messageId && item.event.type !== 'message') echo.send(frameOf(repeated, item.event, item.seq));
        return;
      }
      if (repeated.text !== '') echo.send(frameOf(repeated, { type: 'delta', content: repeated.text, offset: 0 }));
      repeated.listeners.add(echo);
      return;
    }
    count += 1;
    const session =
      (frame.sessionId === undefined ? undefined : find(frame.sessionId)) ??
      addSession({ id: `handle${count}`, name: frame.sessionId ?? null, title: frame.content });
    const turn: Running = {
      messageId: `msg_${String(count).padStart(22, '0')}`,
      session,
      agentId: frame.agentId ?? session.agentId,
      text: '',
      over: false,
      listeners: new Set([echo]),
    };
    running.set(turn.messageId, turn);
    if (frame.idempotencyKey !== undefined) byKey.set(frame.idempotencyKey, turn);
    store(session, turn.messageId, { type: 'message', content: frame.content, channel: 'console' });
    handOut(turn, frame.content);
    toAll(turn, frameOf(turn, { type: 'status', state: 'queued', content: 'queued' }));
  };

  const onResume = (frame: Extract<ClientFrame, { type: 'resume' }>, client: Client): void => {
    const session = find(frame.sessionId);
    if (!session) return;
    for (const { seq, messageId, event } of session.items) {
      const turn = running.get(messageId);
      if (seq > frame.afterSeq && event.type !== 'message' && turn) client.send(frameOf(turn, event, seq));
    }
    for (const turn of running.values()) {
      if (turn.session !== session || turn.over) continue;
      const offset = turn.messageId === frame.messageId ? (frame.offset ?? 0) : 0;
      if (turn.text.length > offset) client.send(frameOf(turn, { type: 'delta', content: turn.text.slice(offset), offset }));
      turn.listeners.add(client);
    }
  };

  const serve = (socket: WebSocket): void => {
    const client: Client = {
      send: (frame) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        if ('messageId' in frame) {
          if (framesLeft <= 0) {
            framesLeft = Number.POSITIVE_INFINITY;
            socket.terminate();
            return;
          }
          framesLeft -= 1;
        }
        socket.send(JSON.stringify(frame));
      },
    };
    clients.set(socket, client);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clients.delete(socket);
    });
    socket.on('message', (data) => {
      const frame = clientFrameSchema.parse(JSON.parse(String(data)));
      received.push(frame);
      for (const hear of hearing) hear(frame);
      fake.hear?.(frame);
      if (frame.type === 'message') onMessage(frame, client);
      if (frame.type === 'resume') onResume(frame, client);
      if (frame.type === 'ping') client.send({ type: 'pong', content: 'pong', ...bare });
    });
  };

  const rest = (request: FakeRequest): FakeAnswer => {
    const { method, path, query } = request;
    const fixed = answers.get(`${method} ${path}`) ?? fake.serve?.(request);
    if (fixed) return fixed;
    if (path === '/api/v1/tickets') return { status: 201, body: { ticket: 'ticket', expiresAt: 1 } };
    if (path === '/api/v1/sessions') return { status: 200, body: { sessions: [...sessions.values()].map(row), nextCursor: null } };
    if (path === '/api/v1/agents')
      return { status: 200, body: { agents: [{ id: 'main', name: 'Main', state: 'idle', model: 'qwen3', tools: [] }] } };
    if (path === '/api/v1/status')
      return { status: 200, body: { status: 'ok', version: '0.1.0', uptimeMs: 1, agents: [{ id: 'main', state: 'idle' }] } };
    const session = find(decodeURIComponent(/^\/api\/v1\/sessions\/([^/]+)\/messages$/.exec(path)?.[1] ?? ''));
    if (session) {
      const before = Number(query.get('cursor') ?? Number.POSITIVE_INFINITY);
      const after = query.get('afterSeq');
      const limit = Number(query.get('limit') ?? 50);
      const items =
        after === null
          ? session.items.filter(({ seq }) => seq < before).slice(-limit)
          : session.items.filter(({ seq }) => seq > Number(after)).slice(0, limit);
      const nextCursor = (items[0]?.seq ?? 1) > 1 ? String(items[0]?.seq) : null;
      const going = [...running.values()].filter((turn) => turn.session === session && !turn.over);
      return {
        status: 200,
        body: {
          session: row(session),
          items,
          running: going.map(({ messageId, agentId, text }) => ({ messageId, agentId, partial: text })),
          nextCursor,
        },
      };
    }
    return {
      status: 404,
      body: { error: { code: 'NOT_FOUND', message: 'There is nothing at this address.', retryable: false, traceId: 'trace' } },
    };
  };

  const tell: FakeGateway['tell'] = (topic, data) => {
    for (const client of clients.values()) client.send({ type: 'event', content: topic, topic, data, ...bare });
  };

  const server = createServer((request, answer) => {
    void readBody(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://gateway');
      requests.push({ method: request.method ?? '', path: url.pathname + url.search, authorization: request.headers.authorization, body });
      const pin = request.headers['x-openclaw-pin'];
      const {
        status,
        body: answered,
        headers,
      } = rest({
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        body,
        pin: typeof pin === 'string' ? decodeURIComponent(pin) : undefined,
        authorization: request.headers.authorization,
      });
      answer.writeHead(status, { 'content-type': 'application/json', 'access-control-allow-origin': '*', ...headers });
      answer.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
    });
  });
  const sockets = new WebSocketServer({ server, path: '/ws' });
  sockets.on('connection', serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const fake: FakeGateway = {
    serve: null,
    hear: null,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    addSession: (known, events = []) => {
      const session = addSession(known);
      for (const [messageId, event] of events) store(session, messageId, event);
    },
    nextTurn: () =>
      new Promise((resolve) => {
        const turn = begun.shift();
        if (turn) resolve(turn);
        else waiting.push(resolve);
      }),
    cut: () => {
      for (const socket of clients.keys()) socket.terminate();
    },
    cutAfter: (frames) => {
      framesLeft = frames;
    },
    answers,
    received,
    nextFrame: (type) =>
      new Promise((resolve) => {
        const hear = (frame: ClientFrame): void => {
          if (frame.type !== type) return;
          hearing.delete(hear);
          resolve(frame);
        };
        hearing.add(hear);
      }),
    requests,
    announce: (session, deleted) => tell('sessions', { session, ...(deleted ? { deleted } : {}) }),
    tell,
    session: (id) => row(sessions.get(id) ?? addSession({ id })),
    connections: () => clients.size,
    stop: async () => {
      for (const socket of clients.keys()) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
};

const restarted = { type: 'status', state: 'restarted', content: 'the reply begins again' } as const;
const bare = { agentId: '', sessionId: '', timestamp: 1 };

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
