import type { Token, Tokens } from 'marked';

/** A block or piece of Markdown as people read it where nothing draws it. */
export const plainText = (token: Token): string => {
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox':
      return '';
    case 'hr':
      return '———';
    case 'br':
      return '\n';
    case 'code':
    case 'codespan':
    case 'escape':
      return token.text;
    case 'html':
      return token.raw;
    case 'link':
      return linkText(inside(token), token.href);
    case 'image':
      return linkText(token.text, token.href);
    case 'blockquote':
      return blocks(token.tokens ?? []).replace(/^/gm, '> ');
    case 'list':
      return listText(token as Tokens.List);
    case 'table':
      return tableText(token as Tokens.Table);
    default:
      return inside(token);
  }
};

const inside = (token: Token): string =>
  'tokens' in token && token.tokens ? token.tokens.map(plainText).join('') : 'text' in token ? String(token.text) : token.raw;

const blocks = (tokens: readonly Token[]): string =>
  tokens
    .map(plainText)
    .filter((text) => text !== '')
    .join('\n');

const linkText = (text: string, href: string): string =>
  text === '' || text === href || `mailto:${text}` === href ? href.replace(/^mailto:/, '') : `${text} (${href})`;

const listText = ({ ordered, start, items }: Tokens.List): string =>
  items
    .map((item, at) => {
      const bullet = ordered ? `${(start === '' ? 1 : start) + at}.` : '•';
      const box = item.task ? (item.checked ? '[x] ' : '[ ] ') : '';
      return `${bullet} ${box}${blocks(item.tokens).replace(/\n/g, '\n  ')}`;
    })
    .join('\n');

const tableText = ({ header, rows }: Tokens.Table): string =>
  [header, ...rows].map((cells) => cells.map(({ tokens }) => tokens.map(plainText).join('')).join(' | ')).join('\n');
