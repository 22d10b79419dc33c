import { isTest, MAY_RUN_CODE, rules } from './architecture-rules.mjs';
import { findCycles } from './find-cycles.mjs';

/** Rules that hold in tests too: they are about what is bundled where. */
const HOLDS_IN_TESTS = /electron|src-shared|console runs in a browser|published from packages/;

/**
 * @param {readonly import('./read-modules.mjs').Module[]} modules
 * @returns {string[]} one message per broken rule: `file:line imports "x". Why.`
 */
export const checkArchitecture = (modules) => [
  ...modules.flatMap((module) =>
    rules
      .filter((rule) => rule.from(module.file) && (!isTest(module.file) || HOLDS_IN_TESTS.test(rule.says)))
      .flatMap((rule) =>
        module.imports
          .filter(
            (imported) => (rule.types || !imported.typeOnly) && !isSelfTest(module.file, imported) && rule.bans(imported, module.file),
          )
          .map((imported) => `${module.file}:${imported.line} imports "${imported.specifier}". ${rule.says}`),
      ),
  ),
  ...modules
    .filter((module) => module.file.startsWith('src-') && !isTest(module.file) && !MAY_RUN_CODE.test(module.file))
    .flatMap((module) =>
      module.effects.map(
        ({ what, line }) => `${module.file}:${line} ${what} when it is imported. Put it into a function that the composition root calls.`,
      ),
    ),
  ...findCycles(modules).map(
    (cycle) => `${cycle.join(' → ')} is a cycle. Move what both need into a file of its own, or pass it as an argument.`,
  ),
];

/** Renderer and shared tests run in Node and may use it. @param {string} file @param {import('./read-modules.mjs').Import} imported */
const isSelfTest = (file, imported) => isTest(file) && imported.specifier.startsWith('node:');
