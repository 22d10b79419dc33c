import type { GuardedAnswer } from './net/guarded-http.ts';

/** `text/html` of `text/html; charset=utf-8`. */
export const mediaTypeOf = ({ headers }: Pick<GuardedAnswer, 'headers'>): string =>
  (headers['content-type'] ?? 'text/plain').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** What came as text. @throws Error in words, where it is none */
export const textOf = (answer: Pick<GuardedAnswer, 'headers' | 'bytes'>): string => {
  const type = mediaTypeOf(answer);
  if (!/^text\/|[/+](json|xml)$|^application\/(javascript|x-ndjson|yaml)$/.test(type)) throw new Error(`it is ${type}, which is no text`);
  const { bytes, headers } = answer;
  const named =
    /charset=["']?([\w-]+)/i.exec(headers['content-type'] ?? '')?.[1] ??
    /<meta[^>]+charset=["']?([\w-]+)/i.exec(bytes.toString('latin1', 0, 2048))?.[1];
  try {
    return new TextDecoder(named ?? 'utf-8').decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
};
