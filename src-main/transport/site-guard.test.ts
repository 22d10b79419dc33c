import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { createSiteGuard } from './site-guard.ts';

const guard = createSiteGuard({ port: 18_789, allowedOrigins: ['https://intranet.example'], allowedHosts: ['claw.lan'] });
const verdict = (headers: Record<string, string>): string => {
  try {
    return guard.check(headers) ?? 'ok';
  } catch (error) {
    return error instanceof AppError ? error.code : 'threw something else';
  }
};
const host = 'localhost:18789';

describe('the site guard', () => {
  const table: [Record<string, string>, string][] = [
    [{ host }, 'ok'],
    [{ host: '127.0.0.1:18789' }, 'ok'],
    [{ host: '[::1]:18789' }, 'ok'],
    [{ host: 'LOCALHOST:18789' }, 'ok'],
    [{ host: 'claw.lan:18789' }, 'ok'],
    [{ host: 'claw.lan' }, 'ok'],
    // DNS rebinding: the browser sends the name that the page was loaded under.
    [{}, 'HOST_REFUSED'],
    [{ host: 'evil.example:18789' }, 'HOST_REFUSED'],
    [{ host: 'localhost:80' }, 'HOST_REFUSED'],
    [{ host: 'localhost' }, 'HOST_REFUSED'],
    [{ host: 'localhost.evil.example:18789' }, 'HOST_REFUSED'],
    [{ host: '0.0.0.0:18789' }, 'HOST_REFUSED'],
    [{ host, origin: 'http://localhost:18789' }, 'ok'],
    [{ host, origin: 'http://127.0.0.1:18789' }, 'ok'],
    [{ host, origin: 'https://intranet.example' }, 'https://intranet.example'],
    [{ host, origin: 'null' }, 'ORIGIN_REFUSED'],
    [{ host, origin: '' }, 'ORIGIN_REFUSED'],
    [{ host, origin: 'http://localhost:3000' }, 'ORIGIN_REFUSED'],
    [{ host, origin: 'https://localhost:18789' }, 'ORIGIN_REFUSED'],
    [{ host, origin: 'http://localhost:18789.evil.example' }, 'ORIGIN_REFUSED'],
    [{ host, origin: 'https://evil.example' }, 'ORIGIN_REFUSED'],
    [{ host, referer: 'https://evil.example/page' }, 'ORIGIN_REFUSED'],
    [{ host, referer: 'not a url' }, 'ORIGIN_REFUSED'],
    [{ host, referer: 'http://localhost:18789/docs' }, 'ok'],
    [{ host, 'sec-fetch-site': 'cross-site' }, 'ORIGIN_REFUSED'],
    [{ host, 'sec-fetch-site': 'same-site' }, 'ORIGIN_REFUSED'],
    [{ host, 'sec-fetch-site': 'same-origin' }, 'ok'],
    [{ host, 'sec-fetch-site': 'none' }, 'ok'],
  ];
  for (const [headers, expected] of table) it(`${JSON.stringify(headers)} → ${expected}`, () => expect(verdict(headers)).toBe(expected));
});
