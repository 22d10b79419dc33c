import WebSocket from 'ws';
import type { ServerFrame } from '../../src-shared/contract/ws.ts';

type Closed = { readonly code: number; readonly reason: string };

/** A WebSocket client that keeps all it was ever sent. */
export type WsClient = {
  readonly socket: WebSocket;
  readonly frames: readonly ServerFrame[];
  readonly send: (frame: Readonly<Record<string, unknown>>) => void;
  readonly sendRaw: (data: string | Buffer) => void;
  /** The first frame, past or to come, that matches; rejects when the connection ends without one. */
  readonly waitFor: <F extends ServerFrame = ServerFrame>(matches: (frame: ServerFrame) => boolean) => Promise<F>;
  readonly closed: Promise<Closed>;
  readonly close: () => Promise<Closed>;
};

export type WsOptions = { readonly token?: string | undefined; readonly headers?: Readonly<Record<string, string>> };

export const openWs = async (url: string, options: WsOptions = {}): Promise<WsClient> => {
  const socket = new WebSocket(url, { headers: headersOf(options) });
  const frames: ServerFrame[] = [];
  const watchers = new Set<() => void>();
  const look = (): void => {
    for (const watcher of watchers) watcher();
  };
  let over: Closed | null = null;
  socket.on('message', (data) => {
    frames.push(JSON.parse(String(data)) as ServerFrame);
    look();
  });
  const closed = new Promise<Closed>((resolve) => {
    socket.once('close', (code, reason) => {
      over = { code, reason: String(reason) };
      look();
      resolve(over);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  return {
    socket,
    frames,
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendRaw: (data) => socket.send(data),
    waitFor: (matches) =>
      new Promise((resolve, reject) => {
        const watcher = (): void => {
          const frame = frames.find(matches);
          if (!frame && !over) return;
          watchers.delete(watcher);
          if (frame) resolve(frame as never);
          else reject(new Error(`closed (${over?.code} ${over?.reason}) without it, after ${JSON.stringify(frames).slice(0, 2_000)}`));
        };
        watchers.add(watcher);
        watcher();
      }),
    closed,
    close: () => {
      socket.close();
      return closed;
    },
  };
};

/** How an upgrade is refused: its HTTP status and error code. */
export const refusedUpgrade = (
  url: string,
  options: WsOptions = {},
): Promise<{ readonly status: number; readonly code: string; readonly headers: Readonly<Record<string, unknown>> }> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { headers: headersOf(options) });
    socket.once('open', () => {
      socket.terminate();
      reject(new Error('the upgrade was not refused'));
    });
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          code: text === '' ? '' : (JSON.parse(text) as { error: { code: string } }).error.code,
          headers: response.headers,
        }),
      );
    });
  });

const headersOf = ({ token, headers = {} }: WsOptions): Record<string, string> => ({
  ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
  ...headers,
});
