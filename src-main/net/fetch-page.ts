import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, type Dispatcher, EnvHttpProxyAgent } from 'undici';
import { htmlToText } from './html-to-text.ts';
import type { ProxySettings } from './proxy.ts';
import { type AddressGuard, type Resolve, resolveGuarded } from './ssrf-guard.ts';

/** A page as text to be read; or where it leads, if that is another site. */
export type Page = { readonly url: string; readonly status: number } & (
  | { readonly type: string; readonly text: string; readonly cut: boolean; readonly leadsTo?: never }
  | { readonly leadsTo: string }
);

/** GETs a page of the public internet. Rejects with an Error that says in words what is in the way. */
export type FetchPage = (url: URL, signal: AbortSignal) => Promise<Page>;

type Ports = { readonly guard: AddressGuard; readonly resolve: Resolve; readonly proxy: ProxySettings | null };

const bytesMost = 2 * 1024 * 1024;
/** UTF-16 units of readable text. */
const textMost = 40_000;
const redirectsMost = 5;
const timeLimitMs = 20_000;
const headers = {
  'user-agent': 'OpenClaw',
  accept: 'text/html, text/plain, application/json;q=0.9, */*;q=0.5',
  'accept-encoding': 'gzip, br',
};

/**
 * Every connection goes to an address that was looked at when it was resolved, for it, there and then: a name that
 * means another address a moment later does not help. (Through a proxy, the proxy resolves; names are looked at before.)
 */
export const createFetchPage = ({ guard, resolve, proxy }: Ports): FetchPage => {
  const lookup = (hostname: string, options: { readonly all?: boolean }, done: LookupDone): void => {
    resolveGuarded(hostname, guard, resolve).then(
      (addresses) => (options.all ? done(null, [...addresses]) : done(null, addresses[0]?.address ?? '', addresses[0]?.family)),
      (error: Error) => done(error, ''),
    );
  };
  /** An address in the place of a name is never looked up, and what a proxy connects to it looks up itself. */
  const look = async (hostname: string): Promise<void> => {
    if (proxy === null && isIP(hostname.replace(/^\[|\]$/g, '')) === 0) return;
    await resolveGuarded(hostname, guard, resolve).catch((error: NodeJS.ErrnoException) => {
      // Behind a proxy there may be no names to be had.
      if (proxy === null || error.syscall !== 'getaddrinfo') throw error;
    });
  };
  const connect = { lookup: lookup as never, timeout: 10_000 };
  const open = (): Dispatcher => (proxy === null ? new Agent({ connect }) : new EnvHttpProxyAgent({ ...proxy, connect }));

  const get = async (start: URL, dispatcher: Dispatcher, signal: AbortSignal): Promise<Page> => {
    let url = start;
    for (let redirects = 0; redirects <= redirectsMost; redirects += 1) {
      requireWeb(url);
      await look(url.hostname);
      const answer = await dispatcher.request({ origin: url.origin, path: `${url.pathname}${url.search}`, method: 'GET', headers, signal });
      const next = isRedirect(answer.statusCode) ? nextUrl(answer.headers.location, url) : null;
      if (next === null) return { url: url.href, status: answer.statusCode, ...(await read(answer, url.href)) };
      answer.body.destroy();
      answer.body.on('error', () => undefined);
      // Somebody allowed this site, not where it would send us.
      if (!isSameSite(start, next)) return { url: url.href, status: answer.statusCode, leadsTo: next.href };
      url = next;
    }
    throw new Error(`it redirects more than ${redirectsMost} times`);
  };

  return async (url, signal) => {
    const dispatcher = open();
    try {
      return await get(url, dispatcher, AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]));
    } catch (error) {
      throw signal.aborted ? error : new Error(inWords(error), { cause: error });
    } finally {
      void dispatcher.destroy();
    }
  };
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

/** `www.` more or less is the same site; `https` after `http` too, never the other way round. */
const isSameSite = (from: URL, to: URL): boolean => {
  const name = ({ hostname }: URL): string => hostname.replace(/^www\./, '');
  const upgraded = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return name(from) === name(to) && (upgraded || (from.protocol === to.protocol && from.port === to.port));
};

const read = async (
  { headers: got, body }: Dispatcher.ResponseData,
  url: string,
): Promise<{ type: string; text: string; cut: boolean }> => {
  const contentType = String(got['content-type'] ?? 'text/plain');
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!/^text\/|[/+](json|xml)$|^application\/(javascript|x-ndjson|yaml)$/.test(type)) {
    body.destroy();
    body.on('error', () => undefined);
    throw new Error(`it is ${type}, which is no text`);
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of body as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > bytesMost) break;
  }
  const raw = Buffer.concat(pieces).subarray(0, bytesMost);
  const whole = await decompress(raw, String(got['content-encoding'] ?? 'identity'));
  const text = decode(whole, contentType);
  const isHtml = type === 'text/html' || type === 'application/xhtml+xml';
  const readable = isHtml ? htmlToText(text, url, textMost) : text.slice(0, textMost);
  return { type, text: readable, cut: bytes > bytesMost || readable.length >= textMost };
};

const decompress = async (bytes: Buffer, encoding: string): Promise<Buffer> => {
  const ways = { gzip: gunzip, 'x-gzip': gunzip, deflate: inflate, br: brotliDecompress } as const;
  if (encoding === 'identity' || encoding === '') return bytes;
  const way = ways[encoding as keyof typeof ways];
  if (!way) throw new Error(`its encoding "${encoding}" is not known`);
  return (promisify(way) as (from: Buffer, options: object) => Promise<Buffer>)(bytes, { maxOutputLength: bytesMost });
};

const decode = (bytes: Buffer, contentType: string): string => {
  const named =
    /charset=["']?([\w-]+)/i.exec(contentType)?.[1] ?? /<meta[^>]+charset=["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 2048))?.[1];
  try {
    return new TextDecoder(named ?? 'utf-8').decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
};

const inWords = (error: unknown): string => {
  const { name, code, message } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return `it took longer than ${timeLimitMs / 1000} s`;
  if (code === 'ERR_BUFFER_TOO_LARGE') return `unpacked it has more than ${bytesMost} bytes`;
  return message || code || 'no answer';
};
