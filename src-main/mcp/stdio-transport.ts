import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import type { Clock } from '../gateway-ports.ts';
import type { StartedProgram, StartProgram } from '../programs/start-program.ts';
import type { ReachedServer } from './mcp-session.ts';

const lineMost = 4 * 1024 * 1024;
/** More in a window is no conversation any more. */
const messagesMost = 2_000;
const windowMs = 10_000;
const stderrKept = 2_000;

export type StdioTransport = Transport & {
  /** Why it ended, in words, with the program's last ones on stderr; null where it did not, or was closed by us. */
  readonly why: () => string | null;
};

/**
 * JSON-RPC, a message a line, with a program that we started. The SDK's own transport would leave what the program
 * starts running, and takes any amount of anything.
 */
export const createStdioTransport = (
  { argv, env, cwd }: Extract<ReachedServer, { kind: 'stdio' }>,
  {
    start,
    clock,
    onStderr,
  }: { readonly start: StartProgram; readonly clock: Pick<Clock, 'monotonic'>; readonly onStderr: (text: string) => void },
): StdioTransport => {
  let program: StartedProgram | null = null;
  let rest = '';
  let stderr = '';
  let why: string | null = null;
  let closed = false;
  let seen = 0;
  let since = clock.monotonic();

  const breakOff = (reason: string): void => {
    why ??= reason;
    rest = '';
    void program?.end();
  };

  /** Banners and debug prints are common on stdout, against the protocol; they are not messages. */
  const take = (line: string): void => {
    const message = parse(line);
    if (message === null) return;
    if (clock.monotonic() - since > windowMs) {
      seen = 0;
      since = clock.monotonic();
    }
    seen += 1;
    if (seen > messagesMost) breakOff(`It sent more than ${messagesMost} messages in ${windowMs / 1000} s and was ended.`);
    else transport.onmessage?.(message);
  };

  const read = (text: string): void => {
    if (why !== null) return;
    const lines = text.split('\n');
    lines[0] = `${rest}${lines[0]}`;
    rest = lines.pop() ?? '';
    for (const line of lines) if (why === null) take(line);
    if (rest.length > lineMost) breakOff('It sent a line of more than 4 MiB and was ended.');
  };

  const transport: StdioTransport = {
    start: async () => {
      program = start(
        { argv, env, cwd },
        {
          stdout: read,
          stderr: (text) => {
            stderr = `${stderr}${text}`.slice(-stderrKept);
            onStderr(text);
          },
        },
      );
      void program.ended.then(({ code, signal, error }) => {
        if (!closed) why ??= error ?? `It ended by itself (${code === null ? `signal ${signal}` : `exit code ${code}`}).`;
        transport.onclose?.();
      });
    },
    send: async (message) => program?.write(`${JSON.stringify(message)}\n`),
    close: async () => {
      closed = true;
      await program?.end();
    },
    why: () => (why === null ? null : [why, stderr.trim()].filter(Boolean).join('\n')),
  };
  return transport;
};

const parse = (line: string): JSONRPCMessage | null => {
  if (!line.trimStart().startsWith('{')) return null;
  try {
    return JSONRPCMessageSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
};
