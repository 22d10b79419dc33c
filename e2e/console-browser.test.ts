import { mkdirSync } from 'node:fs';
import axeCore from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
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
const pictures = `${root}/e2e/screenshots`;

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
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

/** A page signed in by a one-time link; every console error or warning fails the test that closes it. */
const signedIn = async (
  options: { locale?: string; colorScheme?: 'dark' | 'light'; width?: number; height?: number } = {},
): Promise<{ page: Page; close: () => Promise<void> }> => {
  const context = await browser.newContext({
    locale: options.locale ?? 'en-US',
    colorScheme: options.colorScheme ?? 'light',
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(await signInLink());
  return {
    page,
    close: async () => {
      await context.close();
      expect(complaints).toEqual([]);
    },
  };
};

const signInLink = async (): Promise<string> => {
  const { stdout } = await openclaw(home, ['token', 'sign-in']);
  return stdout.trim();
};

const axe = async (page: Page): Promise<string[]> => {
  // Evaluated, not loaded: the page's policy allows no foreign script.
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> } }).axe.run(),
  );
  return violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`);
};

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
    const { page } = await signedIn();
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
    const link = await signInLink();
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
    const { page, close } = await signedIn();
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
    const { page, close } = await signedIn();
    await send(page, 'are you there?');
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await page.screenshot({ path: `${pictures}/error-light-en.png` });
    await close();
  });

  for (const locale of ['en-US', 'zh-CN'] as const) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`looks right and is accessible: ${locale}, ${colorScheme}`, async () => {
        const zh = locale === 'zh-CN';
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
        const { page, close } = await signedIn({ locale, colorScheme });
        const composer = page.getByRole('textbox', { name: zh ? /消息/ : /Message/ });
        await composer.waitFor();
        await page.screenshot({ path: `${pictures}/empty-${colorScheme}-${locale}.png` });
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
        await page.screenshot({ path: `${pictures}/chat-${colorScheme}-${locale}.png` });
        expect(await axe(page)).toEqual([]);
        await page.setViewportSize({ width: 900, height: 600 });
        await page.screenshot({ path: `${pictures}/chat-small-${colorScheme}-${locale}.png` });
        await close();
      });
    }
  }
});
