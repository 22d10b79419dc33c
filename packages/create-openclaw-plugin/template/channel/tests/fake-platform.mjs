import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/**
 * Your app, as small as the tests need it.
 * @param {import('@openclaw/plugin-sdk/testing').FakeHost} host
 * @returns {Promise<import('@openclaw/plugin-sdk/testing').FakePlatform>}
 */
export const startFakePlatform = async (host) => {
  const secret = 'a-long-random-text';
  /** @type {{ to: string, text: string }[]} */
  const sent = [];
  /** @type {import('@openclaw/plugin-sdk/testing').Refusal} */
  let refusal = null;

  const server = createServer(async (request, response) => {
    const body = await text(request);
    const status = { auth: 401, 'rate-limit': 429, down: 503, none: 200 }[refusal?.because ?? 'none'];
    if (status === 200 && request.headers.authorization !== `Bearer ${secret}`) return response.writeHead(401).end();
    if (status === 200 && request.method === 'POST') sent.push(JSON.parse(body));
    const retryAfter = refusal && 'retryAfterMs' in refusal ? { 'retry-after': `${refusal.retryAfterMs / 1000}` } : {};
    response.writeHead(status, retryAfter).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());

  return {
    config: { url: `http://127.0.0.1:${port}/api/send` },
    secrets: { secret },
    to: 'ann',
    sent: () => sent,
    refuse: (next) => {
      refusal = next;
    },
    say: async ({ id, text: words, from }) => {
      const body = new TextEncoder().encode(
        JSON.stringify({ id, from: from === 'bot' ? 'robot' : 'ann', bot: from === 'bot', text: words }),
      );
      for (;;) {
        const { status } = await host.request({ headers: { authorization: `Bearer ${secret}` }, body });
        if (status === 204) return;
        // Delivered again, as platforms do.
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
