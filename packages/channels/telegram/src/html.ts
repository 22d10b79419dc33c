import { lexCalmly } from '@openclaw/plugin-sdk/kit';
import { Lexer, type Token, type Tokens } from 'marked';

/** Markdown as Telegram draws it: https://core.telegram.org/bots/api#html-style. It has no lists, headings and tables. */
export const toHtml = (markdown: string): string => blocks(lexCalmly<Token>(new Lexer(), markdown)).trim();

export const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const blocks = (tokens: readonly Token[]): string =>
  tokens
    .map(block)
    .filter((text) => text !== '')
    .join('\n\n');

const block = (token: Token): string => {
  switch (token.type) {
    case 'space':
    case 'def':
      return '';
    case 'hr':
      return '———';
    case 'heading':
      return `<b>${inline(token.tokens ?? [])}</b>`;
    case 'code':
      return codeBlock(token as Tokens.Code);
    case 'blockquote':
      return `<blockquote>${blocks(token.tokens ?? []).replaceAll(/<\/?blockquote>/g, '')}</blockquote>`;
    case 'list':
      return list(token as Tokens.List);
    case 'table':
      return table(token as Tokens.Table);
    default:
      return piece(token);
  }
};

const codeBlock = ({ text, lang }: Tokens.Code): string => {
  const language = /^[\w+#-]+/.exec(lang ?? '')?.[0];
  const body = escapeHtml(text);
  return language ? `<pre><code class="language-${language}">${body}</code></pre>` : `<pre>${body}</pre>`;
};

const list = ({ items, ordered, start }: Tokens.List): string =>
  items
    .map((item, index) => {
      const mark = ordered ? `${Number(start || 1) + index}.` : item.task ? '' : '•';
      const [box, rest] = item.task ? [item.tokens[0], item.tokens.slice(1)] : [undefined, item.tokens];
      const text = (box ? piece(box) : '') + rest.map(block).filter(Boolean).join('\n').replaceAll('\n', '\n   ');
      return `${mark} ${text}`.trimStart();
    })
    .join('\n');

const table = ({ header, rows }: Tokens.Table): string =>
  `<pre>${[header, ...rows].map((cells) => cells.map(({ text }) => escapeHtml(text)).join(' | ')).join('\n')}</pre>`;

const inline = (tokens: readonly Token[]): string => tokens.map(piece).join('');

const piece = (token: Token): string => {
  switch (token.type) {
    case 'strong':
      return `<b>${inline(token.tokens ?? [])}</b>`;
    case 'em':
      return `<i>${inline(token.tokens ?? [])}</i>`;
    case 'del':
      return `<s>${inline(token.tokens ?? [])}</s>`;
    case 'codespan':
      return `<code>${escapeHtml(token.text)}</code>`;
    case 'br':
      return '\n';
    case 'checkbox':
      return (token as Tokens.Checkbox).checked ? '☑ ' : '☐ ';
    case 'link':
      return link(inline(token.tokens ?? []), token.href);
    case 'image':
      return link(escapeHtml(token.text || token.href), token.href);
    case 'html':
      return escapeHtml(token.raw);
    default:
      return 'tokens' in token && token.tokens ? inline(token.tokens) : escapeHtml('text' in token ? String(token.text) : token.raw);
  }
};

const link = (label: string, href: string): string =>
  /^(https?|tg|mailto|tel):/i.test(href) ? `<a href="${escapeHtml(href).replaceAll('"', '&quot;')}">${label}</a>` : label;
