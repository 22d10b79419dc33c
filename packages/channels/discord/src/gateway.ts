import { ChannelError } from '@openclaw/plugin-sdk';
import WebSocket from 'ws';

/** Guilds' and direct messages, and what is in them. */
const intents = (1 << 9) | (1 << 12) | (1 << 15);
const op = { dispatch: 0, heartbeat: 1, identify: 2, resume: 6, reconnect: 7, invalidSession: 9, hello: 10, acknowledged: 11 } as const;
/** Nothing that trying again would change: https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
const hopeless: Readonly<Record<number, string>> = {
  4004: 'Discord does not take the token. Reset it in the Developer Portal and copy it again.',
  4010: 'Discord does not know the part of the bot that asks.',
  4011: 'The bot is in more servers than one connection may hear: make one of its own for this computer.',
  4012: 'Discord no longer speaks this version of its gateway. Update this app.',
  4013: 'Discord does not know what the bot asks to hear.',
  4014: 'Switch on Message Content Intent: Developer Portal, your application, Bot.',
};

type Payload = { readonly op: number; readonly d?: unknown; readonly s?: number | null; readonly t?: string | null };

/** What a lost connection is taken up with again, so that nothing said meanwhile is lost. */
export type Session = { id: string; sequence: number | null; resumeUrl: string };

export type GatewayPorts = {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly session: Session | null;
  /** Told of what happens, in order; after READY and RESUMED too. */
  readonly onEvent: (type: string, data: unknown) => void;
  readonly keepSession: (session: Session | null) => void;
};

/** One connection to Discord's gateway. Resolves when `signal` is aborted; rejects with a ChannelError when it is lost. */
export const connectGateway = ({ url, token, signal, session: given, onEvent, keepSession }: GatewayPorts): Promise<void> =>
  new Promise((resolve, reject) => {
    // Discord gives it with a slash or without.
    const address = new URL(given?.resumeUrl ?? url);
    address.search = 'v=10&encoding=json';
    const socket = new WebSocket(address, { handshakeTimeout: 15_000 });
    let session = given;
    const keep = (next: Session | null): void => {
      session = next;
      keepSession(next);
    };
    let beat: ReturnType<typeof setTimeout> | undefined;
    let isAlive = true;
    const send = (code: number, d: unknown): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ op: code, d }));
    };
    const heartbeat = (everyMs: number): void => {
      // Open on our side only.
      if (!isAlive) {
        socket.terminate();
        return;
      }
      isAlive = false;
      send(op.heartbeat, session?.sequence ?? null);
      beat = setTimeout(heartbeat, everyMs, everyMs);
    };
    const end = (): void => socket.terminate();
    signal.addEventListener('abort', end);

    socket.on('message', (raw: Buffer) => {
      const { op: code, d, s, t } = JSON.parse(raw.toString()) as Payload;
      if (typeof s === 'number' && session) keep({ ...session, sequence: s });
      if (code === op.hello) {
        const { heartbeat_interval: everyMs } = d as { readonly heartbeat_interval: number };
        beat = setTimeout(heartbeat, everyMs * Math.random(), everyMs);
        if (session) send(op.resume, { token, session_id: session.id, seq: session.sequence });
        else send(op.identify, { token, intents, properties: { os: process.platform, browser: 'openclaw', device: 'openclaw' } });
      } else if (code === op.acknowledged) isAlive = true;
      else if (code === op.heartbeat) send(op.heartbeat, session?.sequence ?? null);
      else if (code === op.reconnect) socket.terminate();
      else if (code === op.invalidSession) {
        if (d !== true) keep(null);
        socket.terminate();
      } else if (code === op.dispatch && t) {
        if (t === 'READY') {
          const { session_id: id, resume_gateway_url: resumeUrl } = d as {
            readonly session_id: string;
            readonly resume_gateway_url: string;
          };
          keep({ id, resumeUrl, sequence: s ?? null });
        }
        onEvent(t, d);
      }
    });
    // What it says comes with `close` too.
    socket.on('error', () => undefined);
    socket.on('close', (code: number) => {
      clearTimeout(beat);
      signal.removeEventListener('abort', end);
      if (signal.aborted) return resolve();
      const words = hopeless[code];
      if (code === 4007 || code === 4009) keep(null);
      reject(words ? new ChannelError('AUTH', words) : new ChannelError('NETWORK', `The connection to Discord was lost (${code}).`));
    });
  });
