import fc from 'fast-check';
import { createScanner, findNodeAtLocation, type Node, type ParseError, parse, parseTree } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { applyMergePatch } from './merge-patch.ts';

const file = `// My gateway
{
  "gateway": { "port": 18789 }, // the usual one
  /* who answers */
  "agents": {
    // the first
    "main": { "model": "local", "tools": ["file_read"] }, // keep
    "dev-coder": {
      "model": "local" // for now
    }
  },
  "models": {},
  "logs": {
    // nothing yet
  }
}
`;

describe('a merge patch on a text', () => {
  it('sets what is there in its place', () => {
    expect(applyMergePatch(file, { gateway: { port: 4000 } })).toBe(file.replace('18789', '4000'));
  });

  it('says nothing anew that is so already', () => {
    expect(applyMergePatch(file, { gateway: { port: 18789 }, agents: { main: { tools: ['file_read'] } }, ui: null })).toBe(file);
    expect(applyMergePatch('', {})).toBe('');
  });

  it('adds where it belongs, in the style it finds', () => {
    expect(applyMergePatch(file, { gateway: { host: 'localhost' } })).toBe(file.replace('18789 }', '18789, "host": "localhost" }'));
    expect(applyMergePatch(file, { agents: { 'dev-coder': { maxSteps: 9 } } })).toBe(
      file.replace('"local" // for now', '"local", // for now\n      "maxSteps": 9'),
    );
    expect(applyMergePatch(file, { models: { a: { provider: 'offline' } } })).toBe(
      file.replace('"models": {}', '"models": {\n    "a": {\n      "provider": "offline"\n    }\n  }'),
    );
    expect(applyMergePatch(file, { logs: { level: 'debug' } })).toBe(
      file.replace('// nothing yet\n', '// nothing yet\n    "level": "debug"\n'),
    );
    expect(applyMergePatch('{\r\n\t"a": 1,\r\n}', { b: [1, 2] })).toBe('{\r\n\t"a": 1,\r\n\t"b": [1, 2],\r\n}');
    expect(applyMergePatch('', { a: { b: 1 } })).toBe('{\n  "a": {\n    "b": 1\n  }\n}\n');
    expect(applyMergePatch('\uFEFF{"a":1}', { b: 2 })).toBe('\uFEFF{"a":1, "b": 2}');
  });

  it('takes away the key and its line, and no comment', () => {
    expect(applyMergePatch(file, { models: null })).toBe(file.replace('  "models": {},\n', ''));
    expect(applyMergePatch(file, { agents: { main: { tools: null } } })).toBe(file.replace(', "tools": ["file_read"]', ''));
    expect(applyMergePatch(file, { agents: { 'dev-coder': { model: null } } })).toBe(file.replace('"model": "local" // for', '// for'));
    expect(applyMergePatch(file, { logs: null })).toBe(file.replace(/"models": \{\},[^}]*\}/, '"models": {}'));
    expect(applyMergePatch('{ "a": 1, "b": 2 }', { a: null })).toBe('{ "b": 2 }');
    expect(applyMergePatch('{ "a": 1, "b": 2 }', { b: null })).toBe('{ "a": 1 }');
  });

  it('knows that of two keys of one name the last one counts', () => {
    expect(applyMergePatch('{ "a": 1, "a": 2 }', { a: 3 })).toBe('{ "a": 1, "a": 3 }');
    expect(parse(applyMergePatch('{ "a": 1, "b": 0, "a": 2 }', { a: null }))).toEqual({ b: 0 });
  });

  it('writes an object whole where there was none, without its nulls', () => {
    expect(parse(applyMergePatch('{ "a": 1 }', { a: { b: null, c: { d: null, e: 1 } } }))).toEqual({ a: { c: { e: 1 } } });
  });

  const key = fc.constantFrom('a', 'b', 'c', 'd', '键', 'x"y');
  const leaf = fc.oneof(fc.integer(), fc.boolean(), fc.string({ maxLength: 5 }), fc.array(fc.integer(), { maxLength: 2 }));
  const { object } = fc.letrec<{ object: Record<string, unknown> }>((tie) => ({
    object: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, tie('object')), { maxKeys: 4 }),
  }));
  const { patch } = fc.letrec<{ patch: Record<string, unknown> }>((tie) => ({
    patch: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, fc.constant(null), tie('patch')), { maxKeys: 4 }),
  }));
  const gap = fc.constantFrom('', ' ', '\n', '\n  ', ' // c\n', ' /* c */ ', '\n\t// c\n\t/* d\n */');

  /** Any text that means the value: odd white space and trailing commas, comments around each key with its value. */
  const written = (value: unknown, gaps: () => string): string => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
    const inner = Object.entries(value).map(
      ([name, item]) => `${gaps()}${JSON.stringify(name)} :${gaps().replace(/\S.*/gs, '')}${written(item, gaps)}${gaps()}`,
    );
    const trailing = inner.length > 0 && gaps().includes('\n') ? ',' : '';
    return `{${inner.join(',')}${trailing}${gaps()}}`;
  };
  const text = fc.tuple(object, fc.infiniteStream(gap)).map(([value, gaps]) => {
    const next = (): string => String(gaps.next().value);
    return { value, text: `${next()}${written(value, next)}${next()}` };
  });

  it('means what RFC 7396 says, keeps every comment, and every untouched value as it was written', () => {
    fc.assert(
      fc.property(text, patch, ({ value, text: before }, change) => {
        const after = applyMergePatch(before, change);
        const errors: ParseError[] = [];
        expect(parse(after, errors, { allowTrailingComma: true })).toEqual(merged(value, change));
        expect(errors).toEqual([]);
        // But those inside a value that is replaced or taken away as a whole.
        const rest = replaced(change, []).reduce(emptied, before);
        expect(comments(after)).toEqual(comments(rest));
        // What the change does not name is there byte for byte.
        for (const [name, inner] of Object.entries(value)) {
          if (Object.hasOwn(change, name)) continue;
          const source = sourceOf(before, [name]);
          expect(after).toContain(source);
          expect(parse(source)).toEqual(inner);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7396, as its pseudo code has it. */
const merged = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
};

const comments = (text: string): string[] => {
  const scanner = createScanner(text);
  const found: string[] = [];
  while (scanner.getPosition() < text.length) {
    scanner.scan();
    const token = text.slice(scanner.getTokenOffset(), scanner.getPosition());
    if (token.startsWith('/')) found.push(token);
  }
  return found;
};

const replaced = (patch: Record<string, unknown>, at: string[]): string[][] =>
  Object.entries(patch).flatMap(([name, value]) => (isObject(value) ? replaced(value, [...at, name]) : [[...at, name]]));

const nodeAt = (text: string, path: string[]): Node | undefined => {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  return tree && findNodeAtLocation(tree, path);
};

const sourceOf = (text: string, path: string[]): string => {
  const { offset = 0, length = 0 } = nodeAt(text, path) ?? {};
  return text.slice(offset, offset + length);
};

const emptied = (text: string, path: string[]): string => {
  const node = nodeAt(text, path);
  return node ? `${text.slice(0, node.offset)}0${text.slice(node.offset + node.length)}` : text;
};
