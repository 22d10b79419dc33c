import { readFile } from 'node:fs/promises';

/** @typedef {{ passed: number, failed: number, skipped: readonly string[] }} Counts `skipped`: names of tests that were skipped or are to do */

/**
 * @param {string} file what vitest's JSON reporter wrote
 * @returns {Promise<Counts>} nothing at all when it is missing: the run broke before its end
 */
export const readReport = async (file) => {
  try {
    return countReport(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
};

/**
 * @param {{ testResults: readonly { name: string, status: string, assertionResults: readonly { status: string, fullName: string }[] }[] }} report
 * @returns {Counts}
 */
export const countReport = ({ testResults }) => {
  const tests = testResults.flatMap((file) => file.assertionResults.map((test) => ({ ...test, file: file.name })));
  // A file that breaks while it is loaded has no tests, and is a failure all the same.
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const with_ = (/** @type {string} */ status) => tests.filter((test) => test.status === status);
  return {
    passed: with_('passed').length,
    failed: with_('failed').length + brokenFiles.length,
    skipped: tests
      .filter((test) => test.status !== 'passed' && test.status !== 'failed')
      .map((test) => `${test.file}: ${test.fullName} (${test.status})`),
  };
};

/** @param {{ passed: number, failed: number }} a @param {{ passed: number, failed: number }} b */
export const addCounts = (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed });

/**
 * @param {string} name @param {Counts} counts @param {{ mayskip: boolean }} options
 * @returns {string[]} what is wrong with a run
 */
export const judgeReport = (name, counts, { mayskip }) => [
  ...(counts.passed + counts.failed === 0 ? [`${name}: no test ran`] : []),
  ...(counts.failed > 0 ? [`${name}: ${counts.failed} failed`] : []),
  ...(mayskip ? [] : counts.skipped.map((test) => `${name}: skipped ${test}`)),
];
