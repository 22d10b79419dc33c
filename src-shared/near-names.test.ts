import { expect, it } from 'vitest';
import { nearNames } from './near-names.ts';

it.each([
  ['locl', ['local', 'cloud'], ['local']],
  ['QWEN', ['qwen3', 'gpt'], ['qwen3']],
  ['', ['a', 'b'], ['a', 'b']],
  ['elephant', ['cat'], []],
  ['/flies', ['/files', '/read'], ['/files']],
])('finds what %s may have meant', (wanted, known, near) => {
  expect(nearNames(wanted, known)).toEqual(near);
});
