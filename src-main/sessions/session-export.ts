import { Readable } from 'node:stream';
import type { DurableEvent } from '../../src-shared/contract/events.ts';
import type { Clock } from '../gateway-ports.ts';
import type { Database, EventRow, SessionRow } from '../storage/database.ts';
import { safeFilename } from './safe-filename.ts';
import { markdownHead, markdownOf } from './session-markdown.ts';

export type ExportFormat = 'markdown' | 'json';
export type SessionFile = { readonly type: string; readonly body: Readable; readonly filename: string };

/** A page holds about this much text, whether the session is of many short events or a few long ones. */
const pageChars = 256 * 1024;
const firstPage = 16;
const pageMost = 200;

/**
 * A session as a file, read page by page as the client takes it: a long one is never in memory as a whole. What is
 * said after it was asked for is not in it. Secrets are taken out, as wherever a transcript is shown to be handed on.
 */
export const createSessionExport = (ports: {
  readonly database: Database;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
  /** In every text of a JSON value. */
  readonly redactIn: (value: unknown) => unknown;
}): ((session: SessionRow, format: ExportFormat) => SessionFile) => {
  const { database, clock, redact, redactIn } = ports;

  const pages = async function* (session: SessionRow): AsyncGenerator<readonly EventRow[]> {
    let afterSeq = 0;
    let limit = firstPage;
    for (;;) {
      const query = { op: 'event.list', sessionId: session.id, afterSeq, beforeSeq: session.lastSeq + 1, limit, newest: false } as const;
      const rows = await database.read(query);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      if (last.seq >= session.lastSeq) return;
      afterSeq = last.seq;
      const longest = rows.reduce((most, row) => Math.max(most, sizeOf(row.event)), 1);
      limit = Math.min(pageMost, Math.max(1, Math.floor(pageChars / longest)));
    }
  };

  const pieces = async function* (session: SessionRow, head: string, show: (row: EventRow, first: boolean) => string, tail: string) {
    yield head;
    let first = true;
    // Each page comes from the storage worker, so that everyone else has a turn in between.
    for await (const rows of pages(session)) {
      for (const row of rows) {
        yield show({ ...row, event: redactIn(row.event) as DurableEvent }, first);
        first = false;
      }
    }
    yield tail;
  };

  return (row, format) => {
    const session = { ...row, title: redact(row.title) };
    if (format === 'markdown') {
      const show = (event: EventRow): string => markdownOf(event, session.agentId);
      return {
        type: 'text/markdown; charset=utf-8',
        filename: safeFilename(session.title, 'md'),
        body: Readable.from(pieces(session, markdownHead(session, clock.now()), show, ''), { objectMode: false }),
      };
    }
    const { id, name, title, agentId, channel, createdAt, updatedAt, lastSeq } = session;
    const about = { id, name, title, agentId, channel, createdAt, updatedAt, lastSeq };
    const head = `{"session":${JSON.stringify(about)},"exportedAt":${clock.now()},"items":[`;
    const show = ({ seq, messageId, at, event }: EventRow, first: boolean): string =>
      `${first ? '' : ','}\n${JSON.stringify({ seq, messageId, timestamp: at, event })}`;
    return {
      type: 'application/json; charset=utf-8',
      filename: safeFilename(session.title, 'json'),
      body: Readable.from(pieces(session, head, show, '\n]}\n'), { objectMode: false }),
    };
  };
};

/** About how long its text is; the parts that can be long. */
const sizeOf = (event: DurableEvent): number =>
  event.content.length + (event.type === 'tool_call' ? (event.tool.result?.length ?? 0) + JSON.stringify(event.tool.arguments).length : 0);
