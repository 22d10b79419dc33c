import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The Agents page in Debian's Chromium, over a real gateway. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(({ messages }) => {
    const last = messages.at(-1);
    if (last?.role === 'tool') return { kind: 'text', chunks: ['There is ', 'nothing here yet.'] };
    return { kind: 'tools', calls: [{ id: 'call_1', name: 'list_dir', arguments: {} }] };
  });
  home.configure(configFor(upstream.url));
  gateway = await startGateway(home);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

const open = async (look = {}) => {
  const { page, close } = await openConsole(browser, home, look);
  await page.getByRole('button', { name: /^(Agents|智能体)$/ }).click();
  await page.getByText('dev-coder', { exact: false }).first().waitFor();
  return { page, close };
};
const config = () => JSON.parse(readFileSync(join(home.dir, 'config.json'), 'utf8'));

describe('the Agents page in a browser', () => {
  test('creates an agent, tests it, and leaves no chat of the test', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'New agent' }).click();
    await page.getByLabel('Id', { exact: true }).fill('Night Desk');
    await page.getByText('beginning with a letter or digit').waitFor();
    await page.getByLabel('Id', { exact: true }).fill('night-desk');
    await page.getByLabel('Name', { exact: true }).fill('Night desk');
    await page.getByLabel('US dollars a day').fill('1');
    await page.getByRole('radio', { name: 'Only these' }).first().check();
    await page.getByRole('checkbox', { name: 'list_dir' }).check();
    await picture(page, 'agents-new');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Night desk' }).waitFor();
    expect(config().agents['night-desk']).toEqual({ name: 'Night desk', tools: ['list_dir'], budget: { dailyUsd: 1 } });

    await page.getByRole('button', { name: 'Test Night desk' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('There is nothing here yet.').waitFor();
    await page.getByRole('dialog').getByText('list_dir').waitFor();
    await picture(page, 'agents-test');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Chat with Night desk' }).click();
    await page.getByRole('button', { name: 'Agent: Night desk' }).waitFor();
    await page.getByText('No chats yet').waitFor();
    await close();
  });

  test('keeps what is typed until it is thrown away', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'Edit Night desk' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Day desk');
    await page.keyboard.press('Escape');
    await page.getByText('What you changed is not saved.').waitFor();
    await picture(page, 'agents-unsaved');
    await page.getByRole('button', { name: 'Discard it' }).click();
    await page.getByRole('heading', { name: 'Night desk' }).waitFor();
    await close();
  });

  test('orders rules by keyboard, and the gateway goes by them', async () => {
    const { page, close } = await open();
    const rules = page.getByRole('list', { name: 'Who answers' }).getByRole('listitem');
    for (const [channel, agent, count] of [
      ['api', 'dev-coder', 1],
      ['api', 'night-desk', 2],
    ] as const) {
      await page.getByLabel('Channel', { exact: true }).fill(channel);
      await page.getByLabel('Agent', { exact: true }).selectOption(agent);
      await page.getByRole('button', { name: 'Add rule' }).click();
      await expect.poll(() => rules.count()).toBe(count);
    }
    await page.getByText('is answered by dev-coder (rule 1)').waitFor();
    await page.getByRole('button', { name: 'Move rule 2 up' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('is answered by night-desk (rule 1)').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Move rule 1 down');
    expect(config().routing.map(({ agent }: { agent: string }) => agent)).toEqual(['night-desk', 'dev-coder']);

    await page.getByRole('button', { name: 'Remove Night desk' }).click();
    await page.getByText('is answered by dev-coder (rule 1)').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByText('is answered by night-desk (rule 1)').waitFor();
    await close();
  });

  test.each(looks)('looks right in $locale, $colorScheme', async (look) => {
    const { page, close } = await open({ ...look, width: 900, height: 600 });
    await page
      .getByRole('button', { name: /Night desk/ })
      .first()
      .waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'agents', look);
    await page.getByRole('button', { name: /^(Add rule|添加规则)$/ }).scrollIntoViewIfNeeded();
    await picture(page, 'agents-rules', look);
    await page.getByRole('button', { name: /^(Edit|编辑) Night desk$/ }).click();
    await page.getByRole('checkbox', { name: 'list_dir' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'agents-edit', look);
    await close();
  });
});
