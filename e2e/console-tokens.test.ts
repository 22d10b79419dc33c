import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, run, startChild } from './harness/child.ts';
import { axe, copyBy, hasFocus, looks, openConsole, picture, toastStands } from './harness/console-page.ts';
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
  // The focus is where one begins.
  await hasFocus(page.getByRole('textbox', { name: 'Name' }));
  await page.keyboard.type(name);
  await page.getByLabel('Kind').selectOption({ label: kind });
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('is ready').waitFor();
};

const copySnippet = async (page: Page, name: string): Promise<string> => {
  await page.getByRole('tab', { name, exact: true }).click();
  return copyBy(page.getByRole('tabpanel', { name, exact: true }).getByRole('button', { name: 'Copy code' }));
};

/** Runs what was copied, as it stands, and waits for the agent's words. */
const runs = async (code: string, command: string, extension: string): Promise<void> => {
  const file = join(home.dir, `snippet.${extension}`);
  writeFileSync(file, code);
  const program = startChild(command, [file], { cwd: home.dir, env: home.env({ PYTHONUNBUFFERED: '1' }) });
  await program.waitFor(new RegExp(reply));
  await program.stop();
};

/** Debian has no `openai` for Python: that program is only read. */
const parses = async (code: string): Promise<void> => {
  const { code: exit, stderr } = await run('/usr/bin/python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], { input: code });
  expect(exit, stderr).toBe(0);
};

const statusWith = async (token: string): Promise<number> => {
  const { status } = await fetch(`${gateway.url}api/v1/agents`, { headers: { Authorization: `Bearer ${token}` } });
  return status;
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
    await runs(await copySnippet(page, 'OpenAI · Node'), process.execPath, 'mjs');
    await parses(await copySnippet(page, 'OpenAI · Python'));
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
    await runs(await copySnippet(page, 'OpenAI · Node'), process.execPath, 'mjs');
    await parses(await copySnippet(page, 'OpenAI · Python'));
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByRole('status').getByText(reply).waitFor();
    await close();
  });

  test('ends a token at once and brings it back', async () => {
    const { page, close } = await open();
    const token = await createToken(home);
    await page.reload();
    expect(await statusWith(token)).toBe(200);
    await page.getByRole('button', { name: 'Revoke e2e' }).click();
    await toastStands(page);
    expect(await statusWith(token)).toBe(401);
    await page.getByRole('row', { name: /e2e.*Revoked/ }).waitFor();
    await page.locator('[data-sonner-toast]').getByRole('button', { name: 'Undo' }).click();
    await page.getByText('“e2e” works again').waitFor();
    expect(await statusWith(token)).toBe(200);

    // The same by keyboard, and from the row.
    await page.getByRole('button', { name: 'Revoke e2e' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Undo revoking e2e' }).waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Undo revoking e2e');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /e2e.*Active/ }).waitFor();
    expect(await statusWith(token)).toBe(200);
    await close();
  });

  test('shows a token again only to who has the PIN', async () => {
    const { page, close } = await open();
    await mint(page, 'guarded');
    await page.getByRole('button', { name: 'Show the secret' }).click();
    const secret = await copyBy(page.getByRole('button', { name: 'Copy the secret' }));
    expect(await statusWith(secret)).toBe(200);
    await page.getByRole('button', { name: 'Done' }).click();
    const { code, stderr } = await run(process.execPath, [`${root}/out/main/cli.js`, 'pin', 'set'], {
      env: home.env(),
      input: '2468\n2468\n',
    });
    expect(code, stderr).toBe(0);

    await page.getByRole('button', { name: 'Use guarded' }).click();
    await hasFocus(page.getByRole('textbox', { name: 'PIN' }));
    await page.keyboard.type('0000');
    await page.keyboard.press('Enter');
    await page.getByText('The PIN is wrong.').waitFor();
    await picture(page, 'tokens-pin');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'PIN' }).fill('2468');
    await page.keyboard.press('Enter');
    expect(await copyBy(page.getByRole('button', { name: 'Copy the secret' }))).toBe(secret);
    await page.getByRole('button', { name: 'Done' }).click();
    // Where it was opened from.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Use guarded');
    const cleared = await run(process.execPath, [`${root}/out/main/cli.js`, 'pin', 'clear'], { env: home.env(), input: '2468\n' });
    expect(cleared.code, cleared.stderr).toBe(0);
    // Chromium itself writes down the 403 that asked for the PIN.
    await close(/403/);
  });

  test('says where secrets are kept when there is no keychain, and what it waits for or lacks', async () => {
    for (const look of [looks[0]!, looks[3]!]) {
      const { page, close } = await open(look);
      const say = (body: object) => page.route('**/api/v1/tokens', (route) => route.fulfill({ json: body }));
      await page.route('**/api/v1/status', async (route) => {
        const response = await route.fetch();
        const warning = 'No keychain answers here; secrets are in ~/openclaw/data/secrets.json, readable by you only.';
        await route.fulfill({ response, json: { ...(await response.json()), secrets: { backend: 'file', warning } } });
      });
      await say({ tokens: [] });
      await page.reload();
      await page.getByText(look.locale === 'zh-CN' ? '还没有令牌' : 'No tokens yet').waitFor();
      await page.getByText('No keychain answers here').first().waitFor();
      await picture(page, 'tokens-empty', look);
      expect(await axe(page)).toEqual([]);

      await page.unroute('**/api/v1/tokens');
      await page.route('**/api/v1/tokens', () => undefined);
      await page.reload();
      await page.getByRole('status', { name: look.locale === 'zh-CN' ? '正在加载令牌' : 'Loading the tokens' }).waitFor();
      await picture(page, 'tokens-loading', look);
      expect(await axe(page)).toEqual([]);

      await page.unroute('**/api/v1/tokens');
      const error = { code: 'STORAGE_FAILED', message: 'The database could not be read or written.', retryable: true, traceId: 't' };
      await page.route('**/api/v1/tokens', (route) => route.fulfill({ status: 500, json: { error } }));
      await page.reload();
      await page.getByRole('alert').waitFor();
      await picture(page, 'tokens-failed', look);
      expect(await axe(page)).toEqual([]);
      // Chromium itself writes down the 500.
      await close(/500/);
    }
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
