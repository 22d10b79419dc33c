import { ChannelError } from '@openclaw/plugin-sdk';
import { keepAlive } from '@openclaw/plugin-sdk/kit';
import WebSocket from 'ws';

type Frame = { readonly type?: string; readonly headers: { readonly topic?: string; readonly messageId?: string }; readonly data?: string };

/**
 * One connection of Stream mode: https://github.com/open-dingtalk/developerpedia/blob/main/docs/learn/stream/protocol.md. Resolves when
 * `signal` is aborted; rejects with a ChannelError when it is lost.
 *
 * @param take told of each callback of `topic`; DingTalk hears that it has arrived when it resolves, and nothing where it rejects
 */
export const connectStream = (
  url: string,
  signal: AbortSignal,
  onOpen: () => void,
  topic: string,
  take: (data: string) => Promise<void>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { handshakeTimeout: 15_000 });
    const end = (): void => socket.terminate();
    const rest = keepAlive(socket);
    signal.addEventListener('abort', end);
    const answer = (messageId: string | undefined, data: string, code = 200, message = 'OK'): void => {
      if (socket.readyState === WebSocket.OPEN)
        socket.send(JSON.stringify({ code, headers: { contentType: 'application/json', messageId }, message, data }));
    };
    socket.on('open', onOpen);
    socket.on('message', (raw: Buffer) => {
      const { type, headers, data = '' } = readFrame(raw);
      if (type === 'SYSTEM' && headers.topic === 'ping') answer(headers.messageId, data);
      if (type === 'SYSTEM' && headers.topic === 'disconnect') end();
      if (type !== 'CALLBACK') return;
      if (headers.topic !== topic) return answer(headers.messageId, '{}', 404, 'no such topic');
      take(data).then(
        () => answer(headers.messageId, JSON.stringify({ response: null })),
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

/** What is no frame says nothing: all channels live in this process, and one of them must not end it. */
const readFrame = (raw: Buffer): Frame => {
  try {
    const frame = JSON.parse(raw.toString()) as Partial<Frame> | null;
    return { ...frame, headers: frame?.headers ?? {} };
  } catch {
    return { headers: {} };
  }
};
