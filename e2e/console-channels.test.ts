import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppPlatform, startAppPlatform } from './harness/app-platform.ts';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { openPluginProjects, type PluginProjects } from './harness/plugin-projects.ts';
import { seedExamples } from './harness/seed.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The Channels page in Debian's Chromium, over a real gateway, with plugins that were built as the tutorial has it. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
let workshop: PluginProjects;
let app: AppPlatform;
/** The tutorial's own class, and what a new project begins with. */
const archives = { tutorial: '', template: '' };

beforeAll(async () => {
  home = createHome('channels-home');
  upstream = await startUpstream(({ messages }) => ({ kind: 'text', chunks: [`Heard: ${String(messages.at(-1)?.content).slice(0, 80)}`] }));
  app = await startAppPlatform();
  home.configure(configFor(upstream.url));
  workshop = await openPluginProjects();
  const tutorial = await workshop.create('tutorial', seedExamples.pluginCreate());
  writeFileSync(join(tutorial, 'src/index.ts'), seedExamples.pluginChannel());
  const template = await workshop.create('template', 'npx create-openclaw-plugin my-app', 'my-app');
  for (const project of [tutorial, template]) await workshop.succeed(['npm', 'run', 'build'], project);
  archives.tutorial = join(tutorial, 'dist/my-custom-channel.plugin');
  archives.template = join(template, 'dist/my-app.plugin');
  gateway = await startGateway(home);
  browser = await launchBrowser();
  await openclaw(home, ['pin', 'set'], {}, '2468\n');
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  await app?.stop();
  workshop?.remove();
  home?.remove();
});

const open = async (page: Page): Promise<void> => page.getByRole('button', { name: /^(Channels|渠道)$/ }).click();
const drop = async (page: Page, archive: string): Promise<void> => {
  const bytes = [...readFileSync(archive)];
  const data = await page.evaluateHandle((content) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(content)], 'channel.plugin'));
    return transfer;
  }, bytes);
  await page.locator('main .min-h-full').last().dispatchEvent('drop', { dataTransfer: data });
};
const card = (page: Page, name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name });
const section = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).last();
const confirmWithPin = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Install', exact: true }).click();
  await page.getByLabel('PIN', { exact: true }).fill('2468');
  await page.keyboard.press('Enter');
};

describe('the channels page in a browser', () => {
  test("installs the tutorial's channel by drop, and says in words why its test message did not go out", async () => {
    const { page, close } = await openConsole(browser, home);
    await open(page);
    await page.getByText('No channels yet').waitFor();
    await picture(page, 'channels-empty');
    await drop(page, archives.tutorial);
    await page.getByRole('dialog').getByText('my-custom-channel').first().waitFor();
    await page.getByText('crash isolation, not a full sandbox').waitFor();
    await picture(page, 'channels-review');
    expect(await axe(page)).toEqual([]);
    await confirmWithPin(page);
    await page.getByRole('heading', { name: /^Set up/ }).waitFor();
    await page.getByRole('button', { name: 'Save and switch on' }).click();
    await page.getByLabel('To', { exact: true }).fill('ada');
    await page.getByRole('button', { name: 'Send test message' }).click();
    await page.getByText('The test message was not sent').waitFor();
    await picture(page, 'channels-test-failed');
    await close(/403|Forbidden/);
  });

  test('takes a file that is dropped on any page, says how much of it is sent, and stops on demand', async () => {
    const { page, close } = await openConsole(browser, home);
    const network = await page.context().newCDPSession(page);
    await network.send('Network.enable');
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 400_000 };
    await network.send('Network.emulateNetworkConditions', slow);
    const data = await page.evaluateHandle(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(4_000_000)], 'big.plugin'));
      return transfer;
    });
    await page.locator('body').dispatchEvent('drop', { dataTransfer: data });
    await page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.1);
    await page.getByText(/^[1-9][0-9]?%$/).waitFor();
    await picture(page, 'channels-sending');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('progress').waitFor({ state: 'detached' });
    await close();
  });

  test('sets up a channel of a new project, lets somebody in, and lets messages flow both ways', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page);
    await page.getByRole('button', { name: 'Add a channel' }).click();
    await picture(page, 'channels-add');
    expect(await axe(page)).toEqual([]);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Install a .plugin file…' }).click(),
    ]);
    await chooser.setFiles(archives.template);
    await confirmWithPin(page);
    await page.getByLabel(/^Address of your app/).fill(app.url);
    await page.getByLabel(/^Secret/).fill(app.secret);
    await picture(page, 'channels-set-up');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save and switch on' }).click();
    await page.getByLabel('To', { exact: true }).fill('ada');
    await page.getByRole('button', { name: 'Send test message' }).click();
    await page.getByText(/^Sent in/).waitFor();
    expect(app.got).toMatchObject([{ to: 'ada' }]);

    await page.getByRole('button', { name: 'Copy the address' }).click();
    const copied = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
    await expect.poll(copied).toContain('/hooks/');
    const hook = await copied();
    expect(await app.say(hook, { id: 'm1', from: 'ada', text: 'May I come in?' })).toBe(204);
    await expect.poll(() => app.got.length).toBe(2);
    const code = /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(app.got[1]?.text ?? '')?.[0] ?? '';
    expect(code).not.toBe('');
    await section(page, 'People').click();
    await page.getByText('Waits for a decision').waitFor();
    await page.getByLabel('Pairing code').fill(code);
    await page.getByRole('button', { name: 'Let in' }).click();
    await page.getByText('May write', { exact: true }).waitFor();
    await picture(page, 'channels-people');
    expect(await axe(page)).toEqual([]);

    expect(await app.say(hook, { id: 'm2', from: 'ada', text: 'What is up?' })).toBe(204);
    await expect.poll(() => app.got.map(({ text }) => text).join('\n')).toContain('Heard: What is up?');
    await close(/403|Forbidden/);
  });

  test('shows what could not be sent, and sends it again', async () => {
    const { page, close } = await openConsole(browser, home);
    await open(page);
    await card(page, 'My app').getByRole('button', { name: 'Open My app' }).click();
    app.refuseWith = 404;
    const hook = (await page.locator('code').filter({ hasText: '/hooks/' }).textContent()) ?? '';
    expect(await app.say(hook, { id: 'm3', from: 'ada', text: 'Lost?' })).toBe(204);
    await section(page, 'Sent messages')
      .or(page.getByRole('button', { name: /^Sent messages/ }))
      .first()
      .click();
    await page.getByText('The app knows nobody of that name.').first().waitFor({ timeout: 20_000 });
    await picture(page, 'channels-outbox');
    expect(await axe(page)).toEqual([]);
    app.refuseWith = null;
    await page.getByRole('button', { name: 'Send again' }).click();
    await expect.poll(() => app.got.map(({ text }) => text).join('\n')).toContain('Heard: Lost?');
    await close();
  });

  test('keeps its secret in the keychain, and shows its own log lines', async () => {
    const { page, close } = await openConsole(browser, home);
    await open(page);
    await card(page, 'My app').getByRole('button', { name: 'Open My app' }).click();
    await section(page, 'Settings').click();
    await page.getByText('Kept in the keychain').waitFor();
    await picture(page, 'channels-settings');
    expect(await axe(page)).toEqual([]);
    await section(page, 'Overview').click();
    await page.getByRole('button', { name: 'See the logs' }).click();
    await expect.poll(() => page.getByLabel('Source').inputValue()).toBe('channel:my-app');
    await close();
  });

  test('says what is wrong with each channel, and when it cannot be told', async () => {
    const set = async (id: string, entry: object) =>
      expect(await openclaw(home, ['config', 'set', `channels.${id}`, JSON.stringify(entry)])).toMatchObject({ code: 0 });
    await set('telegram', { enabled: true });
    await set('ghost', { enabled: true });
    await set('webhook', { options: { url: 'https://example.com' } });
    const { page, close } = await openConsole(browser, home);
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/api/v1/channels', async (route) => {
      await held;
      await route.fulfill({
        status: 500,
        json: { error: { code: 'STORAGE_FAILED', message: 'The disk does not answer.', retryable: true, traceId: 'x' } },
      });
    });
    await open(page);
    await page.getByRole('status', { name: 'Loading the channels' }).waitFor();
    await picture(page, 'channels-loading');
    release();
    await page.getByText('The channels could not be listed').waitFor();
    await picture(page, 'channels-failed');
    expect(await axe(page)).toEqual([]);
    await page.unroute('**/api/v1/channels');
    await page.getByRole('button', { name: 'Try again' }).click();
    await card(page, 'Telegram').getByText('Needs credentials', { exact: true }).waitFor();
    await card(page, 'ghost').getByText('Plugin missing').waitFor();
    await card(page, 'Webhook').getByText('Off', { exact: true }).waitFor();
    await picture(page, 'channels-states');
    expect(await axe(page)).toEqual([]);
    await card(page, 'Telegram').getByRole('button', { name: 'Fill in credentials' }).click();
    await page.locator('input[type=password]').first().waitFor();
    await picture(page, 'channels-credentials');
    expect(await axe(page)).toEqual([]);
    await close(/500/);
  });

  test.each(looks)('looks well in $locale, $colorScheme', async (look) => {
    const { page, close } = await openConsole(browser, home, { ...look, width: 900, height: 600 });
    await open(page);
    await card(page, 'My app')
      .getByText(/^(Running|运行中)$/)
      .waitFor();
    await picture(page, 'channels', look);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: /^(Open|打开) My app$/ }).click();
    await page.getByText(/^(Test message|测试消息)$/).waitFor();
    await picture(page, 'channels-one', look);
    expect(await axe(page)).toEqual([]);
    await section(page, look.locale === 'zh-CN' ? '设置' : 'Settings').click();
    await page.getByText(/^(How it behaves|行为)$/).waitFor();
    await picture(page, 'channels-one-settings', look);
    expect(await axe(page)).toEqual([]);
    await close();
  });

  test('is removed with its plugin', async () => {
    const { page, close } = await openConsole(browser, home);
    await open(page);
    await card(page, 'My custom channel').getByRole('button', { name: 'Open My custom channel' }).click();
    await section(page, 'Settings').click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('and its plugin too').waitFor();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove', exact: true }).click();
    await card(page, 'My custom channel').waitFor({ state: 'detached' });
    await close();
  });
});
