import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * @typedef {object} Import
 * @property {string} specifier as written
 * @property {string | null} file the imported file from the root, or null for a package or built-in
 * @property {boolean} typeOnly nothing of it is left at run time
 * @property {number} line
 *
 * @typedef {object} Statement a top-level statement that does something, rather than declare
 * @property {string} what
 * @property {number} line
 *
 * @typedef {object} Module
 * @property {string} file from the root, with forward slashes
 * @property {number} lines
 * @property {readonly Import[]} imports static, dynamic, re-exports and `import()` types
 * @property {readonly Statement[]} effects
 */

const SOURCE = /\.(ts|tsx|mts|cts|mjs)$/;
const BUILT = /\/(dist|node_modules)\//;

/**
 * @param {string} root
 * @param {readonly string[]} folders from the root
 * @returns {Promise<Module[]>}
 */
export const readModules = async (root, folders) => {
  const listings = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && SOURCE.test(entry.name))
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
        .filter((path) => !BUILT.test(slashes(path.slice(root.length))));
    }),
  );
  return Promise.all(
    listings.flat().map(async (path) => parseModule(slashes(path.slice(join(root, '/').length)), await readFile(path, 'utf8'))),
  );
};

/**
 * @param {string} file from the root
 * @param {string} text
 * @returns {Module}
 */
export const parseModule = (file, text) => {
  const { program, imports } = parseImports(file, text);
  return {
    file,
    lines: lineAt(text, text.length) - (text.endsWith('\n') ? 1 : 0),
    imports,
    effects: program.body.flatMap((statement) => effectOf(statement).map((what) => ({ what, line: lineAt(text, statement.start) }))),
  };
};

/**
 * @param {string} file
 * @param {string} text
 * @returns {{ program: import('oxc-parser').Program, imports: Import[] }}
 */
export const parseImports = (file, text) => {
  const { program, module, errors, comments } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const code = blankOut(text, comments);
  const toImport = (/** @type {string} */ specifier, /** @type {boolean} */ typeOnly, /** @type {number} */ start) => ({
    specifier,
    file: specifier.startsWith('.') ? slashes(normalize(join(dirname(file), specifier))) : null,
    typeOnly,
    line: lineAt(text, start),
  });

  // `import {} from` and `import 'x'` have no entries and are there for their effect.
  const allTypes = (/** @type {readonly { isType: boolean }[]} */ entries) => entries.length > 0 && entries.every((entry) => entry.isType);
  const imports = module.staticImports.map((found) => toImport(found.moduleRequest.value, allTypes(found.entries), found.start));
  for (const found of module.staticExports) {
    const source = found.entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value;
    if (source !== undefined) imports.push(toImport(source, allTypes(found.entries), found.start));
  }
  // The parser lists `import()` that runs; the one that names a type is found by its look.
  for (const found of code.matchAll(/\bimport\(\s*(['"`])([^'"`$]+)\1\s*\)/g)) {
    const runs = module.dynamicImports.some((dynamic) => dynamic.start === found.index);
    imports.push(toImport(found[2] ?? '', !runs, found.index));
  }
  return { program, imports };
};

/** @param {string} text @param {number} offset */
const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;

/** @param {string} text @param {readonly { start: number, end: number }[]} ranges */
const blankOut = (text, ranges) => {
  let code = '';
  let at = 0;
  for (const { start, end } of ranges) {
    code += text.slice(at, start) + ' '.repeat(end - start);
    at = end;
  }
  return code + text.slice(at);
};

const DECLARES =
  /^(Import|Export(All|Default))Declaration$|^(Function|Class)Declaration$|^TS(TypeAlias|Interface|Module|Enum|Global)?.*Declaration$|^EmptyStatement$/;

/** @param {any} statement @returns {string[]} */
const effectOf = (statement) => {
  if (statement.type === 'ExportNamedDeclaration') return statement.declaration ? effectOf(statement.declaration) : [];
  if (statement.type === 'ExpressionStatement' && statement.directive) return [];
  if (statement.type !== 'VariableDeclaration') return DECLARES.test(statement.type) ? [] : ['runs code'];
  if (statement.kind !== 'const' && !statement.declare) return ['keeps a variable'];
  return statement.declarations.flatMap((/** @type {any} */ { init }) =>
    init?.type === 'NewExpression' && /^(Weak)?(Map|Set)$/.test(init.callee.name) && init.arguments.length === 0
      ? [`keeps a module-level ${init.callee.name}`]
      : init?.type === 'AwaitExpression'
        ? ['waits']
        : [],
  );
};

/** @param {string} path */
const slashes = (path) => path.replaceAll('\\', '/');
