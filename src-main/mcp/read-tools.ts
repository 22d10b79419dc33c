import * as z from 'zod';
import type { JsonSchemaParameters } from '../agents/tools/tool.ts';
import { escapeControls } from '../logs/redact.ts';
import type { McpSession } from './mcp-session.ts';

const toolsMost = 128;
const descriptionMost = 2_000;
const schemaMost = 64 * 1024;
const pagesMost = 20;

/** A tool as its server describes it, checked. What it says of its own harmlessness counts for nothing. */
export type McpTool = {
  /** Its own name, without the server's. */
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchemaParameters;
  /** It warns of itself. */
  readonly destructive: boolean;
};

export type ReadSchema = (jsonSchema: Readonly<Record<string, unknown>>) => Promise<JsonSchemaParameters>;

const toolSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9_./-]{1,64}$/, 'a tool is named with A-Z a-z 0-9 _ . / and -, up to 64 of them'),
  description: z.string().optional(),
  inputSchema: z.looseObject({ type: z.literal('object') }),
  annotations: z.object({ destructiveHint: z.boolean().optional() }).optional().catch(undefined),
});

/** All tools of a server that can be used, and in words what is wrong with the others. Rejects as the session does. */
export const readTools = async (
  session: Pick<McpSession, 'listTools'>,
  readSchema: ReadSchema,
  signal: AbortSignal,
): Promise<{ readonly tools: readonly McpTool[]; readonly problems: readonly string[] }> => {
  const tools = new Map<string, McpTool>();
  const problems: string[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page += 1) {
    const { tools: listed, nextCursor } = await session.listTools(cursor, signal);
    for (const told of listed) {
      if (tools.size >= toolsMost)
        return { tools: [...tools.values()], problems: [...problems, `it has more than ${toolsMost} tools; the others are left out`] };
      const read = await readTool(told, readSchema);
      if (typeof read === 'string') problems.push(read);
      else if (tools.has(read.name)) problems.push(`it has two tools called "${read.name}"`);
      else tools.set(read.name, read);
    }
    if (nextCursor === undefined || nextCursor === cursor) break;
    cursor = nextCursor;
  }
  return { tools: [...tools.values()], problems: problems.slice(0, 20) };
};

/** Words instead of the tool where it cannot be used. */
const readTool = async (told: unknown, readSchema: ReadSchema): Promise<McpTool | string> => {
  const parsed = toolSchema.safeParse(told);
  if (!parsed.success) return `tool "${nameOf(told)}": ${z.prettifyError(parsed.error)}`;
  const { name, description = '', inputSchema, annotations } = parsed.data;
  if (JSON.stringify(inputSchema).length > schemaMost) return `tool "${name}": its schema is larger than ${schemaMost / 1024} KiB`;
  try {
    return {
      name,
      description: cut(escapeControls(description)),
      parameters: await readSchema(inputSchema),
      destructive: annotations?.destructiveHint === true,
    };
  } catch (error) {
    return `tool "${name}": its schema cannot be used: ${error instanceof Error ? error.message.slice(0, 300) : ''}`;
  }
};

const nameOf = (told: unknown): string => {
  const name = typeof told === 'object' && told !== null && 'name' in told ? told.name : undefined;
  return typeof name === 'string' ? escapeControls(name.slice(0, 64)) : 'without a name';
};

const cut = (text: string): string => (text.length <= descriptionMost ? text : `${text.slice(0, descriptionMost)}…`);
