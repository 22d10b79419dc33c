import { describe, expect, test } from 'vitest';
import { createManualClock } from '../testing/manual-clock.ts';
import { createTestHome, startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { gated, lastUserText, scriptModel } from '../testing/upstream.ts';

const minute = 60_000;
const hour = 60 * minute;
/** A Wednesday, 08:00 in UTC. */
const eight = Date.parse('2026-11-25T08:00:00Z');

const everyHour = { name: 'Hourly', content: 'look', schedule: { kind: 'cron', expr: '0 * * * *', timezone: 'UTC' } } as const;

const start = async (options: TestGatewayOptions = {}) => {
  const clock = createManualClock(eight);
  const asked: string[] = [];
  const upstream = await scriptModel((request) => {
    asked.push(lastUserText(request));
    return { kind: 'text', chunks: ['done'] };
  });
  const gateway = await startTestGateway({ clock, upstream, ...options });
  return { clock, asked, gateway, ...actions(gateway) };
};

const actions = (gateway: TestGateway, token = gateway.admin) => {
  const api = async (method: string, path: string, json?: unknown) =>
    gateway.call(method, `/api/v1/tasks${path}`, { token, ...(json === undefined ? {} : { json }) });
  return {
    api,
    add: async (fields: object) => (await api('POST', '', fields)).json.task,
    look: async (id: string) => (await api('GET', `/${id}`)).json.task,
    runs: async () => (await gateway.call('GET', '/api/v1/requests?via=task', { token: gateway.admin })).json.requests,
  };
};

const ended = (look: () => Promise<{ lastStatus: string }>, status = 'completed') =>
  expect.poll(async () => (await look()).lastStatus).toBe(status);

describe('a cron task', () => {
  test('runs when it is due, once for each slot, and says what became of it', async () => {
    const { clock, asked, add, look, runs } = await start();
    const { id, nextRuns } = await add(everyHour);
    expect(nextRuns).toEqual([eight + hour, eight + 2 * hour, eight + 3 * hour]);
    clock.advance(hour - 1);
    expect(await look(id)).toMatchObject({ lastStatus: null });
    clock.advance(1);
    await ended(() => look(id));
    expect(asked).toEqual(['look']);
    const seen = await look(id);
    expect(seen).toMatchObject({ lastRunAt: eight + hour, nextRuns: [eight + 2 * hour, eight + 3 * hour, eight + 4 * hour] });
    expect(await runs()).toMatchObject([{ id: seen.lastMessageId, via: 'task', channel: 'task', status: 'completed' }]);
  });

  test('a clock that was set back does not run a slot again, one that was days ahead does not silence it', async () => {
    const { clock, asked, gateway } = await start();
    const longLived = await gateway.mint({ scopes: ['tasks'], expiresIn: '365d' });
    const { api, add, look } = actions(gateway, longLived.secret);
    const { id } = await add(everyHour);
    clock.advance(hour);
    await ended(() => look(id));
    clock.setWall(eight + hour - 10 * minute);
    clock.advance(minute);
    // Answered when the schedule has looked.
    await api('PATCH', `/${id}`, { name: 'Every hour' });
    expect((await look(id)).nextRuns[0]).toBe(eight + 2 * hour);
    clock.advance(30 * minute);
    expect(asked).toHaveLength(1);
    clock.setWall(eight + 100 * 24 * hour);
    clock.advance(minute);
    await ended(() => look(id), 'skipped');
    clock.setWall(eight + 3 * hour + minute);
    clock.advance(minute);
    await expect.poll(async () => (await look(id)).nextRuns[0]).toBe(eight + 4 * hour);
  });

  test('what was slept through is skipped and told, or run once, by its rule', async () => {
    const { clock, asked, add, look } = await start();
    const skips = await add(everyHour);
    const catchesUp = await add({ ...everyHour, content: 'catch up', missed: 'run-once' });
    clock.setWall(eight + 5 * hour + 30 * minute);
    clock.advance(minute);
    await ended(() => look(skips.id), 'skipped');
    expect(await look(skips.id)).toMatchObject({ lastNote: expect.stringContaining('was missed'), enabled: true });
    await ended(() => look(catchesUp.id));
    expect(asked).toEqual(['catch up']);
    expect((await look(catchesUp.id)).nextRuns[0]).toBe(eight + 6 * hour);
  });

  test('a run that would overlap the last one is skipped and told', async () => {
    const reply = gated(['slow']);
    const upstream = await scriptModel(() => reply.reply);
    const { clock, api, add, look, runs } = await start({ upstream });
    const { id } = await add(everyHour);
    clock.advance(hour);
    await ended(() => look(id), 'running');
    expect((await api('POST', `/${id}/run`)).json.error).toMatchObject({ code: 'TASK_BUSY' });
    // The turn has its own limit of time.
    clock.setWall(eight + 2 * hour);
    clock.advance(minute);
    await expect.poll(async () => (await look(id)).lastNote).toContain('still at work');
    reply.release();
    await ended(() => look(id));
    expect(await runs()).toHaveLength(1);
  });

  test('the brake skips a slot and says so', async () => {
    const { clock, asked, gateway, add, look } = await start();
    const { id } = await add(everyHour);
    await gateway.call('POST', '/api/v1/stop', { token: gateway.admin, json: { what: 'channel', id: 'task' } });
    clock.advance(hour);
    await ended(() => look(id), 'skipped');
    expect(await look(id)).toMatchObject({ lastNote: expect.stringContaining('operator'), enabled: true });
    await gateway.call('POST', '/api/v1/start', { token: gateway.admin, json: { what: 'all' } });
    clock.advance(hour);
    await ended(() => look(id));
    expect(asked).toHaveLength(1);
  });

  test('an agent that is gone is told, and one that waits for an approval too', async () => {
    const upstream = await scriptModel(() => ({
      kind: 'tools',
      calls: [{ id: 'c', name: 'file_write', arguments: { path: 'a.txt', content: 'x' } }],
    }));
    const { api, add, look } = await start({ upstream });
    const { id } = await add(everyHour);
    expect((await api('POST', '', { ...everyHour, agentId: 'nobody' })).json.error.code).toBe('AGENT_UNKNOWN');
    expect((await api('POST', `/${id}/run`)).status).toBe(202);
    await ended(() => look(id), 'awaiting_approval');
  });
});

describe('a task for once', () => {
  test('runs, and is then switched off', async () => {
    const { clock, api, add, look } = await start();
    const at = eight + 90_000;
    const { id } = await add({ name: 'Later', content: 'now', schedule: { kind: 'once', at } });
    clock.advance(90_000);
    await ended(() => look(id));
    expect(await look(id)).toMatchObject({ enabled: false, nextRuns: [], lastRunAt: at });
    expect((await api('PATCH', `/${id}`, { enabled: true })).json.error).toMatchObject({
      code: 'TASK_INVALID',
      message: 'That time is past.',
    });
  });
});

describe('tasks', () => {
  test('belong to their token, end with it, and can be taken over', async () => {
    const { clock, asked, gateway, api, look } = await start();
    const owner = await gateway.mint({ scopes: ['tasks'] });
    const theirs = actions(gateway, owner.secret);
    const { id } = await theirs.add(everyHour);
    const other = actions(gateway, await gateway.token('tasks'));
    expect((await other.api('GET', `/${id}`)).json.error.code).toBe('TASK_UNKNOWN');
    expect((await other.api('GET', '')).json.tasks).toEqual([]);
    await gateway.call('DELETE', `/api/v1/tokens/${owner.id}`, { token: gateway.admin });
    await expect.poll(async () => (await look(id)).enabled).toBe(false);
    expect((await look(id)).lastNote).toContain('token that it belongs to has ended');
    clock.advance(hour);
    expect((await api('PATCH', `/${id}`, { enabled: true })).json.task).toMatchObject({ enabled: true, ownerId: 'local', lastNote: null });
    clock.advance(hour);
    await ended(() => look(id));
    expect(asked).toHaveLength(1);
  });

  test('are changed, switched off, deleted and brought back', async () => {
    const { clock, asked, api, add, look } = await start();
    const { id } = await add(everyHour);
    expect(
      (await api('PATCH', `/${id}`, { name: 'Nightly', schedule: { ...everyHour.schedule, expr: '30 * * * *' } })).json.task,
    ).toMatchObject({
      name: 'Nightly',
      content: 'look',
      nextRuns: [eight + hour / 2, eight + 1.5 * hour, eight + 2.5 * hour],
    });
    expect((await api('PATCH', `/${id}`, { enabled: false })).json.task).toMatchObject({ enabled: false, nextRuns: [] });
    await api('PATCH', `/${id}`, { enabled: true });
    expect((await api('DELETE', `/${id}`)).json.undoUntil).toBe(eight + minute);
    expect((await api('GET', '')).json.tasks).toEqual([]);
    expect((await api('POST', `/${id}/restore`)).json.task.id).toBe(id);
    clock.advance(hour / 2);
    await ended(() => look(id));
    await api('DELETE', `/${id}`);
    clock.advance(2 * hour);
    await expect.poll(async () => (await api('POST', `/${id}/restore`)).json.error?.code).toBe('TASK_UNKNOWN');
    expect(asked).toHaveLength(1);
  });

  test('schedules that make no sense are refused in words', async () => {
    const { api } = await start();
    const refused = async (schedule: object) => (await api('POST', '/preview', { schedule })).json.error?.message;
    expect(await refused({ kind: 'cron', expr: '0 0 30 2 *', timezone: 'UTC' })).toBe('"0 0 30 2 *" never comes: there is no such day.');
    expect(await refused({ kind: 'cron', expr: '99 * * * *', timezone: 'UTC' })).toContain('Invalid value for minute: 99');
    expect(await refused({ kind: 'once', at: 1 })).toBe('That time is past.');
    expect((await api('POST', '/preview', { schedule: everyHour.schedule })).json.nextRuns).toEqual([
      eight + hour,
      eight + 2 * hour,
      eight + 3 * hour,
    ]);
  });
});

describe('after a restart', () => {
  test('a slot that was taken runs once, whether or not its turn had reached the disk', async () => {
    const home = createTestHome();
    const first = await start({ home });
    const { id } = await first.add(everyHour);
    await first.gateway.stop();
    const slot = eight + hour;
    // As a process leaves it that ends between the two.
    const claim = async (changes: object) =>
      changeRow(home.databaseFile, id, (row) => ({ ...row, nextAt: slot + hour, claimedAt: slot, lastSlot: slot, ...changes }));
    await claim({});
    const second = await start({ home });
    await ended(() => second.look(id));
    expect(second.asked).toEqual(['look']);
    const { lastMessageId } = await second.look(id);
    await second.gateway.stop();
    await claim({ lastStatus: null, lastMessageId: null });
    const third = await start({ home });
    await ended(() => third.look(id));
    expect((await third.look(id)).lastMessageId).toBe(lastMessageId);
    expect(third.asked).toEqual([]);
    expect(await third.runs()).toHaveLength(1);
  });
});

const changeRow = async (file: string, id: string, change: (row: object) => object): Promise<void> => {
  const { openWorkerDatabase } = await import('../storage/worker-database.ts');
  const { workerUrl } = await import('../testing/test-gateway.ts');
  const { database } = await openWorkerDatabase({ file, workerUrl, now: () => eight });
  const row = await database.read({ op: 'task.get', id });
  await database.write([{ op: 'task.update', id, changes: change(row ?? {}) }]);
  await database.close();
};
