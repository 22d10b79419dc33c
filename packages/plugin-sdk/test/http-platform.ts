import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FakePlatform, Refusal, SentMessage } from '../src/testing/index.ts';

export type Update = { id: string; user: string; bot: boolean; text: string; file?: { name: string; type: string; base64: string } };
export type Pressed = { press: string; user: string };
export type Sent = { to: string; text: string; key: string; thread?: string; files?: string[]; buttons?: { id: string; label: string }[] };

/** A platform over HTTP: /send, /updates (waits for the next one) and /ack. */
export const startHttpPlatform = async (): Promise<FakePlatform> => {
  const sent = new Map<string, Sent>();
  let waiting: (Update | Pressed)[] = [];
  let refusal: Refusal = null;
  const acknowledgements = new Map<string, () => void>();
  let wake = (): void => {};
  let cut = false;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse((await text(request)) || '{}') as Sent & { id: string };
    const reply = (status: number, value: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, headers).end(JSON.stringify(value));
    if (cut) {
      cut = false;
      return void request.socket.destroy();
    }
    if (refusal?.because === 'down') return reply(503, {});
    if (refusal?.because === 'rate-limit') return reply(429, {}, { 'retry-after': String(refusal.retryAfterMs / 1000) });
    if (refusal?.because === 'auth' || request.headers.authorization !== 'Bearer s3cret-token') return reply(401, {});
    if (request.url === '/send') {
      sent.set(body.key, body);
      return reply(200, { id: `m-${body.key}` });
    }
    if (request.url === '/ack') {
      waiting = waiting.filter((update) => !('id' in update) || update.id !== body.id);
      acknowledgements.get(body.id)?.();
      return reply(200, {});
    }
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        response.once('close', resolve);
      });
    }
    reply(200, waiting);
    waiting = waiting.filter((update) => 'id' in update);
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    config: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    secrets: { token: 's3cret-token' },
    to: 'ann',
    threadId: 'thread-1',
    sent: () => [...sent.values()].map(shown),
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text: words, from, file }) => {
      const user = { person: 'ann', bot: 'robot', self: 'me' }[from];
      const packed = file && { name: file.name, type: file.type, base64: Buffer.from(file.data).toString('base64') };
      waiting.push({ id, user, bot: from === 'bot', text: words, ...(packed ? { file: packed } : {}) });
      const acknowledged = new Promise<void>((resolve) => acknowledgements.set(id, resolve));
      wake();
      await acknowledged;
    },
    press: async (label) => {
      const button = [...sent.values()].at(-1)?.buttons?.find((one) => one.label === label);
      waiting.push({ press: button?.id ?? '', user: 'ann' });
      wake();
    },
    disconnect: () => {
      cut = true;
      server.closeAllConnections();
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const shown = ({ to, text, thread, files, buttons }: Sent): SentMessage => ({
  to,
  text,
  threadId: thread,
  files,
  buttons: buttons?.map(({ label }) => label),
});
