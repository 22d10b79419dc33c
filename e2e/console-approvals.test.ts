import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root, run } from './harness/child.ts';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** An agent that wants to do something, and somebody who lets it or not, in Debian's Chromium over a real gateway. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
let calls: { id: string; name: string; arguments: unknown }[] = [];

beforeAll(async () => {
  // A PIN is set here, which the homes of other tests must not get to see.
  home = createHome('openclaw-with-pin');
  upstream = await startUpstream(({ messages }) => {
    const last = messages.findLastIndex(({ role }) => role === 'user');
    const told = messages.slice(last).find(({ role }) => role === 'tool');
    return told ? { kind: 'text', chunks: [`I was told: ${told.content}`] } : { kind: 'tools', calls };
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

const ask = async (page: Page, name: string, args: unknown, says = 'do it'): Promise<void> => {
  calls = [{ id: `call_${crypto.randomUUID()}`, name, arguments: args }];
  await page.getByLabel(/^(Message|消息)$/, { exact: true }).fill(says);
  await page.keyboard.press('Enter');
  await page.getByRole('region', { name: /^(Approval needed|需要批准)$/ }).waitFor();
};
const workspace = (): string => join(home.dir, 'workspace', 'main');

describe('an approval in the chat', () => {
  test('shows exactly what would happen, lets it once, and the file is there only then', async () => {
    const { page, close } = await openConsole(browser, home);
    await ask(page, 'file_write', { path: 'notes/today.md', content: '# Today\n\nWrite a test.\n' });
    await page.getByText('create notes/today.md (23 bytes)').waitFor();
    expect(existsSync(join(workspace(), 'notes/today.md'))).toBe(false);
    await page.getByRole('button', { name: 'Allow once' }).click();
    await page.locator('.reply').getByText('I was told: Wrote 23 bytes').waitFor();
    expect(readFileSync(join(workspace(), 'notes/today.md'), 'utf8')).toBe('# Today\n\nWrite a test.\n');
    await close();
  });

  test('that is denied does nothing, and the model is told', async () => {
    const { page, close } = await openConsole(browser, home);
    await ask(page, 'shell', { command: 'touch never' });
    await page.getByRole('button', { name: 'Deny' }).click();
    await page.locator('.reply').getByText('I was told: The user did not allow this.').waitFor();
    expect(existsSync(join(workspace(), 'never'))).toBe(false);
    await close();
  });

  test('in another window goes away where it was answered in one', async () => {
    const [one, two] = [await openConsole(browser, home), await openConsole(browser, home)];
    await ask(one.page, 'shell', { command: 'echo $((6 * 7))' }, 'what is six times seven');
    await two.page.getByRole('navigation', { name: 'Chats' }).getByText('what is six times seven').click();
    await two.page.getByRole('button', { name: 'Allow once' }).click();
    await one.page.locator('.reply').getByText('I was told: 42').waitFor();
    await two.page.locator('.reply').getByText('I was told: 42').waitFor();
    await one.close();
    await two.close();
  });

  test.each(looks)('looks right in $locale, $colorScheme', async (look) => {
    const { page, close } = await openConsole(browser, home, look);
    await ask(page, 'shell', { command: 'git status --short &&\n  npm run build' });
    expect(await axe(page)).toEqual([]);
    await picture(page, 'approval', look);
    await page.getByRole('button', { name: /^(Deny|拒绝)$/ }).click();
    await page.locator('.reply').getByText('I was told').waitFor();
    await picture(page, 'approval-denied', look);
    await close();
  });

  test.each(looks)('stands on a page of its own, with what was answered and what is allowed, in $locale, $colorScheme', async (look) => {
    const { page, close } = await openConsole(browser, home, look);
    const zh = look.locale === 'zh-CN';
    const action = `echo on the page ${look.locale} ${look.colorScheme}`;
    await ask(page, 'shell', { command: action });
    await expect.poll(() => page.title()).toBe('(1) OpenClaw');
    await page.getByRole('button', { name: zh ? '审批，1 项等待您处理' : 'Approvals, 1 waits for you' }).click();
    const waiting = page.getByRole('region', { name: zh ? '等待您处理' : 'Waiting for you' });
    await waiting.getByText(action).waitFor();
    await page.getByRole('list', { name: zh ? '历史记录' : 'History' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'approvals-waiting', look);
    await waiting.getByRole('button', { name: zh ? '始终允许' : 'Always' }).click();
    await waiting.getByText(zh ? '没有等待您处理的请求。' : 'Nothing waits for you.').waitFor();
    await expect.poll(() => page.title()).toBe('OpenClaw');
    const past = page
      .getByRole('list', { name: zh ? '历史记录' : 'History' })
      .getByRole('listitem')
      .first();
    await past
      .filter({ hasText: zh ? '已允许 答复者：此控制台' : 'Allowed by this console' })
      .filter({ hasText: action })
      .waitFor();
    await page.getByRole('button', { name: `${zh ? '收回' : 'Take back'} ${action}` }).click();
    expect(await axe(page)).toEqual([]);
    await page.getByRole('alertdialog').waitFor();
    await picture(page, 'approvals-take-back', look);
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: zh ? '收回' : 'Take back' })
      .click();
    await page.getByText(zh ? '没有：每个操作都会询问。' : 'Nothing: every action is asked about.').waitFor();
    await picture(page, 'approvals', look);
    await past.getByRole('button').click();
    await page.locator('.reply').getByText('I was told: on the page').waitFor();
    await ask(page, 'shell', { command: action }, 'again');
    await page.getByRole('button', { name: zh ? '拒绝' : 'Deny' }).click();
    await close();
  });

  test('asks for the PIN where the configuration wants it', async () => {
    const { code, stderr } = await openclaw(home, ['config', 'set', 'security.requirePinFor', '["shell"]']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { page, close } = await openConsole(browser, home);
    const cli = [`${root}/out/main/cli.js`, 'pin', 'set'];
    expect(await run(process.execPath, cli, { env: home.env(), input: '2468\n' })).toMatchObject({ code: 0 });
    await ask(page, 'shell', { command: 'echo with the PIN' });
    expect(await page.getByRole('button', { name: 'Always' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Allow with PIN' }).click();
    await page.getByLabel('PIN', { exact: true }).fill('1111');
    await page.keyboard.press('Enter');
    await page.getByText('The PIN is wrong').first().waitFor();
    await page.getByLabel('PIN', { exact: true }).fill('2468');
    await page.keyboard.press('Enter');
    await page.locator('.reply').getByText('I was told: with the PIN').waitFor();
    await close(/403|Forbidden/);
  });
});
