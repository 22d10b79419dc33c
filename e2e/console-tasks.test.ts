import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, copyBy, looks, openConsole, picture } from './harness/console-page.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

const run = promisify(execFile);

/** The Tasks page in Debian's Chromium, over a real gateway; webhooks are called by the real curl. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

beforeAll(async () => {
  home = createHome('tasks-home');
  upstream = await startUpstream(({ messages }) => ({ kind: 'text', chunks: [`Did: ${String(messages.at(-1)?.content).slice(0, 40)}`] }));
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

describe('the tasks page in a browser', () => {
  test('adds a task by the clock, runs it now, and leads to its chat', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.getByRole('button', { name: 'Tasks' }).click();
    await page.getByText('No tasks yet').waitFor();
    await page.getByRole('button', { name: 'New task' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('Morning report');
    await page.getByLabel('What to do', { exact: true }).fill('Write the report');
    await page.getByLabel('How often').selectOption('Monday to Friday');
    await page.getByLabel('At', { exact: true }).fill('07:30');
    await page.getByText('Next, by your clock:').waitFor();
    await picture(page, 'tasks-new');
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: 'Morning report' });
    await row.getByText('Monday to Friday at 07:30').waitFor();
    await row.getByRole('button', { name: 'Run “Morning report” now' }).click();
    await row.getByText('Done', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Open the chat' }).click();
    await page.locator('.reply').getByText('Did: Write the report').waitFor();
    await close();
  });

  test.each(['GitHub', 'GitLab', 'Alertmanager', 'Standard Webhooks'])('the curl it shows for %s starts the task', async (sender) => {
    const { page, close } = await openConsole(browser, home);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Tasks' }).click();
    await page.getByRole('button', { name: 'New task' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill(`From ${sender}`);
    await page.getByLabel('What to do', { exact: true }).fill(`Look at ${sender}`);
    await page.getByLabel('When', { exact: true }).selectOption('When another system calls');
    await page.getByLabel('Who calls').selectOption(sender);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Copy the secret now').waitFor();
    if (sender === 'GitHub') {
      await picture(page, 'tasks-hook');
      expect(await axe(page)).toEqual([]);
    }
    const { stdout } = await run('bash', ['-c', await copyBy(page.getByRole('button', { name: 'Copy code' }))]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'accepted' });
    await page.getByRole('button', { name: 'Done', exact: true }).click();
    const row = page.getByRole('listitem').filter({ hasText: `From ${sender}` });
    await row.getByText('Done', { exact: true }).waitFor();
    await row.getByRole('button', { name: 'Open the chat' }).click();
    await page.locator('.reply').getByText(`Did: Look at ${sender}`).waitFor();
    await close();
  });

  test('deletes a task and brings it back', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.getByRole('button', { name: 'Tasks' }).click();
    // Not the list item: the toast that offers the undo is one too, and names it.
    const task = page.getByRole('heading', { name: 'From GitLab' });
    await page.getByRole('button', { name: 'Delete “From GitLab”' }).click();
    await task.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await task.waitFor();
    await close();
  });

  test.each(looks)('looks well in $locale, $colorScheme', async (look) => {
    const { page, close } = await openConsole(browser, home, { ...look, width: 900, height: 600 });
    await page.getByRole('button', { name: /^(Tasks|任务)$/ }).click();
    await page.getByRole('listitem').filter({ hasText: 'Morning report' }).waitFor();
    await picture(page, 'tasks', look);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: /^(New task|新建任务)$/ }).click();
    await page.getByRole('dialog').waitFor();
    await picture(page, 'tasks-dialog', look);
    expect(await axe(page)).toEqual([]);
    await close();
  });
});
