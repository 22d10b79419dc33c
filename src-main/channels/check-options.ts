import type { PluginManifest } from '../../src-shared/models/plugin-manifest.ts';

type ReadSchema = (
  jsonSchema: Readonly<Record<string, unknown>>,
  what: string,
) => Promise<{ readonly validate: (value: Readonly<Record<string, unknown>>) => string | null }>;

/** The names that belong into the keychain. */
export const sensitiveNames = ({ uiHints }: Pick<PluginManifest, 'uiHints'>): readonly string[] =>
  Object.entries(uiHints).flatMap(([name, { sensitive }]) => (sensitive ? [name] : []));

/** What the plugin is told: what the schema gives where config.json says nothing, and what that says. Secrets have no defaults. */
export const withDefaults = (
  { configSchema, uiHints }: Pick<PluginManifest, 'configSchema' | 'uiHints'>,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const { properties = {} } = configSchema as { readonly properties?: Readonly<Record<string, { readonly default?: unknown }>> };
  const given = Object.entries(properties).filter(([name, schema]) => schema.default !== undefined && !uiHints[name]?.sensitive);
  return { ...Object.fromEntries(given.map(([name, schema]) => [name, schema.default])), ...options };
};

/** Where its secrets may go, as far as its options say that: the hosts that the user fills in. */
export const addressesOf = (
  { configSchema, uiHints, permissions: { net } }: Pick<PluginManifest, 'configSchema' | 'uiHints' | 'permissions'>,
  options: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, address: unknown])[] => {
  const { properties = {} } = configSchema as { readonly properties?: Readonly<Record<string, { readonly format?: unknown }>> };
  const isAddress = (name: string): boolean =>
    net.includes(`{${name}}`) || (net.includes('*') && ['uri', 'hostname'].includes(String(properties[name]?.format)));
  const known = withDefaults({ configSchema, uiHints }, options);
  return Object.keys(properties)
    .filter(isAddress)
    .map((name) => [name, originOf(known[name])] as const);
};

/** Another path there is no other place. */
const originOf = (value: unknown): unknown => {
  if (typeof value !== 'string' || !URL.canParse(value)) return value ?? null;
  const { protocol, host } = new URL(value);
  return `${protocol}//${host}`;
};

/** What is wrong with the options of an entry, in words; null: nothing. Secrets are looked for beside them. */
export const checkOptions = async (
  manifest: Pick<PluginManifest, 'configSchema' | 'uiHints'>,
  options: Readonly<Record<string, unknown>>,
  getSecret: (name: string) => Promise<string | null>,
  readSchema: ReadSchema,
): Promise<{ readonly state: 'broken' | 'needs-auth'; readonly detail: string } | null> => {
  const secret = sensitiveNames(manifest);
  const misplaced = secret.find((name) => Object.hasOwn(options, name));
  if (misplaced !== undefined)
    return {
      state: 'broken',
      detail: `options.${misplaced} is secret and must not stand in config.json: set it in the console, and take it out of the file.`,
    };
  const { properties = {}, required = [], ...rest } = manifest.configSchema;
  const needed = Array.isArray(required) ? required.map(String) : [];
  const open = Object.entries(properties as Readonly<Record<string, unknown>>).filter(([name]) => !secret.includes(name));
  const schema = { ...rest, properties: Object.fromEntries(open), required: needed.filter((name) => !secret.includes(name)) };
  const { validate } = await readSchema(schema, 'options');
  const problem = validate(options);
  if (problem !== null) return { state: 'broken', detail: `What config.json tells the plugin does not fit: ${problem}` };
  for (const name of secret.filter((one) => needed.includes(one)))
    if ((await getSecret(name)) === null) return { state: 'needs-auth', detail: `It needs "${name}": set it in the console.` };
  return null;
};
