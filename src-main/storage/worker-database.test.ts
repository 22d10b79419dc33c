import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeDatabase } from './database.conformance.ts';
import { putSession, sessionId } from './database-fixtures.ts';
import { buildFixture } from './fixtures/build-fixture.ts';
import { openConnection } from './sqlite/connection.ts';
import { openWorkerDatabase } from './worker-database.ts';

const folder = mkdtempSync(join(tmpdir(), 'openclaw-db-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFile = () => {
  count += 1;
  return join(folder, `${count}`, 'openclaw.db');
};
/** The worker as users get it. */
const worker = resolve('out/main/database-worker.js');
const open = (file: string, workerUrl = pathToFileURL(worker)) => openWorkerDatabase({ file, workerUrl, now: () => 0 });

describeDatabase('worker-database', async () => (await open(newFile())).database);

describe('the worker', () => {
  test('gives its report, and its refusal', async () => {
    const file = newFile();
    const { database, report } = await open(file);
    expect(report).toEqual({ uncleanStop: false, damagedKeptAs: null });
    await expect(open(file)).rejects.toMatchObject({ code: 'STORAGE_FAILED', message: expect.stringContaining('Another process') });
    await database.close();
    const db = openConnection(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    await expect(open(file)).rejects.toMatchObject({ code: 'STORAGE_FAILED', hint: expect.stringContaining('newer'), retryable: false });
  });

  test('keeps a damaged file aside and begins anew', async () => {
    const file = newFile();
    mkdirSync(dirname(file));
    writeFileSync(file, 'no database '.repeat(999));
    const { database, report } = await open(file);
    expect(report).toEqual({ uncleanStop: true, damagedKeptAs: 'openclaw.db.damaged-1970-01-01T000000.000Z' });
    await database.write([putSession(sessionId('s'))]);
    await database.close();
    expect(readdirSync(dirname(file))).toEqual(['openclaw.db', report.damagedKeptAs]);
  });

  test.each([
    ['ends', 'process.exit(3)'],
    ['throws', "throw new Error('broken')"],
  ])('that %s fails what waits and what comes', async (_, deed) => {
    const source = `import { parentPort } from 'node:worker_threads';
      parentPort.on('message', () => { ${deed} });
      parentPort.postMessage({ kind: 'opened', report: { uncleanStop: false, damagedKeptAs: null } });`;
    const { database } = await open(newFile(), new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    const waiting = [database.write([putSession(sessionId('s'))]), database.read({ op: 'token.list' })];
    for (const promise of waiting) await expect(promise).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(database.write([])).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    await expect(database.close()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });

  test('that cannot even start rejects the opening', async () => {
    await expect(open(newFile(), pathToFileURL(join(folder, 'none.js')))).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

describe('what was acknowledged', () => {
  const build = join(folder, 'build');
  const child = join(build, 'writing-child.js');
  const shim = join(folder, 'slow-fdatasync.so');
  beforeAll(async () => {
    await buildFixture(build);
    if (process.platform === 'linux') {
      execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, resolve('e2e/fixtures/slow-fdatasync.c'), '-ldl']);
    }
  });

  test('is all there after kill -9 in the middle of writes, three times over', async () => {
    const file = newFile();
    const acknowledged = new Map<string, number[]>();
    for (const run of ['1', '2', '3']) {
      const process_ = spawn(process.execPath, [child, 'forever', file, worker, run], { stdio: ['ignore', 'pipe', 'inherit'] });
      const enough = acknowledged.size + 150 + Number(run) * 37;
      for await (const line of createInterface(process_.stdout)) {
        const [id = '', ...seqs] = line.split(' ');
        acknowledged.set(id, seqs.map(Number));
        if (acknowledged.size === enough) process_.kill('SIGKILL');
      }
      const { database, report } = await open(file);
      expect(report).toEqual({ uncleanStop: true, damagedKeptAs: null });
      for (const [id, seqs] of acknowledged) {
        expect(await database.read({ op: 'turn.get', messageId: id })).toMatchObject({ status: 'completed' });
        expect((await database.read({ op: 'event.ofTurn', messageId: id })).map(({ seq }) => seq)).toEqual(seqs);
      }
      for (const session of await database.read({ op: 'session.list', ownerId: null, before: null, limit: 10 })) {
        const events = await database.read({
          op: 'event.list',
          sessionId: session.id,
          afterSeq: 0,
          beforeSeq: null,
          limit: 9_999,
          newest: false,
        });
        expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: session.lastSeq }, (_, i) => i + 1));
      }
      await database.close();
      const db = openConnection(file);
      expect(db.pragma('integrity_check')).toBe('ok');
      db.close();
    }
  }, 60_000);

  describe.skipIf(process.platform !== 'linux')('with an fdatasync that takes 500 ms', () => {
    const timeOfOneWrite = (workerFile: string): number =>
      Number(
        execFileSync(process.execPath, [child, 'once', newFile(), workerFile], {
          env: { ...process.env, LD_PRELOAD: shim },
          encoding: 'utf8',
        }),
      );

    test('comes no sooner', () => {
      expect(timeOfOneWrite(worker)).toBeGreaterThanOrEqual(500);
    });

    test('would come sooner with synchronous=OFF, so this test can fail', async () => {
      const unsafe = join(folder, 'unsafe');
      await buildFixture(unsafe, { 'synchronous = FULL': 'synchronous = OFF' });
      expect(timeOfOneWrite(join(unsafe, 'database-worker.js'))).toBeLessThan(500);
    });
  });
});
