import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LogLevel } from '../../src-shared/contract/rest.ts';
import { type ClientFrame, type ServerFrame, serverFrameSchema, type Topic } from '../../src-shared/contract/ws.ts';
import { createPositions, type FollowedSession } from './positions.ts';

/** What both the browser's WebSocket and `ws` are. */
export type SocketLike = {
  readonly send: (text: string) => void;
  readonly close: () => void;
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: (() => void) | null;
  onerror: (() => void) | null;
};

export type ConnectionState = {
  readonly phase: 'connecting' | 'online' | 'offline';
  /** Milliseconds since 1970; only while offline. */
  readonly retryAt: number | null;
};

export type OutgoingMessage = Extract<ClientFrame, { type: 'message' }> & { readonly id: string; readonly idempotencyKey: string };

/** Frames in order, each once, over as many connections as it takes. */
export type EventSocket = {
  readonly state: StoreApi<ConnectionState>;
  /** Connects, and stays connected until the returned function is called. */
  readonly start: () => () => void;
  /** Sends, and sends again after a reconnect until a frame answers it; the key makes sure that it runs once. */
  readonly sendMessage: (message: OutgoingMessage) => void;
  readonly follow: (session: FollowedSession) => void;
  readonly unfollow: (ref: string) => void;
  /** Gets the events of a topic until undone, also after a reconnect. One at a time for each topic; the last one holds. */
  readonly subscribe: (topic: Topic, options?: { readonly level?: LogLevel }) => () => void;
  readonly onFrame: (listener: (frame: ServerFrame) => void) => () => void;
  /** Does not wait for the back-off. */
  readonly reconnectNow: () => void;
};

export type EventSocketOptions = {
  /** A new socket, still opening: fetches its own single-use ticket. */
  readonly connect: () => Promise<SocketLike>;
  /** Subscribed to for good. */
  readonly topics: readonly Topic[];
  readonly now: () => number;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly backOff?: { readonly firstMs: number; readonly longestMs: number };
  readonly heartbeat?: { readonly everyMs: number; readonly answerWithinMs: number };
};

export const createEventSocket = (options: EventSocketOptions): EventSocket => {
  const { backOff = { firstMs: 500, longestMs: 15_000 }, heartbeat = { everyMs: 20_000, answerWithinMs: 10_000 } } = options;
  const state = createStore<ConnectionState>(() => ({ phase: 'connecting', retryAt: null }));
  const positions = createPositions();
  const unanswered = new Map<string, OutgoingMessage>();
  const listeners = new Set<(frame: ServerFrame) => void>();
  const subscriptions = new Map<Topic, ClientFrame>();

  let running = false;
  let socket: SocketLike | null = null;
  let attempts = 0;
  /** Every connection has a number, so that what a closed one still says is not heard. */
  let generation = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let heartbeatTimer: ReturnType<typeof setTimeout> | undefined;

  const transmit = (frame: ClientFrame): void => {
    if (state.getState().phase === 'online') socket?.send(JSON.stringify(frame));
  };

  const open = async (): Promise<void> => {
    clearTimeout(retryTimer);
    generation += 1;
    const mine = generation;
    state.setState({ phase: 'connecting', retryAt: null });
    clearTimeout(heartbeatTimer);
    heartbeatTimer = setTimeout(lost, heartbeat.answerWithinMs);
    try {
      const fresh = await options.connect();
      if (mine !== generation) return fresh.close();
      socket = fresh;
      fresh.onopen = () => mine === generation && opened();
      fresh.onmessage = (event) => mine === generation && received(event.data);
      fresh.onclose = () => mine === generation && lost();
      fresh.onerror = () => undefined;
    } catch {
      if (mine === generation) lost();
    }
  };

  const opened = (): void => {
    state.setState({ phase: 'online', retryAt: null });
    transmit({ type: 'subscribe', topics: [...options.topics] });
    for (const frame of subscriptions.values()) transmit(frame);
    for (const frame of positions.resumes()) transmit(frame);
    for (const message of unanswered.values()) transmit(message);
    beat();
  };

  const received = (data: unknown): void => {
    attempts = 0;
    beat();
    const frame = parseFrame(data);
    if (frame === null || frame.type === 'pong') return;
    if (frame.type === 'event') {
      emit(frame);
      return;
    }
    if (frame.replyTo !== undefined) unanswered.delete(frame.replyTo);
    const admission = positions.admit(frame);
    if (admission.kind === 'new' || admission.kind === 'next') emit(admission.frame);
    if ((admission.kind === 'gap' || admission.kind === 'next') && admission.resume) transmit(admission.resume);
  };

  const emit = (frame: ServerFrame): void => {
    for (const listener of listeners) listener(frame);
  };

  const lost = (): void => {
    drop();
    if (!running) return;
    const wait = Math.min(backOff.longestMs, backOff.firstMs * 2 ** attempts) * (0.5 + options.random() / 2);
    attempts += 1;
    state.setState({ phase: 'offline', retryAt: options.now() + wait });
    retryTimer = setTimeout(() => void open(), wait);
  };

  const drop = (): void => {
    generation += 1;
    clearTimeout(heartbeatTimer);
    clearTimeout(retryTimer);
    socket?.close();
    socket = null;
  };

  /** Anything received counts as a beat; silence is asked once, then the connection is given up (a laptop that slept says no close). */
  const beat = (): void => {
    clearTimeout(heartbeatTimer);
    heartbeatTimer = setTimeout(() => {
      transmit({ type: 'ping' });
      heartbeatTimer = setTimeout(lost, heartbeat.answerWithinMs);
    }, heartbeat.everyMs);
  };

  return {
    state,
    start: () => {
      running = true;
      void open();
      return () => {
        running = false;
        drop();
      };
    },
    sendMessage: (message) => {
      unanswered.set(message.id, message);
      transmit(message);
    },
    follow: (session) => transmit(positions.follow(session)),
    unfollow: positions.unfollow,
    subscribe: (topic, more = {}) => {
      const frame: ClientFrame = { type: 'subscribe', topics: [topic], ...more };
      subscriptions.set(topic, frame);
      transmit(frame);
      return () => {
        if (subscriptions.get(topic) !== frame) return;
        subscriptions.delete(topic);
        transmit({ type: 'unsubscribe', topics: [topic] });
      };
    },
    onFrame: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconnectNow: () => {
      if (!running || state.getState().phase !== 'offline') return;
      attempts = 0;
      void open();
    },
  };
};

const parseFrame = (data: unknown): ServerFrame | null => {
  if (typeof data !== 'string') return null;
  try {
    const parsed = serverFrameSchema.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};
