#!/usr/bin/env node
// `node deploy/icons.mjs`: draws resources/icons from the logo. The pictures are committed, so that building needs no browser;
// this runs again only when the logo changes. CHROMIUM names the browser that draws (default: Debian's).
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { icnsOf, icoOf } from './icons/containers.mjs';
import { appIcon, trayIcon, trayStates, trayTemplate } from './icons/drawings.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'resources', 'icons');
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const page = await browser.newPage();

/** @param {string} svg @param {number} size in pixels @returns {Promise<Buffer>} PNG */
const draw = async (svg, size) => {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`);
  return page.screenshot({ omitBackground: true });
};

/** @param {string} name @param {Buffer} bytes */
const put = async (name, bytes) => {
  await mkdir(dirname(join(target, name)), { recursive: true });
  await writeFile(join(target, name), bytes);
};

await rm(target, { recursive: true, force: true });
const logo = appIcon(await readFile(join(root, 'src-renderer', 'public', 'icon.svg'), 'utf8'));
/** @type {Map<number, Buffer>} */
const app = new Map();
for (const size of sizes) app.set(size, await draw(logo, size));
for (const [size, png] of app) if (size <= 512) await put(`${size}x${size}.png`, png);
await put('icon.ico', icoOf([16, 24, 32, 48, 64, 128, 256].flatMap((size) => pick(size))));
await put('icon.icns', icnsOf(sizes.flatMap((size) => pick(size))));

for (const state of trayStates) {
  for (const size of [16, 32]) {
    await put(`tray/${size}/${state}.png`, await draw(trayIcon(state), size));
    await put(`tray/${size}/${state}@2x.png`, await draw(trayIcon(state), size * 2));
  }
  await put(`tray/16/${state}Template.png`, await draw(trayTemplate(state), 16));
  await put(`tray/16/${state}Template@2x.png`, await draw(trayTemplate(state), 32));
}
await browser.close();

/** @param {number} size @returns {{ size: number, png: Buffer }[]} */
function pick(size) {
  const png = app.get(size);
  return png ? [{ size, png }] : [];
}
