import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Context, Next } from 'koa';

/** The console's files, held in memory: looked up in a Map, so that no request path ever becomes a file path. */
export type StaticConsole = { readonly serve: (ctx: Context, next: Next) => Promise<void> };

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param folder the built renderer; read on the first request, not at start */
export const createStaticConsole = (
  folder: string,
  basePath: string,
  extra: Readonly<Record<string, () => { type: string; body: string }>>,
): StaticConsole => {
  let files: ReadonlyMap<string, string> | null = null;
  const cache = new Map<string, Buffer>();
  return {
    serve: async (ctx, next) => {
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return next();
      if (!ctx.path.startsWith(basePath)) return next();
      const path = ctx.path.slice(basePath.length) || 'index.html';
      const page = extra[path];
      if (page) {
        const { type, body } = page();
        ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        ctx.type = type;
        ctx.body = body;
        return;
      }
      files ??= listFiles(folder);
      const file = files.get(path);
      if (file === undefined) return next();
      const body = cache.get(path) ?? readFileSync(file);
      cache.set(path, body);
      ctx.set('Content-Security-Policy', contentSecurityPolicy);
      // Built assets carry a hash in their name.
      ctx.set('Cache-Control', path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache');
      ctx.set('Content-Type', types[extname(path)] ?? 'application/octet-stream');
      ctx.body = body;
    },
  };
};

const listFiles = (folder: string): Map<string, string> => {
  const found = new Map<string, string>();
  const walk = (inside: string): void => {
    for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile() && !path.endsWith('.map')) found.set(path, join(folder, path));
    }
  };
  try {
    walk('');
  } catch {
    // Not built (a checkout without its renderer): every page is a 404, the API goes on.
  }
  return found;
};
