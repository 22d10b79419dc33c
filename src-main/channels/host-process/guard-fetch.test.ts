import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { guardFetch } from './guard-fetch.ts';

/** Redirects to what `?to=` says with the status of its path, and else answers with what it was asked. */
let server: Server;
let base: string;
let asked: { method: string | undefined; url: string | undefined; body: string; authorization: string | undefined }[] = [];

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
};

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    const { method, headers } = request;
    asked.push({ method, url: request.url, body: await bodyOf(request), authorization: headers.authorization });
    const to = url.searchParams.get('to');
    response.writeHead(to === null ? 200 : Number(url.pathname.slice(1)), to === null ? {} : { location: to }).end('here');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const refused = { name: 'ChannelError', code: 'UNSUPPORTED', message: expect.stringMatching(/may not reach .*permissions\.net/) };

describe('a plugin that fetches', () => {
  it('reaches the hosts of its manifest', async () => {
    const { host, port } = new URL(base);
    for (const hosts of [['127.0.0.1'], [host], ['*'], ['api.example.com', '127.0.0.1']]) {
      expect(await (await guardFetch(fetch, hosts)(base)).text()).toBe('here');
    }
    for (const hosts of [[], ['localhost'], [`127.0.0.1:${Number(port) - 1}`], ['*.0.0.1.example']]) {
      await expect(guardFetch(fetch, hosts)(base)).rejects.toMatchObject(refused);
    }
    expect(asked).toHaveLength(4);
  });

  it('reaches below *.example.com, not that itself nor what only ends alike', async () => {
    const reached: string[] = [];
    const guarded = guardFetch(
      async (input) => {
        reached.push(new URL((input as Request).url).hostname);
        return new Response('');
      },
      ['*.example.com'],
    );
    await guarded('https://a.example.com/');
    await guarded('https://a.b.example.com:8443/');
    await expect(guarded('https://example.com/')).rejects.toMatchObject(refused);
    await expect(guarded('https://badexample.com/')).rejects.toMatchObject(refused);
    await expect(guarded('https://a.example.com@evil.test/')).rejects.toThrow();
    await expect(guarded('file:///etc/passwd')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(reached).toEqual(['a.example.com', 'a.b.example.com']);
  });

  it('is not led elsewhere by a redirect, be it the second', async () => {
    const guarded = guardFetch(fetch, ['127.0.0.1']);
    const away = `/302?to=${encodeURIComponent('http://localhost:1/')}`;
    await expect(guarded(`${base}${away}`)).rejects.toMatchObject(refused);
    await expect(guarded(`${base}/302?to=${encodeURIComponent(away)}`)).rejects.toMatchObject(refused);
    await expect(guarded(`${base}/302?to=${encodeURIComponent('file:///etc/passwd')}`)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect(asked).toHaveLength(4);
  });

  it('follows a redirect as a browser does', async () => {
    const guarded = guardFetch(fetch, ['*']);
    const post = { method: 'POST', body: '{"a":1}', headers: { authorization: 'Bearer x', 'content-type': 'application/json' } };
    for (const [status, method, body] of [
      [301, 'GET', ''],
      [302, 'GET', ''],
      [303, 'GET', ''],
      [307, 'POST', '{"a":1}'],
      [308, 'POST', '{"a":1}'],
    ] as const) {
      asked = [];
      await guarded(`${base}/${status}?to=/end`, post);
      expect(asked.at(-1)).toEqual({ method, url: '/end', body, authorization: 'Bearer x' });
    }
    const elsewhere = base.replace('127.0.0.1', 'localhost');
    asked = [];
    await guarded(`${base}/307?to=${encodeURIComponent(`${elsewhere}/end`)}`, post).catch(() => undefined);
    expect(asked.slice(1).filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  it('gives a redirect to whoever wants to see it, and ends one that never ends', async () => {
    const guarded = guardFetch(fetch, ['*']);
    expect((await guarded(`${base}/302?to=/end`, { redirect: 'manual' })).status).toBe(302);
    await expect(guardFetch(async () => new Response(null, { status: 302, headers: { location: '/' } }), ['*'])(base)).rejects.toThrow(
      /More than 10 redirects/,
    );
  });

  it('stops where its signal says so', async () => {
    await expect(guardFetch(fetch, ['*'])(base, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
