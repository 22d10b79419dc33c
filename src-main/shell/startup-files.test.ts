import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createStartupFiles } from './startup-files.ts';

describe('app://startup', () => {
  let get: (url: string) => Promise<Response>;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'openclaw-startup-'));
    const root = join(folder, 'renderer');
    await mkdir(join(root, 'assets'), { recursive: true });
    await writeFile(join(folder, 'secret.js'), 'secret');
    await writeFile(join(root, 'startup.html'), '<!doctype html>startup');
    await writeFile(join(root, 'index.html'), 'console');
    await writeFile(join(root, 'assets', 'startup-1.js'), 'script');
    await writeFile(join(root, 'notes.txt'), 'notes');
    await symlink(join(folder, 'secret.js'), join(root, 'assets', 'link.js'));
    get = createStartupFiles(root);
    return () => rm(folder, { recursive: true, force: true });
  });

  it('serves the page and its parts under a strict policy', async () => {
    const page = await get('app://startup/startup.html?x=1');
    expect([page.status, await page.text(), page.headers.get('content-type')]).toEqual([
      200,
      '<!doctype html>startup',
      'text/html; charset=utf-8',
    ]);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(await (await get('app://startup/assets/startup-1.js')).text()).toBe('script');
  });

  it.each([
    '/index.html',
    '/notes.txt',
    '/assets/link.js',
    '/../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/assets/..%5c..%5csecret.js',
    '//startup.html',
    '/assets/',
    '/',
    '/__proto__',
  ])('serves nothing at %j', async (path) => {
    expect((await get(`app://startup${path}`)).status).toBe(404);
  });

  it('serves nothing under another host, or from no folder', async () => {
    expect((await get('app://other/startup.html')).status).toBe(404);
    expect((await createStartupFiles(join(folder, 'none'))('app://startup/startup.html')).status).toBe(404);
  });
});
