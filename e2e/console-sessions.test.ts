import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, type Look, looks, openConsole, picture, toastStands } from './harness/console-page.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** What can be done to a chat from the list of them, in Debian's Chromium over a real gateway. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
let token: string;

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(({ messages }) => ({ kind: 'text', chunks: [`You said: ${messages.at(-1)?.content}`] }));
  home.configure(configFor(upstream.url));
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

const say = async (sessionId: string, content: string): Promise<void> => {
  const response = await fetch(`${gateway.url}api/v1/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ sessionId, content }),
  });
  expect(await response.json()).toMatchObject({ status: 'completed' });
};

const open = async (look: Look = {}): Promise<Awaited<ReturnType<typeof openConsole>>> => {
  const opened = await openConsole(browser, home, look);
  await opened.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  return opened;
};

const list = (page: Page) => page.getByRole('navigation', { name: /^(Chats|会话)$/ });
const row = (page: Page, title: string) => list(page).getByRole('listitem').filter({ hasText: title });
const choose = async (page: Page, title: string, item: string): Promise<void> => {
  await row(page, title).hover();
  await row(page, title)
    .getByRole('button', { name: `What to do with “${title}”` })
    .click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
};

describe('the list of chats', () => {
  test('renames in place, and another window follows', async () => {
    await say('rename-me', 'first words');
    const { page, close } = await open();
    const other = await open();
    await choose(page, 'first words', 'Rename');
    const field = page.getByRole('textbox', { name: 'Title of the chat' });
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type('给它起个名字');
    await page.keyboard.press('Enter');
    await row(page, '给它起个名字').waitFor();
    await row(other.page, '给它起个名字').waitFor();

    // By keyboard alone, and Escape keeps the title. The mouse that clicked above would point at an item of the menu.
    await page.mouse.move(0, 0);
    await row(page, '给它起个名字').getByRole('button').first().focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Rename' }).waitFor();
    await page.keyboard.press('Home');
    await page.locator('[role=menuitem]:focus', { hasText: 'Rename' }).waitFor();
    await page.keyboard.press('Enter');
    await field.fill('nothing');
    await page.keyboard.press('Escape');
    await row(page, '给它起个名字').waitFor();
    await other.close();
    await close();
  });

  test('pins to the top', async () => {
    await say('pin-me', 'older and pinned');
    await say('leave-me', 'newer');
    const { page, close } = await open();
    await choose(page, 'older and pinned', 'Pin');
    await list(page).getByRole('region', { name: 'Pinned' }).getByText('older and pinned').waitFor();
    await page.reload();
    await list(page).getByRole('region', { name: 'Pinned' }).getByText('older and pinned').waitFor();
    await choose(page, 'older and pinned', 'Unpin');
    await expect.poll(() => list(page).getByRole('region', { name: 'Pinned' }).count()).toBe(0);
    await close();
  });

  test('exports as a file, and copies what names it', async () => {
    await say('export-me', 'take this with you');
    const { page, close } = await open();
    const saved = async (item: string): Promise<{ name: string; text: string }> => {
      const download = page.waitForEvent('download');
      await choose(page, 'take this with you', item);
      const file = await download;
      return { name: file.suggestedFilename(), text: readFileSync(await file.path(), 'utf8') };
    };
    const markdown = await saved('Export as Markdown');
    expect(markdown.name).toBe('take this with you.md');
    expect(markdown.text).toContain('You said: take this with you');
    expect(JSON.stringify(JSON.parse((await saved('Export as JSON')).text))).toContain('You said: take this with you');

    await choose(page, 'take this with you', 'Copy link');
    await page.getByText('Copied', { exact: true }).waitFor();
    await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
    await page.locator('.reply').getByText('You said: take this with you').waitFor();
    await close();
  });

  test('deletes at once, everywhere, and brings it back', async () => {
    await say('delete-me', 'soon gone');
    const { page, close } = await open();
    const other = await open();
    await row(page, 'soon gone').click();
    await page.locator('.reply').getByText('You said: soon gone').waitFor();
    await row(other.page, 'soon gone').click();
    await other.page.locator('.reply').getByText('You said: soon gone').waitFor();

    await choose(page, 'soon gone', 'Delete');
    await page.getByText('“soon gone” was deleted').waitFor();
    await expect.poll(() => row(page, 'soon gone').count()).toBe(0);
    // It is open nowhere any more.
    await page.getByText('What can I do for you?').waitFor();
    await other.page.getByText('What can I do for you?').waitFor();
    await expect.poll(() => row(other.page, 'soon gone').count()).toBe(0);
    await toastStands(page);
    await picture(page, 'sessions-deleted');
    expect(await axe(page)).toEqual([]);

    await page.locator('[data-sonner-toast]').getByRole('button', { name: 'Undo' }).click();
    await page.locator('.reply').getByText('You said: soon gone').waitFor();
    await row(other.page, 'soon gone').waitFor();
    await other.close();
    await close();
  });

  test('leads a search to the place where it was said, and on from there to the end', async () => {
    for (let count = 0; count < 60; count += 1) await say('long', count === 7 ? 'the needle is here' : `straw ${count}`);
    const { page, close } = await open();
    await page.getByRole('textbox', { name: 'Search everything said' }).fill('needle');
    await page.getByRole('button', { name: /You: the needle is here/ }).click();
    const found = page.locator('article', { hasText: 'the needle is here' });
    await found.waitFor();
    await expect
      .poll(() =>
        found.evaluate((element) => {
          const { top } = element.getBoundingClientRect();
          const view = element.closest('section')?.getBoundingClientRect();
          return view !== undefined && top >= view.top - 1 && top < view.bottom;
        }),
      )
      .toBe(true);
    await picture(page, 'sessions-hit');
    expect(await axe(page)).toEqual([]);
    expect(await page.locator('article', { hasText: 'straw 59' }).count()).toBe(0);
    await page.getByRole('button', { name: 'To the newest message' }).click();
    await page.locator('article', { hasText: 'straw 59' }).waitFor();
    await close();
  });

  for (const look of looks) {
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      await say('look', 'look at me');
      const { page, close } = await open(look);
      await row(page, 'look at me').getByRole('button').first().click({ button: 'right' });
      await page.getByRole('menu').waitFor();
      await picture(page, 'sessions-menu', look);
      expect(await axe(page)).toEqual([]);
      await page.setViewportSize({ width: 900, height: 600 });
      await picture(page, 'sessions-menu-small', look);
      await close();
    });
  }
});
