import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { createToken, openclaw } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';
import { type Reply, startUpstream, type Upstream } from './harness/upstream.ts';
import { launchDesktop } from './harness/windows.ts';

/** The real Electron with the real keychain of this session. */
type Desktop = Awaited<ReturnType<typeof launchDesktop>>;
let home: Home;
let upstream: Upstream;
let desktop: Desktop | undefined;
let port: number;
let script: (content: string) => Reply = () => ({ kind: 'text', chunks: ['hello'] });
const pictures = `${root}/e2e/screenshots`;

beforeAll(() => void mkdirSync(pictures, { recursive: true }));
beforeEach(async () => {
  home = createHome();
  script = () => ({ kind: 'text', chunks: ['hello'] });
  upstream = await startUpstream((request) => script(String(request.messages.at(-1)?.content)));
  home.configure(configFor(upstream.url));
  port = await freePort();
});
afterEach(async () => {
  await desktop?.app.close();
  desktop = undefined;
  await upstream.stop();
  home.remove();
});

const open = async (): Promise<Desktop> => {
  desktop = await launchDesktop(home, ['--port', String(port)], { LANG: 'en_US.UTF-8' });
  return desktop;
};
/** In the transcript: the words for screen readers have it too. */
const reply = (window: Desktop['window'], text: string) => window.locator('.reply').getByText(text);
const composer = (window: Desktop['window']) => window.getByRole('textbox', { name: /^(Message|消息)/ });

describe('the desktop window', () => {
  test('chats, streams, and has its sessions again after it was closed', async () => {
    const nonce = `NONCE-${crypto.randomUUID()}`;
    script = () => ({ kind: 'text', chunks: ['Hello ', 'from the window: ', nonce] });
    const { window, app } = await open();
    await composer(window).fill('hello');
    await window.keyboard.press('Enter');
    await reply(window, nonce).waitFor();
    expect(new URL(window.url()).origin).toBe(`http://127.0.0.1:${port}`);
    await window.screenshot({ path: `${pictures}/desktop.png` });
    await app.close();

    const again = await open();
    await again.window
      .getByRole('navigation', { name: /^(Chats|对话|会话)/ })
      .getByText('hello')
      .click();
    await reply(again.window, nonce).waitFor();
  });

  test('restarts its gateway where a key waits for that, and comes back to the settings', async () => {
    const { window } = await open();
    await composer(window).waitFor();
    expect((await openclaw(home, ['config', 'set', 'logs.keep', '7'])).stderr).toContain('logs.keep');
    await window.getByRole('button', { name: 'Settings', exact: true }).click();
    await window.getByText('Waiting for a restart of the gateway').waitFor();
    await window.screenshot({ path: `${pictures}/desktop-restart.png` });
    await window.getByRole('button', { name: 'Restart the gateway' }).click();
    await expect.poll(() => window.getByText('Waiting for a restart of the gateway').count()).toBe(0);
    await window.getByRole('heading', { name: 'Settings' }).waitFor();
    expect((await openclaw(home, ['config', 'get', 'logs.keep'])).stdout.trim()).toBe('7');
  });

  test('serves scripts while it is open, with secrets in the OS keychain', async () => {
    await open();
    await composer(desktop!.window).waitFor();
    const token = await createToken(home);
    const answer = await fetch(`http://localhost:${port}/api/v1/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{"content":"hi"}',
    });
    expect(await answer.json()).toMatchObject({ status: 'completed', finalReply: 'hello' });
    const { stdout } = await openclaw(home, ['status', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ secrets: { backend: 'keychain', warning: null } });
  });

  test('is locked down: no Node, no foreign page, no new window, a bridge of two names', async () => {
    const { window, app } = await open();
    await composer(window).waitFor();
    expect(
      await window.evaluate(() => [
        typeof (globalThis as Record<string, unknown>).require,
        typeof (globalThis as Record<string, unknown>).process,
      ]),
    ).toEqual(['undefined', 'undefined']);
    expect(await window.evaluate(() => Object.keys((globalThis as unknown as { openclawDesktop: object }).openclawDesktop).sort())).toEqual(
      ['call', 'platform'],
    );
    const before = window.url();
    await window.evaluate(() => {
      location.href = 'http://localhost:1/evil';
      globalThis.open('http://localhost:1/evil');
    });
    await window.evaluate(() => fetch('/healthz'));
    expect(window.url()).toBe(before);
    expect(app.windows()).toHaveLength(1);
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      // Electron 33 has it; the types of 45 do not name it any more.
      const contents = BrowserWindow.getAllWindows()[0]!.webContents as unknown as { getLastWebPreferences: () => Record<string, boolean> };
      const { sandbox, contextIsolation, nodeIntegration, webSecurity } = contents.getLastWebPreferences();
      return { sandbox, contextIsolation, nodeIntegration, webSecurity };
    });
    expect(preferences).toEqual({ sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true });
    await expect(
      window.evaluate(() =>
        (
          globalThis as unknown as { openclawDesktop: { call: (channel: string, request: unknown) => Promise<unknown> } }
        ).openclawDesktop.call('shell:open-external', { url: 'file:///etc/passwd' }),
      ),
    ).rejects.toThrow();
  });

  test('a taken port is a page that says who has it, and a button that starts on the next one', async () => {
    const { createServer } = await import('node:http');
    const holder = createServer((_request, response) => response.end('not openclaw'));
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    try {
      const { window } = await open();
      await window.getByText(new RegExp(`pid ${process.pid}`)).waitFor();
      await window.screenshot({ path: `${pictures}/startup-problem.png` });
      await window.getByRole('button', { name: /\d{4,5}/ }).click();
      await composer(window).waitFor();
    } finally {
      holder.closeAllConnections();
      holder.close();
    }
  });

  test('a second start brings the first window forward instead of a second gateway', async () => {
    const { app } = await open();
    const second = launchDesktop(home, ['--port', String(port)]).catch(() => 'ended');
    expect(await second).toBe('ended');
    expect(app.windows()).toHaveLength(1);
  });

  test('rotates every token, its own too, and goes on', async () => {
    const { window } = await open();
    await composer(window).waitFor();
    const token = await createToken(home);
    await window.getByRole('button', { name: /^(Tokens|令牌)$/ }).click();
    await window.getByRole('row', { name: /e2e/ }).waitFor();
    await window.getByRole('button', { name: /^(Rotate all|全部轮换)$/ }).click();
    await window.getByRole('button', { name: /^(End them all|全部失效)$/ }).click();
    await expect.poll(() => window.getByRole('row', { name: /e2e/ }).count()).toBe(0);
    expect((await fetch(`http://localhost:${port}/api/v1/agents`, { headers: { Authorization: `Bearer ${token}` } })).status).toBe(401);
    await window.getByRole('button', { name: /^(Chat|聊天)$/ }).click();
    await composer(window).fill('still here?');
    await window.keyboard.press('Enter');
    await reply(window, 'hello').waitFor();
  });

  test('saves a chat as a file', async () => {
    const { window, app } = await open();
    await composer(window).fill('keep this');
    await window.keyboard.press('Enter');
    await reply(window, 'hello').waitFor();
    const file = join(home.dir, 'saved.md');
    // Instead of the dialog that asks where.
    const saved = app.evaluate(
      ({ session }, path) =>
        new Promise((resolve) =>
          session.defaultSession.once('will-download', (_event, item) => {
            item.setSavePath(path);
            item.once('done', (_done, state) => resolve(state));
          }),
        ),
      file,
    );
    await window
      .getByRole('navigation', { name: /^(Chats|会话)$/ })
      .getByText('keep this')
      .click({ button: 'right' });
    await window.getByRole('menuitem', { name: /Markdown/ }).click();
    expect(await saved).toBe('completed');
    expect(readFileSync(file, 'utf8')).toContain('keep this');
  });
});
