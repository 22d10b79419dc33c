import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A registry that has nothing, and remembers who asked. */
export type SilentRegistry = {
  readonly url: string;
  readonly asked: () => readonly string[];
  readonly forget: () => void;
  readonly close: () => void;
};

export const startSilentRegistry = async (): Promise<SilentRegistry> => {
  let asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: () => asked,
    forget: () => {
      asked = [];
    },
    close: () => void server.close(),
  };
};
