import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matchesText, mayMatch, parseSearch, searchTokens, toMatchExpression } from './search-text.ts';

const finds = (query: string, text: string): boolean => {
  const parsed = parseSearch(query);
  return parsed !== null && matchesText(parsed, text);
};

describe('cutting text into tokens', () => {
  test('Chinese becomes pairs, the last character and the set of characters', () => {
    expect(searchTokens('数据库数')).toEqual({ words: '数据 据库 库数 数', chars: '数 据 库' });
  });

  test('words and Chinese side by side', () => {
    expect(searchTokens('部署Gateway到127.0.0.1，完成').words).toBe('部署 署 gateway 到 127 0 0 1 完成 成');
  });

  test('characters beyond the BMP stay whole', () => {
    expect(searchTokens('𠮷野家')).toEqual({ words: '𠮷野 野家 家', chars: '𠮷 野 家' });
  });
});

describe('what is found', () => {
  test.each([
    ['数', '一个数据库', true],
    ['库', '一个数据库', true],
    ['数据', '一个数据库', true],
    ['据数', '一个数据库', false],
    ['数据库', '一个数据库。', true],
    ['数据库', '数据，据库', false],
    ['个数据库', '一个数据库', true],
    ['一 库', '一个数据库', true],
    ['一 酷', '一个数据库', false],
    ['gateway', 'Start the GATEWAY now', true],
    ['gate', 'Start the gateway now', false],
    ['now start', 'Start the gateway now', true],
    ['v1.2', 'released v1.2 today', true],
    ['1.2', 'first 1, then 12', false],
    ['部署gateway', '请部署 gateway', true],
    ['cafe', 'Café crème', true],
    ['ＡＢＣ１', 'abc1', true],
    ['かな', 'ひらかな', true],
    ['한국', '대한민국 한국어', true],
    ['東京タワー', '東京タワーへ', true],
  ])('%s in %s: %s', (query, text, expected) => {
    expect(finds(query, text)).toBe(expected);
  });

  test.each(['', '   ', '"', '*', '。，！', '🎉', '^()+-'])('%j asks for nothing', (query) => {
    expect(parseSearch(query)).toBeNull();
  });

  test('a text is found by each of its own words and by any stretch of its Chinese', () => {
    const stretch = fc.tuple(fc.string({ unit: fc.constantFrom('数', '据', '库', '中', '文'), minLength: 1 }), fc.nat(), fc.nat());
    fc.assert(
      fc.property(stretch, fc.string(), ([text, from, length], around) => {
        const at = from % text.length;
        expect(finds(text.slice(at, at + 1 + (length % 4)), `${around} ${text} ${around}`)).toBe(true);
      }),
    );
  });

  test('the cheap test never says no where the real one says yes, JSON or not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, word) => {
        const query = parseSearch(word);
        const text = `${before}\n"${word}"`;
        if (!query || !matchesText(query, text)) return;
        expect(mayMatch(query, JSON.stringify({ content: text }))).toBe(true);
      }),
    );
  });

  test('what FTS5 would take for syntax is gone', () => {
    const query = parseSearch('words : "a" OR NOT (b*) NEAR(c, 2) {chars} -d ^e');
    expect(query && toMatchExpression(query)).toMatch(/^words : "[a-z0-9 ]+"( AND words : "[a-z0-9 ]+")*$/);
  });
});
