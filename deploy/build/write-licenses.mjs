import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {{ name: string, version: string, identifier?: string, text?: string }} Licensed as Vite's `build.license` writes it */

/**
 * `licenses.txt` beside the console, which serves it: whose work stands in the bundles, and under what terms. Vite lists each bundle's.
 * @param {string} out the folder of the bundles
 * @param {readonly string[]} bundles folders in it
 */
export const writeLicenses = (out, bundles) => {
  // Tests build no console.
  if (!existsSync(`${out}/renderer`)) return;
  /** @type {Map<string, Licensed>} */
  const all = new Map();
  for (const bundle of bundles) {
    const file = `${out}/${bundle}/licenses.json`;
    if (!existsSync(file)) continue;
    for (const one of /** @type {Licensed[]} */ (JSON.parse(readFileSync(file, 'utf8')))) all.set(`${one.name} ${one.version}`, one);
  }
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = sorted
    .map(([title, { identifier, text }]) => `${title}${identifier ? ` (${identifier})` : ''}\n\n${text ?? ''}\n`)
    .join(`\n${line}\n\n`);
  const file = `${out}/renderer/licenses.txt`;
  if (sorted.length > 0 && (!existsSync(file) || readFileSync(file, 'utf8') !== head + text)) writeFileSync(file, head + text);
};

const line = '-'.repeat(80);
const head = `OpenClaw Desktop stands on the work of others. These are in its bundles, under these terms.\nElectron and the native modules have theirs beside them.\n\n${line}\n\n`;
