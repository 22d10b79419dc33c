import { ChannelError } from '@openclaw/plugin-sdk';
import { keepAlive } from '@openclaw/plugin-sdk/kit';
import WebSocket from 'ws';

/** What Slack tells, and waits to hear back of within three seconds. */
export type Envelope = { readonly type: string; readonly envelope_id?: string; readonly payload?: unknown; readonly reason?: string };

/**
 * One connection of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode. Resolves when `signal` is aborted or Slack
 * asks for another; rejects with a ChannelError when it is lost.
 *
 * @param take what it resolves to is told to Slack with the acknowledgement; where it rejects there is none, and Slack tells it again
 */
export const connectSocket = (
  url: string,
  signal: AbortSignal,
  onHello: () => void,
  take: (envelope: Envelope) => Promise<object | undefined>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { handshakeTimeout: 15_000 });
    let reason: string | undefined;
    const end = (): void => socket.terminate();
    signal.addEventListener('abort', end);
    const rest = keepAlive(socket);
    socket.on('message', (raw: Buffer) => {
      const envelope = JSON.parse(raw.toString()) as Envelope;
      if (envelope.type === 'hello') onHello();
      if (envelope.type === 'disconnect') {
        reason = envelope.reason ?? 'refresh_requested';
        end();
      }
      const id = envelope.envelope_id;
      if (id === undefined) return;
      take(envelope).then(
        (payload) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ envelope_id: id, ...(payload ? { payload } : {}) }));
        },
        // Slack tells it again.
        () => undefined,
      );
    });
    // What it says comes with `close` too.
    socket.on('error', () => undefined);
    socket.on('close', (code: number) => {
      rest();
      signal.removeEventListener('abort', end);
      if (signal.aborted || (reason !== undefined && reason !== 'link_disabled')) return resolve();
      if (reason === 'link_disabled')
        return reject(new ChannelError('NETWORK', 'Socket Mode was switched off. Switch it on: Your apps, your app, Socket Mode.'));
      reject(new ChannelError('NETWORK', `The connection to Slack was lost (${code}).`));
    });
  });
