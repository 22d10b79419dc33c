import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HookResponse } from '@openclaw/plugin-sdk';
import type { FakeHost, FakePlatform, Refusal } from '@openclaw/plugin-sdk/testing';
import { Webhook } from 'standardwebhooks';

export const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

type Posted = {
  to: string;
  text: string;
  threadId?: string;
  files: { name: string; base64: string }[];
  actions?: { id: string; label: string }[];
};

/** The user's program. It signs and verifies with the specification's own library. */
export const startProgram = async (host: FakeHost) => {
  const webhook = new Webhook(secret);
  const posted = new Map<string, Posted>();
  let refusal: Refusal = null;
  let cut = false;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    if (cut) {
      cut = false;
      return void request.socket.destroy();
    }
    const refused = { auth: 401, 'rate-limit': 429, down: 503, none: 0 }[refusal?.because ?? 'none'];
    const retryAfter = refusal && 'retryAfterMs' in refusal ? { 'retry-after': `${refusal.retryAfterMs / 1000}` } : {};
    if (refused) return void response.writeHead(refused, retryAfter).end();
    try {
      webhook.verify(body, request.headers as Record<string, string>, { jsonParse: false });
    } catch {
      return void response.writeHead(401).end();
    }
    if (request.method === 'POST') posted.set(String(request.headers['webhook-id']), JSON.parse(body) as Posted);
    response.writeHead(request.method === 'HEAD' ? 405 : 204).end();
  };

  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const post = (id: string, said: object, at = new Date()): Promise<HookResponse> => {
    const body = JSON.stringify(said);
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, at, body),
    };
    return host.request({ headers, body: new TextEncoder().encode(body) });
  };

  const platform: FakePlatform = {
    config: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook` },
    secrets: { secret },
    to: 'ann',
    threadId: 'thread-1',
    sent: () =>
      [...posted.values()].map(({ to, text: words, threadId, files, actions }) => ({
        ...{ to, text: words, threadId },
        fileBytes: files.map(({ base64 }) => Buffer.from(base64, 'base64')),
        ...{ files: files.map(({ name }) => name), buttons: actions?.map(({ label }) => label) },
      })),
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text: words, from, file }) => {
      const files = file ? [{ name: file.name, type: file.type, base64: Buffer.from(file.data).toString('base64') }] : [];
      const said = { from: from === 'bot' ? 'robot' : 'ann', bot: from === 'bot', text: words, files };
      // Sent again until it is taken, as programs do.
      while ((await post(id, said)).status !== 204) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    press: async (label) => {
      const action = [...posted.values()].at(-1)?.actions?.find((one) => one.label === label)?.id;
      await post('press-1', { action, from: 'ann' });
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
  return { platform, post };
};
