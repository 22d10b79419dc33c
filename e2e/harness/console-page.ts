import { mkdirSync } from 'node:fs';
import axeCore from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { root } from './child.ts';
import { openclaw } from './gateway.ts';
import type { Home } from './home.ts';

export type Look = {
  readonly locale?: 'en-US' | 'zh-CN';
  readonly colorScheme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
};

export type ConsolePage = {
  readonly page: Page;
  /** Fails with every error or warning that the page has written to its console, but for those that were `expected`. */
  readonly close: (expected?: RegExp) => Promise<void>;
};

/** The four ways the console can look. */
export const looks: readonly Required<Pick<Look, 'locale' | 'colorScheme'>>[] = [
  { locale: 'en-US', colorScheme: 'light' },
  { locale: 'en-US', colorScheme: 'dark' },
  { locale: 'zh-CN', colorScheme: 'light' },
  { locale: 'zh-CN', colorScheme: 'dark' },
];

/** A one-time link that signs a browser in. */
export const signInLink = async (home: Home): Promise<string> => {
  const { code, stdout, stderr } = await openclaw(home, ['token', 'sign-in']);
  if (code !== 0) throw new Error(`token sign-in ended with ${code}: ${stdout}${stderr}`);
  return stdout.trim();
};

type AxeResults = { readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly target: unknown }[] }[] };

/** A page of its own, signed in by a one-time link. */
export const openConsole = async (browser: Browser, home: Home, look: Look = {}): Promise<ConsolePage> => {
  const context = await browser.newContext({
    locale: look.locale ?? 'en-US',
    colorScheme: look.colorScheme ?? 'light',
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(await signInLink(home));
  return {
    page,
    close: async (expected) => {
      await context.close();
      expect(complaints.filter((complaint) => !expected?.test(complaint))).toEqual([]);
    },
  };
};

/** What axe has against the page as it is, once its toasts stand: while they fade they have no contrast, and behind another they are not seen. */
export const axe = async (page: Page): Promise<string[]> => {
  await page.waitForFunction(() =>
    [...document.querySelectorAll('[data-sonner-toast]')].every(
      (toast) => toast.getAttribute('data-mounted') === 'true' && toast.getAnimations({ subtree: true }).length === 0,
    ),
  );
  // Evaluated, not loaded: the page's policy allows no foreign script.
  await page.evaluate(axeCore.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run: (where: object) => Promise<AxeResults> } }).axe.run({
      exclude: ['[data-sonner-toast][data-front=false]'],
    }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target))}`);
};

/** A picture for people to look at: `<name>-<light|dark>-<locale>[-small].png`. */
export const picture = async (page: Page, name: string, look: Look = {}): Promise<void> => {
  const folder = `${root}/e2e/screenshots`;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: `${folder}/${name}-${look.colorScheme ?? 'light'}-${look.locale ?? 'en-US'}.png` });
};

/** Resolves when the keyboard is there: what is typed before that is lost. */
export const hasFocus = (field: Locator): Promise<void> => field.and(field.page().locator(':focus')).waitFor();

/** Presses a button that copies; resolves to what it has copied. (That it says so is over before a busy machine may look.) */
export const copyBy = async (button: Locator): Promise<string> => {
  const page = button.page();
  const clipboard = (): Promise<string> => page.evaluate(() => navigator.clipboard.readText());
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button.click();
  await expect.poll(clipboard).not.toBe('');
  return clipboard();
};

/** Resolves when there is a toast and it stands: while it fades in it has no contrast. */
export const toastStands = async (page: Page): Promise<void> => {
  const toast = page.locator('[data-sonner-toast][data-mounted=true]');
  await toast.waitFor();
  await toast.evaluate((element) => Promise.all(element.getAnimations({ subtree: true }).map(({ finished }) => finished)));
};
