import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from './harness/child.ts';
import { axe, hasFocus, looks, openConsole, picture } from './harness/console-page.ts';
import { openclaw, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';
import { launchBrowser } from './harness/windows.ts';

/** The Skills page in Debian's Chromium, over a real gateway, with a `vercel` of our own on the PATH. */
let home: Home;
let upstream: Upstream;
let gateway: RunningGateway;
let browser: Browser;

const seedSkill =
  /JSON\s+(\{\s+"slug"[\s\S]*?\n\})/.exec(readFileSync(`${root}/e2e/fixtures/openclaw-api-tutorial.zh.txt`, 'utf8'))?.[1] ?? '';

beforeAll(async () => {
  home = createHome('skills-home');
  upstream = await startUpstream(({ messages }) => {
    const last = messages.at(-1);
    return last?.role === 'tool'
      ? { kind: 'text', chunks: [`Told: ${String(last.content)}`] }
      : { kind: 'tools', calls: [{ id: 'call_1', name: 'run_vercel_deploy', arguments: {} }] };
  });
  home.configure(configFor(upstream.url));
  const bin = join(home.dir, '..', 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'vercel'), '#!/bin/sh\necho "https://preview.example/ by $*"\n');
  chmodSync(join(bin, 'vercel'), 0o755);
  mkdirSync(join(home.dir, 'skills', 'pdf'), { recursive: true });
  writeFileSync(join(home.dir, 'skills', 'pdf', 'SKILL.md'), '---\nname: pdf\ndescription: Reads and fills PDF forms.\n---\nDo it.\n');
  writeFileSync(join(home.dir, 'skills', 'broken.json'), '{"slug": ');
  gateway = await startGateway(home, { env: { PATH: `${bin}:${process.env.PATH}` } });
  browser = await launchBrowser();
  await openclaw(home, ['pin', 'set'], {}, '2468\n');
});
afterAll(async () => {
  await browser?.close();
  await gateway?.stop();
  await upstream?.stop();
  home?.remove();
});

describe('the skills page in a browser', () => {
  test('installs the skill of the tutorial, sets its tool up with the PIN, and runs it from the chat', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.getByRole('button', { name: 'Skills' }).click();
    await page.getByText('It is not JSON').waitFor();
    const file = { name: 'auto-deploy-vercel.json', mimeType: 'application/json', buffer: Buffer.from(seedSkill) };
    await page.locator('input[type=file][accept=".zip,.json"]').setInputFiles(file);
    const sheet = page.getByRole('dialog', { name: 'Install auto-deploy-vercel.json' });
    await sheet.getByText('run_vercel_deploy').waitFor();
    await picture(page, 'skills-review');
    expect(await axe(page)).toEqual([]);
    await sheet.getByRole('button', { name: 'Install' }).click();
    const card = page.getByRole('listitem').filter({ hasText: '@auto-deploy-vercel' });
    await card.getByText('nobody has confirmed').waitFor();

    await card.getByRole('button', { name: 'Set up run_vercel_deploy' }).click();
    const argv = page.getByLabel('Program and arguments');
    await expect.poll(() => argv.inputValue()).toBe('vercel\ndeploy\n--prebuilt');
    await picture(page, 'skills-bind');
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('How it runs').selectOption('http');
    await picture(page, 'skills-bind-http');
    expect(await axe(page)).toEqual([]);
    await page.getByLabel('How it runs').selectOption('command');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByLabel('PIN', { exact: true }).fill('2468');
    await page.getByLabel('PIN', { exact: true }).press('Enter');
    await card.getByText('vercel deploy --prebuilt').waitFor();

    await card.getByRole('button', { name: /^Try/ }).click();
    const message = page.getByRole('textbox', { name: 'Message' });
    await expect.poll(() => message.inputValue()).toBe('@auto-deploy-vercel ');
    await hasFocus(message);
    await page.keyboard.type('部署我的Next.js项目');
    await page.keyboard.press('Enter');
    await page.getByText('vercel deploy --prebuilt').first().waitFor();
    await page.getByRole('button', { name: 'Allow once' }).click();
    await page.locator('.reply').getByText('Told: https://preview.example/ by deploy --prebuilt').waitFor();
    await close(/403|Forbidden/);
  });

  test('completes @ by keyboard, and says what a wrong name was near to', async () => {
    const { page, close } = await openConsole(browser, home);
    const message = page.getByRole('textbox', { name: 'Message' });
    await message.fill('@');
    await page.getByRole('option', { name: /@pdf/ }).waitFor();
    await page.getByRole('option', { name: /@dev-coder/ }).waitFor();
    await picture(page, 'skills-mention');
    expect(await axe(page)).toEqual([]);
    await page.keyboard.type('p');
    await page.keyboard.press('Tab');
    await expect.poll(() => message.inputValue()).toBe('@pdf ');
    await message.fill('@pfd go');
    await message.press('Enter');
    await page.getByText('Did you mean @pdf?').first().waitFor();
    await close();
  });

  test('removes a skill and brings it back', async () => {
    const { page, close } = await openConsole(browser, home);
    await page.getByRole('button', { name: 'Skills' }).click();
    await page.getByRole('button', { name: 'Remove pdf' }).click();
    await page.getByText('“pdf” is removed.').waitFor();
    await page.getByText('@pdf', { exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('@pdf', { exact: true }).waitFor();
    await close();
  });

  test.each(looks)('looks well in $locale, $colorScheme', async (look) => {
    const { page, close } = await openConsole(browser, home, { ...look, width: 900, height: 600 });
    await page.getByRole('button', { name: /^(Skills|技能)$/ }).click();
    await page.getByText('@pdf', { exact: true }).waitFor();
    await picture(page, 'skills', look);
    expect(await axe(page)).toEqual([]);
    await page.getByRole('button', { name: /^(From a link|从链接安装)$/ }).click();
    await page.getByRole('textbox', { name: /^(Link|链接)$/ }).fill('https://127.0.0.1/skill.json');
    await page.getByRole('button', { name: /^(Look at it|查看)$/ }).click();
    await page.getByText('127.0.0.1 is not an address of the public internet').waitFor();
    await picture(page, 'skills-link', look);
    expect(await axe(page)).toEqual([]);
    await close(/400|Bad Request/);
  });
});
