import { describe, expect, it } from 'vitest';
import { globToRegExp } from './glob-pattern.ts';

const fits: readonly [glob: string, yes: readonly string[], no: readonly string[]][] = [
  ['*.ts', ['a.ts', 'src/deep/b.ts'], ['a.tsx', 'ats']],
  ['src/*.ts', ['src/a.ts'], ['src/b/a.ts', 'a.ts', 'lib/src/a.ts']],
  ['src/**/*.ts', ['src/a.ts', 'src/b/c/a.ts'], ['lib/a.ts', 'src/a.js']],
  ['src/**', ['src/a', 'src/b/c'], ['srcs/a']],
  ['./src/a', ['src/a'], ['a']],
  ['**/test?.{js,ts}', ['test1.js', 'a/testé.ts'], ['test.js', 'test12.js', 'test/.js']],
  ['[a-c]x/[!0-9]', ['bx/y'], ['dx/y', 'bx/7', 'bx//']],
  ['*a*a*', ['banana'], ['bbb']],
  ['a.b+(c)', ['a.b+(c)'], ['aXb+(c)', 'a.bb(c)']],
  ['\\*.md', ['*.md'], ['a.md']],
  ['文件/**/*.{md,{j,t}s}', ['文件/说明.md', '文件/甲/a.ts'], ['文件/a.css']],
  ['𠮷?', ['𠮷𠮷'], ['𠮷']],
];

describe('a glob', () => {
  for (const [glob, yes, no] of fits)
    it(`${glob}`, () => {
      const pattern = globToRegExp(glob);
      expect([...yes, ...no].filter((path) => pattern.test(path))).toEqual(yes);
    });

  it('that is never closed is none', () => {
    for (const glob of ['src/[a', 'src/{a,b']) expect(() => globToRegExp(glob)).toThrow(/never closed/);
  });
});
