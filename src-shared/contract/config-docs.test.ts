import { expect, it } from 'vitest';
import * as z from 'zod';
import { configSchema } from './config.ts';

type Json = {
  properties?: Record<string, Json>;
  additionalProperties?: Json | boolean;
  description?: string;
  default?: unknown;
  type?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  items?: Json;
  pattern?: string;
};

/** One row a key, in the order of the schema. */
const rows = (schema: Json, path: string): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const name = path === '' ? key : `${path}.${key}`;
    if (inner.properties) return rows(inner, name);
    if (typeof inner.additionalProperties === 'object' && inner.additionalProperties.properties)
      return rows(inner.additionalProperties, `${name}.<id>`);
    const isDefault = inner.default !== undefined ? `\`${JSON.stringify(inner.default)}\`` : '';
    return [`| \`${name}\` | ${kind(inner)} | ${isDefault} | ${inner.description ?? ''} |`];
  });

const kind = (schema: Json): string => {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(' ');
  if (schema.type === 'array') return 'list';
  const range =
    schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < 1e9 ? `, ${schema.minimum}–${schema.maximum}` : '';
  return `${schema.type ?? 'object'}${range}`;
};

/** docs/configuration.md is made from the schema; after a change: `npm run test:unit -- -u`. */
it('docs/configuration.md says what the schema says', async () => {
  const table = rows(z.toJSONSchema(configSchema, { io: 'output', unrepresentable: 'any' }) as Json, '');
  const page = `# Configuration

\`~/openclaw/config.json\` (or \`$OPENCLAW_HOME/config.json\`): JSON with comments; every key is optional. Unknown keys are
errors, with line and column. A file that cannot be used is explained in the log and in the console, and the last good one
is in force. \`openclaw config path\` prints where it is, \`openclaw config validate\` checks it. This page is made from the
schema; \`openclaw config schema\` and \`GET /api/v1/config/schema\` give it to editors.

A change takes effect at once, whether it comes from the console, the API, \`openclaw config set\` or an editor; a turn at work
ends with what it began. Only \`gateway.host\`, \`gateway.port\`, \`gateway.basePath\`, \`retention.maxDatabaseMb\`,
\`logs.maxSizeMb\` and \`logs.keep\` wait for the next start. Comments and layout stay as they are. Where a PIN is set,
changes to \`security.*\`, \`gateway.host\`, \`gateway.trustedProxies\` and a new or changed entry of \`mcpServers\` need it.

For the port, \`openclaw gateway --port N\` goes before \`OPENCLAW_PORT\`, which goes before \`gateway.port\`.

| key | value | default | |
|---|---|---|---|
${table.join('\n')}

A model's \`keyRef\` names an entry of the keychain, never the key itself. Keys can also come from the environment:
\`OPENAI_API_KEY\`, \`ANTHROPIC_API_KEY\`, \`DEEPSEEK_API_KEY\`, \`DASHSCOPE_API_KEY\`, \`MOONSHOT_API_KEY\`, \`ZHIPU_API_KEY\`,
\`OPENROUTER_API_KEY\`, \`GEMINI_API_KEY\`.
`;
  await expect(page).toMatchFileSnapshot('../../docs/configuration.md');
});
