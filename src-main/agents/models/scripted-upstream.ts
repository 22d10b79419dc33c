import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a provider saw it. */
export type SeenRequest = { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: Record<string, unknown> };

/** Answers one request. */
export type Script = (response: ServerResponse) => void | Promise<void>;

/** A model provider for tests: real HTTP on port 0, one script per request, the last one for all that follow. */
export type ScriptedUpstream = {
  readonly origin: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** Connections opened so far. */
  readonly connections: () => number;
  readonly play: (...scripts: Script[]) => void;
  readonly close: () => Promise<void>;
};

export const startScriptedUpstream = async (): Promise<ScriptedUpstream> => {
  const seen: SeenRequest[] = [];
  let scripts: Script[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') });
      const script = scripts.length > 1 ? scripts.shift() : scripts[0];
      void script?.(response);
    });
  });
  server.on('connection', (socket) => {
    connections++;
    socket.setNoDelay(true);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    seen,
    connections: () => connections,
    play: (...next) => {
      scripts = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

/** An event stream, written in the given pieces, each in a packet of its own. */
export const sse =
  (...pieces: readonly (string | Buffer)[]): Script =>
  async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise(setImmediate);
    }
    response.end();
  };

/** An event stream that breaks off: the socket closes without the end of the chunked body. */
export const sseThenHangUp =
  (piece: string | Buffer): Script =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(piece, () => response.socket?.destroy());
  };

export const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Script =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body);
  };

/** No answer at all. */
export const hangUp: Script = (response) => {
  response.socket?.destroy();
};
