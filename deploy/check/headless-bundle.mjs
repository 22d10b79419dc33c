import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { Visitor } from 'oxc-parser';
import { parseImports } from './read-modules.mjs';

/**
 * Walks a built bundle over its static and dynamic imports, and the workers it names by URL.
 * @param {string} entry absolute path of a built file
 * @returns {{ files: string[], packages: string[] }} what it loads of its own, and the packages and built-ins it names
 */
export const walkBundle = (entry) => {
  const folder = dirname(entry);
  /** @type {Set<string>} */
  const files = new Set();
  /** @type {Set<string>} */
  const packages = new Set();
  const visit = (/** @type {string} */ file) => {
    if (files.has(file)) return;
    files.add(file);
    const { program, imports } = parseImports(file, readFileSync(join(folder, file), 'utf8'));
    for (const imported of imports) {
      if (imported.file === null) packages.add(imported.specifier);
      else visit(imported.file);
    }
    const { required, urls } = readCalls(program);
    for (const name of required) packages.add(name);
    for (const url of urls) if (existsSync(join(folder, url))) visit(normalize(url));
  };
  visit(entry.slice(folder.length + 1));
  return { files: [...files], packages: [...packages] };
};

/**
 * What an import list does not show: `require('x')` of a bundled CommonJS module or of `createRequire`, and the
 * `new URL('./worker.js', import.meta.url)` of a worker.
 * @param {import('oxc-parser').Program} program
 */
const readCalls = (program) => {
  /** @type {string[]} */
  const required = [];
  /** @type {string[]} */
  const urls = [];
  // The minifier writes strings as templates.
  const text = (/** @type {any} */ node) =>
    node?.type === 'Literal' && typeof node.value === 'string'
      ? node.value
      : node?.type === 'TemplateLiteral' && node.quasis.length === 1
        ? /** @type {string | null} */ (node.quasis[0].value.cooked)
        : null;
  new Visitor({
    CallExpression: ({ callee, arguments: [first] }) => {
      const name = text(first);
      if (name !== null && callee.type === 'Identifier' && /^_*require(?!_)/.test(callee.name)) required.push(name);
    },
    NewExpression: ({ callee, arguments: [first] }) => {
      const url = text(first);
      if (url !== null && callee.type === 'Identifier' && callee.name === 'URL' && /^\.\/.*\.m?js$/.test(url)) urls.push(url);
    },
  }).visit(program);
  return { required, urls };
};
