import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport, StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import * as z from 'zod';
import type { Clock } from '../gateway-ports.ts';
import type { StartProgram } from '../programs/start-program.ts';
import type { McpSession, OpenMcpSession, ReachedServer, SessionHooks } from './mcp-session.ts';
import { createStdioTransport } from './stdio-transport.ts';

/** Time limits are the caller's, by signal; the SDK's own would come first. */
const never = 2_147_483_647;
/** Tools one by one: one that is wrong must not hide the others. */
const toolPageSchema = z.object({ tools: z.array(z.unknown()), nextCursor: z.string().optional() });

/** Sessions over the official SDK. Imported when the first server is configured: it is large. */
export const createOpenSdkSession =
  (ports: {
    readonly version: string;
    readonly start: StartProgram;
    readonly clock: Pick<Clock, 'monotonic'>;
    readonly onStderr: (text: string) => void;
  }): OpenMcpSession =>
  async (server, hooks, signal) => {
    // What a server could ask of us (sampling, files, questions to the user) is not offered.
    const client = new Client({ name: 'openclaw', version: ports.version }, { capabilities: {} });
    client.setNotificationHandler(ToolListChangedNotificationSchema, hooks.onToolsChanged);
    const { connect, close, isGone } = reach(server, client, hooks, ports);
    try {
      await connect(signal);
    } catch (error) {
      await close();
      throw error;
    }
    const { name = 'unknown', version = '' } = client.getServerVersion() ?? {};
    const asked = async <T>(request: Promise<T>): Promise<T> => {
      try {
        return await request;
      } catch (error) {
        if (isGone(error)) hooks.onEnded(wordsOf(error));
        throw error;
      }
    };
    return {
      about: `${name} ${version}`.trim().slice(0, 200),
      listTools: (cursor, limit) =>
        asked(client.request({ method: 'tools/list', params: { cursor } }, toolPageSchema, { signal: limit, timeout: never })),
      callTool: async (tool, args, limit) => {
        const params = { name: tool, arguments: { ...args } };
        const result = await asked(
          client.request({ method: 'tools/call', params }, CallToolResultSchema, { signal: limit, timeout: never }),
        );
        return { content: result.content, structured: result.structuredContent, isError: result.isError === true };
      },
      ping: async (limit) => void (await client.ping({ signal: limit, timeout: never })),
      close,
    } satisfies McpSession;
  };

type Reached = {
  readonly connect: (signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
  /** Whether an error says that there is nobody there any more. */
  readonly isGone: (error: unknown) => boolean;
};

const reach = (server: ReachedServer, client: Client, hooks: SessionHooks, ports: Parameters<typeof createOpenSdkSession>[0]): Reached => {
  if (server.kind === 'http') {
    const transport = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { ...server.headers } },
      fetch: fetchCapped,
    });
    return {
      // It has their interface but for `exactOptionalPropertyTypes`.
      connect: (signal) => client.connect(transport as Parameters<Client['connect']>[0], { signal, timeout: never }),
      close: () => client.close(),
      // Node's fetch says TypeError for what it cannot reach.
      isGone: (error) => error instanceof StreamableHTTPError || error instanceof TypeError,
    };
  }
  const transport = createStdioTransport(server, ports);
  let closing = false;
  client.onclose = () => {
    if (!closing) hooks.onEnded(transport.why() ?? 'It ended.');
  };
  return {
    connect: async (signal) => {
      try {
        await client.connect(transport, { signal, timeout: never });
      } catch (error) {
        closing = true;
        throw new Error(transport.why() ?? wordsOf(error), { cause: error });
      }
    },
    close: async () => {
      closing = true;
      await client.close();
    },
    isGone: () => false,
  };
};

const answerMost = 32 * 1024 * 1024;

/** An answer that goes on and on breaks off; the stream on which a server speaks by itself (GET) may live as long as it likes. */
const fetchCapped = async (url: string | URL, init?: RequestInit): Promise<Response> => {
  const response = await fetch(url, init);
  if (response.body === null || init?.method !== 'POST') return response;
  let taken = 0;
  const counted = new TransformStream<Uint8Array, Uint8Array>({
    transform: (chunk, controller) => {
      taken += chunk.byteLength;
      if (taken > answerMost) controller.error(new Error('The answer is larger than 32 MiB.'));
      else controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counted), response);
};

/** Undici hides the reason one level down. */
const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};
