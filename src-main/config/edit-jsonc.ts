import { applyEdits, createScanner, type Edit, type Node } from 'jsonc-parser';
import { parseJsonc } from './parse-config.ts';
import { printJson } from './print-json.ts';

type Path = readonly string[];

/**
 * JSON with comments, edited one key at a time: every comment and every byte that the change does not need stays.
 * (jsonc-parser's own `modify` takes the comments around a removed key with it, and formats the lines it touches.)
 *
 * The text must be free of syntax errors. The parent of the key must be there and an object.
 */
export const setAt = (text: string, path: Path, value: unknown): string => {
  const parent = objectAt(text, path.slice(0, -1));
  const key = path.at(-1) ?? '';
  // Of keys that stand there twice the last one counts.
  const known = propertiesOf(parent).findLast((property) => keyOf(property) === key)?.children?.[1];
  const print = (indent: string, inline: boolean): string => printJson(value, { indent, inline, unit: unitOf(text), eol: eolOf(text) });
  if (known) {
    const inline = !isMultiLine(text, parent);
    return applyEdits(text, [{ offset: known.offset, length: known.length, content: print(indentAt(text, known.offset), inline) }]);
  }
  return applyEdits(
    text,
    insertion(text, parent, (indent, inline) => `${JSON.stringify(key)}: ${print(indent, inline)}`),
  );
};

export const removeAt = (text: string, path: Path): string => {
  const key = path.at(-1) ?? '';
  let result = text;
  for (;;) {
    const parent = objectAt(result, path.slice(0, -1));
    const property = propertiesOf(parent).find((candidate) => keyOf(candidate) === key);
    if (!property) return result;
    result = applyEdits(result, removal(result, parent, property));
  }
};

const insertion = (text: string, parent: Node, print: (indent: string, inline: boolean) => string): Edit[] => {
  const eol = eolOf(text);
  const last = propertiesOf(parent).at(-1);
  if (!last) {
    const outer = indentAt(text, parent.offset);
    const indent = outer + unitOf(text);
    const comment = tokens(text, parent.offset + 1, endOf(parent) - 1).at(-1);
    const from = comment ? comment.end : parent.offset + 1;
    // A line comment keeps the line break that ends it.
    return [{ offset: from, length: endOf(parent) - 1 - from, content: `${eol}${indent}${print(indent, false)}${eol}${outer}` }];
  }
  const after = tokens(text, endOf(last), endOf(parent) - 1);
  const comma = after.find(({ isComma }) => isComma);
  if (!isMultiLine(text, parent)) {
    const content = print(indentAt(text, last.offset), true);
    return [{ offset: comma?.end ?? endOf(last), length: 0, content: comma ? ` ${content},` : `, ${content}` }];
  }
  const indent = indentAt(text, last.offset);
  // What is said about the last key on its own line stays with it.
  const lineEnd = text.indexOf('\n', endOf(last));
  const offset = after.filter(({ start }) => start < lineEnd).at(-1)?.end ?? endOf(last);
  const content = `${eol}${indent}${print(indent, false)}`;
  if (comma) return [{ offset: Math.max(offset, comma.end), length: 0, content: `${content},` }];
  if (offset === endOf(last)) return [{ offset, length: 0, content: `,${content}` }];
  return [
    { offset: endOf(last), length: 0, content: ',' },
    { offset, length: 0, content },
  ];
};

const removal = (text: string, parent: Node, property: Node): Edit[] => {
  const siblings = propertiesOf(parent);
  const index = siblings.indexOf(property);
  const next = siblings[index + 1];
  const previous = siblings[index - 1];
  const commaAfter = tokens(text, endOf(property), next?.offset ?? endOf(parent) - 1).find(({ isComma }) => isComma);
  const commaBefore = !commaAfter && previous ? tokens(text, endOf(previous), property.offset).find(({ isComma }) => isComma) : undefined;
  // A comment between the key and its comma stays.
  const joined = commaAfter !== undefined && text.slice(endOf(property), commaAfter.start).trim() === '';
  const span = widen(text, property.offset, joined ? commaAfter.end : endOf(property));
  const comma = joined ? undefined : (commaAfter ?? commaBefore);
  return [...(comma ? [{ offset: comma.start, length: 1, content: '' }] : []), span];
};

/** What would be left as an empty line, or as a double space, goes too. */
const widen = (text: string, start: number, end: number): Edit => {
  const before = /[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  const after = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  const lineStarts = start - before === 0 || text[start - before - 1] === '\n';
  const lineBreak = /^\r?\n/.exec(text.slice(end + after))?.[0].length ?? 0;
  if (lineStarts && lineBreak > 0) return { offset: start - before, length: end + after + lineBreak - (start - before), content: '' };
  if (lineStarts) return { offset: start, length: end + after - start, content: '' };
  return { offset: start - before, length: end - (start - before), content: '' };
};

type Token = { readonly isComma: boolean; readonly start: number; readonly end: number };

/** Commas and comments of a stretch that holds no key. */
const tokens = (text: string, from: number, to: number): Token[] => {
  const scanner = createScanner(text.slice(from, to));
  const found: Token[] = [];
  while (scanner.getPosition() < to - from) {
    scanner.scan();
    const start = from + scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    if (text.slice(start, end).trim() !== '') found.push({ isComma: text[start] === ',', start, end });
  }
  return found;
};

const objectAt = (text: string, path: Path): Node => {
  let node = parseJsonc(text).tree;
  for (const key of path) node = propertiesOf(node).findLast((property) => keyOf(property) === key)?.children?.[1] ?? null;
  if (node?.type !== 'object') throw new TypeError(`no object at ${path.join('.')}`);
  return node;
};

const propertiesOf = (node: Node | null): readonly Node[] => (node?.type === 'object' ? (node.children ?? []) : []);
const keyOf = (property: Node): string => String(property.children?.[0]?.value);
const endOf = ({ offset, length }: Node): number => offset + length;

/** Whether its first key is on a line of its own. */
const isMultiLine = (text: string, node: Node): boolean => {
  const first = propertiesOf(node)[0];
  return first === undefined || text.slice(node.offset, first.offset).includes('\n');
};

/** The white space that the line of this offset begins with. */
const indentAt = (text: string, offset: number): string => /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';

/** One step of indentation, as the file does it. */
const unitOf = (text: string): string => /\n([ \t]+)["/]/.exec(text)?.[1] ?? '  ';
const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');
