import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, startChild } from './harness/child.ts';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The Tokens page in Debian's Chromium, over a real gateway: what it copies is run, what it ends is tried. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
const reply = 'I can read files and talk.';

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(() => ({ kind: 'text', chunks: [reply] }));
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home);
  browser = await launchBrowser();
  // `import` knows no NODE_PATH: packages have to stand above the file.
  symlinkSync(join(root, 'node_modules'), join(home.dir, 'node_modules'));
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

const open = async (look = {}) => {
  const { page, close } = await openConsole(browser, home, look);
  // Only so can the test read what was copied.
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: /^(Tokens|令牌)$/ }).click();
  await page.getByRole('table').first().waitFor();
  return { page, close };
};

const mint = async (page: Page, name: string, kind = 'Token'): Promise<void> => {
  await page.getByRole('button', { name: 'New token' }).first().click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByLabel('Kind').selectOption({ label: kind });
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('is ready').waitFor();
};

const copied = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

const copySnippet = async (page: Page, name: string): Promise<string> => {
  await page.getByRole('tab', { name, exact: true }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Copy code' }).click();
  await page.getByRole('tabpanel').getByRole('button', { name: 'Copied' }).waitFor();
  return copied(page);
};

/** Runs what was copied, as it stands, and waits for the agent's words. */
const runs = async (code: string, command: string, extension: string): Promise<void> => {
  const file = join(home.dir, `snippet.${extension}`);
  writeFileSync(file, code);
  const program = startChild(command, [file], { cwd: home.dir, env: home.env({ PYTHONUNBUFFERED: '1' }) });
  await program.waitFor(new RegExp(reply));
  await program.stop();
};

/** While it fades in it has no contrast yet. */
const toastStands = async (page: Page): Promise<void> => {
  const toast = page.locator('[data-sonner-toast][data-mounted=true]');
  await toast.waitFor();
  await toast.evaluate((element) => Promise.all(element.getAnimations({ subtree: true }).map(({ finished }) => finished)));
};

describe('the tokens page in a browser', () => {
  test('makes a token whose programs run as they were copied, and whose test shows the live answer', async () => {
    const { page, close } = await open();
    await mint(page, 'ci');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('status').getByText(reply).waitFor();
    await page.getByRole('status').getByText('Completed').waitFor();

    await runs(await copySnippet(page, 'curl'), 'bash', 'sh');
    await runs(await copySnippet(page, 'Node'), process.execPath, 'mjs');
    await runs(await copySnippet(page, 'Python'), '/usr/bin/python3', 'py');
    await page.getByRole('button', { name: 'Done' }).click();
    // The list has heard of the requests.
    await page.reload();
    await expect.poll(() => page.getByRole('row', { name: /ci/ }).textContent()).toMatch(/from (127\.0\.0\.1|::1)/);
    await close();
  });

  test('makes an API key whose programs run as they were copied', async () => {
    const { page, close } = await open();
    await mint(page, 'key', 'API key');
    await runs(await copySnippet(page, 'curl'), 'bash', 'sh');
    await runs(await copySnippet(page, 'Node'), process.execPath, 'mjs');
    await runs(await copySnippet(page, 'Python'), '/usr/bin/python3', 'py');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('status').getByText(reply).waitFor();
    await close();
  });

  for (const look of looks) {
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      const zh = look.locale === 'zh-CN';
      await createToken(home, ['--expires-in', '2d', '--scope', 'messages']);
      const { page, close } = await open(look);
      await page
        .getByRole('button', { name: zh ? /使用 e2e/ : /Use e2e/ })
        .first()
        .waitFor();
      await picture(page, 'tokens', look);
      expect(await axe(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 600 });
      await picture(page, 'tokens-small', look);
      await page.setViewportSize({ width: 1280, height: 800 });

      await page.getByRole('button', { name: zh ? '新建令牌' : 'New token' }).click();
      await page.getByRole('textbox', { name: zh ? '名称' : 'Name' }).fill('my-dev-client');
      await picture(page, 'tokens-new', look);
      expect(await axe(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 600 });
      await picture(page, 'tokens-new-small', look);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('button', { name: zh ? '创建' : 'Create' }).click();
      await page.getByRole('tab').first().waitFor();
      await page.getByRole('button', { name: zh ? '测试' : 'Test', exact: true }).click();
      await page.getByRole('status').getByText(reply).waitFor();
      await page.locator('pre span[style]').first().waitFor();
      await picture(page, 'tokens-use', look);
      expect(await axe(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 600 });
      await picture(page, 'tokens-use-small', look);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('button', { name: zh ? '完成' : 'Done' }).click();

      await page
        .getByRole('button', { name: zh ? '吊销 e2e' : 'Revoke e2e' })
        .first()
        .click();
      await toastStands(page);
      await picture(page, 'tokens-revoked', look);
      expect(await axe(page)).toEqual([]);
      await page.getByRole('button', { name: zh ? '全部轮换' : 'Rotate all' }).click();
      await page.getByRole('alertdialog').waitFor();
      await picture(page, 'tokens-rotate', look);
      expect(await axe(page)).toEqual([]);
      await close();
    });
  }
});
