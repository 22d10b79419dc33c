import { readdirSync, readFileSync } from 'node:fs';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { createI18n } from './create-i18n.ts';
import { en, type MessageKey } from './en.ts';
import { zhCn } from './zh-cn.ts';

type Node = { readonly type: string } & Readonly<Record<string, unknown>>;

const root = new URL('../', import.meta.url);
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|^i18n[\\/]|^testing[\\/]|\.d\.ts$/.test(path),
);

const walk = (value: unknown, visit: (node: Node) => void): void => {
  if (Array.isArray(value)) for (const one of value) walk(one, visit);
  else if (typeof value === 'object' && value !== null) {
    if ('type' in value && typeof value.type === 'string') visit(value as Node);
    for (const one of Object.values(value)) walk(one, visit);
  }
};

const nodes = files.flatMap((path) => {
  const found: { readonly path: string; readonly node: Node }[] = [];
  walk(parseSync(path, readFileSync(new URL(path, root), 'utf8')).program, (node) => found.push({ path, node }));
  return found;
});

const literals = new Set(nodes.flatMap(({ node }) => (node.type === 'Literal' && typeof node.value === 'string' ? [node.value] : [])));
/** How keys made from a code begin: `error.` of `error.${code}`. */
const prefixes = nodes.flatMap(({ node }) => {
  if (node.type !== 'TemplateLiteral') return [];
  const [first] = node.quasis as readonly { readonly value: { readonly cooked: string } }[];
  return first && /^[a-zA-Z]+\.([a-zA-Z]+\.)*$/.test(first.value.cooked) ? [first.value.cooked] : [];
});

const placeholders = (text: string): readonly string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '').sort();
const keys = Object.keys(en) as MessageKey[];

describe('texts', () => {
  it('are the same keys in both languages', () => {
    expect(Object.keys(zhCn).sort()).toEqual([...keys].sort());
  });

  it.each(keys)('%s says something in both, with the same things filled in', (key) => {
    expect(en[key].trim()).not.toBe('');
    expect(zhCn[key].trim()).not.toBe('');
    expect(placeholders(zhCn[key])).toEqual(placeholders(en[key]));
  });

  it('have the punctuation of Chinese between Chinese words', () => {
    // `名称: 值` is how a header is typed.
    const wrong = Object.entries(zhCn).filter(([, text]) => /\p{Script=Han}([,;?!(]|:(?! 值))|\}\}\(|[,;)]\p{Script=Han}/u.test(text));
    expect(wrong).toEqual([]);
  });

  it('are all used', () => {
    const used = (key: string): boolean =>
      literals.has(key) || literals.has(key.replace(/_(one|other)$/, '')) || prefixes.some((prefix) => key.startsWith(prefix));
    expect(keys.filter((key) => !used(key))).toEqual([]);
    expect(prefixes).not.toContain('sessions.');
  });

  it('stand nowhere in the parts themselves', () => {
    const shown = new Set(['title', 'placeholder', 'alt', 'label', 'aria-label', 'aria-description', 'aria-roledescription']);
    const hardCoded = nodes.flatMap(({ path, node }) => {
      if (node.type === 'JSXText' && /\p{L}/u.test(String(node.value))) return [`${path}: ${String(node.value).trim()}`];
      if (node.type !== 'JSXAttribute') return [];
      const { name } = node.name as { name: string };
      const value = node.value as Node | null;
      return shown.has(name) && value?.type === 'Literal' && /\p{L}/u.test(String(value.value))
        ? [`${path}: ${name}="${value.value}"`]
        : [];
    });
    expect(hardCoded).toEqual([]);
  });

  it('change with the language and count', async () => {
    const i18n = createI18n('en');
    expect(i18n.t('sessions.hits', { count: 1 })).toBe('1 hit');
    expect(i18n.t('sessions.hits', { count: 2 })).toBe('2 hits');
    await i18n.changeLanguage('zh-CN');
    expect(i18n.t('sessions.hits', { count: 2 })).toBe('2 条结果');
  });
});
