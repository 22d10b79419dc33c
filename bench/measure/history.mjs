import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMessages } from '../load/messages.mjs';
import { spread } from '../load/summarize.mjs';
import { openDatabase } from '../processes/open-database.mjs';

/** @typedef {import('../processes/open-database.mjs').Database} Database */
/** @typedef {import('../../src-main/storage/database.ts').Read} Read */
/** @typedef {{name: string, p50: number, p95: number, max: number, targetMs: number | null}} Row */

const turnsOfSession = 10;
const page = 50;
const owners = ['local', 'tok_phone', 'tok_cron'];

/**
 * What finding and listing cost in a long history, through the storage port: beside one turn read by its id, the least
 * that a read over this port can cost.
 * @param {{root: string, built: string}} where
 * @param {{messages: number, times: number}} effort
 * @param {(text: string) => void} progress
 */
export const measureHistory = async ({ root, built }, { messages, times }, progress) => {
  const folder = mkdtempSync(join(root, 'out', 'bench-history-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove);
  const database = await openDatabase({ root, built, folder });
  try {
    const texts = createMessages();
    const at = performance.now();
    await fill(database, texts, messages / 2);
    progress(`${messages} messages written`);
    await settled(database);
    const builtMs = performance.now() - at;
    progress('searching and listing');

    const measure = async (/** @type {string} */ name, /** @type {number | null} */ targetMs, /** @type {(i: number) => Read} */ read) => {
      const took = [];
      for (let i = 0; i < times; i += 1) {
        const query = read(i);
        const from = performance.now();
        await database.read(query);
        took.push(performance.now() - from);
      }
      const { p50, p95 } = spread(took);
      return /** @type {Row} */ ({ name, p50, p95, max: Math.max(...took), targetMs });
    };
    const target = 20;
    const baseline = await measure('one turn by its id', null, (i) => ({
      op: 'turn.get',
      messageId: messageId(Math.floor((i * messages) / 2 / times)),
    }));
    const rows = [];
    for (const [name, text] of queries(texts)) {
      // By turns over everyone's and over one owner's, who has a third.
      rows.push(await measure(`search, ${name}`, target, (i) => search(text(i), i % 2 === 0 ? null : 'tok_phone')));
    }
    rows.push(
      await measure('search, two common that never meet', null, (i) => search('sunday monday', i % 2 === 0 ? null : 'tok_phone')),
      await measure('sessions, first page', target, (i) => list(i % 2 === 0 ? null : 'tok_phone', null)),
      await measure('sessions, a page far down', target, (i) =>
        list(i % 2 === 0 ? null : 'tok_phone', { updatedAt: timeOf(messages / 4), id: '' }),
      ),
      await measure('sessions of a channel', target, () => ({ ...list('tok_cron', null), channel: 'cli' })),
      await measure('requests by a rare door', target, () => ({
        op: 'request.list',
        ownerId: null,
        before: null,
        limit: page,
        via: 'channel',
      })),
    );
    return { messages, builtMs, mb: (await database.read({ op: 'storage.size' })) / 1e6, baseline, rows, purge: await purge(database) };
  } finally {
    await database.close();
    remove();
  }
};

/** @param {ReturnType<typeof createMessages>} texts @returns {readonly (readonly [string, (i: number) => string])[]} */
const queries = ({ english, chinese }) => [
  ['a common word', (i) => `${english[i % 8]}`],
  ['a common word, zh', (i) => `${chinese[i % 8]}`],
  ['one character', (i) => `${chinese[i % 8]?.[0]}`],
  ['two common words', (i) => `${english[i % 8]} ${english[(i + 3) % 8]}`],
  ['two common words, zh', (i) => `${chinese[i % 8]} ${chinese[(i + 3) % 8]}`],
  ['two common words, en and zh', (i) => `${english[i % 8]} ${chinese[(i + 3) % 8]}`],
  ['a common and a rare word', (i) => `${english[i % 8]} ${english[5_000 + i]}`],
  ['a rare word, zh', (i) => `${chinese[4_000 + i]}`],
  ['what is not there', (i) => `nothing${i} like this`],
];

/** @param {string} text @param {string | null} ownerId @returns {Read} */
const search = (text, ownerId) => ({ op: 'event.search', ownerId, text, before: null, limit: page });

/** @param {string | null} ownerId @param {{updatedAt: number, id: string} | null} before @returns {Extract<Read, {op: 'session.list'}>} */
const list = (ownerId, before) => ({ op: 'session.list', ownerId, before, limit: page });

const sessionId = (/** @type {number} */ n) => `s${n}`.padEnd(22, '_');
const messageId = (/** @type {number} */ n) => `msg_${String(n).padEnd(22, '_')}`;
const timeOf = (/** @type {number} */ turn) => 1_700_000_000_000 + turn * 1_000;

/** @param {Database} database @param {ReturnType<typeof createMessages>} texts @param {number} turns */
const fill = async (database, texts, turns) => {
  /** @type {Promise<unknown>[]} */
  let underWay = [];
  for (let turn = 0; turn < turns; ) {
    const writes = [];
    for (const end = Math.min(turns, turn + 250); turn < end; turn += 1) writes.push(...turnOf(turn, texts));
    underWay.push(database.write(writes));
    if (underWay.length === 4) {
      await Promise.all(underWay);
      underWay = [];
    }
  }
  await Promise.all(underWay);
};

/** @param {number} turn @param {ReturnType<typeof createMessages>} texts @returns {import('../../src-main/storage/database.ts').Write[]} */
const turnOf = (turn, texts) => {
  const session = Math.floor(turn / turnsOfSession);
  const [id, sessionOf, at] = [messageId(turn), sessionId(session), timeOf(turn)];
  const usage = { inputTokens: 9, outputTokens: 9, costUsd: 0 };
  const about = { ownerId: owners[session % 3] ?? 'local', agentId: 'main' };
  const content = texts.next();
  return [
    {
      op: 'session.put',
      session: {
        ...about,
        id: sessionOf,
        name: null,
        title: content.slice(0, 80),
        channel: session % 5 === 0 ? 'cli' : 'console',
        createdAt: at,
        hidden: false,
      },
    },
    {
      op: 'turn.insert',
      turn: {
        ...about,
        messageId: id,
        sessionId: sessionOf,
        traceId: String(turn).padStart(32, '0'),
        via: 'rest',
        acceptedAt: at,
        options: { timeoutMs: 300_000 },
        idempotencyKey: null,
        bodyHash: null,
      },
    },
    {
      op: 'events.append',
      sessionId: sessionOf,
      events: [
        { messageId: id, at, event: { type: 'message', content, channel: 'console' } },
        { messageId: id, at: at + 500, event: { type: 'response', content: texts.next(), final: true, usage, durationMs: 500 } },
      ],
    },
    { op: 'turn.end', messageId: id, status: 'completed', endedAt: at + 500, usage, model: 'bench', durationMs: 500 },
  ];
};

/** Until everything is indexed and the index merged: then the file changes no more. @param {Database} database */
const settled = async (database) => {
  for (let size = 0, quietSince = performance.now(); performance.now() - quietSince < 2_000; await sleep(100)) {
    const now = await database.read({ op: 'storage.used' });
    if (now !== size) quietSince = performance.now();
    size = now;
  }
};

/** Pieces of what retention takes out. @param {Database} database */
const purge = async (database) => {
  const took = [];
  for (let i = 0; i < 50; i += 1) {
    const from = performance.now();
    await database.write([{ op: 'session.purge', deletedBefore: 0, hiddenBefore: 0, usedBefore: timeOf(1e9), limit: 100 }]);
    took.push(performance.now() - from);
  }
  const { p50, p95 } = spread(took);
  return { p50, p95, max: Math.max(...took) };
};
