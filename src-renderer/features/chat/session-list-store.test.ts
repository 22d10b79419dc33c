import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpClient } from '../../api/http-client.ts';
import { type FakeGateway, startFakeGateway } from '../../testing/fake-gateway.ts';
import { createSessionListStore, type SessionListStore } from './session-list-store.ts';

let gateway: FakeGateway;
let list: SessionListStore;
let pauses: (() => void)[] = [];

beforeEach(async () => {
  gateway = await startFakeGateway();
  pauses = [];
  const http = createHttpClient({ baseUrl: gateway.url, fetch, token: async () => 'token', onSignedOut: () => undefined });
  list = createSessionListStore({ http, pause: () => new Promise((resolve) => pauses.push(resolve)) });
});
afterEach(() => gateway.stop());

const ids = () => list.getState().sessions.map(({ id }) => id);
const hit = (id: string) => ({ session: gateway.session(id), seq: 1, messageId: 'm', timestamp: 1, role: 'user', snippet: id });

describe('session list store', () => {
  it('is newest first and moves what changes to its place', async () => {
    gateway.addSession({ id: 'old', updatedAt: 1 });
    gateway.addSession({ id: 'new', updatedAt: 2 });
    await list.load();
    expect(ids()).toEqual(['new', 'old']);
    list.note({ ...gateway.session('old'), updatedAt: 3, running: true });
    expect(ids()).toEqual(['old', 'new']);
    expect(list.getState().sessions[0]?.running).toBe(true);
  });

  it('goes on where the page ended', async () => {
    gateway.addSession({ id: 'a', updatedAt: 2 });
    const first = { sessions: [gateway.session('a')], nextCursor: 'next' };
    gateway.answers.set('GET /api/v1/sessions', { status: 200, body: first });
    await list.load();
    gateway.addSession({ id: 'b', updatedAt: 1 });
    gateway.answers.set('GET /api/v1/sessions', { status: 200, body: { sessions: [gateway.session('b')], nextCursor: null } });
    await list.loadMore();
    expect(ids()).toEqual(['a', 'b']);
    expect(gateway.requests.at(-1)?.path).toContain('cursor=next');
    expect(list.getState().cursor).toBeNull();
  });

  it('says why there is no list', async () => {
    gateway.answers.set('GET /api/v1/sessions', { status: 500, body: 'oops' });
    await list.load();
    expect(list.getState()).toMatchObject({ loading: false, error: { code: 'BAD_ANSWER' } });
  });

  it('asks only for the last of what was typed', async () => {
    gateway.addSession({ id: 'found' });
    gateway.answers.set('GET /api/v1/search', { status: 200, body: { hits: [hit('found')], nextCursor: null } });
    const typed = [list.setQuery('f'), list.setQuery('fo'), list.setQuery('脚本')];
    for (const go of pauses) go();
    await Promise.all(typed);
    expect(gateway.requests.map(({ path }) => path)).toEqual([`/api/v1/search?q=${encodeURIComponent('脚本')}&limit=50`]);
    expect(list.getState().hits?.map(({ snippet }) => snippet)).toEqual(['found']);
  });

  it('forgets the hits when the query is cleared', async () => {
    gateway.answers.set('GET /api/v1/search', { status: 200, body: { hits: [], nextCursor: null } });
    const typed = list.setQuery('x');
    for (const go of pauses) go();
    await typed;
    expect(list.getState().hits).toEqual([]);
    await list.setQuery('');
    expect(list.getState().hits).toBeNull();
  });

  describe('a change of a session', () => {
    const answer = (route: string, session: object) => gateway.answers.set(route, { status: 200, body: session });
    const refuse = (route: string) =>
      gateway.answers.set(route, {
        status: 500,
        body: { error: { code: 'STORAGE_FAILED', message: 'full', retryable: true, traceId: 't' } },
      });
    beforeEach(async () => {
      gateway.addSession({ id: 'a', updatedAt: 2 });
      gateway.addSession({ id: 'b', updatedAt: 1 });
      await list.load();
    });

    it('is a title or a pin', async () => {
      answer('PATCH /api/v1/sessions/b', { session: { ...gateway.session('b'), title: 'renamed', pinned: true } });
      await list.rename('b', 'renamed');
      await list.pin('b', true);
      const bodies = gateway.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body));
      expect(bodies).toEqual([{ title: 'renamed' }, { pinned: true }]);
      expect(list.getState().sessions[1]).toMatchObject({ id: 'b', title: 'renamed', pinned: true });
    });

    it('takes a deleted one off at once, whatever its turns still tell of it, and brings it back', async () => {
      answer('DELETE /api/v1/sessions/a', { session: gateway.session('a'), undoUntil: 1 });
      answer('POST /api/v1/sessions/a/restore', { session: gateway.session('a') });
      const removed = list.remove('a');
      expect(ids()).toEqual(['b']);
      list.note({ ...gateway.session('a'), running: false });
      expect(ids()).toEqual(['b']);
      await removed;
      expect((await list.restore('a')).id).toBe('a');
      expect(ids()).toEqual(['a', 'b']);
    });

    it('keeps one that could not be deleted', async () => {
      refuse('DELETE /api/v1/sessions/a');
      await expect(list.remove('a')).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      expect(ids()).toEqual(['a', 'b']);
    });

    it('can come from another window while a page is under way', async () => {
      const loading = list.load();
      list.noteDeleted('a');
      list.note({ ...gateway.session('b'), title: 'newer' });
      await loading;
      expect(list.getState().sessions).toMatchObject([{ id: 'b', title: 'newer' }]);
    });

    it('that was missed is seen with the next load', async () => {
      gateway.answers.set('GET /api/v1/sessions', { status: 200, body: { sessions: [gateway.session('b')], nextCursor: null } });
      await list.load();
      expect(ids()).toEqual(['b']);
    });
  });

  it('gives a session as a file, with the name that the gateway gives it', async () => {
    gateway.serve = () => ({
      status: 200,
      body: '# Hello',
      headers: { 'content-disposition': `attachment; filename="?.md"; filename*=UTF-8''${encodeURIComponent('你好.md')}` },
    });
    const { name, content } = await list.download('a', 'markdown');
    expect([name, await content.text()]).toEqual(['你好.md', '# Hello']);
    expect(gateway.requests.at(-1)?.path).toBe('/api/v1/sessions/a/export?format=markdown');
  });
});
