import { expect, test } from 'vitest';
import { createTools } from './create-tools.ts';

const tool = { name: 'add', description: 'adds', parameters: { type: 'object' }, execute: async () => 3 };

test('a class and an object make tools', () => {
  class Sums {
    readonly tools = [tool];
  }
  expect(createTools(Sums).tools).toEqual([tool]);
  expect(createTools({ tools: [tool] }).tools).toEqual([tool]);
});

test.each([
  [undefined, /array `tools`/],
  [{ tools: [null] }, /A tool's name/],
  [{ tools: [{ ...tool, name: 'a b' }] }, /it is "a b"/],
  [{ tools: [{ ...tool, description: '' }] }, /no description/],
  [{ tools: [{ ...tool, parameters: undefined }] }, /no parameters/],
  [{ tools: [{ ...tool, execute: undefined }] }, /no method execute/],
  [{ tools: [tool, tool] }, /Two tools are called add/],
])('%s is refused with words', (exported, words) => {
  expect(() => createTools(exported)).toThrow(words);
});
