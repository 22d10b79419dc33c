import type { Token } from 'marked';

const marksMost = 300;
const charactersMost = 32_000;
const tooDeep = /^[ \t]*(?:>[ \t]?|(?:[*+-]|\d{1,9}[.)])[ \t]+){20}|^[ \t]{40,}(?:[*+-]|\d{1,9}[.)])[ \t]/m;

/**
 * A reply's blocks in bounded time: `*a_*a_…`, which anybody may ask an agent to say, would keep the gateway busy for minutes, and `>>>…` ends
 * the lexer. What is made so, or too long, stays text. (Plugins have `lexCalmly` in their kit; the gateway runs nothing of the SDK.)
 */
export const lexReply = async (reply: string): Promise<readonly Token[]> => {
  const src = reply.replace(/\r\n|\r/g, '\n');
  if (src.length > charactersMost || tooDeep.test(src)) return src.split(/\n{2,}/).map(textOnly);
  // Loaded with the first reply: a start needs none of it.
  const { Lexer } = await import('marked');
  const lexer = new Lexer();
  lexer.blockTokens(src, lexer.tokens);
  for (const { src: line, tokens } of lexer.inlineQueue) {
    if ((line.match(/[*_~]+/g)?.length ?? 0) > marksMost) tokens.push(textOnly(line));
    else lexer.inlineTokens(line, tokens);
  }
  return lexer.tokens;
};

const textOnly = (text: string): Token => ({ type: 'text', raw: text, text, escaped: false });
