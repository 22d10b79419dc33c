import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-shared/app-error.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../testing/test-gateway.ts';
import { gated, scriptModel } from '../testing/upstream.ts';
import { createWatchedDatabase } from '../testing/watched-database.ts';

/** A gateway, and a client of it that sees its own sessions only. */
const start = async (options: TestGatewayOptions = {}) => {
  const t = await startTestGateway({ upstream: await scriptModel(() => ({ kind: 'text', chunks: ['pong'] })), ...options });
  const token = await t.token('messages', 'sessions');
  return { t, token, ...clientOf(t, token) };
};
const clientOf = (t: TestGateway, token: string) => {
  const say = (content: string, sessionId?: string, more = {}) =>
    t.post({ content, ...(sessionId ? { sessionId } : {}), ...more }, { token });
  const ask = (method: string, path: string, json?: object) => t.call(method, `/api/v1/sessions${path}`, { token, json });
  const list = async (query = '') => (await ask('GET', query)).json.sessions;
  const search = async (q: string) => (await t.call('GET', `/api/v1/search?q=${q}`, { token })).json.hits;
  return { say, ask, list, search };
};
const code = ({ json }: { json: { error: { code: string } } }): string => json.error?.code;

describe('PATCH /sessions/{id}', () => {
  it('renames, names and pins, and the list can be asked for those', async () => {
    const { say, ask, list } = await start();
    await say('first', 'one');
    const { sessionId } = (await say('second', 'two')).json;
    const { session } = (await ask('PATCH', '/one', { title: '  新标题 ', pinned: true })).json;
    expect(session).toMatchObject({ title: '新标题', pinned: true, name: 'one' });
    expect((await ask('PATCH', `/${sessionId}`, { name: 'zwei' })).json.session).toMatchObject({ name: 'zwei', title: 'second' });
    expect((await list('?pinned=true')).map(({ name }: { name: string }) => name)).toEqual(['one']);
    expect((await list('?pinned=false')).map(({ name }: { name: string }) => name)).toEqual(['zwei']);
    expect(await list('?channel=console')).toEqual([]);
    expect(code(await ask('GET', '/two/messages'))).toBe('SESSION_UNKNOWN');
    expect((await say('again', 'zwei')).json.sessionId).toBe(sessionId);
    expect((await ask('PATCH', '/zwei', { name: null })).json.session.name).toBeNull();
  });

  it('refuses a name that is taken, or that would be taken for something else', async () => {
    const { t, say, ask } = await start();
    await say('1', 'one');
    await say('2', 'two');
    expect(await ask('PATCH', '/one', { name: 'two' })).toMatchObject({ status: 409, json: { error: { code: 'SESSION_NAME_TAKEN' } } });
    expect((await ask('PATCH', '/one', { name: 'one' })).status).toBe(200);
    for (const name of ['..', 'a/b', 'ses_x', 'x'.repeat(22), '', 'x'.repeat(129)])
      expect([name, code(await ask('PATCH', '/one', { name }))]).toEqual([name, 'BAD_REQUEST']);
    for (const body of [{}, { title: ' ' }, { title: 'x', other: 1 }]) expect(code(await ask('PATCH', '/one', body))).toBe('BAD_REQUEST');
    const other = clientOf(t, await t.token('messages', 'sessions'));
    await other.say('theirs', 'theirs');
    expect((await other.ask('PATCH', '/theirs', { name: 'one' })).status).toBe(200);
  });

  it('refuses a name that a session is just being made with', async () => {
    const script = gated(['…']);
    const { say, ask } = await start({
      upstream: await scriptModel((_request, count) => (count === 1 ? { kind: 'text', chunks: ['x'] } : script.reply)),
    });
    await say('1', 'one');
    // Not on the disk yet: nobody has been told of it.
    const saying = say('2', 'two');
    await expect.poll(async () => code(await ask('PATCH', '/one', { name: 'two' }))).toBe('SESSION_NAME_TAKEN');
    script.release();
    expect((await saying).status).toBe(200);
  });
});

describe('DELETE /sessions/{id}', () => {
  it('takes it out of everything at once, and restore brings all of it back', async () => {
    const clock = createManualClock();
    const { t, say, ask, list, search, token } = await start({ clock });
    const { sessionId } = (await say('findable zebra', 'mine')).json;
    await say('another', 'kept');
    const [{ id }] = (await list()).filter(({ name }: { name: string }) => name === 'mine');
    const { session, undoUntil } = (await ask('DELETE', '/mine')).json;
    expect(session).toMatchObject({ id, name: 'mine', running: false });
    expect(undoUntil).toBe(clock.now() + 60_000);

    expect((await list()).map(({ name }: { name: string }) => name)).toEqual(['kept']);
    expect(await search('zebra')).toEqual([]);
    for (const ref of ['mine', sessionId, id]) {
      for (const path of ['/messages', '/export']) expect(code(await ask('GET', `/${ref}${path}`))).toBe('SESSION_UNKNOWN');
      expect(code(await ask('PATCH', `/${ref}`, { pinned: true }))).toBe('SESSION_UNKNOWN');
      expect(code(await ask('DELETE', `/${ref}`))).toBe('SESSION_UNKNOWN');
    }
    for (const ref of [sessionId, id]) expect(code(await say('hello?', ref))).toBe('SESSION_UNKNOWN');
    const socket = await t.ws({ token });
    socket.send({ type: 'resume', sessionId, afterSeq: 0 });
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'SESSION_UNKNOWN' });

    clock.advance(60_000);
    expect((await ask('POST', `/${id}/restore`)).json.session).toMatchObject({ id, name: 'mine', lastSeq: 2 });
    expect((await search('zebra')).length).toBe(1);
    expect((await ask('GET', '/mine/messages')).json.items.length).toBe(2);
    expect((await say('back?', sessionId)).status).toBe(200);
    expect((await ask('POST', `/${id}/restore`)).status).toBe(200);
  });

  it('cannot be undone a minute later', async () => {
    const clock = createManualClock();
    const { say, ask, list } = await start({ clock });
    await say('x', 'mine');
    const [{ id }] = await list();
    await ask('DELETE', '/mine');
    clock.advance(60_001);
    expect(await ask('POST', `/${id}/restore`)).toMatchObject({ status: 409, json: { error: { code: 'UNDO_OVER' } } });
    expect(await list()).toEqual([]);
  });

  it('frees its name; it comes back without one that is taken, or is just being taken', async () => {
    const script = gated(['…']);
    const { say, ask, list } = await start({
      upstream: await scriptModel((_request, count) => (count <= 2 ? { kind: 'text', chunks: ['x'] } : script.reply)),
    });
    await say('the first', 'mine');
    const [first] = await list();
    await ask('DELETE', '/mine');
    await say('the second', 'mine');
    expect((await ask('POST', `/${first.id}/restore`)).json.session).toMatchObject({ name: null, title: 'the first' });
    const second = (await list()).find(({ name }: { name: string }) => name === 'mine');
    expect(second.title).toBe('the second');

    await ask('DELETE', '/mine');
    const saying = say('the third', 'mine');
    await expect.poll(async () => (await ask('PATCH', `/${first.id}`, { name: 'mine' })).status).toBe(409);
    expect((await ask('POST', `/${second.id}/restore`)).json.session).toMatchObject({ name: null, title: 'the second' });
    script.release();
    expect((await saying).status).toBe(200);
    expect((await list()).map(({ name, title }: { name: string; title: string }) => [title, name])).toContainEqual(['the third', 'mine']);
  });

  it('ends what runs in it and what waits behind that', async () => {
    const upstream = await scriptModel(() => ({ kind: 'never' }));
    const { t, say, ask, token } = await start({ upstream });
    const accepted = await Promise.all(['a', 'b', 'c'].map((content) => say(content, 'busy', { wait: false })));
    const waiting = say('d', 'busy');
    await upstream.requested(1);
    expect((await ask('DELETE', '/busy')).status).toBe(200);
    expect((await waiting).json.status).toBe('cancelled');
    for (const { json } of accepted)
      expect((await t.call('GET', `/api/v1/messages/${json.messageId}`, { token })).json.status).toBe('cancelled');
    expect(upstream.requests.length).toBe(1);
    expect((await t.call('GET', '/api/v1/status', { token })).json.queue).toEqual({ running: 0, waiting: 0 });
  });

  it('lets nothing in on its way: a name begins anew after it, a handle is unknown, a second deletion too', async () => {
    const watched = createWatchedDatabase();
    let looked = 0;
    const { say, ask, list } = await start({
      wrapDatabase: (database) => ({
        ...watched.wrap(database),
        read: (query) => {
          if (query.op === 'session.byName' || query.op === 'session.get') looked += 1;
          return database.read(query);
        },
      }),
    });
    const { sessionId } = (await say('x', 'mine')).json;
    const held = watched.hold((writes) => writes.some(({ op }) => op === 'session.delete'));
    const deleting = ask('DELETE', '/mine');
    const release = await held;
    looked = 0;
    const [byName, byId, again] = [say('by name', 'mine'), say('by id', sessionId), ask('DELETE', `/${sessionId}`)];
    await expect.poll(() => looked).toBe(3);
    release();
    expect((await deleting).status).toBe(200);
    expect(code(await byId)).toBe('SESSION_UNKNOWN');
    expect(code(await again)).toBe('SESSION_UNKNOWN');
    expect((await byName).json).toMatchObject({ status: 'completed', sessionId: expect.not.stringContaining(sessionId) });
    expect((await list()).map(({ title }: { title: string }) => title)).toEqual(['by name']);
  });

  it('refuses what had found the session before it was deleted, and comes to its lane after', async () => {
    let looked = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const upstream = await scriptModel(() => ({ kind: 'text', chunks: ['pong'] }));
    const { t, token, say, ask, list } = await start({
      upstream,
      wrapDatabase: (database) => ({
        ...database,
        read: async (query) => {
          if (query.op === 'turn.byIdempotencyKey') await released;
          const result = await database.read(query);
          if (query.op === 'session.byName' && query.name === 'mine') looked += 1;
          return result;
        },
      }),
    });
    await say('x', 'mine');
    const socket = await t.ws({ token });
    looked = 0;
    // The second one of a connection waits for the first, and has looked up its session meanwhile.
    socket.send({ type: 'message', content: 'slow', id: '1', idempotencyKey: 'k' });
    socket.send({ type: 'message', content: 'late', id: '2', sessionId: 'mine' });
    await expect.poll(() => looked).toBe(1);
    expect((await ask('DELETE', '/mine')).status).toBe(200);
    release();
    expect(await socket.waitFor((frame) => frame.type === 'error')).toMatchObject({ code: 'SESSION_UNKNOWN', replyTo: '2' });
    await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === '1');
    expect(upstream.requests.length).toBe(2);
    expect((await list()).map(({ title }: { title: string }) => title)).toEqual(['slow']);
  });

  it('that fails leaves it as it was', async () => {
    let full = true;
    const { say, ask } = await start({
      wrapDatabase: (database) => ({
        ...database,
        write: (writes) =>
          full && writes.some(({ op }) => op === 'session.delete') ? Promise.reject(new AppError('STORAGE_FULL')) : database.write(writes),
      }),
    });
    await say('x', 'mine');
    expect((await ask('DELETE', '/mine')).status).toBe(507);
    expect((await say('still there', 'mine')).status).toBe(200);
    full = false;
    expect((await ask('DELETE', '/mine')).status).toBe(200);
  });

  it('is for its owner and for admins', async () => {
    const { t, say, ask, list } = await start();
    await say('x', 'mine');
    const [{ id }] = await list();
    const other = clientOf(t, await t.token('messages', 'sessions'));
    for (const ref of ['mine', id]) {
      expect(code(await other.ask('DELETE', `/${ref}`))).toBe('SESSION_UNKNOWN');
      expect(code(await other.ask('PATCH', `/${ref}`, { title: 'y' }))).toBe('SESSION_UNKNOWN');
    }
    const { session } = (await t.call('DELETE', `/api/v1/sessions/${id}`, { token: t.admin })).json;
    expect(session).not.toHaveProperty('sessionId');
    expect(code(await other.ask('POST', `/${id}/restore`))).toBe('SESSION_UNKNOWN');
    expect((await ask('POST', `/${id}/restore`)).status).toBe(200);
    for (const path of ['/..%2f..%2fdata', '/%2e%2e', '/a%5cb', '/x%00'])
      expect([path, (await ask('DELETE', path)).status]).toEqual([
        path,
        expect.toSatisfy((status: number) => status === 400 || status === 404),
      ]);
  });
});

it('two clients meet in one session by its name, if they have one token, and never otherwise', async () => {
  const { t, say, list } = await start();
  const other = clientOf(t, await t.token('messages', 'sessions'));
  const answers = await Promise.all([say('a', 'shared'), say('b', 'shared'), other.say('c', 'shared')]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers[0]?.json.sessionId).toBe(answers[1]?.json.sessionId);
  expect((await list()).length).toBe(1);
  expect((await other.list()).length).toBe(1);
});

it('a connection whose own session is deleted goes on in a new one', async () => {
  const { t, ask, list, token } = await start();
  const socket = await t.ws({ token });
  socket.send({ type: 'message', content: 'one', id: '1' });
  await socket.waitFor((frame) => frame.type === 'response');
  const [{ id }] = await list();
  expect((await ask('DELETE', `/${id}`)).status).toBe(200);
  socket.send({ type: 'message', content: 'two', id: '2' });
  const { sessionId } = await socket.waitFor((frame) => frame.type === 'response' && frame.replyTo === '2');
  expect((await list()).map((session: { sessionId: string }) => session.sessionId)).toEqual([sessionId]);
});

it('everyone who follows the list is told of changes, deletions and restores', async () => {
  const { t, say, ask, list } = await start();
  await say('x', 'mine');
  const [{ id }] = await list();
  const socket = await t.ws();
  socket.send({ type: 'subscribe', topics: ['sessions'] });
  socket.send({ type: 'ping' });
  await socket.waitFor((frame) => frame.type === 'pong');
  await ask('PATCH', '/mine', { title: 'y' });
  await ask('DELETE', '/mine');
  await ask('POST', `/${id}/restore`);
  const told = () => socket.frames.flatMap((frame) => (frame.type === 'event' ? [frame.data as { session: object }] : []));
  await expect.poll(() => told().length).toBe(3);
  expect(told()).toMatchObject([
    { session: { id, title: 'y', name: 'mine' } },
    { session: { id, title: 'y' }, deleted: true },
    { session: { id, title: 'y', name: 'mine' } },
  ]);
  expect(JSON.stringify(told())).not.toContain('ses_');
});
