import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type ProgressToken,
} from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import { AppError } from '../../src-shared/app-error.ts';
import { grants } from '../../src-shared/models/scope.ts';
import type { Clock } from '../gateway-ports.ts';
import type { DoorTool } from './door-tools.ts';
import type { McpRequest } from './mcp-door.ts';

/** Clients give up after a minute of silence, unless they hear that it goes on. */
const progressMs = 10_000;

/** A server and a transport for this one request, over the official SDK; loaded with the first. */
export const answerMcp = async (
  { request, response, body, by, traceId }: McpRequest,
  { tools, version, clock }: { readonly tools: readonly DoorTool[]; readonly version: string; readonly clock: Pick<Clock, 'after'> },
): Promise<void> => {
  const server = new Server({ name: 'openclaw', version }, { capabilities: { tools: {} } });
  const mine = tools.filter(({ scope }) => grants(by.scopes, scope));
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: mine.map(described) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { sendNotification, _meta }): Promise<CallToolResult> => {
    const tool = mine.find(({ name }) => name === params.name);
    if (!tool) throw new McpError(ErrorCode.InvalidParams, noSuchTool(params.name, tools));
    const parsed = tool.parameters.safeParse(params.arguments ?? {});
    if (!parsed.success) return failed(`The arguments do not fit: ${z.prettifyError(parsed.error)}`);
    const stop = tellProgress(clock, _meta?.progressToken, (progressToken, progress) =>
      sendNotification({ method: 'notifications/progress', params: { progressToken, progress } }),
    );
    try {
      const { text, structured, isError } = await tool.run(parsed.data, by, traceId);
      return { content: [{ type: 'text', text }], structuredContent: structured, isError };
    } catch (thrown) {
      const error = AppError.from(thrown);
      // Of what went wrong inside, only the trace id is for others.
      if (error.code === 'INTERNAL') throw new McpError(ErrorCode.InternalError, `${error.message} (trace ${traceId})`);
      return failed([error.message, error.hint].filter(Boolean).join(' '));
    } finally {
      stop();
    }
  });
  const transport = new StreamableHTTPServerTransport();
  response.once('close', () => void server.close());
  // It has their interface but for `exactOptionalPropertyTypes`.
  await server.connect(transport as Parameters<Server['connect']>[0]);
  await transport.handleRequest(request, response, body);
};

const described = ({ name, description, parameters, reads }: DoorTool) => ({
  name,
  description,
  inputSchema: z.toJSONSchema(parameters, { io: 'input' }) as { type: 'object' },
  annotations: { readOnlyHint: reads },
});

const failed = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true });

const noSuchTool = (name: string, tools: readonly DoorTool[]): string => {
  const known = tools.find((tool) => tool.name === name);
  return known ? `"${name}" needs a token with scope "${known.scope}".` : `There is no tool "${name}".`;
};

/** Returns its undo. */
const tellProgress = (
  clock: Pick<Clock, 'after'>,
  token: ProgressToken | undefined,
  tell: (token: ProgressToken, progress: number) => Promise<void>,
): (() => void) => {
  if (token === undefined) return () => undefined;
  let told = 0;
  const again = (): (() => void) =>
    clock.after(progressMs, () => {
      told += 1;
      // A client that has gone misses nothing.
      tell(token, told).catch(() => undefined);
      undo = again();
    });
  let undo = again();
  return () => undo();
};
