import { type McpServerConfig, mcpServerNameSchema, mcpServerSchema } from '../../../src-shared/contract/config.ts';
import { keychainReference, looksLikeSecret, referTo } from '../../../src-shared/looks-like-secret.ts';

export type Servers = Readonly<Record<string, McpServerConfig>>;
/** `problem`: words of the schema, or which of the few things it is. */
export type Paste =
  | { readonly servers: Servers; readonly problem: null }
  | { readonly servers: null; readonly problem: 'notJson' | 'none' | { readonly words: string } };

/** What people copy from the page of a server: the whole file, the part below `mcpServers`, or an entry without its braces. */
export const readPaste = (text: string): Paste => {
  const value = parse(text) ?? parse(`{${text.trim().replace(/,$/, '')}}`);
  if (value === undefined) return { servers: null, problem: 'notJson' };
  const found = isObject(value) ? (value.mcpServers ?? value.servers ?? value) : value;
  if (!isObject(found) || Object.keys(found).length === 0) return { servers: null, problem: 'none' };
  const servers: Record<string, McpServerConfig> = {};
  for (const [name, entry] of Object.entries(found)) {
    const parsedName = mcpServerNameSchema.safeParse(name);
    const parsed = mcpServerSchema.safeParse(entry);
    const issue = parsedName.error?.issues[0] ?? parsed.error?.issues[0];
    if (issue) return { servers: null, problem: { words: `${[name, ...issue.path].join('.')}: ${issue.message}` } };
    if (parsed.data) servers[name] = parsed.data;
  }
  return { servers, problem: null };
};

export type Secret = { readonly server: string; readonly part: 'env' | 'headers'; readonly name: string; readonly value: string };

/** The gateway takes no shorter ones into the keychain. */
const secretLeast = 8;

export const secretsIn = (servers: Servers): readonly Secret[] =>
  Object.entries(servers).flatMap(([server, config]) =>
    (['env', 'headers'] as const).flatMap((part) =>
      Object.entries(config[part] ?? {})
        .filter(([name, value]) => looksLikeSecret(name) && value.trim().length >= secretLeast && value.search(keychainReference) === -1)
        .map(([name, value]) => ({ server, part, name, value })),
    ),
  );

/** The entry of the keychain that a secret goes to. */
export const keyNameOf = ({ server, name }: Secret): string => `mcp.${server}.${name}`.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 128);

/** The same servers with names of the keychain in the place of these secrets. */
export const withReferences = (servers: Servers, secrets: readonly Secret[]): Servers => {
  const out: Record<string, McpServerConfig> = { ...servers };
  for (const secret of secrets) {
    const config = out[secret.server];
    if (config) out[secret.server] = { ...config, [secret.part]: { ...config[secret.part], [secret.name]: referTo(keyNameOf(secret)) } };
  }
  return out;
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
