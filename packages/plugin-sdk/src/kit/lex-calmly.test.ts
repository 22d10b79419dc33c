import { Lexer, marked } from 'marked';
import { expect, it } from 'vitest';
import { lexCalmly } from './lex-calmly.ts';

const html = (markdown: string): string => marked.parser(lexCalmly(new Lexer(), markdown));

it('reads what people write as the lexer itself does', () => {
  const text =
    '# A *title*\r\n\n- one `x`\n- **two** ~~three~~\n\n| a | b |\n|---|---|\n| _c_ | d |\n\n> said\n> > before\n\n```js\na * b\n```\n\n---';
  expect(html(text)).toBe(marked.parse(text));
});

it.each([
  ['*a_'.repeat(10_000)],
  [`- ${'*a_'.repeat(6_000)}`],
  ['>'.repeat(30_000)],
  ['1. '.repeat(3_000)],
  [Array.from({ length: 240 }, (_, depth) => `${'  '.repeat(depth)}- a`).join('\n')],
  ['- a\n'.repeat(20_000)],
])('takes what would keep it busy as text: %.12s', (text) => {
  const begun = performance.now();
  const told = html(text)
    .replace(/<[^>]+>/g, '')
    .replaceAll('&gt;', '>');
  expect(told.replace(/\s/g, '').length).toBeGreaterThan(text.replace(/\s/g, '').length - 10);
  expect(performance.now() - begun).toBeLessThan(2_000);
});
