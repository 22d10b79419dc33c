import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { MessageBoxOptions } from 'electron';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { createToken } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { freePort } from './harness/ports.ts';
import { leftOf, processTree } from './harness/process-tree.ts';
import { startTrayHost, type TrayHost, type TrayItem } from './harness/tray-host.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchDesktop } from './harness/windows.ts';

/** The real Electron, and a tray on the real session bus. */
type Desktop = Awaited<ReturnType<typeof launchDesktop>>;
let home: Home;
let upstream: Upstream;
let host: TrayHost | undefined;
let desktop: Desktop | undefined;
let port: number;
/** Lets the scripted model answer. */
let answer: () => void;
/** What the scripted model calls first. */
let calls: { id: string; name: string; arguments: unknown }[];

beforeAll(() => void mkdirSync(`${root}/e2e/screenshots`, { recursive: true }));
beforeEach(async () => {
  home = createHome();
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  calls = [];
  upstream = await startUpstream(({ messages }) =>
    calls.length > 0 && !messages.some(({ role }) => role === 'tool')
      ? { kind: 'tools', calls }
      : { kind: 'text', chunks: ['hello'], gate: () => answered },
  );
  home.configure(configFor(upstream.url));
  port = await freePort();
});
afterEach(async () => {
  answer();
  await desktop?.app.close();
  await host?.stop();
  desktop = host = undefined;
  await upstream.stop();
  home.remove();
});

const open = async (language = 'en_US.UTF-8'): Promise<Desktop> => {
  desktop = await launchDesktop(home, ['--port', String(port)], { LANG: language, LANGUAGE: language.split('.')[0] });
  await desktop.window.getByRole('textbox', { name: /^(Message|消息)/ }).waitFor();
  return desktop;
};
const openWithTray = async (): Promise<Desktop & { readonly tray: TrayItem }> => {
  host = await startTrayHost();
  return { ...(await open()), tray: await host.item() };
};
const isVisible = ({ app }: Desktop): Promise<boolean> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.isVisible());
const title = ({ app }: Desktop): Promise<string> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getTitle());
/** As the window manager's close button does. */
const closeWindow = ({ app }: Desktop): Promise<void> => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.close());
const isUp = (): Promise<boolean> =>
  fetch(`http://localhost:${port}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
/** Stands in for the person in front of the dialog; what was asked is kept in `globalThis.asked`. */
const answerDialogs = ({ app }: Desktop, response: number, checkboxChecked: boolean): Promise<void> =>
  app.evaluate(
    ({ dialog }, reply) => {
      const asked: unknown[] = [];
      Object.assign(globalThis, { asked });
      (dialog as unknown as Record<string, unknown>).showMessageBox = async (_window: unknown, options: unknown) => {
        asked.push(options);
        return reply;
      };
    },
    { response, checkboxChecked },
  );
const asked = ({ app }: Desktop) => app.evaluate(() => (globalThis as unknown as { asked: MessageBoxOptions[] }).asked);

describe('the tray', () => {
  test('says how the gateway stands, and so does the title', async () => {
    const { tray, ...opened } = await openWithTray();
    await expect.poll(tray.toolTip).toBe('OpenClaw – Ready');
    const ready = await tray.icon();
    expect([ready.width, ready.height]).toEqual([64, 64]);
    expect(await title(opened)).toBe('OpenClaw');

    const token = await createToken(home);
    const post = fetch(`http://localhost:${port}/api/v1/messages`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{"content":"hi"}',
    });
    await expect.poll(tray.toolTip).toBe('OpenClaw – Working: 1 under way');
    expect((await tray.icon()).argb.equals(ready.argb)).toBe(false);
    expect((await tray.menu()).map(({ label }) => label)).toEqual([
      'Working: 1 under way',
      'Open OpenClaw',
      'Stop Everything',
      'Quit OpenClaw',
    ]);
    expect(await title(opened)).toBe('OpenClaw – Working');
    answer();
    expect((await post).status).toBe(200);
    await expect.poll(tray.toolTip).toBe('OpenClaw – Ready');
    expect((await tray.icon()).argb.equals(ready.argb)).toBe(true);
  });

  test('says that something waits for approval, and so does the title', async () => {
    calls = [{ id: 'call_1', name: 'shell', arguments: { command: 'true' } }];
    const { tray, ...opened } = await openWithTray();
    await expect.poll(tray.toolTip).toBe('OpenClaw – Ready');
    const ready = await tray.icon();
    const { window } = opened;
    await window.getByRole('textbox', { name: /^Message/ }).fill('hi');
    await window.keyboard.press('Enter');
    await expect.poll(tray.toolTip).toBe('OpenClaw – Needs you: something waits for approval');
    expect((await tray.icon()).argb.equals(ready.argb)).toBe(false);
    expect(await title(opened)).toBe('OpenClaw – Needs you');
    await window.getByRole('button', { name: 'Approvals, 1 waits for you' }).click();
    await window.getByRole('button', { name: 'Deny' }).click();
    await expect.poll(tray.toolTip).toBe('OpenClaw – Working: 1 under way');
    answer();
    await expect.poll(tray.toolTip).toBe('OpenClaw – Ready');
  });

  test('notifies of what waits whoever looks elsewhere, and a click leads to its chat', async () => {
    calls = [{ id: 'call_1', name: 'shell', arguments: { command: 'true' } }];
    const { app, window } = await open();
    // This machine has nothing that shows notifications: what is given to the system is kept instead.
    await app.evaluate(({ BrowserWindow, Notification }) => {
      const shown: Electron.Notification[] = [];
      Object.assign(globalThis, { shown });
      Notification.isSupported = () => true;
      Notification.prototype.show = function (this: Electron.Notification) {
        shown.push(this);
      };
      BrowserWindow.getAllWindows()[0]!.isFocused = () => false;
    });
    const titles = () => app.evaluate(() => (globalThis as unknown as { shown: Electron.Notification[] }).shown.map(({ title }) => title));
    await window.getByRole('textbox', { name: /^Message/ }).fill('hi');
    await window.keyboard.press('Enter');
    await expect.poll(titles).toEqual(['main wants to use shell']);
    await window.getByRole('button', { name: 'Tokens' }).click();
    await expect.poll(() => new URL(window.url()).hash).toContain('page=tokens');
    await app.evaluate(() => void (globalThis as unknown as { shown: Electron.Notification[] }).shown[0]!.emit('click'));
    await expect.poll(() => new URL(window.url()).hash).toMatch(/^#chat=/);
    await window.getByRole('button', { name: 'Deny' }).click();
    answer();
    await window.locator('.reply').getByText('hello').waitFor();
  });

  test('says that nothing runs where the gateway could not start, and in Chinese too, until it does', async () => {
    const holder = createServer((_request, response) => response.end('not openclaw'));
    await new Promise<void>((resolve) => holder.listen(port, '127.0.0.1', resolve));
    try {
      host = await startTrayHost();
      desktop = await launchDesktop(home, ['--port', String(port)], { LANG: 'zh_CN.UTF-8', LANGUAGE: 'zh_CN' });
      const tray = await host.item();
      await expect.poll(tray.toolTip).toBe('OpenClaw – 未运行：原因见窗口');
      const failed = await tray.icon();
      expect(await title(desktop)).toBe('OpenClaw – 未运行');
      expect(await tray.menu()).toContainEqual(expect.objectContaining({ label: '全部停止', enabled: false }));
      holder.closeAllConnections();
      await new Promise((resolve) => holder.close(resolve));
      await desktop.window.getByRole('button', { name: '重试' }).click();
      await expect.poll(tray.toolTip).toBe('OpenClaw – 就绪');
      expect((await tray.icon()).argb.equals(failed.argb)).toBe(false);
      expect(await title(desktop)).toBe('OpenClaw');
    } finally {
      holder.close();
    }
  });

  test('stops everything, to the last process of a command, and starts it again', async () => {
    const marker = `tray-${process.pid}`;
    home.configure({ ...configFor(upstream.url), security: { shell: { mode: 'allow' } } });
    calls = [{ id: 'call_1', name: 'shell', arguments: { command: processTree(marker) } }];
    const { tray, ...opened } = await openWithTray();
    const token = await createToken(home);
    const post = () =>
      fetch(`http://localhost:${port}/api/v1/messages`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: '{"content":"hi"}',
      }).then((reply) => reply.json() as Promise<Record<string, unknown>>);
    const running = post();
    await expect.poll(tray.toolTip).toContain('Working');
    await expect.poll(() => leftOf(marker)).toBeGreaterThan(2);
    await tray.choose('Stop Everything');
    expect(await running).toMatchObject({ status: 'cancelled' });
    await expect.poll(() => leftOf(marker)).toBe(0);
    calls = [];
    await expect.poll(tray.toolTip).toContain('Stopped');
    expect(await title(opened)).toBe('OpenClaw – Stopped');
    expect(await post()).toMatchObject({ error: { code: 'STOPPED' } });
    answer();
    await tray.choose('Start Again');
    await expect.poll(tray.toolTip).toBe('OpenClaw – Ready');
    expect(await post()).toMatchObject({ status: 'completed' });
  });

  test('keeps the app when the window closes, which is asked once; brings it back; and quits it', async () => {
    const { tray, ...opened } = await openWithTray();
    await answerDialogs(opened, 0, true);
    for (const _time of [1, 2]) {
      await closeWindow(opened);
      await expect.poll(() => isVisible(opened)).toBe(false);
      expect(await isUp()).toBe(true);
      await tray.click();
      await expect.poll(() => isVisible(opened)).toBe(true);
    }
    expect((await asked(opened)).map((options) => [options.message, options.buttons])).toEqual([
      ['Keep OpenClaw running in the tray?', ['Keep Running', 'Quit', 'Cancel']],
    ]);
    expect(JSON.parse(readFileSync(join(home.dir, 'config.json'), 'utf8')).ui).toEqual({ closeToTray: 'hide' });
    await closeWindow(opened);
    await expect.poll(() => isVisible(opened)).toBe(false);
    const ended = opened.app.waitForEvent('close');
    await tray.choose('Quit OpenClaw');
    await ended;
    desktop = undefined;
    expect(await isUp()).toBe(false);
  });

  test('is not asked about again by who cancels, and quits for who says so', async () => {
    const { tray: _tray, ...opened } = await openWithTray();
    await answerDialogs(opened, 2, true);
    await closeWindow(opened);
    await expect.poll(async () => (await asked(opened)).length).toBe(1);
    expect(await isVisible(opened)).toBe(true);
    const ended = opened.app.waitForEvent('close');
    await answerDialogs(opened, 1, false);
    await closeWindow(opened);
    await ended;
    desktop = undefined;
    expect(await isUp()).toBe(false);
  });

  test('that nobody shows hides no window: closing it quits, unasked', async () => {
    const opened = await open();
    const ended = opened.app.waitForEvent('close');
    await closeWindow(opened).catch(() => undefined);
    await ended;
    desktop = undefined;
    expect(await isUp()).toBe(false);
  });
});

describe('the menu bar', () => {
  const choose = ({ app }: Desktop, id: string): Promise<void> =>
    app.evaluate(({ Menu }, wanted) => {
      const item = Menu.getApplicationMenu()
        ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
        .find((one) => one.id === wanted);
      if (!item?.enabled) throw new Error(`no ${wanted}`);
      item.click();
    }, id);

  test('speaks the language of the console, opens its pages, and pulls the brake', async () => {
    const opened = await open();
    const { app, window } = opened;
    const labels = () => app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
    expect(await labels()).toEqual(['&File', '&Edit', '&View', '&Window', '&Help']);
    await choose(opened, 'page-settings');
    await expect.poll(() => new URL(window.url()).hash).toBe('#page=settings');
    await choose(opened, 'page-settings');
    await choose(opened, 'page-chat');
    await window.getByRole('textbox', { name: /^Message/ }).waitFor();
    await choose(opened, 'brake');
    await expect.poll(() => title(opened)).toBe('OpenClaw – Stopped');
    await choose(opened, 'brake');
    await expect.poll(() => title(opened)).toBe('OpenClaw');
    await choose(opened, 'brake');
    await window.getByRole('button', { name: 'Everything is stopped' }).click();
    await window.screenshot({ path: `${root}/e2e/screenshots/stopped.png` });
    await window.getByRole('button', { name: 'Start again' }).click();
    await expect.poll(() => title(opened)).toBe('OpenClaw');
    await window.evaluate(() => localStorage.setItem('openclaw.language', 'zh-CN'));
    await window.reload();
    await expect.poll(labels).toEqual(['文件(&F)', '编辑(&E)', '视图(&V)', '窗口(&W)', '帮助(&H)']);
  });
});

describe('a link of ours', () => {
  test('opens a page of the first app, and of one that starts with it', async () => {
    const { window } = await open();
    await launchDesktop(home, ['--port', String(port), 'openclaw://settings']).catch(() => 'handed over');
    await expect.poll(() => new URL(window.url()).hash).toBe('#page=settings');
    await desktop?.app.close();
    const again = await launchDesktop(home, ['--port', String(port), 'openclaw://tokens'], { LANG: 'en_US.UTF-8' });
    desktop = again;
    await expect.poll(() => new URL(again.window.url()).hash).toBe('#page=tokens');
  });
});
