import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { startupOrigin } from './navigation-rules.ts';

/** The startup page runs its own scripts and styles, talks to nobody, and is framed by nobody. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * Answers `app://startup/…` from `folder` (the built renderer): the startup page and what stands beside it, not the
 * console. A request is looked up in a list of the files that were there, so that no path ever leads out of the folder.
 */
export const createStartupFiles = (folder: string): ((url: string) => Promise<Response>) => {
  let listed: Promise<ReadonlyMap<string, string>> | null = null;
  return async (url) => {
    const { host, pathname } = new URL(url);
    listed ??= listFiles(folder);
    const file = `app://${host}` === startupOrigin ? (await listed).get(pathname) : undefined;
    if (file === undefined) return new Response('Not found.', { status: 404, headers: { ...headers, 'content-type': 'text/plain' } });
    return new Response(new Uint8Array(await readFile(file)), {
      headers: { ...headers, 'content-type': types[extname(file)] ?? 'application/octet-stream' },
    });
  };
};

/** URL path → file. Links are not followed, and files of other types are not served. */
const listFiles = async (folder: string): Promise<ReadonlyMap<string, string>> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return new Map(
    entries
      .filter((entry) => entry.isFile() && extname(entry.name) in types && entry.name !== 'index.html')
      .map((entry) => {
        const file = join(entry.parentPath ?? entry.path, entry.name);
        return [file.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/'), file];
      }),
  );
};
