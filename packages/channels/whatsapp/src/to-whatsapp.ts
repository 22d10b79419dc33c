import { lexCalmly } from '@openclaw/plugin-sdk/kit';
import { Lexer, type Token, type Tokens } from 'marked';

/** Markdown as WhatsApp writes it: *bold*, _italic_, ~struck~, `code`, lists and quotes; what it has no mark for is text. */
export const toWhatsApp = (markdown: string): string => blocks(lexCalmly<Token>(new Lexer({ gfm: true }), markdown)).trim();

const blocks = (tokens: readonly Token[]): string => tokens.map(block).filter(Boolean).join('\n\n');

const block = (token: Token): string => {
  switch (token.type) {
    case 'heading':
      return `*${inline(token.tokens ?? []).replaceAll('*', '')}*`;
    case 'paragraph':
    case 'text':
      return inline(token.tokens ?? [token]);
    case 'code':
      return `\`\`\`\n${token.text}\n\`\`\``;
    case 'blockquote':
      return blocks(token.tokens ?? []).replace(/^/gm, '> ');
    case 'list':
      return (token as Tokens.List).items.map((item, index) => listItem(item, token as Tokens.List, index)).join('\n');
    case 'hr':
      return '———';
    case 'table':
      return table(token as Tokens.Table);
    case 'space':
      return '';
    default:
      return token.raw.trim();
  }
};

const listItem = ({ tokens }: Tokens.ListItem, { ordered, start }: Tokens.List, index: number): string => {
  const mark = ordered ? `${Number(start) + index}.` : '-';
  const [first, ...others] = tokens;
  const box = first?.type === 'checkbox' ? (first.checked ? '☑ ' : '☐ ') : '';
  const parts = (box === '' ? tokens : others).map(block).filter(Boolean).join('\n');
  return `${mark} ${box}${parts.replace(/\n/g, '\n  ')}`;
};

const table = ({ header, rows }: Tokens.Table): string => {
  const line = (cells: readonly Tokens.TableCell[]): string => cells.map(({ tokens }) => inline(tokens)).join(' | ');
  return [line(header), ...rows.map(line)].join('\n');
};

const inline = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => {
      const inner = (): string => ('tokens' in token && token.tokens ? inline(token.tokens) : (token as Tokens.Text).text);
      switch (token.type) {
        case 'strong':
          return `*${inner()}*`;
        case 'em':
          return `_${inner()}_`;
        case 'del':
          return `~${inner()}~`;
        case 'codespan':
          return `\`${token.text}\``;
        case 'br':
          return '\n';
        case 'link':
          return inner() === token.href ? inner() : `${inner()} (${token.href})`;
        case 'image':
          return token.text ? `${token.text} (${token.href})` : token.href;
        case 'text':
          return inner();
        default:
          return 'text' in token ? String(token.text) : token.raw;
      }
    })
    .join('');
