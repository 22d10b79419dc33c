import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { ChannelContext } from '@openclaw/plugin-sdk';
import { chatBox } from './box.ts';
import type { History } from './history.ts';
import { plainNodes } from './to-nodes.ts';
import type { Visitors } from './visitors.ts';
import { phrases, style } from './words.ts';

export type Config = {
  readonly origins?: readonly string[];
  readonly port?: number;
  readonly host?: string;
  readonly publicUrl?: string;
  readonly title?: string;
  readonly greeting?: string;
};

const mostBytes = 96 * 1024;
const mostStreams = 500;
/** Of one visitor: a page has one. */
const streamsEach = 8;
const unreadMost = 2 * 1024 * 1024;
const sessionsAMinute = 30;
const messagesAMinute = 30;
const visitorsRemembered = 5_000;
const visitorsBetweenSweeps = 200;
const beatMs = 20_000;

export type Desk = {
  /** What stands in a page to have the box. */
  readonly tag: string;
  readonly setTyping: (visitor: string, typing: boolean) => void;
  readonly isListening: () => boolean;
  readonly close: () => Promise<void>;
};

/** Where pages come for the box, and visitors speak. @throws Error where it cannot listen */
export const openDesk = async (ctx: ChannelContext<Config>, visitors: Visitors, history: History): Promise<Desk> => {
  const { origins = [], host = '127.0.0.1', port = 18_790, publicUrl, title = 'OpenClaw', greeting = '' } = ctx.config;
  const streams = new Map<string, Set<ServerResponse>>();
  let streaming = 0;
  const invited = createPace(sessionsAMinute);
  let visitorsSoFar = 0;
  const heard = new Map<string, () => boolean>();

  /** The channel's own page has the origin of whatever name it was called by: it counts only where that name is one of ours. */
  const isOwn = (request: IncomingMessage): boolean => {
    const name = request.headers.host ?? '';
    if (publicUrl !== undefined && name === new URL(publicUrl).host) return true;
    const bare = name.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
    return bare === 'localhost' || isIP(bare) !== 0;
  };
  const mayAsk = (request: IncomingMessage): boolean => {
    const { origin } = request.headers;
    if (origin === undefined) return request.headers['sec-fetch-site'] === 'same-origin' && isOwn(request);
    if (origins.includes(origin)) return true;
    return isOwn(request) && (origin === `http://${request.headers.host}` || origin === `https://${request.headers.host}`);
  };

  /** The gateway counts too, but what is too much for it would fill the disk here. */
  const mayHear = (visitor: string): boolean => {
    const pace = heard.get(visitor) ?? createPace(messagesAMinute);
    heard.delete(visitor);
    heard.set(visitor, pace);
    const oldest = heard.keys().next().value;
    if (heard.size > visitorsRemembered && oldest !== undefined) heard.delete(oldest);
    return pace();
  };

  const hear = async (visitor: string, said: Readonly<Record<string, unknown>>): Promise<Answer> => {
    const { id, text } = said;
    if (typeof id !== 'string' || !/^[\w-]{8,64}$/.test(id) || typeof text !== 'string' || text === '' || text.length > 20_000)
      return { status: 400 };
    if (!mayHear(visitor)) return tooMuch;
    try {
      await ctx.onMessage({ id, from: { id: visitor }, conversationId: visitor, chatType: 'direct', content: text, timestamp: Date.now() });
    } catch (error) {
      ctx.log.warn('The gateway did not take a message.', { error: String(error) });
      return { status: 503 };
    }
    // It is the gateway's now; that the page shows it is of less weight.
    await history
      .add(visitor, { id, by: 'visitor', nodes: plainNodes(text), at: Date.now() })
      .catch((error: unknown) => ctx.log.warn('What a visitor said is not in the history.', { error: String(error) }));
    return { status: 204 };
  };

  const invite = (said: Readonly<Record<string, unknown>>): Answer => {
    if (said.key !== visitors.publicKey) return { status: 403 };
    if (!invited()) return tooMuch;
    visitorsSoFar += 1;
    if (visitorsSoFar % visitorsBetweenSweeps === 0)
      history
        .forgetOld(Date.now())
        .catch((error: unknown) => ctx.log.warn('Old conversations could not be removed.', { error: String(error) }));
    return { status: 201, body: visitors.invite() };
  };

  const stream = async (visitor: string, response: ServerResponse): Promise<void> => {
    const mine = streams.get(visitor) ?? new Set();
    if (mine.size >= streamsEach) return void response.writeHead(429, tooMuch.headers).end();
    if (streaming >= mostStreams) return void response.writeHead(503, { 'retry-after': '30' }).end();
    streaming += 1;
    response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
    const write = (event: object): void => {
      // Nobody reads it.
      if (response.writableLength > unreadMost) response.destroy();
      else response.write(`${JSON.stringify(event)}\n`);
    };
    streams.set(visitor, mine.add(response));
    // Followed before it is read, so that nothing falls between; the box knows what it has by its id.
    const unfollow = history.follow(visitor, (entry) => write({ entry }));
    const beat = setInterval(() => response.write('\n'), beatMs);
    response.once('close', () => {
      streaming -= 1;
      clearInterval(beat);
      unfollow();
      mine.delete(response);
      if (mine.size === 0) streams.delete(visitor);
    });
    for (const entry of await history.read(visitor)) write({ entry });
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, headers } = request;
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('vary', 'Origin');
    if (method === 'GET' && pathname === '/chat.js') return sendScript(response, { title, greeting });
    if (method === 'GET' && pathname === '/') return sendPage(response, visitors.publicKey, title);
    if (!mayAsk(request)) return void response.writeHead(403).end();
    if (headers.origin !== undefined) response.setHeader('access-control-allow-origin', headers.origin);
    if (method === 'OPTIONS')
      return void response
        .writeHead(204, {
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': '600',
        })
        .end();
    const visitor = visitors.known(headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (pathname !== '/session' && visitor === null) return void response.writeHead(401).end();
    if (method === 'GET' && pathname === '/events' && visitor !== null) return stream(visitor, response);
    if (method !== 'POST' || headers['content-type'] !== 'application/json') return void response.writeHead(404).end();
    const said = await readJson(request);
    if (said === null) return reply(response, { status: 400 });
    if (pathname === '/session') return reply(response, invite(said));
    if (pathname === '/messages' && visitor !== null) return reply(response, await hear(visitor, said));
    if (pathname === '/actions' && visitor !== null && typeof said.action === 'string')
      return reply(response, {
        status: 200,
        body: await ctx.onAction({ actionId: said.action, from: { id: visitor }, conversationId: visitor }),
      });
    return reply(response, { status: 404 });
  };

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      ctx.log.warn('A request of the web chat failed.', { error: String(error) });
      if (!response.headersSent) response.writeHead(503);
      response.end();
    });
  });
  server.maxConnections = 2 * mostStreams;
  server.listen(port, host);
  await once(server, 'listening');

  const address = server.address();
  const base =
    publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${typeof address === 'object' && address ? address.port : port}`;
  return {
    tag: `<script src="${base.replace(/\/+$/, '')}/chat.js" data-key="${visitors.publicKey}" async></script>`,
    setTyping: (visitor, typing) => {
      for (const response of streams.get(visitor) ?? []) response.write(`${JSON.stringify({ typing })}\n`);
    },
    isListening: () => server.listening,
    close: () => closed(server),
  };
};

/** Whether one more is not too many for a minute. */
const createPace = (most: number): (() => boolean) => {
  const at: number[] = [];
  return () => {
    const now = Date.now();
    while (at[0] !== undefined && now - at[0] > 60_000) at.shift();
    if (at.length >= most) return false;
    at.push(now);
    return true;
  };
};

type Answer = { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: object };

const tooMuch = { status: 429, headers: { 'retry-after': '60' } } as const;

const reply = (response: ServerResponse, { status, headers = {}, body }: Answer): void => {
  response.writeHead(status, { 'cache-control': 'no-store', ...(body ? { 'content-type': 'application/json' } : {}), ...headers });
  response.end(body ? JSON.stringify(body) : undefined);
};

/** @returns null for what is no JSON object, or too large */
const readJson = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | null> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.byteLength;
    if (size > mostBytes) return null;
    chunks.push(chunk);
  }
  try {
    const said: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return typeof said === 'object' && said !== null && !Array.isArray(said) ? (said as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

/** Any page may load it; what it says afterwards is looked at by where it comes from. */
const sendScript = (response: ServerResponse, { title, greeting }: { readonly title: string; readonly greeting: string }): void => {
  const words = JSON.stringify({ title, greeting, style, ...phrases }).replaceAll('<', '\\u003c');
  response
    .writeHead(200, {
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'no-cache',
      'cross-origin-resource-policy': 'cross-origin',
    })
    .end(`(${chatBox.toString()})(document.currentScript, ${words});\n`);
};

const sendPage = (response: ServerResponse, publicKey: string, title: string): void => {
  const safe = title.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  response
    .writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    })
    .end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe}</title>` +
        `<body><script src="chat.js" data-key="${publicKey}" data-page="true"></script></body></html>`,
    );
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
