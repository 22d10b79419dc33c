import { findNodeAtLocation, getNodePath, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { type Config, configSchema, keysNotYet } from '../../src-shared/contract/config.ts';
import { nearNames } from '../../src-shared/near-names.ts';

export type ParsedConfig =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly string[] };

/** JSON with comments → config, or every problem in words with its line and column. */
export const parseConfig = (text: string): ParsedConfig => {
  const errors: ParseError[] = [];
  const tree =
    text.trim() === ''
      ? null
      : (parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true, disallowComments: false }) ?? null);
  if (errors.length > 0)
    return {
      config: null,
      problems: errors.slice(0, 10).map((error) => `${positionOf(text, error.offset)}: ${printParseErrorCode(error.error)}`),
    };
  const result = configSchema.safeParse(tree ? getNodeValue(tree) : {});
  if (result.success) return { config: result.data, problems: [] };
  return { config: null, problems: result.error.issues.flatMap((issue) => describe(issue, tree, text)) };
};

type Issue = { readonly code: string; readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] };

const describe = (issue: Issue, tree: Node | null, text: string): string[] => {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    return issue.keys.map((key) => {
      if (isNotYet([...path, key]))
        return `${locate(tree, [...path, key], text)}: "${[...path, key].join('.')}" is for a feature that this version does not have yet; take it out`;
      const near = nearNames(key, knownKeys(path), 1);
      return `${locate(tree, [...path, key], text)}: unknown key "${[...path, key].join('.')}"${near.length > 0 ? ` – did you mean "${near[0]}"?` : ''}`;
    });
  }
  return [`${locate(tree, path, text)}: ${path.join('.') || 'the file'}: ${issue.message}`];
};

const isNotYet = (path: readonly (string | number)[]): boolean =>
  keysNotYet.some((known) => {
    const parts = known.split('.');
    return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
  });

/** Position of the key, or of the nearest thing above it that is there. */
const locate = (tree: Node | null, path: readonly (string | number)[], text: string): string => {
  for (let depth = path.length; tree && depth > 0; depth -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, depth) as (string | number)[]);
    if (node) return positionOf(text, (node.parent?.type === 'property' && getNodePath(node).length > 0 ? node.parent : node).offset);
  }
  return 'line 1, column 1';
};

/** The keys the schema has at a path; empty where it is a free-form record. */
const knownKeys = (path: readonly (string | number)[]): string[] => {
  const complete: unknown = configSchema.parse({ agents: { a: {} }, models: { m: { provider: 'offline' } } });
  if (path[0] === 'agents' && path.length === 2) return ['name', 'model', 'system', 'tools', 'workspace', 'maxSteps'];
  if (path[0] === 'models' && path.length === 2) return ['provider', 'baseUrl', 'model', 'keyRef', 'prices'];
  let value = complete;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : null;
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

const positionOf = (text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
};
