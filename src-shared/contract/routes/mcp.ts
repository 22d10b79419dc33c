import * as z from 'zod';
import { mcpServerNameSchema } from '../config.ts';
import type { Route } from '../route.ts';

/** `retrying`: started again after a while; `failed`: not by itself any more. */
export const mcpStateSchema = z.enum(['disabled', 'connecting', 'ready', 'retrying', 'failed']);
export type McpState = z.infer<typeof mcpStateSchema>;

const mcpToolSchema = z.object({
  name: z.string().describe('as agents call it: server.tool'),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()).describe('JSON Schema'),
  destructive: z.boolean().describe('its server warns of it'),
  autoApproved: z.boolean(),
});

export const mcpServerViewSchema = z.object({
  name: z.string(),
  kind: z.enum(['stdio', 'http']),
  where: z.string().describe('the command line, or the host'),
  about: z.string().nullable().describe('its own name and version, while it is connected'),
  state: mcpStateSchema,
  detail: z.string().describe('why it is not ready'),
  problems: z.array(z.string()).describe('what is wrong with what it offers'),
  plainSecrets: z.array(z.string()).describe('names of values that look like secrets and stand in config.json as they are'),
  tools: z.array(mcpToolSchema),
});
export type McpServerView = z.infer<typeof mcpServerViewSchema>;

const server = z.object({ server: mcpServerNameSchema });

/** Servers of the Model Context Protocol whose tools agents use. They are configured in `mcpServers`. */
export const mcpRoutes = {
  listMcpServers: {
    method: 'GET',
    path: '/api/v1/mcp',
    auth: 'bearer',
    scope: 'config',
    summary: 'MCP servers, how they are, and their tools',
    answers: { 200: z.object({ servers: z.array(mcpServerViewSchema) }) },
  },
  restartMcpServer: {
    method: 'POST',
    path: '/api/v1/mcp/{server}/restart',
    auth: 'bearer',
    scope: 'config',
    summary: 'end one and start it anew, also after it has failed',
    params: server,
    answers: { 200: z.object({ servers: z.array(mcpServerViewSchema) }) },
  },
  callMcpTool: {
    method: 'POST',
    path: '/api/v1/mcp/{server}/tools/{tool}',
    auth: 'bearer',
    scope: 'admin',
    summary: 'try one tool; the caller is the operator, so nobody is asked',
    pin: 'where security.requirePinFor names the tool',
    params: server.extend({ tool: z.string().min(1).max(64) }),
    slashes: true,
    body: z.object({ arguments: z.record(z.string(), z.unknown()).default({}) }),
    answers: { 200: z.object({ ok: z.boolean(), result: z.string(), durationMs: z.int() }) },
  },
} as const satisfies Record<string, Route>;
