import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { locateHome, prepareHome } from './home.ts';
import { createTestHome, startTestGateway } from './testing/test-gateway.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openclaw-home-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

describe('the home folder', () => {
  it('is made on the first start, for this user only', () => {
    const home = locateHome({ OPENCLAW_HOME: join(folder, 'a', 'b') });
    expect(existsSync(home.root)).toBe(false);
    prepareHome(home);
    for (const path of [home.root, home.data, home.logs, home.workspaces]) expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('that cannot be used is named, with the reason and what to do', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const root of [join(folder, 'file', 'home'), join(folder, 'file')])
      expect(() => prepareHome(locateHome({ OPENCLAW_HOME: root }))).toThrow(
        expect.objectContaining({
          code: 'HOME_UNUSABLE',
          message: expect.stringContaining('part of its path is a file'),
          hint: expect.stringContaining('OPENCLAW_HOME'),
        }),
      );
  });

  it('has an admin socket path that the OS can hold, however deep the home is', () => {
    const deep = locateHome({ OPENCLAW_HOME: join(folder, ...Array.from({ length: 20 }, () => 'deeper')) });
    expect(Buffer.byteLength(deep.adminSocket)).toBeLessThanOrEqual(103);
    expect(locateHome({ OPENCLAW_HOME: folder }).adminSocket).not.toBe(deep.adminSocket);
  });
});

describe('a second gateway on the same home', () => {
  it('is refused, and the first goes on with its admin socket', async () => {
    const home = createTestHome();
    const one = await startTestGateway({ home });
    await expect(startTestGateway({ home })).rejects.toMatchObject({ code: 'HOME_IN_USE', hint: expect.stringContaining('OPENCLAW_HOME') });
    expect((await one.post({ content: '/help' })).status).toBe(200);
    expect(existsSync(join(home.folder, 'admin.sock'))).toBe(true);
    expect(statSync(join(home.folder, 'admin.sock')).mode & 0o777).toBe(0o600);
    await one.stop();
    await (await startTestGateway({ home })).stop();
  });

  it('takes over the socket of one that was killed', async () => {
    const home = createTestHome();
    writeFileSync(join(home.folder, 'admin.sock'), '');
    expect((await (await startTestGateway({ home })).call('GET', '/healthz')).status).toBe(200);
  });
});
