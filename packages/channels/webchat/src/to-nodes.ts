import { lexCalmly } from '@openclaw/plugin-sdk/kit';
import { Lexer, type Token, type Tokens } from 'marked';

/** A text, or an element of the few that the box makes: what an agent writes never becomes markup of the page. */
export type Node = string | { readonly tag: Tag; readonly href?: string; readonly children: readonly Node[] };
export type Tag =
  | 'p'
  | 'strong'
  | 'em'
  | 'del'
  | 'code'
  | 'pre'
  | 'a'
  | 'ul'
  | 'ol'
  | 'li'
  | 'blockquote'
  | 'h3'
  | 'br'
  | 'hr'
  | 'table'
  | 'tr'
  | 'td';

export const toNodes = (markdown: string): readonly Node[] => blocks(lexCalmly<Token>(new Lexer({ gfm: true, breaks: true }), markdown));

/** Paragraphs at empty lines. */
export const plainNodes = (text: string): readonly Node[] => text.split(/\n{2,}/).map((part) => element('p', lines(part)));

const element = (tag: Tag, children: readonly Node[]): Node => ({ tag, children });
const lines = (text: string): readonly Node[] =>
  text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [element('br', []), line]));

const blocks = (tokens: readonly Token[]): readonly Node[] => tokens.flatMap(block);

const block = (token: Token): readonly Node[] => {
  switch (token.type) {
    case 'space':
    case 'def':
      return [];
    case 'hr':
      return [element('hr', [])];
    case 'heading':
      return [element('h3', inline(token.tokens ?? []))];
    case 'paragraph':
      return [element('p', inline(token.tokens ?? []))];
    case 'code':
      return [element('pre', [String(token.text)])];
    case 'blockquote':
      return [element('blockquote', blocks(token.tokens ?? []))];
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      return [
        element(
          ordered ? 'ol' : 'ul',
          items.map((item) => element('li', blocks(item.tokens))),
        ),
      ];
    }
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      return [
        element(
          'table',
          [header, ...rows].map((row) =>
            element(
              'tr',
              row.map(({ tokens }) => element('td', inline(tokens))),
            ),
          ),
        ),
      ];
    }
    case 'text':
      return inline(token.tokens ?? [token]);
    case 'checkbox':
      return [token.checked ? '☑ ' : '☐ '];
    default:
      return [element('p', [token.raw])];
  }
};

const inline = (tokens: readonly Token[]): readonly Node[] => tokens.flatMap(piece);

const piece = (token: Token): readonly Node[] => {
  const inner = (): readonly Node[] => ('tokens' in token && token.tokens ? inline(token.tokens) : [unescaped(token)]);
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del':
      return [element(token.type, inner())];
    case 'codespan':
      return [element('code', [String(token.text)])];
    case 'br':
      return [element('br', [])];
    case 'link':
      return /^(https?|mailto):/i.test(token.href) ? [{ tag: 'a', href: token.href, children: inner() }] : inner();
    case 'image':
      return [token.text || token.href];
    default:
      return inner();
  }
};

const unescaped = (token: Token): string => ('text' in token ? String(token.text) : token.raw);
