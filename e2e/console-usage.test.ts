import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The Usage page in Debian's Chromium, over a real gateway: its plots are painted under the page's policy. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(() => ({ kind: 'text', chunks: ['Done.'] }));
  home.configure({
    models: {
      dear: {
        provider: 'openai-compatible',
        baseUrl: upstream.url,
        model: 'scripted',
        prices: { input: 300, output: 15_000 },
        maxTokens: 10,
      },
      mystery: { provider: 'openai-compatible', baseUrl: 'https://models.example/v1', model: 'm' },
    },
    security: { budget: { dailyUsd: 20, perAgentDailyUsd: 5 } },
  });
  gateway = await startGateway(home);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

const post = async (content: string): Promise<number> => {
  const token = await createToken(home);
  const response = await fetch(`${gateway.url}api/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ content }),
  });
  return response.status;
};

const open = async (look = {}) => {
  const opened = await openConsole(browser, home, look);
  await opened.page.getByRole('button', { name: /^(Usage|用量)$/ }).click();
  return opened;
};

describe('the Usage page', () => {
  test('says that nothing was used yet', async () => {
    const { page, close } = await open();
    await page.getByText('Nothing was used').waitFor();
    await picture(page, 'usage-empty');
    await close();
  });

  test.each(looks)('plots what was used and meters what may be, $locale $colorScheme', async (look) => {
    for (let turn = 0; turn < 3; turn += 1) expect(await post('go')).toBe(200);
    const { page, close } = await open(look);
    await page.locator('.uplot canvas').first().waitFor();
    await expect.poll(() => page.locator('.uplot canvas').count()).toBe(7);
    await expect.poll(() => page.getByRole('meter').count()).toBe(2);
    expect(await axe(page)).toEqual([]);
    await picture(page, 'usage', look);
    await page.getByRole('heading', { name: /^(By model|按模型)$/ }).scrollIntoViewIfNeeded();
    await picture(page, 'usage-below', look);
    await close();
  });

  test('fits into a small window', async () => {
    const { page, close } = await open({ width: 900, height: 600 });
    await page.locator('.uplot canvas').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true);
    await picture(page, 'usage-small');
    await close();
  });
});
