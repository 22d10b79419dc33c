import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { createParser } from 'eventsource-parser';
import { locateHome } from '../home.ts';
import { isAlive } from '../transport/admin-socket.ts';
import { unreachable } from './admin-client.ts';
import type { CliPorts } from './run-cli.ts';

/**
 * MCP over stdin and stdout: each line goes to `/mcp` of the running gateway through its admin socket, and what that
 * answers comes back as lines. Ends when stdin does and all is answered.
 */
export const serveMcp = async ({ env, stdin, stdout, stderr }: CliPorts): Promise<void> => {
  const socketPath = locateHome(env).adminSocket;
  if (!(await isAlive(socketPath))) throw unreachable();
  const write = (message: string): void => void stdout.write(`${message}\n`);
  const waiting = new Set<Promise<void>>();
  for await (const line of createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const answered: Promise<void> = handOn(socketPath, line, write)
      .catch((error: Error) => refuse(line, error.message, write, stderr))
      .finally(() => waiting.delete(answered));
    waiting.add(answered);
  }
  await Promise.all(waiting);
};

const handOn = async (socketPath: string, line: string, write: (message: string) => void): Promise<void> => {
  const answer = await post(socketPath, line);
  const type = answer.headers['content-type'] ?? '';
  if (type.startsWith('text/event-stream')) {
    const parser = createParser({ onEvent: ({ data }) => data !== '' && write(data) });
    for await (const chunk of answer.setEncoding('utf8')) parser.feed(String(chunk));
    return;
  }
  const body = await text(answer);
  if (answer.statusCode === 202 || body === '') return;
  const value = JSON.parse(body) as { readonly jsonrpc?: string; readonly error?: { readonly message?: string } };
  if (value.jsonrpc === undefined) throw new Error(value.error?.message ?? `The gateway answered ${answer.statusCode}.`);
  // It may be laid out over several lines.
  write(JSON.stringify(value));
};

const post = (socketPath: string, body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = {
      Host: 'localhost',
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    };
    request({ socketPath, path: '/mcp', method: 'POST', headers }, resolve).once('error', reject).end(body);
  });

/** A request has to be answered, or its client waits for ever; a notification, or what cannot be read, cannot be. */
const refuse = (line: string, message: string, write: (message: string) => void, stderr: NodeJS.WritableStream): void => {
  stderr.write(`openclaw: ${message}\n`);
  const id = idOf(line);
  if (id !== undefined) write(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32603, message } }));
};

const idOf = (line: string): unknown => {
  try {
    return (JSON.parse(line) as { readonly id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
};
