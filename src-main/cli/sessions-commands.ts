import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../src-shared/app-error.ts';
import type { HistoryItem } from '../../src-shared/contract/rest.ts';
import { escapeControls, redact } from '../logs/redact.ts';
import { type AdminClient, connectAdmin, unreachable } from './admin-client.ts';
import { columns, minute, oneLine } from './columns.ts';
import type { CliPorts } from './run-cli.ts';
import { brokenOff, wholeFile } from './whole-file.ts';

type Json = { readonly json?: boolean };

/** Sessions by handle or by name; those of every token, since this is the computer's user. */
export const list = async (options: Json & { limit?: number; channel?: string; pinned?: boolean }, ports: CliPorts): Promise<void> => {
  const { limit, channel, pinned } = options;
  const query = { limit, channel, ...(pinned ? { pinned: 'true' } : {}) };
  const { sessions } = (await (await connect(ports)).call('listSessions', { query })).body;
  if (options.json) return print(sessions, ports);
  const rows = sessions.map(({ id, updatedAt, agentId, channel, running, pinned, name, title }) => [
    id,
    minute(updatedAt),
    agentId,
    oneLine(channel),
    running ? 'running' : pinned ? 'pinned' : '',
    `${oneLine(title)}${name === null ? '' : `  (${name})`}`,
  ]);
  ports.stdout.write(columns(rows));
  if (rows.length === 0) ports.stderr.write('No sessions.\n');
};

export const show = async (id: string, options: Json & { limit?: number }, ports: CliPorts): Promise<void> => {
  const { body } = await (await connect(ports)).call('getSessionMessages', { params: { id }, query: { limit: options.limit } });
  if (options.json) return print(body, ports);
  const { session, items, running, nextCursor } = body;
  ports.stdout.write(`${oneLine(session.title)}\n${session.id}  ${minute(session.createdAt)}  ${session.agentId}\n`);
  if (nextCursor !== null) ports.stderr.write('(the newest part; openclaw sessions export has all of it)\n');
  for (const item of items) ports.stdout.write(forPeople(item, session.agentId));
  if (running.length > 0) ports.stderr.write(`${running.length} running\n`);
};

export const search = async (words: string, options: Json & { limit?: number }, ports: CliPorts): Promise<void> => {
  const { hits } = (await (await connect(ports)).call('searchSessions', { query: { q: words, limit: options.limit } })).body;
  if (options.json) return print(hits, ports);
  ports.stdout.write(columns(hits.map(({ session, timestamp, role, snippet }) => [session.id, minute(timestamp), role, oneLine(snippet)])));
  if (hits.length === 0) ports.stderr.write('Nothing found.\n');
};

export const rename = async (id: string, title: string, options: Json, ports: CliPorts): Promise<void> => {
  const { session } = (await (await connect(ports)).call('updateSession', { params: { id }, body: { title } })).body;
  if (options.json) return print(session, ports);
  ports.stderr.write(`${session.id} is now "${oneLine(session.title)}".\n`);
};

export const exportTo = async (id: string, options: { format: string; output?: string }, ports: CliPorts): Promise<void> => {
  const { format, output } = options;
  if (format !== 'markdown' && format !== 'json')
    throw new AppError('BAD_REQUEST', { message: `"${format}" is not a format.`, hint: 'Formats are: markdown, json' });
  const file = await (await connect(ports)).download('exportSession', { params: { id }, query: { format } });
  if (output === undefined) return pipeline(file, ports.stdout, { end: false }).catch(brokenOff);
  await wholeFile(output, (path) => pipeline(file, createWriteStream(path)).catch(brokenOff));
  ports.stderr.write(`${output} is written.\n`);
};

export const remove = async (id: string, options: Json, ports: CliPorts): Promise<void> => {
  const { body } = await (await connect(ports)).call('deleteSession', { params: { id } });
  if (options.json) return print(body, ports);
  const seconds = Math.round((body.undoUntil - Date.now()) / 1000);
  ports.stderr.write(
    `"${oneLine(body.session.title)}" is deleted. Within ${seconds} s it can be brought back:\n  openclaw sessions restore ${body.session.id}\n`,
  );
};

export const restore = async (id: string, options: Json, ports: CliPorts): Promise<void> => {
  const { session } = (await (await connect(ports)).call('restoreSession', { params: { id } })).body;
  if (options.json) return print(session, ports);
  ports.stderr.write(`"${oneLine(session.title)}" is back.\n`);
};

const connect = async (ports: CliPorts): Promise<AdminClient> => {
  const admin = await connectAdmin(ports.env);
  if (!admin) throw unreachable();
  return admin;
};

const print = (value: unknown, { stdout }: CliPorts): void => void stdout.write(`${JSON.stringify(value)}\n`);

const forPeople = ({ timestamp, event }: HistoryItem, agentId: string): string => {
  const said = (who: string, text: string): string => `\n${minute(timestamp)}  ${who}\n${escapeControls(redact(text)).trimEnd()}\n`;
  switch (event.type) {
    case 'message':
      return said('user', event.content);
    case 'response':
      return said(agentId, event.content);
    case 'tool_call':
      return event.tool.status === 'started' ? '' : `\n${minute(timestamp)}  ${oneLine(event.content)}\n`;
    case 'error':
      return said(agentId, `${event.partial === undefined ? '' : `${event.partial}\n`}${event.code}: ${event.content}`);
    case 'status':
      return said(agentId, `${event.partial === undefined ? '' : `${event.partial}\n`}(${event.content})`);
    case 'summary':
      return '';
  }
};
