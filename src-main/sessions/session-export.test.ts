import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../clock.ts';
import type { Database } from '../storage/database.ts';
import { putFile, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';
import { gated, scriptModel } from '../testing/upstream.ts';
import { watchRounds } from '../testing/watch-rounds.ts';
import { createSessionExport, type SessionFile } from './session-export.ts';

const key = 'sk-abcdefghijklmnopqrstuvwx';

/** A session in which a tool was used and a key was pasted. */
const startWithSession = async (): Promise<TestGateway> => {
  const upstream = await scriptModel((_request, count) =>
    count === 1
      ? { kind: 'tools', calls: [{ id: 'c1', name: 'file_read', arguments: { path: 'notes.md' } }] }
      : { kind: 'text', chunks: ['It says:\n', `\`\`\`\n${key}\n`] },
  );
  const t = await startTestGateway({ upstream, config: { agents: { main: { tools: ['file_read'] } } } });
  putFile(t.home, 'main', 'notes.md', `the "key"?token=${key}"\n\`\`\`\`\n`);
  expect((await t.post({ content: `读 "notes.md" with ${key}`, sessionId: 'notes' })).status).toBe(200);
  return t;
};

describe('GET /sessions/{id}/export', () => {
  it('is Markdown with a name of its own, as a download', async () => {
    const t = await startWithSession();
    const answer = await t.call('GET', '/api/v1/sessions/notes/export', { token: t.admin });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/markdown; charset=utf-8',
      'content-disposition': expect.stringMatching(
        /^attachment; filename="\? -notes\.md- with \[redacted\]\.md"; filename\*=UTF-8''%E8%AF%BB%20-notes/,
      ),
    });
    expect(answer.text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replace(/· \d+ ms/, '· N ms')).toMatch(
      new RegExp(
        [
          '^# 读 "notes\\.md" with \\[redacted\\]\n\n- Session: notes \\([\\w-]{22}\\)\n- Agent: main\n- Channel: api\n- Begun: TIME\n- Last used: TIME\n- Exported: TIME',
          '## User · TIME\n\n读 "notes\\.md" with \\[redacted\\]',
          '### Tool file_read · TIME\n\n```json\n\\{\n  "path": "notes\\.md"\n\\}\n```',
          '### Result of file_read · N ms · TIME\n\n`````\n[^]*````\n[^]*`````',
          '## main · TIME\n\nIt says:\n```\n\\[redacted\\]\n```\n$',
        ].join('\n\n'),
      ),
    );
    expect(answer.text).not.toContain(key);
  });

  it('is JSON with all the items, and with no secret in it', async () => {
    const t = await startWithSession();
    const answer = await t.call('GET', '/api/v1/sessions/notes/export?format=json', { token: t.admin });
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const { items } = (await t.call('GET', '/api/v1/sessions/notes/messages', { token: t.admin })).json;
    expect(answer.json.session).toMatchObject({ name: 'notes', agentId: 'main', lastSeq: items.length });
    const kinds = (rows: { seq: number; timestamp: number; event: { type: string } }[]) =>
      rows.map(({ seq, timestamp, event }) => [seq, timestamp, event.type]);
    expect(kinds(answer.json.items)).toEqual(kinds(items));
    expect(JSON.stringify(items)).toContain(key);
    expect(answer.text).not.toContain(key);
    expect(answer.text).not.toContain('ses_');
  });

  it('has what was there when it was asked for, also while a turn runs', async () => {
    const script = gated(['so ', 'far']);
    const t = await startTestGateway({ upstream: await scriptModel(() => script.reply) });
    const { messageId } = (await t.post({ content: 'go', sessionId: 's', wait: false })).json;
    const { json } = await t.call('GET', '/api/v1/sessions/s/export?format=json', { token: t.admin });
    expect(json.items.map(({ event }: { event: { type: string } }) => event.type)).toEqual(['message']);
    script.release();
    await expect.poll(async () => (await t.call('GET', `/api/v1/messages/${messageId}`, { token: t.admin })).json.status).toBe('completed');
  });

  it('is for whoever may read it, in the formats there are', async () => {
    const t = await startWithSession();
    const ask = (query: string, token: string) => t.call('GET', `/api/v1/sessions/notes/export${query}`, { token });
    expect((await ask('', await t.token('sessions'))).json.error.code).toBe('SESSION_UNKNOWN');
    expect((await ask('', await t.token('messages'))).json.error.code).toBe('SCOPE_MISSING');
    expect((await ask('?format=pdf', t.admin)).json.error.code).toBe('BAD_REQUEST');
    for (const id of ['..%2f..%2fetc%2fpasswd', '%2e%2e', 'a%00b', 'a%5cb', 'x'.repeat(129)]) {
      const { status, json } = await t.call('GET', `/api/v1/sessions/${id}/export`, { token: t.admin });
      expect({ id, status: [400, 404].includes(status), code: json.error.code }).toEqual({
        id,
        status: true,
        code: expect.stringMatching(/^(BAD_REQUEST|NOT_FOUND)$/),
      });
    }
  });
});

/** 100,000 events in one session: of tools, which need no search index. */
const fill = async (database: Database): Promise<void> => {
  const session = { id: handle, ownerId: 'nobody', name: 'long', title: 'long', agentId: 'main', channel: 'api', createdAt: 1 };
  const about = { messageId: 'm', sessionId: handle, ownerId: 'nobody', agentId: 'main', traceId: 't', acceptedAt: 1 };
  await database.write([
    { op: 'session.put', session: { ...session, hidden: false } as never },
    {
      op: 'turn.insert',
      turn: { ...about, options: { timeoutMs: 1 }, via: 'rest', idempotencyKey: null, bodyHash: null } as never,
    },
  ]);
  const tool = { id: 'c', name: 'file_read', arguments: {}, status: 'finished' as const, result: 'text '.repeat(40) };
  for (let from = 0; from < 100_000; from += 1_000) {
    const event = { type: 'tool_call' as const, content: '', tool };
    const events = Array.from({ length: 1_000 }, (_, i) => ({ messageId: 'm', at: from + i, event }));
    await database.write([{ op: 'events.append', sessionId: handle, events }]);
  }
  const end = { op: 'turn.end', messageId: 'm', status: 'completed', endedAt: 2, usage: null, model: null, durationMs: 1 };
  await database.write([end as never]);
};
const handle = 's'.repeat(22);

/** In a thread of its own, so that the gateway has the main one for itself. */
const download = `
  const { workerData: { url, token }, parentPort } = require('node:worker_threads');
  fetch(url, { headers: { Authorization: 'Bearer ' + token } }).then((answer) => answer.json())
    .then(({ items }) => parentPort.postMessage(items.map(({ seq }) => seq)));
`;

it('a session of 100,000 events is exported whole, and never blocks the main thread for long', async () => {
  let database: Database | null = null;
  const t = await startTestGateway({
    onDisk: true,
    wrapDatabase: (opened) => {
      database = opened;
      return opened;
    },
  });
  await fill(database!);
  const url = `${t.base}/api/v1/sessions/${handle}/export`;

  const rounds = watchRounds();
  const worker = new Worker(download, { eval: true, workerData: { url: `${url}?format=json`, token: t.admin } });
  onTestFinished(async () => void (await worker.terminate()));
  const [seqs] = (await once(worker, 'message')) as [number[]];
  const longest = rounds.stop();
  expect(seqs.length).toBe(100_000);
  expect(seqs.every((seq, i) => seq === i + 1)).toBe(true);
  // As in event-loop.test.ts: ten times the budget for one thing, since a round is many things.
  expect(longest).toBeLessThan(50);
});

/** An export of one session whose events have `content`, and the pages that were asked for. */
const exportOf = (lastSeq: number, content: string): { readonly file: SessionFile; readonly limits: readonly number[] } => {
  const limits: number[] = [];
  const event = { type: 'message', content, channel: 'api' };
  const read = async ({ afterSeq, limit }: { afterSeq: number; limit: number }) => {
    limits.push(limit);
    return Array.from({ length: Math.min(limit, lastSeq - afterSeq) }, (_, i) => ({ seq: afterSeq + i + 1, messageId: 'm', at: 1, event }));
  };
  const exportSession = createSessionExport({
    clock: systemClock,
    redact: (clean) => clean,
    redactIn: (clean) => clean,
    database: { read } as never,
  });
  const session = { id: 's', ownerId: 'o', name: null, title: 't', agentId: 'main', channel: 'api', createdAt: 1, updatedAt: 1, lastSeq };
  return { file: exportSession(session as never, 'json'), limits };
};

it('a page holds fewer events where they are long', async () => {
  const { file, limits } = exportOf(40, 'x'.repeat(200_000));
  const { items } = JSON.parse(await text(file.body)) as { items: unknown[] };
  expect(items.length).toBe(40);
  expect(limits[0]).toBe(16);
  expect(Math.max(...limits.slice(1))).toBe(1);
});

it('is read no further than its reader has come', async () => {
  const { file, limits } = exportOf(10_000, 'some words '.repeat(20));
  await once(file.body, 'readable');
  file.body.read();
  await once(file.body, 'readable');
  expect(limits.length).toBeLessThan(5);
  const rest = await text(file.body);
  expect(rest.match(/"seq":/g)?.length).toBeGreaterThan(9_000);
  expect(limits.length).toBeGreaterThan(50);
});
