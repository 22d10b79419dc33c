/** Of `marked`, as far as it is needed. */
type Lexer<T> = {
  readonly tokens: T[];
  readonly inlineQueue: readonly { readonly src: string; readonly tokens: T[] }[];
  readonly blockTokens: (src: string, tokens: T[]) => unknown;
  readonly inlineTokens: (src: string, tokens: T[]) => unknown;
};

/** More than anybody reads as emphasis within one paragraph; for `marked` the work grows with their cube. */
const marksMost = 300;
const charactersMost = 32_000;
const tooDeep = /^[ \t]*(?:>[ \t]?|(?:[*+-]|\d{1,9}[.)])[ \t]+){20}|^[ \t]{40,}(?:[*+-]|\d{1,9}[.)])[ \t]/m;

/**
 * `lexer.lex(markdown)` for what others wrote, in time: a few kilobytes of `*a_*a_…`, which anybody may ask an agent to say, would keep it busy
 * for minutes, and `>>>…` ends it. Where a text is made so, or too long, it stays text.
 *
 * @param lexer a new `Lexer` of `marked`
 */
export const lexCalmly = <T>(lexer: Lexer<T>, markdown: string): T[] => {
  const src = markdown.replace(/\r\n|\r/g, '\n');
  const text = (part: string): T => ({ type: 'text', raw: part, text: part, escaped: false }) as T;
  if (src.length > charactersMost || tooDeep.test(src))
    return src
      .split(/\n{2,}/)
      .filter((part) => part.trim() !== '')
      .map((part) => ({ type: 'paragraph', raw: part, text: part, tokens: [text(part)] }) as T);
  lexer.blockTokens(src, lexer.tokens);
  for (const { src: line, tokens } of lexer.inlineQueue) {
    if ((line.match(/[*_~]+/g)?.length ?? 0) > marksMost) tokens.push(text(line));
    else lexer.inlineTokens(line, tokens);
  }
  return lexer.tokens;
};
