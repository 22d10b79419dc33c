import { expect, test } from 'vitest';
import { countReport, judgeReport } from './report.mjs';

const file = (status: string, ...tests: string[]) => ({
  name: 'e2e/a.test.ts',
  status,
  assertionResults: tests.map((test, index) => ({ status: test, fullName: `test ${index}` })),
});

test('a green run has nothing against it', () => {
  const counts = countReport({ testResults: [file('passed', 'passed', 'passed'), file('passed', 'passed')] });
  expect(counts).toEqual({ passed: 3, failed: 0, skipped: [] });
  expect(judgeReport('e2e', counts, { mayskip: false })).toEqual([]);
});

test.each(['skipped', 'pending', 'todo', 'disabled'])('a test that is %s is a failure where nothing may be', (status) => {
  const counts = countReport({ testResults: [file('passed', 'passed', status)] });
  expect(judgeReport('e2e', counts, { mayskip: false })).toEqual([expect.stringContaining('test 1')]);
  expect(judgeReport('unit', counts, { mayskip: true })).toEqual([]);
});

test('a file that does not load counts as a failure', () => {
  const counts = countReport({ testResults: [file('passed', 'passed'), file('failed')] });
  expect(counts.failed).toBe(1);
  expect(judgeReport('unit', counts, { mayskip: true })).toEqual(['unit: 1 failed']);
});

test('a run without any test is no green run', () => {
  expect(judgeReport('e2e', countReport({ testResults: [] }), { mayskip: false })).toEqual(['e2e: no test ran']);
});
