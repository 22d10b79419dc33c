import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFetchPage } from './fetch-page.ts';
import { createGuardedHttp } from './guarded-http.ts';
import { createAddressGuard } from './ssrf-guard.ts';

const strict = createAddressGuard(() => []);
/** Lets this machine through, under one address only. */
const lenient = (address: string) => (address === '127.0.0.1' ? null : strict(address));
const here = async () => [{ address: '127.0.0.1', family: 4 }];

const serve = async (listener: RequestListener): Promise<{ port: number; asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host}${request.url}`);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, asked };
};
const fetchOver = (ports: Omit<Parameters<typeof createGuardedHttp>[0], 'privateGuard'>) =>
  createFetchPage(createGuardedHttp({ ...ports, privateGuard: strict }));
const fetchPage = fetchOver({ guard: lenient, resolve: here, proxy: null });
const get = (url: string, fetch = fetchPage, signal = new AbortController().signal) => fetch(new URL(url), signal);

describe('fetching a page', () => {
  it('gives its text, unpacked and decoded', async () => {
    const { port } = await serve((request, response) => {
      if (request.url === '/html') response.writeHead(200, { 'content-type': 'text/html; charset=gbk', 'content-encoding': 'gzip' });
      else response.writeHead(404, { 'content-type': 'application/json' });
      response.end(request.url === '/html' ? gzipSync(Buffer.from('3c703ec4e3bac33c2f703e', 'hex')) : '{"a":1}');
    });
    expect(await get(`http://example.com:${port}/html`)).toMatchObject({ status: 200, text: '你好', cut: false });
    expect(await get(`http://example.com:${port}/json?a=1#b`)).toMatchObject({ status: 404, type: 'application/json', text: '{"a":1}' });
  });

  it('reaches nothing private: not by name, by address, or by a name that has two meanings', async () => {
    const { port, asked } = await serve((_request, response) => response.end('secret'));
    const guarded = fetchOver({ guard: strict, resolve: here, proxy: null });
    for (const host of ['example.com', '127.0.0.1', 'localhost', '[::1]', '0.0.0.0', '2130706433'])
      await expect(get(`http://${host}:${port}/`, guarded)).rejects.toThrow(/public internet/);
    let lookups = 0;
    const rebinding = async () => {
      lookups += 1;
      return [{ address: lookups === 1 ? '8.8.8.8' : '127.0.0.1', family: 4 }];
    };
    // The connection goes where the look-up that was checked says, so the second meaning is never used.
    const cancel = new AbortController();
    const rebound = get(`http://example.com:${port}/`, fetchOver({ guard: strict, resolve: rebinding, proxy: null }), cancel.signal);
    const over = expect(rebound).rejects.toThrow();
    await expect.poll(() => lookups).toBe(1);
    cancel.abort();
    await over;
    expect(asked).toEqual([]);
  });

  it('looks again at every redirect', async () => {
    const { port, asked } = await serve((request, response) => {
      const to: Record<string, string> = {
        '/a': '/b',
        '/b': 'https://evil.example/x',
        '/c': 'http://169.254.169.254/latest',
        '/d': 'file:///etc/passwd',
      };
      const location = to[request.url ?? ''] ?? (request.url === '/round' ? '/round' : undefined);
      response.writeHead(location ? 302 : 200, location ? { location } : { 'content-type': 'text/plain' });
      response.end('end');
    });
    expect(await get(`http://example.com:${port}/a`)).toEqual({
      url: `http://example.com:${port}/b`,
      status: 302,
      leadsTo: 'https://evil.example/x',
    });
    expect(await get(`http://example.com:${port}/c`)).toMatchObject({ leadsTo: 'http://169.254.169.254/latest' });
    expect(await get(`http://example.com:${port}/d`)).toMatchObject({ leadsTo: 'file:///etc/passwd' });
    await expect(get(`http://example.com:${port}/round`)).rejects.toThrow('redirects more than 5 times');
    expect(asked.filter((url) => url.endsWith('/round')).length).toBe(6);
  });

  it('takes what is text, and not more than it should', async () => {
    const { port } = await serve((request, response) => {
      const headers = { '/png': { 'content-type': 'image/png' }, '/bomb': { 'content-type': 'text/plain', 'content-encoding': 'gzip' } };
      response.writeHead(200, headers[request.url as '/png' | '/bomb'] ?? { 'content-type': 'text/plain' });
      response.end(request.url === '/bomb' ? gzipSync(Buffer.alloc(50_000_000)) : 'x'.repeat(5_000_000));
    });
    await expect(get(`http://example.com:${port}/png`)).rejects.toThrow('image/png, which is no text');
    await expect(get(`http://example.com:${port}/bomb`)).rejects.toThrow('unpacked it has more than');
    expect(await get(`http://example.com:${port}/long`)).toMatchObject({ cut: true, text: 'x'.repeat(40_000) });
    await expect(get(`ftp://example.com/`)).rejects.toThrow('only http and https');
    await expect(get(`http://user:secret@example.com:${port}/`)).rejects.toThrow('user name or password');
  });

  it('goes through a proxy, and still not to what is private', async () => {
    const { port } = await serve((_request, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('behind'));
    const tunnels: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      const upstream = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) end.on('error', () => undefined);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const settings = { httpProxy: url, httpsProxy: url, noProxy: 'localhost' };
    const unknown = async () => {
      throw Object.assign(new Error('no such name'), { syscall: 'getaddrinfo' });
    };
    const fetch = fetchOver({ guard: strict, resolve: unknown, proxy: settings });
    expect(await get('http://example.com/', fetch)).toMatchObject({ text: 'behind' });
    expect(tunnels).toEqual(['example.com:80']);
    await expect(get('http://10.0.0.1/', fetch)).rejects.toThrow('public internet');
    await expect(get('http://inside/', fetchOver({ guard: strict, resolve: here, proxy: settings }))).rejects.toThrow('public internet');
    expect(tunnels.length).toBe(1);
  });
});
