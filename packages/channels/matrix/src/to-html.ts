import { calmHtml, lexCalmly } from '@openclaw/plugin-sdk/kit';
import { Lexer, Marked, type Token } from 'marked';

/** Markdown as Matrix clients show it: HTML, in which whatever was HTML before is text. Pictures become links. */
export const toHtml = (markdown: string): string => {
  const html = marked.parser(lexCalmly<Token>(new Lexer(marked.defaults), markdown)).trim();
  // One paragraph alone needs no frame.
  return /^<p>(?:(?!<p>)[\s\S])*<\/p>$/.test(html) ? html.slice(3, -4) : html;
};

const marked = new Marked({ gfm: true, breaks: true, renderer: calmHtml });
