import { join } from 'node:path';
import Libsql from 'libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from '../src-main/testing/http-client.ts';
import { openWs } from '../src-main/testing/ws-client.ts';
import { createToken, type RunningGateway, startGateway } from './harness/gateway.ts';
import { configFor, createHome, type Home } from './harness/home.ts';
import { startUpstream, type Upstream } from './harness/upstream.ts';

/**
 * kill -9 in the middle of everything. The oracle is this process: it knows which messages it was told were taken.
 * Each of them must be there after the restart, once, and end; one it was told nothing of may be there, but not twice.
 */
const rounds = 4;
/** Acknowledgements until the kill comes: any moment will do, and over time all of them are tried. */
const killAfter = (): number => 5 + Math.floor(Math.random() * 120);

type Sent = {
  readonly content: string;
  readonly sessionId: string;
  readonly key: string;
  readonly how: 'waits' | 'goes' | 'ws';
  messageId: string | null;
};

let home: Home;
let upstream: Upstream;
let token: string;
const sent: Sent[] = [];

beforeAll(async () => {
  upstream = await startUpstream(({ messages }) => ({ kind: 'text', chunks: ['re', ': ', String(messages.at(-1)?.content)] }));
  home = createHome();
  home.configure(configFor(upstream.url));
  token = await createToken(home);
});
afterAll(async () => {
  await upstream?.stop();
  home?.remove();
});

test(`acknowledged messages are there after kill -9, none twice, ${rounds} times over`, async () => {
  for (let round = 1; round <= rounds; round += 1) {
    const gateway = await startGateway(home);
    await resend(gateway);
    await storm(gateway, round);
    expect((await gateway.child.exited).signal).toBe('SIGKILL');
  }

  const gateway = await startGateway(home);
  try {
    expect(gateway.child.stderr()).toContain('did not stop cleanly; the database was checked and is whole');
    await resend(gateway);
    const status = () => call(base(gateway), 'GET', '/api/v1/status', { token });
    await expect.poll(async () => (await status()).json.queue, { timeout: 30_000 }).toEqual({ running: 0, waiting: 0 });
    expect(sent.filter(({ messageId }) => messageId !== null).length).toBeGreaterThanOrEqual(rounds * 5);
    for (const { messageId, content } of sent) {
      if (messageId === null) continue;
      const { json } = await call(base(gateway), 'GET', `/api/v1/messages/${messageId}`, { token });
      expect(json).toMatchObject({ messageId, status: 'completed', finalReply: `re: ${content}` });
    }
  } finally {
    await gateway.stop();
  }
  checkDatabase();
});

/** Many clients of three kinds, each sending one message after the other, until the gateway is killed under them. */
const storm = async (gateway: RunningGateway, round: number): Promise<void> => {
  const end = killAfter();
  let acknowledged = 0;
  const note = (message: Sent, messageId: string): void => {
    message.messageId = messageId;
    acknowledged += 1;
    if (acknowledged === end) gateway.child.kill('SIGKILL');
  };
  const next = (how: Sent['how'], client: number, n: number): Sent => {
    const message: Sent = {
      content: `${how} ${round}.${client}.${n}`,
      sessionId: `${how}-${client}`,
      key: `${how}-${round}-${client}-${n}`,
      how,
      messageId: null,
    };
    sent.push(message);
    return message;
  };

  const rest = async (how: 'waits' | 'goes', client: number): Promise<void> => {
    for (let n = 1; ; n += 1) {
      const message = next(how, client, n);
      const { status, json } = await post(gateway, message);
      expect(status).toBe(how === 'waits' ? 200 : 202);
      note(message, json.messageId);
    }
  };
  const ws = async (client: number): Promise<void> => {
    const socket = await openWs(`ws://127.0.0.1:${gateway.port}/ws`, { token });
    for (let n = 1; ; n += 1) {
      const { key, ...message } = next('ws', client, n);
      socket.send({ type: 'message', id: key, content: message.content, sessionId: message.sessionId, stream: true, idempotencyKey: key });
      const first = await socket.waitFor<never>((frame) => 'replyTo' in frame && frame.replyTo === key);
      note(sent.find((other) => other.key === key)!, (first as { messageId: string }).messageId);
      if (n % 3 === 0) await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === key);
    }
  };
  const clients = [1, 2, 3, 4, 5, 6].flatMap((client) => [rest('goes', client), rest('waits', client), ws(client)]);
  // Each of them ends with the connection.
  for (const { status, reason } of (await Promise.allSettled(clients)) as PromiseRejectedResult[]) {
    expect(status).toBe('rejected');
    expect(String(reason)).toMatch(/ECONNRE|socket hang up|closed \(1006/);
  }
};

/** What a careful client does after it heard nothing: the same again under the same key. */
const resend = async (gateway: RunningGateway): Promise<void> => {
  for (const message of sent) {
    // The other half stays unknown, as of a client that never came back.
    if (message.messageId !== null || message.how !== 'goes') continue;
    const { status, json } = await post(gateway, message);
    expect([200, 202]).toContain(status);
    message.messageId = json.messageId;
  }
};

const post = (gateway: RunningGateway, { content, sessionId, key, how }: Sent) =>
  call(base(gateway), 'POST', '/api/v1/messages', {
    token,
    headers: { 'Idempotency-Key': key },
    json: { content, sessionId, wait: how === 'waits' },
  });

const base = ({ port }: RunningGateway): string => `http://127.0.0.1:${port}`;

/** The file itself, read by another SQLite connection once nobody else has it. */
const checkDatabase = (): void => {
  const db = new Libsql(join(home.dir, 'data', 'openclaw.db'));
  const all = (sql: string): Record<string, string>[] => db.prepare(sql).all() as never;
  expect(db.pragma('integrity_check')).toEqual([expect.objectContaining({ integrity_check: 'ok' })]);

  const said = all(
    "SELECT t.message_id, json_extract(e.event, '$.content') AS content FROM events e JOIN turns t ON t.no = e.turn WHERE json_extract(e.event, '$.type') = 'message'",
  );
  const byContent = new Map<string, Record<string, string>[]>();
  for (const row of said) byContent.set(row.content!, [...(byContent.get(row.content!) ?? []), row]);
  for (const { content, messageId } of sent) {
    const found = byContent.get(content) ?? [];
    if (messageId === null) expect(found.length, content).toBeLessThanOrEqual(1);
    else
      expect(
        found.map((row) => row.message_id),
        content,
      ).toEqual([messageId]);
  }
  expect(said.length).toBe(byContent.size);

  expect(all("SELECT message_id FROM turns WHERE status <> 'completed'")).toEqual([]);
  expect(
    all("SELECT turn FROM events WHERE json_extract(event, '$.type') IN ('response', 'error') GROUP BY turn HAVING count(*) <> 1"),
  ).toEqual([]);
  expect(all('SELECT session FROM events GROUP BY session HAVING count(*) <> max(seq) OR min(seq) <> 1')).toEqual([]);
  db.close();
};
