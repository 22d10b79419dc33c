import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogLine } from '../src-shared/contract/rest.ts';
import { root, startChild } from './harness/child.ts';
import { axe, copyBy, hasFocus, looks, openConsole } from './harness/console-page.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { longestTask } from './harness/page-tasks.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The Logs page in Debian's Chromium, over a gateway whose earlier processes have logged a hundred thousand lines. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
let token: string;

const pictures = `${root}/e2e/screenshots`;
const oldLines = 120_000;
/** Of processor time, in one task of the page: more would be seen. */
const mostTaskMs = 150;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  home = createHome();
  upstream = await startUpstream(({ messages }) =>
    String(messages.at(-1)?.content).includes('fail')
      ? { kind: 'error', status: 401, message: 'bad key' }
      : { kind: 'text', chunks: ['hello'] },
  );
  home.configure(configFor(upstream.url));
  writeOldLines(join(home.dir, 'logs'));
  gateway = await startGateway(home);
  token = await createToken(home);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

/** As earlier processes have left them, in three files. */
const writeOldLines = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const perFile = oldLines / 3;
  for (let index = 0; index < 3; index += 1) {
    const first = oldLines - perFile * (index + 1) + 1;
    const rows = Array.from({ length: perFile }, (_, n) => oldLine(first + n));
    writeFileSync(join(folder, index === 0 ? 'openclaw.log' : `openclaw.${index}.log`), rows.join(''), { mode: 0o600 });
  }
};
const startedAt = Date.now();
const oldLine = (seq: number): string => {
  const level = seq % 500 === 0 ? 'error' : seq % 50 === 0 ? 'warn' : 'info';
  const traceId = (seq * 7919).toString(16).padStart(32, '0');
  const line = { seq, level, time: startedAt - (oldLines - seq) * 40, source: 'turn', traceId, token: `tok_old${seq % 3}` };
  return `${JSON.stringify({ ...line, agent: 'main', durationMs: seq % 977, inputTokens: 12, outputTokens: 34, message: `turn completed number ${seq}` })}\n`;
};

const post = (content: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${gateway.port}/api/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content }),
  });
const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${gateway.port}${path}`, { headers: { authorization: `Bearer ${token}` } });

const rows = (page: Page) => page.getByRole('listbox').getByRole('option');
const row = (page: Page, name: RegExp) => rows(page).filter({ hasText: name });
const openLogs = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^(Logs|日志)$/ }).click();
  await rows(page).first().waitFor();
};
const choose = async (page: Page, label: string, value: string): Promise<void> => {
  await page.getByLabel(label, { exact: true }).selectOption(value);
};
const shownMessages = (page: Page): Promise<string[]> => rows(page).allTextContents();

describe('the Logs page', () => {
  test('shows what happens as it happens, joined by trace, paused, searched and exported', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await openLogs(page);
    await choose(page, 'Level', 'debug');
    const follow = (...args: string[]) =>
      startChild(process.execPath, [join(root, 'out/main/cli.js'), 'logs', '--follow', '--level', 'debug', ...args], { env: home.env() });
    const follower = follow('--json');
    const reader = follow();
    try {
      await get('/api/v1/agents');
      await Promise.all([follower, reader].map((child) => child.waitFor(/GET \/api\/v1\/agents/)));
      await row(page, /GET \/api\/v1\/agents/)
        .first()
        .waitFor();
      await post('please fail');
      const failed = row(page, /turn failed/).last();
      await failed.waitFor();

      // One click each way: the line, its trace, the request it came by.
      await failed.click();
      await page.getByRole('button', { name: 'Show only this trace' }).click();
      await row(page, /POST \/api\/v1\/messages/).waitFor();
      await expect.poll(() => rows(page).count()).toBeLessThan(5);
      await page.getByRole('button', { name: 'Show lines of all traces' }).click();
      await page.getByRole('button', { name: 'Close' }).click();

      await page.keyboard.press('End');
      await page.getByRole('listbox').press('Space');
      await page.getByText('Paused', { exact: true }).waitFor();
      await get('/api/v1/channels');
      await page.getByRole('button', { name: /new line/ }).waitFor();
      expect((await shownMessages(page)).some((text) => text.includes('GET /api/v1/channels'))).toBe(false);
      await page.getByRole('button', { name: /new line/ }).click();
      await row(page, /GET \/api\/v1\/channels/)
        .first()
        .waitFor();

      await page.locator('body').press('/');
      await hasFocus(page.getByLabel('Search the lines'));
      await page.keyboard.type('GET /api/v1/(agents|channels)');
      await page.getByText('No line matches').waitFor();
      await page.getByRole('button', { name: 'Regular expression' }).click();
      await row(page, /GET \/api\/v1\/agents/)
        .first()
        .waitFor();
      await page.getByLabel('Search the lines').fill('GET (');
      await page.getByText(/not a regular expression/).waitFor();
      await page.getByLabel('Search the lines').fill('(\\w+\\s?)+\\u0000$');
      await page.getByText(/too slow/).waitFor();
      await page.getByLabel('Search the lines').fill('');

      // The same lines as the command prints them.
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /jsonl/ }).click()]);
      const exported = (await readFile(await download.path(), 'utf8'))
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row) as LogLine);
      expect(download.suggestedFilename()).toMatch(/^openclaw-.*\.jsonl$/);
      const last = exported.at(-1)?.seq ?? 0;
      await follower.waitFor(new RegExp(`"seq":${last},`));
      const printed = follower
        .stdout()
        .trimEnd()
        .split('\n')
        .map((row) => JSON.parse(row) as LogLine);
      const from = Math.max(printed[0]?.seq ?? 0, exported[0]?.seq ?? 0);
      const both = (lines: LogLine[]): LogLine[] => lines.filter(({ seq }) => seq >= from && seq <= last);
      expect(both(exported).length).toBeGreaterThan(100);
      expect(both(exported)).toEqual(both(printed));

      // For people too: what is copied, and the file, is what stands in the terminal, word for word.
      await page.locator('body').press('End');
      await row(page, /GET \/api\/v1\/agents/)
        .first()
        .click();
      await page.keyboard.press('Escape');
      await row(page, /GET \/api\/v1\/channels/)
        .first()
        .click({ modifiers: ['Shift'] });
      const copied = await copyBy(page.getByRole('button', { name: 'Copy', exact: true }));
      expect(copied.split('\n').length).toBeGreaterThan(2);
      expect(copied).toMatch(/GET \/api\/v1\/agents trace=\w{32} [\s\S]*GET \/api\/v1\/channels /);
      expect(reader.stdout()).toContain(copied);
      await page.getByRole('button', { name: 'Export' }).click();
      const [text] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /\.log/ }).click()]);
      expect(await readFile(await text.path(), 'utf8')).toContain(copied);
    } finally {
      await follower.stop();
      await reader.stop();
    }
    await close();
  });

  test('keeps 100,000 lines, and scrolls, searches, exports and takes new ones without a stutter', { timeout: 240_000 }, async () => {
    const { page, close } = await openConsole(browser, home);
    await openLogs(page);
    await choose(page, 'Level', 'debug');
    await rows(page).first().waitFor();
    const loading = await longestTask(page, async () => {
      await page.getByRole('button', { name: 'Load all older lines' }).click();
      await page.getByText('the newest 100,000 are kept here').waitFor({ timeout: 60_000 });
    });

    // From here on the gateway logs what it can.
    let logging = true;
    const traffic = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (logging) await get('/api/v1/agents').then((answer) => answer.text());
      }),
    );
    const scrolling = await longestTask(page, () =>
      // From end to end and back.
      page.evaluate(async () => {
        const box = document.querySelector('[role=listbox]') as HTMLElement;
        const paint = () => new Promise((resolve) => requestAnimationFrame(resolve));
        for (let n = 0; n <= 240; n += 1) {
          box.scrollTop = (box.scrollHeight * Math.abs(120 - n)) / 120;
          await paint();
        }
      }),
    );
    const searching = await longestTask(page, async () => {
      await page.locator('body').press('/');
      await hasFocus(page.getByLabel('Search the lines'));
      await page.keyboard.type('number 4242');
      await row(page, /number 42424/)
        .first()
        .waitFor();
      await page.getByText('Searching…').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Regular expression' }).click();
      await page.getByLabel('Search the lines').fill('number 4242\\d$|number 99999');
      await row(page, /number 99999/)
        .first()
        .waitFor({ timeout: 30_000 });
      await page.getByLabel('Search the lines').fill('');
      await page.getByText('Searching…').waitFor({ state: 'detached' });
    });
    const exporting = await longestTask(page, async () => {
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /jsonl/ }).click()]);
      await download.path();
      await page.getByRole('button', { name: /new line/ }).click();
    });
    logging = false;
    await traffic;

    const longest = { loading, scrolling, searching, exporting };
    process.stdout.write(`100,000 lines, longest task in ms: ${JSON.stringify(longest)}\n`);
    // A list that does its work in one piece takes seconds.
    for (const [what, ms] of Object.entries(longest)) expect(ms, what).toBeLessThan(mostTaskMs);
    await close();
  });

  for (const look of looks) {
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      const { page, close } = await openConsole(browser, home, look);
      const name = `${look.colorScheme}-${look.locale}`;
      await post('please fail');
      await post('hello');
      await openLogs(page);
      await row(page, /turn failed/)
        .last()
        .waitFor();
      await page.screenshot({ path: `${pictures}/logs-${name}.png` });
      expect(await axe(page)).toEqual([]);
      await row(page, /turn failed/)
        .last()
        .click();
      await page.screenshot({ path: `${pictures}/logs-details-${name}.png` });
      expect(await axe(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 600 });
      await page.screenshot({ path: `${pictures}/logs-small-${name}.png` });
      expect(await axe(page)).toEqual([]);
      await page.locator('main input[type=text]:visible').fill('there is no such line');
      await rows(page).first().waitFor({ state: 'detached' });
      await page.screenshot({ path: `${pictures}/logs-none-${name}.png` });
      expect(await axe(page)).toEqual([]);
      await close();
    });
  }
});
