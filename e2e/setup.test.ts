import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from './harness/child.ts';
import { axe, copyBy, looks, openConsole, picture } from './harness/console-page.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { createHome, type Home } from './harness/home.ts';
import { says, startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The first start: nothing is set up, and the console leads from there to a first answer. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

beforeAll(async () => {
  upstream = await startUpstream(says('Hello from the scripted model.'));
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await upstream?.stop();
});
beforeEach(async () => {
  home = createHome();
  // Not in the keychain, which all tests of a run share: a PIN would stay there.
  const secretFile = join(home.dir, '..', 'secret');
  writeFileSync(secretFile, crypto.randomUUID(), { mode: 0o600 });
  gateway = await startGateway(home, { env: { OPENCLAW_SECRET_FILE: secretFile } });
});
afterEach(async () => {
  await gateway?.stop();
  home?.remove();
});

describe('the first run', () => {
  test('goes from nothing to a first answer, by way of a curl that runs', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('heading', { name: 'Language model' }).waitFor();
    await page.getByRole('radio', { name: 'A provider or a server of your own' }).check();
    await page.getByLabel('Provider', { exact: true }).selectOption('openai-compatible');
    await page.getByLabel('Address').fill('http://127.0.0.1:1/v1');
    await page.getByRole('textbox', { name: 'Model' }).fill('scripted');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('The model provider cannot be reached').waitFor();
    await page.getByLabel('Address').fill(upstream.url);
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('Hello from the scripted model.').waitFor();
    await page.getByRole('button', { name: 'Use this model' }).click();

    await page.getByRole('heading', { name: 'PIN' }).waitFor();
    expect(JSON.parse(readFileSync(join(home.dir, 'config.json'), 'utf8'))).toEqual({
      models: { custom: { provider: 'openai-compatible', baseUrl: upstream.url, model: 'scripted' } },
      agents: { main: { model: 'custom' } },
    });
    await page.getByLabel('New PIN').fill('4711');
    await page.getByLabel('The same again').fill('4711');
    await page.getByRole('button', { name: 'Set the PIN' }).click();

    await page.getByRole('heading', { name: 'First token' }).waitFor();
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByText('curl -X POST').waitFor();
    const command = await copyBy(page.getByRole('button', { name: 'Copy code' }));
    const { code, stdout } = await run('bash', ['-c', command], { env: home.env() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'completed', finalReply: 'Hello from the scripted model.' });
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByText('Hello from the scripted model.').waitFor();

    await page.getByRole('button', { name: 'Open the chat' }).click();
    await page.getByLabel('Message', { exact: true }).fill('Hello there');
    await page.keyboard.press('Enter');
    await page.locator('.reply').getByText('Hello from the scripted model.').waitFor();
    await page.reload();
    await page.getByLabel('Message', { exact: true }).waitFor();
    expect(await page.getByRole('heading', { name: 'Set up OpenClaw' }).count()).toBe(0);
    await close();
  });

  test('can be skipped, does not come again, and is a click away', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.getByRole('button', { name: 'Skip the setup' }).click();
    await page.getByText('is not a language model').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Set up a model' }).click();
    await page.getByRole('heading', { name: 'Language model' }).waitFor();
    await close();
  });

  for (const look of looks) {
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      const zh = look.locale === 'zh-CN';
      const { page, close } = await openConsole(browser, home, look);
      const show = async (name: string): Promise<void> => {
        await picture(page, `setup-${name}`, look);
        expect(await axe(page)).toEqual([]);
      };
      await page.getByRole('radio').first().waitFor();
      await show('model');
      await page.getByLabel(zh ? '服务商' : 'Provider', { exact: true }).selectOption('openai-compatible');
      await page.getByLabel(zh ? '地址' : 'Address').fill(upstream.url);
      await page.getByRole('textbox', { name: zh ? '模型' : 'Model' }).fill('scripted');
      await page.getByRole('button', { name: zh ? '测试' : 'Test' }).click();
      await page.getByText('Hello from the scripted model.').waitFor();
      await show('model-tested');
      await page.setViewportSize({ width: 900, height: 600 });
      await show('model-small');
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.getByRole('button', { name: zh ? '使用此模型' : 'Use this model' }).click();
      await page.getByRole('heading', { name: 'PIN' }).waitFor();
      await page.getByLabel(zh ? '新 PIN' : 'New PIN').fill('12');
      await show('pin');
      await page.getByRole('button', { name: zh ? /不设置/ : /without a PIN/ }).click();
      await page.getByRole('button', { name: zh ? '创建令牌' : 'Make the token', exact: true }).waitFor();
      await show('token');
      await page.getByRole('button', { name: zh ? '创建令牌' : 'Make the token', exact: true }).click();
      await page.getByText('curl -X POST').waitFor();
      // The colours of the code come later than its text.
      await page.locator('pre span[style]').first().waitFor();
      await show('token-made');
      await page.setViewportSize({ width: 900, height: 600 });
      await show('token-small');
      await close();
    });
  }
});
