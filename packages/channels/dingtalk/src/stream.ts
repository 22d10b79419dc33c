import { ChannelError } from '@openclaw/plugin-sdk';
import { keepAlive } from '@openclaw/plugin-sdk/kit';
import WebSocket from 'ws';

type Frame = { readonly type: string; readonly headers: { readonly topic?: string; readonly messageId?: string }; readonly data?: string };

/**
 * One connection of Stream mode: https://open.dingtalk.com/document/development/introduction-to-stream-mode. Resolves when `signal` is
 * aborted; rejects with a ChannelError when it is lost.
 *
 * @param take told of each callback; DingTalk hears that it has arrived when it resolves, and tells it again where it rejects
 */
export const connectStream = (
  url: string,
  signal: AbortSignal,
  onOpen: () => void,
  take: (topic: string, data: string) => Promise<void>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { handshakeTimeout: 15_000 });
    const end = (): void => socket.terminate();
    const rest = keepAlive(socket);
    signal.addEventListener('abort', end);
    const answer = (messageId: string | undefined, data: string): void => {
      if (socket.readyState === WebSocket.OPEN)
        socket.send(JSON.stringify({ code: 200, headers: { contentType: 'application/json', messageId }, message: 'OK', data }));
    };
    socket.on('open', onOpen);
    socket.on('message', (raw: Buffer) => {
      const { type, headers, data = '' } = JSON.parse(raw.toString()) as Frame;
      if (type === 'SYSTEM' && headers.topic === 'ping') answer(headers.messageId, data);
      if (type === 'SYSTEM' && headers.topic === 'disconnect') end();
      if (type !== 'CALLBACK') return;
      take(headers.topic ?? '', data).then(
        () => answer(headers.messageId, JSON.stringify({ response: null })),
        // DingTalk tells it again.
        () => undefined,
      );
    });
    // What it says comes with `close` too.
    socket.on('error', () => undefined);
    socket.on('close', (code: number) => {
      rest();
      signal.removeEventListener('abort', end);
      if (signal.aborted) return resolve();
      reject(new ChannelError('NETWORK', `The connection to DingTalk was lost (${code}).`));
    });
  });
