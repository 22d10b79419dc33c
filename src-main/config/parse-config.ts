import { findNodeAtLocation, getNodePath, getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { agentConfigSchema, type Config, configSchema, keysNotYet, modelConfigSchema } from '../../src-shared/contract/config.ts';
import { agentIdsOf, problemOfRule } from '../../src-shared/contract/routing.ts';
import { nearNames } from '../../src-shared/near-names.ts';

/** Where in the file, counted from 1, and what is wrong there. */
export type ConfigProblem = { readonly line: number; readonly column: number; readonly message: string };

export type ParsedConfig =
  | {
      readonly config: Config;
      readonly problems: readonly [] /** What cannot be honoured; the rest is good without. */;
      readonly skipped: readonly ConfigProblem[];
    }
  | { readonly config: null; readonly problems: readonly ConfigProblem[]; readonly skipped: readonly [] };

/** JSON with comments → config, or every problem in words with its line and column. */
export const parseConfig = (text: string): ParsedConfig => {
  const { tree, errors } = parseJsonc(text);
  if (errors.length > 0)
    return unusable(errors.slice(0, 10).map(({ offset, error }) => ({ ...positionOf(text, offset), message: inWords(error) })));
  const result = configSchema.safeParse(tree ? getNodeValue(tree) : {});
  if (!result.success) return unusable(result.error.issues.flatMap((issue) => describe(issue, tree, text)));
  if (isOpenHost(result.data))
    return unusable([{ ...locate(tree, ['gateway', 'host'], text), message: `gateway.host: ${openHostProblem}` }]);
  return { config: result.data, problems: [], skipped: skippedRules(result.data, tree, text) };
};

const unusable = (problems: readonly ConfigProblem[]): ParsedConfig => ({ config: null, problems, skipped: [] });

const skippedRules = ({ routing, agents }: Config, tree: Node | null, text: string): readonly ConfigProblem[] => {
  const ids = agentIdsOf(agents);
  return routing.flatMap((rule, index) => {
    const problem = problemOfRule(rule, ids);
    if (problem === null) return [];
    const why =
      problem === 'unknown-agent'
        ? `there is no agent "${rule.agent}"${near(rule.agent, ids)}`
        : `a rule for "${rule.agent}" names neither a channel nor a sender`;
    return [{ ...locate(tree, ['routing', index, 'agent'], text), message: `routing: ${why}; the rule is skipped` }];
  });
};

const near = (name: string, names: readonly string[]): string => {
  const [best] = nearNames(name, names, 1);
  return best === undefined ? '' : ` – did you mean "${best}"?`;
};

/** `CloseBraceExpected` → `Close brace expected` */
const inWords = (error: ParseError['error']): string =>
  printParseErrorCode(error).replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Comments and trailing commas are fine; a byte order mark counts as one space. `tree` is null for an empty file. */
export const parseJsonc = (text: string): { readonly tree: Node | null; readonly errors: readonly ParseError[] } => {
  const errors: ParseError[] = [];
  if (text.replace(/^\uFEFF/, '').trim() === '') return { tree: null, errors };
  const tree = parseTree(text.replace(/^\uFEFF/, ' '), errors, { allowTrailingComma: true, disallowComments: false }) ?? null;
  return { tree, errors };
};

/** What the text means, however wrong it may be as a configuration; what cannot be read is left out. */
export const readJsonc = (text: string): unknown => {
  const { tree } = parseJsonc(text);
  return tree ? getNodeValue(tree) : {};
};

/** `line 3, column 5: …` */
export const sayProblem = ({ line, column, message }: ConfigProblem): string => `line ${line}, column ${column}: ${message}`;

/** Other machines could listen in or call: only behind a proxy that the user names. TLS of our own is not there yet. */
export const isOpenHost = ({ gateway }: Pick<Config, 'gateway'>): boolean =>
  !['127.0.0.1', '::1', 'localhost'].includes(gateway.host) && gateway.trustedProxies.length === 0;

const openHostProblem =
  'other machines could reach this address without a proxy in front; keep 127.0.0.1, or name a TLS proxy in gateway.trustedProxies';

type Issue = { readonly code: string; readonly path: readonly PropertyKey[]; readonly message: string; readonly keys?: readonly string[] };

const describe = (issue: Issue, tree: Node | null, text: string): ConfigProblem[] => {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys' && issue.keys) {
    return issue.keys.map((key) => {
      const at = [...path, key];
      const position = locate(tree, at, text);
      if (isNotYet(at))
        return { ...position, message: `"${at.join('.')}" is for a feature that this version does not have yet; take it out` };
      return { ...position, message: `unknown key "${at.join('.')}"${near(key, knownKeys(path))}` };
    });
  }
  return [{ ...locate(tree, path, text), message: `${path.join('.') || 'the file'}: ${issue.message}` }];
};

const isNotYet = (path: readonly (string | number)[]): boolean =>
  keysNotYet.some((known) => {
    const parts = known.split('.');
    return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
  });

/** Position of the key, or of the nearest thing above it that is there. */
const locate = (tree: Node | null, path: readonly (string | number)[], text: string): Position => {
  for (let depth = path.length; tree && depth > 0; depth -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, depth) as (string | number)[]);
    if (node) return positionOf(text, (node.parent?.type === 'property' && getNodePath(node).length > 0 ? node.parent : node).offset);
  }
  return { line: 1, column: 1 };
};

/** The keys the schema has at a path; empty where it is a free-form record. */
const knownKeys = (path: readonly (string | number)[]): string[] => {
  const complete: unknown = configSchema.parse({ agents: { a: {} }, models: { m: { provider: 'offline' } } });
  if (path[0] === 'agents' && path.length === 2) return Object.keys(agentConfigSchema.shape);
  if (path[0] === 'models' && path.length === 2) return Object.keys(modelConfigSchema.shape);
  let value = complete;
  for (const key of path) value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : null;
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
};

type Position = Pick<ConfigProblem, 'line' | 'column'>;

const positionOf = (text: string, offset: number): Position => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};
