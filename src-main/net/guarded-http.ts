import type { LookupAddress } from 'node:dns';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import type { ProxySettings } from './proxy.ts';
import { type AddressGuard, type Resolve, resolveGuarded } from './ssrf-guard.ts';

export type GuardedRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** What is beyond is left out. */
  readonly bytesMost: number;
  /** Whether a redirect is followed; else the answer says where it leads. */
  readonly mayFollow: (next: URL) => boolean;
  /** The host may be one of this machine's own networks: only where its user has named that very host. */
  readonly mayBePrivate?: boolean;
};

export type GuardedAnswer = {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked. */
  readonly bytes: Buffer;
  readonly cut: boolean;
  /** A redirect that was not followed. */
  readonly leadsTo: string | null;
};

/** Speaks to other machines, and looks at every address before it connects. Rejects with an Error that says in words what is in the way. */
export type GuardedHttp = (request: GuardedRequest) => Promise<GuardedAnswer>;

type Ports = {
  readonly guard: AddressGuard;
  /** For hosts that may be private. */
  readonly privateGuard: AddressGuard;
  readonly resolve: Resolve;
  readonly proxy: ProxySettings | null;
};

const redirectsMost = 5;

/**
 * Every connection goes to an address that was looked at when it was resolved, for it, there and then: a name that
 * means another address a moment later does not help. (Through a proxy, the proxy resolves; names are looked at before.)
 */
export const createGuardedHttp = ({ guard: publicOnly, privateGuard, resolve, proxy }: Ports): GuardedHttp => {
  const send = async (request: GuardedRequest): Promise<GuardedAnswer> => {
    const guard = request.mayBePrivate ? privateGuard : publicOnly;
    const dispatcher = open(guard);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(request.timeoutMs)]);
    try {
      let { url } = request;
      for (let redirects = 0; redirects <= redirectsMost; redirects += 1) {
        requireWeb(url);
        await look(url.hostname, guard);
        const { method, headers, body } = request;
        const path = `${url.pathname}${url.search}`;
        const answer = await dispatcher.request({ origin: url.origin, path, method, headers, body: body ?? null, signal });
        const next = isRedirect(answer.statusCode) ? nextUrl(answer.headers.location, url) : null;
        if (next === null || !request.mayFollow(next))
          return { url: url.href, leadsTo: next?.href ?? null, ...(await read(answer, next === null ? request.bytesMost : 0)) };
        answer.body.destroy();
        answer.body.on('error', () => undefined);
        url = next;
      }
      throw new Error(`it redirects more than ${redirectsMost} times`);
    } finally {
      void dispatcher.destroy();
    }
  };

  const open = (guard: AddressGuard): Dispatcher => {
    const lookup = (hostname: string, options: { readonly all?: boolean }, done: LookupDone): void => {
      resolveGuarded(hostname, guard, resolve).then(
        (addresses) => (options.all ? done(null, [...addresses]) : done(null, addresses[0]?.address ?? '', addresses[0]?.family)),
        (error: Error) => done(error, ''),
      );
    };
    const connect = { lookup: lookup as never, timeout: 10_000 };
    return proxy === null ? new Agent({ connect }) : new EnvHttpProxyAgent({ ...proxy, connect });
  };

  /** An address in the place of a name is never looked up, and what a proxy connects to it looks up itself. */
  const look = async (hostname: string, guard: AddressGuard): Promise<void> => {
    if (proxy === null && isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return;
    await resolveGuarded(hostname, guard, resolve).catch((error: NodeJS.ErrnoException) => {
      // Behind a proxy there may be no names to be had.
      if (proxy === null || error.syscall !== 'getaddrinfo') throw error;
    });
  };

  return (request) =>
    send(request).catch((error: unknown) => {
      throw request.signal.aborted ? error : new Error(inWords(error, request), { cause: error });
    });
};

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

const requireWeb = (url: URL): void => {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error(`${url.protocol} is not fetched, only http and https`);
  if (url.username !== '' || url.password !== '') throw new Error('an address with a user name or password is not fetched');
};

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

const nextUrl = (location: string | string[] | undefined, base: URL): URL | null => {
  const text = Array.isArray(location) ? location[0] : location;
  return text !== undefined && URL.canParse(text, base) ? new URL(text, base) : null;
};

const read = async (
  { statusCode, headers, body }: Dispatcher.ResponseData,
  bytesMost: number,
): Promise<Pick<GuardedAnswer, 'status' | 'headers' | 'bytes' | 'cut'>> => {
  const pieces: Buffer[] = [];
  let length = 0;
  if (bytesMost === 0) body.on('error', () => undefined).destroy();
  else
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length > bytesMost) break;
    }
  const raw = Buffer.concat(pieces).subarray(0, bytesMost);
  const bytes = await decompress(raw, String(headers['content-encoding'] ?? 'identity'), bytesMost);
  return { status: statusCode, headers, bytes, cut: length > bytesMost };
};

const decompress = async (bytes: Buffer, encoding: string, bytesMost: number): Promise<Buffer> => {
  const ways = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate, br: brotliDecompress } as const;
  if (encoding === 'identity' || encoding === '' || bytes.length === 0) return bytes;
  const way = ways[encoding as keyof typeof ways];
  if (!way) throw new Error(`its encoding "${encoding}" is not known`);
  return (promisify(way) as (from: Buffer, options: object) => Promise<Buffer>)(bytes, { maxOutputLength: bytesMost });
};

const inWords = (error: unknown, { timeoutMs, bytesMost }: GuardedRequest): string => {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return `it took longer than ${timeoutMs / 1000} s`;
  if (code === 'ERR_BUFFER_TOO_LARGE') return `unpacked it has more than ${bytesMost} bytes`;
  return message || code || 'no answer';
};
