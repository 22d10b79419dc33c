import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** Files of a message in Debian's Chromium: previewed, sent, seen by the model, and there again after a reload. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
const dot = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(({ messages }) => {
    if (messages.at(-1)?.role === 'tool') return { kind: 'text', chunks: ['Here are both.'] };
    if (!String(messages.at(-1)?.content).startsWith('Send me')) return { kind: 'text', chunks: ['A dot.'] };
    return {
      kind: 'tools',
      calls: ['dot.png', 'Bericht 报告.csv'].map((path) => ({ id: path, name: 'attach_file', arguments: { path } })),
    };
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

test.each(looks)('a picture and a file go with a message and stay with it, $locale $colorScheme', async (look) => {
  const { page, close } = await openConsole(browser, home, look);
  const field = page.getByRole('textbox', { name: /^(Message|消息)$/ });
  await field.waitFor();
  await page.locator('input[type=file]').setInputFiles([
    { name: 'dot.png', mimeType: 'image/png', buffer: dot },
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('remember the milk') },
  ]);
  await page.getByRole('img', { name: 'dot.png' }).waitFor();
  await page
    .getByRole('status', { name: /(Sending|正在上传)/ })
    .first()
    .waitFor({ state: 'detached' });
  expect(await axe(page)).toEqual([]);
  await picture(page, 'attachments-draft', look);
  await field.fill('What is this?');
  await page.getByRole('button', { name: /^(Send|发送)$/ }).click();
  await page.getByText('A dot.').first().waitFor();
  const parts = JSON.stringify(upstream.requests.at(-1)?.body.messages.at(-1)?.content);
  expect(parts).toContain(`data:image/png;base64,${dot.toString('base64')}`);
  expect(parts).toContain('remember the milk');
  await page.getByRole('img', { name: 'dot.png' }).waitFor();
  await picture(page, 'attachments', look);
  await page.reload();
  await page.getByText('What is this?').first().click();
  await page.getByRole('img', { name: 'dot.png' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await close();
});

test.each(looks)('files of a reply are shown with it, reached by keys and saved, $locale $colorScheme', async (look) => {
  const workspace = join(home.dir, 'workspace', 'main');
  mkdirSync(workspace, { recursive: true });
  writeFileSync(join(workspace, 'dot.png'), dot);
  writeFileSync(join(workspace, 'Bericht 报告.csv'), 'a,b\n'.repeat(1_000));
  const { page, close } = await openConsole(browser, home, look);
  const field = page.getByRole('textbox', { name: /^(Message|消息)$/ });
  await field.fill('Send me the files');
  await page.keyboard.press('Enter');
  const button = page.getByRole('button', { name: /^(Save|保存)\s+Bericht 报告\.csv/ });
  await button.waitFor();
  await page.getByRole('img', { name: 'dot.png' }).waitFor();
  await page.getByText('Here are both.').first().waitFor();
  expect(await axe(page)).toEqual([]);
  await picture(page, 'reply-files', look);
  await button.focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  expect(download.suggestedFilename()).toBe('Bericht 报告.csv');
  expect(readFileSync(await download.path(), 'utf8')).toBe('a,b\n'.repeat(1_000));
  await page.reload();
  await page.getByText('Send me the files').first().click();
  await button.waitFor();
  await close();
});
