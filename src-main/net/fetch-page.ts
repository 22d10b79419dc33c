import { mediaTypeOf, textOf } from '../answer-text.ts';
import type { GuardedHttp } from './guarded-http.ts';
import { htmlToText } from './html-to-text.ts';

/** A page as text to be read; or where it leads, if that is another site. */
export type Page = { readonly url: string; readonly status: number } & (
  | { readonly type: string; readonly text: string; readonly cut: boolean; readonly leadsTo?: never }
  | { readonly leadsTo: string }
);

/** GETs a page of the public internet. Rejects with an Error that says in words what is in the way. */
export type FetchPage = (url: URL, signal: AbortSignal) => Promise<Page>;

const bytesMost = 2 * 1024 * 1024;
/** UTF-16 units of readable text. */
const textMost = 40_000;
const timeoutMs = 20_000;
const headers = {
  'user-agent': 'OpenClaw',
  accept: 'text/html, text/plain, application/json;q=0.9, */*;q=0.5',
  'accept-encoding': 'gzip, br',
};

export const createFetchPage =
  (http: GuardedHttp): FetchPage =>
  async (start, signal) => {
    // Somebody allowed this site, not where it would send us.
    const mayFollow = (next: URL): boolean => isSameSite(start, next);
    const answer = await http({ method: 'GET', url: start, headers, signal, timeoutMs, bytesMost, mayFollow });
    const { url, status, leadsTo } = answer;
    if (leadsTo !== null) return { url, status, leadsTo };
    const type = mediaTypeOf(answer);
    const text = textOf(answer);
    const isHtml = type === 'text/html' || type === 'application/xhtml+xml';
    const readable = isHtml ? htmlToText(text, url, textMost) : text.slice(0, textMost);
    return { url, status, type, text: readable, cut: answer.cut || readable.length >= textMost };
  };

/** `www.` more or less is the same site; `https` after `http` too, never the other way round. */
const isSameSite = (from: URL, to: URL): boolean => {
  const name = ({ hostname }: URL): string => hostname.replace(/^www\./, '');
  const upgraded = from.protocol === 'http:' && to.protocol === 'https:' && from.port === '' && to.port === '';
  return name(from) === name(to) && (upgraded || (from.protocol === to.protocol && from.port === to.port));
};
