import type { DurableEvent } from '../../src-shared/contract/events.ts';

/**
 * Text as the search index sees it: tokens with a space between them. Words are whole tokens. A run of Chinese,
 * Japanese or Korean, which has no spaces, becomes overlapping pairs and its last character (`数据库` →
 * `数据 据库 库`), so that two characters in a row are one token and more are a phrase of pairs; the lone last one
 * keeps runs apart. `chars` has every such character once, so that a search for one character reads one posting
 * list (a prefix search over pairs took 400 ms in a million messages).
 */
export type SearchTokens = { readonly words: string; readonly chars: string };

export const searchTokens = (text: string): SearchTokens => {
  const words: string[] = [];
  const chars = new Set<string>();
  for (const piece of pieces(fold(text))) {
    if (!piece.cjk) {
      words.push(piece.text);
      continue;
    }
    let last = '';
    for (const char of piece.text) {
      if (last !== '') words.push(last + char);
      chars.add(char);
      last = char;
    }
    words.push(last);
  }
  return { words: words.join(' '), chars: [...chars].join(' ') };
};

/** What is looked for: every phrase (tokens in a row) and every single character, in any order. */
export type SearchQuery = { readonly phrases: readonly (readonly string[])[]; readonly chars: readonly string[] };

/**
 * Reads what a person typed; nothing in it has a special meaning. What stands between two spaces is looked for in
 * a row (`v1.2`, `src/main`).
 * @returns null where it holds neither a letter nor a digit
 */
export const parseSearch = (text: string): SearchQuery | null => {
  const phrases: string[][] = [];
  const chars: string[] = [];
  for (const part of fold(text).split(/\s+/u)) {
    let phrase: string[] = [];
    for (const piece of pieces(part)) {
      if (!piece.cjk) {
        if (phrase.length === 0) phrases.push(phrase);
        phrase.push(piece.text);
        continue;
      }
      phrase = [];
      const run = [...piece.text];
      if (run.length === 1) chars.push(piece.text);
      else phrases.push(run.slice(1).map((char, i) => `${run[i]}${char}`));
    }
  }
  if (phrases.length + chars.length === 0) return null;
  return { phrases: phrases.slice(0, maxTerms), chars: chars.slice(0, maxTerms) };
};

/** A pasted page is looked for by its beginning: FTS5 takes 256 terms, people type three. */
const maxTerms = 64;

/** The query in FTS5's language, over the columns `words` and `chars`. Tokens are letters and digits only, so quotes hold them. */
export const toMatchExpression = ({ phrases, chars }: SearchQuery): string =>
  [...phrases.map((phrase) => `words : "${phrase.join(' ')}"`), ...chars.map((char) => `chars : "${char}"`)].join(' AND ');

/** False only where `matchesText` is false too; cheap. The text may be JSON still: what that escapes is no letter. */
export const mayMatch = ({ phrases, chars }: SearchQuery, text: string): boolean => {
  const folded = fold(text);
  return chars.every((char) => folded.includes(char)) && phrases.every(([first]) => folded.includes(first ?? ''));
};

/** The same answer as the index gives, without it: for what is not indexed yet, and for the in-memory twin. */
export const matchesText = (query: SearchQuery, text: string): boolean => {
  if (!mayMatch(query, text)) return false;
  const { phrases } = query;
  const words = ` ${searchTokens(text).words} `;
  return phrases.every((phrase) => words.includes(` ${phrase.join(' ')} `));
};

/** Case, width (`Ａ`) and Latin accents do not matter. */
const fold = (text: string): string => {
  const lower = text.toLowerCase();
  return needsFolding.test(lower) ? lower.normalize('NFKD').replace(latinMarks, '').normalize('NFC') : lower;
};

/** All but ASCII, kana, Han and the punctuation around them, which come out of the normal forms as they were or as separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is how ASCII is written
const needsFolding = /[^\x00-\x7f\u2010-\u2027\u3000-\u3030\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uff01-\uff0f\uff1a-\uff20]/;
const latinMarks = /[\u0300-\u036f]+/g;

type Piece = { readonly text: string; readonly cjk: boolean };

/** Runs of one kind; what is neither a word nor CJK separates. */
const pieces = (text: string): Piece[] => {
  const found: Piece[] = [];
  let start = 0;
  let kind: Kind = separator;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i) ?? 0;
    const next = kindOf(point);
    if (next !== kind) {
      if (kind !== separator) found.push({ text: text.slice(start, i), cjk: kind === cjk });
      start = i;
      kind = next;
    }
    i += point > 0xffff ? 2 : 1;
  }
  if (kind !== separator) found.push({ text: text.slice(start), cjk: kind === cjk });
  return found;
};

type Kind = typeof separator | typeof word | typeof cjk;
const separator = 0;
const word = 1;
const cjk = 2;

const kindOf = (point: number): Kind => {
  if (point < 0x80) return (point >= 97 && point <= 122) || (point >= 48 && point <= 57) ? word : separator;
  if ((point >= 0x4e00 && point <= 0x9fff) || (point >= 0x3400 && point <= 0x4dbf) || (point >= 0x20000 && point <= 0x3ffff)) return cjk;
  const char = String.fromCodePoint(point);
  if (!wordChar.test(char)) return separator;
  return cjkChar.test(char) ? cjk : word;
};

const wordChar = /[\p{L}\p{N}\p{M}]/u;
/** Kana, Hangul and the marks that belong to a run of Han. */
const cjkChar = /[\u3005-\u3007\u3040-\u30ff\u3130-\u318f\uac00-\ud7af\uf900-\ufaff]/;

/** What of an event can be searched for: what the user said and the whole reply. */
export const searchableText = (event: DurableEvent): string | null =>
  event.type === 'message' || event.type === 'response' ? event.content : null;
