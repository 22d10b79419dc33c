import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axe, looks, picture } from './harness/console-page.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The chat box in pages of another origin, in Debian's Chromium: channel, inbox, turn, outbox and back, in their real processes. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;
let site: Server;
let chatPort: number;
let tag = '';

const origin = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const nasty = '**Bold** <img src=x onerror="window.hacked=1"> [x](javascript:window.hacked=1)\n\n- one\n- two';

/** A website with a policy as strict as it can be and still have the box. */
const startSite = async (tag: () => string, chatOrigin: () => string): Promise<Server> => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', `default-src 'none'; script-src ${chatOrigin()}; connect-src ${chatOrigin()}`);
    response.end(`<!doctype html><html lang="en"><title>A shop</title><main><h1>A shop</h1><p>Words of the shop.</p></main>${tag()}`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

const call = async (path: string, method = 'GET', body?: object) => {
  const token = await createToken(home, ['--scope', 'channels:read', 'channels:write']);
  const response = await fetch(`${gateway.url}api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return (await response.json()) as { channel: { state: string; detail: string } };
};

beforeAll(async () => {
  home = createHome('webchat');
  upstream = await startUpstream((request) => {
    const said = String(request.messages.findLast(({ role }) => role === 'user')?.content);
    return { kind: 'text', chunks: [said.includes('nasty') ? nasty : `You said: ${said}`] };
  });
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  chatPort = (free.address() as AddressInfo).port;
  await new Promise((resolve) => free.close(resolve));
  site = await startSite(
    () => tag,
    () => `http://127.0.0.1:${chatPort}`,
  );
  home.configure({
    ...configFor(upstream.url),
    channels: {
      webchat: {
        enabled: true,
        senders: 'anyone',
        options: { port: chatPort, origins: [origin(site)], title: 'Ask the shop', greeting: 'How can I help?' },
      },
    },
  });
  gateway = await startGateway(home);
  await call('channels/webchat', 'PATCH', { secrets: { secret: 'a-secret-for-the-e2e-tests' } });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  site?.close();
  home?.remove();
});

const listed = async (): Promise<{ id: string; state: string; detail: string } | undefined> => {
  const { channels } = (await call('channels')) as unknown as { channels: { id: string; state: string; detail: string }[] };
  return channels.find(({ id }) => id === 'webchat');
};

const visit = async (
  url = origin(site),
  look: Parameters<Browser['newContext']>[0] = {},
): Promise<{ page: Page; complaints: string[] }> => {
  const page = await (await browser.newContext(look)).newPage();
  const complaints: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return { page, complaints };
};
const say = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel('Write a message').fill(text);
  await page.keyboard.press('Enter');
};
const lines = (page: Page) => page.getByRole('log').locator('.line');

describe('the chat box in a page of another origin', () => {
  test('is had by the tag that the channel tells', async () => {
    const told = async () => /<script.*<\/script>/.exec((await listed())?.detail ?? '')?.[0];
    await expect.poll(told, { timeout: 20_000 }).toContain(`src="http://127.0.0.1:${chatPort}/chat.js"`);
    tag = (await told()) ?? '';
  });

  test('answers, shows Markdown and no markup of the agent, and knows the visitor again', async () => {
    const { page, complaints } = await visit();
    await page.getByRole('button', { name: 'Ask the shop' }).click();
    await page.getByText('How can I help?').waitFor();
    await say(page, 'hello');
    await lines(page).getByText('You said: hello').waitFor();
    await say(page, 'something nasty');
    await lines(page).locator('strong', { hasText: 'Bold' }).waitFor();
    expect(await lines(page).locator('li').allTextContents()).toEqual(['one', 'two']);
    expect(await lines(page).locator('img, a').count()).toBe(0);
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();

    await page.reload();
    await page.getByRole('button', { name: 'Ask the shop' }).click();
    await lines(page).getByText('You said: hello').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('log').waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('keeps two visitors apart', async () => {
    const [ann, bob] = [await visit(), await visit()];
    for (const [{ page }, name] of [
      [ann, 'Ann'],
      [bob, 'Bob'],
    ] as const) {
      await page.getByRole('button', { name: 'Ask the shop' }).click();
      await say(page, `I am ${name}`);
      await lines(page).getByText(`You said: I am ${name}`).waitFor();
    }
    expect(await lines(ann.page).allTextContents()).not.toContain('I am Bob');
    for (const { page } of [ann, bob]) await page.context().close();
  });

  test('comes back when the gateway was away, and sends what was typed meanwhile once', async () => {
    const { page } = await visit();
    await page.getByRole('button', { name: 'Ask the shop' }).click();
    await say(page, 'before');
    await lines(page).getByText('You said: before').waitFor();
    gateway.child.kill('SIGKILL');
    await gateway.child.stop();
    await page.getByText('Not connected').waitFor();
    await say(page, 'meanwhile');
    gateway = await startGateway(home);
    await lines(page).getByText('You said: meanwhile').waitFor({ timeout: 60_000 });
    expect(await lines(page).getByText('You said: meanwhile').count()).toBe(1);
    expect(await lines(page).getByText('meanwhile', { exact: true }).count()).toBe(1);
    await page.context().close();
  });

  test('is not had by a site that is not listed', async () => {
    const foreign = await startSite(
      () => `<script src="http://127.0.0.1:${chatPort}/chat.js" data-key="pk_stolen" async></script>`,
      () => `http://127.0.0.1:${chatPort}`,
    );
    const { page } = await visit(origin(foreign));
    await page.getByRole('button', { name: 'Ask the shop' }).click();
    await page.getByText('Not connected').waitFor();
    await page.context().close();
    foreign.close();
  });

  for (const look of looks)
    test(`looks right and is accessible: ${look.locale}, ${look.colorScheme}`, async () => {
      const zh = look.locale === 'zh-CN';
      const { page } = await visit(origin(site), { ...look, viewport: { width: 1000, height: 760 } });
      await page.getByRole('button', { name: 'Ask the shop' }).click();
      await page.getByLabel(zh ? '输入消息' : 'Write a message').fill('something nasty');
      await page.keyboard.press('Enter');
      await lines(page).locator('strong', { hasText: 'Bold' }).waitFor();
      await picture(page, 'webchat-box', look);
      await page.goto(`http://127.0.0.1:${chatPort}/`);
      await page.getByText('How can I help?').waitFor();
      expect(await axe(page)).toEqual([]);
      await picture(page, 'webchat-page', look);
      await page.context().close();
    });
});
