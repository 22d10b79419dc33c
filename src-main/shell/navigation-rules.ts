/** Where the page lives that shows when there is no gateway to load the console from. */
export const startupScheme = 'app';
export const startupOrigin = `${startupScheme}://startup`;
export const startupUrl = `${startupOrigin}/startup.html`;

/** The console's pages that menus and links may name. */
export const consolePages = ['chat', 'channels', 'tokens', 'logs', 'settings'] as const;
export type ConsolePage = (typeof consolePages)[number];

/**
 * The page an `openclaw://` link asks for, or null for any other text. A link opens a page and does nothing else: whatever
 * more it says is not read.
 */
export const pageOfLink = (text: string): ConsolePage | null => {
  const url = parse(text);
  return url?.protocol === 'openclaw:' ? (consolePages.find((page) => page === url.host) ?? null) : null;
};

/** Which of the window's two pages a URL belongs to; null for every other address. */
export const pageOf = (url: string, gatewayOrigin: string | null): 'console' | 'startup' | null => {
  const origin = originOf(url);
  if (origin === null) return null;
  if (origin === startupOrigin) return 'startup';
  return origin === gatewayOrigin ? 'console' : null;
};

/**
 * Whether a link may go to the system's browser: http or https, without a user name that could pass for a host
 * (`https://bank.example@evil.example`), and short enough for every browser's command line.
 */
export const isExternalLink = (text: string): boolean => {
  const url = parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && text.length <= 2_048;
};

/** Whether the window may ask the network for this at all: our two pages, what they made themselves, and developer tools. */
export const isOwnRequest = (text: string, gatewayOrigin: string | null): boolean => {
  const url = parse(text);
  if (url === null) return false;
  if (/^(data|blob|devtools):$/.test(url.protocol)) return true;
  return pageOf(text.replace(/^ws(?=s?:)/, 'http'), gatewayOrigin) !== null;
};

/** Like `URL.origin`, which is the word "null" for a scheme that Node does not know, such as ours. */
const originOf = (text: string): string | null => {
  const url = parse(text);
  if (url === null) return null;
  if (url.protocol === `${startupScheme}:`) return `${url.protocol}//${url.host}`;
  // A `blob:` URL has the origin of the page that made it, and is still not that page.
  return /^https?:$/.test(url.protocol) ? url.origin : null;
};

const parse = (text: string): URL | null => {
  try {
    return new URL(text);
  } catch {
    return null;
  }
};
