import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** Settings in Debian's Chromium, over a headless gateway whose config.json is on the disk. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(says('Hello from the scripted model!'));
  home.configure('{\n  // nothing is set up yet\n}\n');
  gateway = await startGateway(home);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

const file = (): string => readFileSync(join(home.dir, 'config.json'), 'utf8');
/** Of all that the gateway has written. */
const filesWith = (text: string): string[] =>
  readdirSync(home.dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
const page = (name: string) => `button:has-text("${name}")`;
const openSettings = async (on: Page, language: 'en' | 'zh' = 'en'): Promise<void> => {
  await on
    .getByRole('navigation', { name: language === 'en' ? 'Pages' : '页面' })
    .getByRole('button', { name: language === 'en' ? 'Settings' : '设置', exact: true })
    .click();
};
const openSection = (on: Page, name: string): Promise<void> => on.locator('main nav').locator(page(name)).click();

describe('the settings page', () => {
  test('sets up a model with a key, tests it, and the next message goes to it', async () => {
    const { page: on, close } = await openConsole(browser, home);
    await openSettings(on);
    await on.getByText('No model is set up yet').waitFor();
    await on.getByRole('button', { name: 'Add a model' }).click();
    await on.getByLabel('Address').fill(upstream.url);
    await on.getByLabel('Model', { exact: true }).fill('scripted');
    await on.getByLabel('API key').fill('sk-typed-in-the-page');
    await on.getByRole('button', { name: 'Test', exact: true }).click();
    await on.getByText('Hello from the scripted model!').waitFor();
    expect(upstream.requests.at(-1)?.headers.authorization).toBe('Bearer sk-typed-in-the-page');
    await picture(on, 'settings-add-model');
    expect(await axe(on)).toEqual([]);
    await on.getByRole('button', { name: 'Save' }).click();
    await on.getByText('key “local”').waitFor();
    expect(file()).toContain('// nothing is set up yet');
    expect(JSON.parse((await openclaw(home, ['status', '--json'])).stdout)).toMatchObject({ secrets: { backend: 'keychain' } });
    expect(filesWith('sk-typed-in-the-page')).toEqual([]);

    await on.getByRole('button', { name: 'Chat', exact: true }).click();
    await on.getByLabel('Message', { exact: true }).fill('Are you there?');
    await on.keyboard.press('Enter');
    await on.locator('.reply').getByText('Hello from the scripted model!').waitFor();
    expect(upstream.requests.at(-1)?.headers.authorization).toBe('Bearer sk-typed-in-the-page');
    expect(upstream.requests.at(-1)?.body.messages.at(-1)?.content).toBe('Are you there?');
    await close();
  });

  test('shows an edit by hand, asks for the PIN where security changes, and does not write over the file', async () => {
    const { page: on } = await openConsole(browser, home);
    await openSettings(on);
    await openSection(on, 'Security');
    await on.getByRole('button', { name: 'Set a PIN' }).click();
    await on.getByRole('textbox', { name: 'New PIN' }).fill('2468');
    await on.getByLabel('Once more').fill('2468');
    await on.getByRole('button', { name: 'Save' }).click();
    await on.getByText('A PIN is set.').waitFor();
    await on.getByLabel('Host names it answers under').fill('claw.example.com');
    await on.keyboard.press('Enter');
    await on.getByText('PIN needed').waitFor();
    await on.getByLabel('PIN', { exact: true }).fill('2468');
    await on.keyboard.press('Enter');
    await on.getByRole('button', { name: 'Remove claw.example.com' }).waitFor();
    expect(file()).toContain('claw.example.com');

    await openSection(on, 'Everything');
    const area = on.locator('textarea[wrap=off]');
    await area.fill((await area.inputValue()).replace('// nothing is set up yet', '// mine'));
    expect(await openclaw(home, ['config', 'set', 'logs.keep', '7'])).toMatchObject({ code: 0 });
    await on.getByRole('button', { name: 'Save' }).click();
    await on.getByText('The file was changed meanwhile.').waitFor();
    expect(file()).toContain('"keep": 7');
    await on.getByRole('button', { name: 'Discard mine' }).click();
    await expect.poll(() => area.inputValue()).toContain('"keep": 7');
    await on.getByText('Waiting for a restart of the gateway').waitFor();
    // Chromium itself writes requests that are refused into its console, so it is not looked at here.
    await on.context().close();
    await openclaw(home, ['pin', 'clear'], {}, '2468\n');
  });

  test('leads to the licences of everything inside', async () => {
    const { page: on, close } = await openConsole(browser, home);
    await openSettings(on);
    await openSection(on, 'About');
    const [opened] = await Promise.all([on.context().waitForEvent('page'), on.getByRole('link', { name: 'Licences' }).click()]);
    await opened.getByText('react 19').waitFor();
    const text = await opened.locator('body').textContent();
    for (const library of ['koa 3', 'react 19', 'zod 4', 'birpc 4']) expect(text).toMatch(new RegExp(`^${library}\\.`, 'm'));
    await close();
  });

  for (const look of looks) {
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      const zh = look.locale === 'zh-CN';
      home.configure({
        ...configFor(upstream.url),
        models: {
          ...configFor(upstream.url).models,
          claude: { provider: 'anthropic', model: 'claude-sonnet-4-6', keyRef: 'claude' },
        },
        security: { allowedOrigins: ['https://app.example.com'] },
      });
      const { page: on, close } = await openConsole(browser, home, look);
      await openSettings(on, zh ? 'zh' : 'en');
      await on.getByRole('button', { name: zh ? '测试 local' : 'Test local' }).click();
      await on.getByText('Hello from the scripted model!').waitFor();
      expect(await axe(on)).toEqual([]);
      await picture(on, 'settings-models', look);
      for (const [id, name] of [
        ['appearance', zh ? '外观' : 'Appearance'],
        ['security', zh ? '安全' : 'Security'],
        ['all', zh ? '全部' : 'Everything'],
        ['about', zh ? '关于' : 'About'],
      ] as const) {
        await openSection(on, name);
        if (id === 'all') await on.getByText('sessionsRunning').first().waitFor();
        expect(await axe(on)).toEqual([]);
        await picture(on, `settings-${id}`, look);
      }
      await openSection(on, zh ? '全部' : 'Everything');
      await on.setViewportSize({ width: 900, height: 600 });
      await picture(on, 'settings-all-small', look);
      await openSection(on, zh ? '模型' : 'Models');
      await on.getByRole('button', { name: zh ? '测试 local' : 'Test local' }).waitFor();
      await picture(on, 'settings-models-small', look);
      const overflow = await on.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      expect(overflow).toBe(false);
      await close();
    });
  }
});
