import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { axe, looks, openConsole, picture } from './harness/console-page.ts';
import { type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The MCP page in Debian's Chromium, over a real gateway and real servers. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

beforeAll(async () => {
  home = createHome();
  upstream = await startUpstream(({ messages }) => {
    const told = messages.at(-1);
    if (told?.role === 'tool') return { kind: 'text', chunks: [`I was told: ${told.content}`] };
    return { kind: 'tools', calls: [{ id: 'call_1', name: 'everything__echo', arguments: { message: 'by an agent' } }] };
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

const everything = {
  command: process.execPath,
  args: [join(root, 'node_modules/@modelcontextprotocol/server-everything/dist/index.js')],
};
const open = async (look = {}) => {
  const { page, close } = await openConsole(browser, home, look);
  await page.getByRole('button', { name: /^(MCP servers|MCP 服务器)$/ }).click();
  return { page, close };
};
const paste = async (page: Page, servers: unknown): Promise<void> => {
  await page.getByRole('button', { name: /^(Add servers|添加服务器)$/ }).click();
  await page.getByLabel('JSON', { exact: true }).fill(JSON.stringify({ mcpServers: servers }, null, 2));
};

describe('the MCP page in a browser', () => {
  test('takes what is pasted, runs it, and lets one try a tool', async () => {
    const { page, close } = await open();
    await page.getByText('No MCP server is set up yet').waitFor();
    await picture(page, 'mcp-empty');
    await paste(page, { everything: { ...everything, env: { SOME_TOKEN: 'a-long-secret' } }, broken: { command: '/no/such/program' } });
    await page.getByText('Keep these in the keychain: SOME_TOKEN').waitFor();
    await picture(page, 'mcp-paste');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByText(/ENOENT/).waitFor();
    // Only the name of the secret is in the file.
    const config = readFileSync(join(home.dir, 'config.json'), 'utf8');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
    expect(config).toContain('${keychain:mcp.everything.SOME_TOKEN}');
    expect(config).not.toContain('a-long-secret');

    await page.getByRole('button', { name: '13 tools' }).click();
    await page.getByRole('button', { name: 'Try everything.echo' }).click();
    await page.getByLabel('Arguments, as JSON').fill('{"message":"hello"}');
    await page.getByRole('button', { name: 'Run it now' }).click();
    await page.getByText('Echo: hello').waitFor();
    await picture(page, 'mcp-try');
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    await close();
  });

  test.each(looks)('looks right in $locale, $colorScheme', async (look) => {
    const { page, close } = await open(look);
    await page.getByText(/^(Ready|就绪)$/).waitFor();
    await page.getByRole('button', { name: /^13 / }).click();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'mcp', look);
    await page.getByRole('button', { name: /everything\.echo/ }).click();
    await page.getByRole('dialog').waitFor();
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await paste(page, { x: {} });
    await page.getByText(/give it either/).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'mcp-paste-wrong', look);
    await close();
  });

  test('lets an agent use a tool once it is allowed to', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.getByLabel('Message', { exact: true }).fill('echo it');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Approval needed' }).getByText('everything.echo {"message":"by an agent"}').waitFor();
    await picture(page, 'mcp-approval');
    await page.getByRole('button', { name: 'Allow once' }).click();
    await page.locator('.reply').getByText('I was told: Echo: by an agent').waitFor();
    await close();
  });

  test('turns one off and on, and takes it away', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'Turn off everything' }).click();
    await page.getByText('Off', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Turn on everything' }).click();
    await page.getByText('Ready', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove everything' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await expect.poll(() => page.getByRole('heading', { name: 'everything' }).count()).toBe(0);
    await close();
  });
});
