import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../gateway-ports.ts';
import type { Principal } from '../principal.ts';
import { createDoorTools, type DoorPorts } from './door-tools.ts';

/** One message of a client, whose credential was checked and whose body was read. */
export type McpRequest = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
  readonly by: Principal;
  readonly traceId: string;
};

/** Our own MCP server: answers by `response`. Keeps nothing between two requests, so a restart breaks no client. */
export type McpDoor = (request: McpRequest) => Promise<void>;

export const createMcpDoor = (ports: DoorPorts & { readonly version: string; readonly clock: Clock }): McpDoor => {
  const tools = createDoorTools(ports);
  return async (request) => (await import('./sdk-door.ts')).answerMcp(request, { tools, version: ports.version, clock: ports.clock });
};
