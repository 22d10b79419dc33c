import type { Token } from 'marked';
import type { ChannelCapabilities } from '../../packages/plugin-sdk/src/index.ts';
import { lexReply } from './lex-reply.ts';
import { plainText } from './plain-text.ts';

const defaultMaxLength = 4_000;
/** Below this nothing can be split in a way that people would read. */
const leastMaxLength = 64;

/**
 * A reply in Markdown as the messages of a channel: in Markdown or plain, as it can, and none longer than it takes.
 * Split at blocks, else at lines, sentences, words; a code block that is cut is closed and opened again.
 *
 * @param reserve UTF-16 units that each message leaves free
 */
export const answerParts = async (
  reply: string,
  { maxLength = defaultMaxLength, markdown = false }: ChannelCapabilities,
  reserve: number,
): Promise<string[]> => {
  const most = Math.max(leastMaxLength, maxLength - reserve);
  if (reply.trim() === '') return [];
  if (markdown && reply.length <= most) return [reply.trim()];
  const blocks = (await lexReply(reply)).flatMap((token) => piecesOf(token, markdown, most));
  const parts: string[] = [];
  for (const block of blocks) {
    const joined = `${parts.at(-1) ?? ''}${parts.length > 0 ? block.gap : ''}${block.text}`;
    if (parts.length > 0 && joined.length <= most) parts[parts.length - 1] = joined;
    else parts.push(block.text);
  }
  return parts;
};

/** `gap`: what stands before it where it follows another in one message. */
type Piece = { readonly text: string; readonly gap: string };

const piecesOf = (token: Token, markdown: boolean, most: number): Piece[] => {
  const text = (markdown ? token.raw : plainText(token)).replace(/^\n+|\s+$/g, '');
  if (text === '') return [];
  if (text.length <= most) return [{ text, gap: '\n\n' }];
  if (token.type === 'code' && markdown) return codePieces(text, most).map((piece) => ({ text: piece, gap: '\n\n' }));
  return cut(text, most).map((piece, at) => ({ text: piece, gap: at === 0 ? '\n\n' : '\n' }));
};

const codePieces = (block: string, most: number): string[] => {
  const lines = block.split('\n');
  const fence = /^\s*(`{3,}|~{3,})/.exec(lines[0] ?? '')?.[1];
  if (fence === undefined) return cut(block, most);
  const [first = fence] = lines;
  const opening = first.length < most / 4 ? first : fence;
  const body = lines.slice(1, lines.at(-1)?.trim() === fence ? -1 : undefined).join('\n');
  return cut(body, most - opening.length - fence.length - 2, ['\n']).map((piece) => `${opening}\n${piece}\n${fence}`);
};

/** Where a text may be cut, the best first. */
const seams = ['\n', '. ', '。', '！', '？', '; ', '，', ' '] as const;

const cut = (text: string, most: number, at: readonly string[] = seams): string[] => {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const end = endOfPiece(rest, most, at);
    pieces.push(rest.slice(0, end).trimEnd());
    // A line of code keeps its indentation.
    rest = rest.slice(end).replace(at === seams ? /^\s+/ : /^\n/, '');
  }
  return [...pieces, rest].filter((piece) => piece.trim() !== '');
};

const endOfPiece = (text: string, most: number, at: readonly string[]): number => {
  for (const seam of at) {
    const found = text.lastIndexOf(seam, most - seam.length);
    // A seam near the beginning would make crumbs.
    if (found > most / 3) return found + seam.length;
  }
  const code = text.charCodeAt(most - 1);
  // Not between the halves of a surrogate pair.
  return code >= 0xd800 && code <= 0xdbff ? most - 1 : most;
};
