import { describe, expect, it } from 'vitest';
import { splitAtMatches } from './split-at-matches.ts';

const marked = (snippet: string, query: string): string =>
  splitAtMatches(snippet, query)
    .map(({ text, match }) => (match ? `[${text}]` : text))
    .join('');

describe('split at matches', () => {
  it.each([
    ['One two ONE', 'one', '[One] two [ONE]'],
    ['写一个脚本吧', '脚本', '写一个[脚本]吧'],
    ['a.b a+b', 'a+b', 'a.b [a+b]'],
    ['red green blue', ' blue  red', '[red] green [blue]'],
    ['nothing', '', 'nothing'],
  ])('%s for %s', (snippet, query, expected) => {
    expect(marked(snippet, query)).toBe(expected);
  });
});
