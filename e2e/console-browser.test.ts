import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, looks, openConsole, picture, signInLink } from './harness/console-page.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { type Reply, startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The console in Debian's Chromium, served by a headless gateway: what a user without the window gets. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
let script: (content: string) => Reply = () => ({ kind: 'text', chunks: ['hello'] });

/** What `**bold**` has become once it was rendered as Markdown. */
const strong = '.reply [data-streamdown="strong"]';

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream((request) => script(String(request.messages.at(-1)?.content)));
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

const send = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Message', { exact: true }).fill(text);
  await page.keyboard.press('Enter');
};

describe('the console in a browser', () => {
  test('signs in once with the link, streams an answer piece by piece, and keeps it over a reload and a restart', async () => {
    const nonce = `NONCE-${crypto.randomUUID()}`;
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    script = () => ({ kind: 'text', chunks: ['First piece. ', `**${nonce}**`], gate: (chunk) => (chunk === 1 ? gate : Promise.resolve()) });
    // While the gateway restarts, the page complains of the lost connection, as it should.
    const { page } = await openConsole(browser, home);
    await send(page, 'Hello there');
    await page.locator('.reply').getByText('First piece.').waitFor();
    expect(await page.getByText(nonce).count()).toBe(0);
    release();
    await page.locator(strong, { hasText: nonce }).waitFor();
    await page.reload();
    await page.locator(strong, { hasText: nonce }).waitFor();

    await gateway.stop();
    gateway = await startGateway(home, { port: gateway.port });
    await page.reload();
    await page.locator(strong, { hasText: nonce }).waitFor();
    await page.context().close();
  });

  test('a sign-in link works once', async () => {
    const link = await signInLink(home);
    const context = await browser.newContext();
    const first = await context.newPage();
    await first.goto(link);
    await first.getByLabel('Message', { exact: true }).waitFor();
    const other = await (await browser.newContext()).newPage();
    await other.goto(link);
    await other.getByText('Sign in to OpenClaw').waitFor();
    await context.close();
    await other.context().close();
  });

  test('Stop ends the turn, keeps what was said, and closes the connection to the model', async () => {
    script = () => ({
      kind: 'text',
      chunks: ['Counting: one', ' two'],
      gate: (chunk) => (chunk === 1 ? new Promise(() => undefined) : Promise.resolve()),
    });
    const { page, close } = await openConsole(browser, home);
    await send(page, 'count to a million');
    await page.locator('.reply').getByText('Counting: one').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped').first().waitFor();
    expect(await page.locator('.reply').getByText('Counting: one').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Send' }).waitFor();
    await close();
  });

  test('a failing model is a clear error with a way on', async () => {
    script = () => ({ kind: 'error', status: 401, message: 'bad key' });
    const { page, close } = await openConsole(browser, home);
    await send(page, 'are you there?');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await picture(page, 'error');
    await close();
  });

  for (const look of looks) {
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      const zh = look.locale === 'zh-CN';
      script = () => ({
        kind: 'text',
        chunks: [
          zh ? '这是一个带记忆化的实现:\n\n' : 'Here is a version with memoisation:\n\n',
          '```python\nfrom functools import cache\n\n@cache\ndef fib(n: int) -> int:\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n```\n\n',
          zh
            ? '| n | fib(n) |\n|---|---|\n| 10 | 55 |\n| 50 | 12586269025 |\n\n时间复杂度是 **O(n)**。'
            : '| n | fib(n) |\n|---|---|\n| 10 | 55 |\n| 50 | 12586269025 |\n\nIt takes **O(n)** time.',
        ],
      });
      const { page, close } = await openConsole(browser, home, look);
      const composer = page.getByRole('textbox', { name: zh ? /消息/ : /Message/ });
      await composer.waitFor();
      await picture(page, 'empty', look);
      expect(await axe(page)).toEqual([]);
      await composer.fill(
        zh
          ? '帮我写一个Python函数计算斐波那契数列第n项(使用记忆化)'
          : 'Write a Python function for the nth Fibonacci number, with memoisation',
      );
      await page.keyboard.press('Enter');
      await page.locator('.reply td', { hasText: '12586269025' }).waitFor();
      await page.locator(strong, { hasText: 'O(n)' }).waitFor();
      // The colours of the code come later than its text.
      await page.locator('.reply pre span[style]').first().waitFor();
      await picture(page, 'chat', look);
      expect(await axe(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 600 });
      await picture(page, 'chat-small', look);
      await close();
    });
  }
});
