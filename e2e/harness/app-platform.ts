import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An app as the channel of a new plugin project knows it: it is posted to, and posts to the channel's hook. */
export type AppPlatform = {
  readonly url: string;
  readonly secret: string;
  readonly got: readonly { readonly to: string; readonly text: string; readonly key: string }[];
  /** What it answers instead of taking a message. */
  refuseWith: number | null;
  /** @returns the status of the gateway's answer; null where nobody answers */
  readonly say: (hookUrl: string, message: { readonly id: string; readonly from: string; readonly text: string }) => Promise<number | null>;
  readonly stop: () => Promise<void>;
};

export const startAppPlatform = async (): Promise<AppPlatform> => {
  const got: AppPlatform['got'][number][] = [];
  const secret = 'a-long-random-text';
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== `Bearer ${secret}`) return void response.writeHead(401).end();
    const body = await read(request);
    const refused = request.method === 'POST' ? app.refuseWith : null;
    if (refused === null && request.method === 'POST') got.push(JSON.parse(body));
    response.writeHead(refused ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const app: AppPlatform = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/send`,
    ...{ secret, got },
    refuseWith: null,
    say: async (hookUrl, message) => {
      const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
      try {
        return (await fetch(hookUrl, { method: 'POST', headers, body: JSON.stringify(message) })).status;
      } catch {
        return null;
      }
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return app;
};

const read = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
