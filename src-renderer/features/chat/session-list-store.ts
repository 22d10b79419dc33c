import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Session } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import type { Download, HttpClient } from '../../api/http-client.ts';

export type SearchHit = Awaited<ReturnType<typeof search>>['hits'][number];

export type SessionListState = {
  readonly sessions: readonly Session[];
  readonly loading: boolean;
  readonly error: ApiError | null;
  readonly cursor: string | null;
  readonly query: string;
  /** Null while nothing is searched for or the answer is under way. */
  readonly hits: readonly SearchHit[] | null;
  readonly searchError: ApiError | null;
};

export type SessionListStore = StoreApi<SessionListState> & {
  readonly load: () => Promise<void>;
  readonly loadMore: () => Promise<void>;
  /** New or changed: goes to its place by time. */
  readonly note: (session: Session) => void;
  readonly noteDeleted: (id: string) => void;
  readonly setQuery: (query: string) => Promise<void>;
} & SessionActions;

/** Each rejects with an ApiError. */
type SessionActions = {
  readonly rename: (id: string, title: string) => Promise<void>;
  readonly pin: (id: string, pinned: boolean) => Promise<void>;
  /** Off the list at once; for `deleteUndoMs` it can be brought back. */
  readonly remove: (id: string) => Promise<void>;
  readonly restore: (id: string) => Promise<Session>;
  readonly download: (id: string, format: 'markdown' | 'json') => Promise<Download>;
};

type Page = {
  /** What the list is with it, given what it was. */
  readonly rows: (known: readonly Session[]) => readonly Session[];
  readonly cursor: string | null;
};

const pageSize = 50;

type SessionListPorts = { readonly http: HttpClient /** Resolves after the pause in typing. */; readonly pause: () => Promise<void> };

export const createSessionListStore = ({ http, pause }: SessionListPorts): SessionListStore => {
  const store = createStore<SessionListState>(() => ({
    sessions: [],
    loading: true,
    error: null,
    cursor: null,
    query: '',
    hits: null,
    searchError: null,
  }));
  let running: AbortController | undefined;
  let loads = 0;
  /** Changes that came while a page was under way: newer than what is on it. */
  const noted = new Map<string, Session | 'deleted'>();

  const show = (rows: readonly Session[]): readonly Session[] => {
    const known = new Map(rows.map((session) => [session.id, session]));
    for (const [id, change] of noted) {
      if (change === 'deleted') known.delete(id);
      else known.set(id, change);
    }
    return newestFirst([...known.values()]);
  };

  const loadPage = async (ask: () => Promise<Page>): Promise<void> => {
    if (loads === 0) noted.clear();
    loads += 1;
    store.setState({ loading: true, error: null });
    try {
      const { rows, cursor } = await ask();
      store.setState(({ sessions }) => ({ sessions: show(rows(sessions)), cursor, loading: false }));
    } catch (thrown) {
      store.setState({ loading: false, error: ApiError.from(thrown) });
    } finally {
      loads -= 1;
    }
  };

  /** Being deleted: its turns end before it is gone, and each end tells of it once more. */
  const removing = new Set<string>();

  const note = (session: Session): void => {
    if (removing.has(session.id)) return;
    noted.set(session.id, session);
    store.setState(({ sessions }) => ({ sessions: show(sessions) }));
  };
  const noteDeleted = (id: string): void => {
    noted.set(id, 'deleted');
    store.setState(({ sessions, hits }) => ({
      sessions: show(sessions),
      hits: hits?.filter(({ session }) => session.id !== id) ?? null,
    }));
  };
  const change = async (id: string, body: { readonly title?: string; readonly pinned?: boolean }): Promise<void> => {
    const { session } = await http.call('updateSession', { params: { id }, body });
    note(session);
  };

  const actions: SessionActions = {
    rename: (id, title) => change(id, { title }),
    pin: (id, pinned) => change(id, { pinned }),
    remove: async (id) => {
      const before = store.getState().sessions.find((session) => session.id === id);
      removing.add(id);
      noteDeleted(id);
      try {
        await http.call('deleteSession', { params: { id } });
        removing.delete(id);
      } catch (thrown) {
        removing.delete(id);
        if (before) note(before);
        throw thrown;
      }
    },
    restore: async (id) => {
      const { session } = await http.call('restoreSession', { params: { id } });
      note(session);
      return session;
    },
    download: (id, format) => http.download('exportSession', { params: { id }, query: { format } }),
  };

  return Object.assign(store, actions, {
    load: () =>
      loadPage(async () => {
        const [pinned, first] = await Promise.all([
          http.call('listSessions', { query: { limit: 200, pinned: 'true' } }),
          http.call('listSessions', { query: { limit: pageSize } }),
        ]);
        const oldest = first.sessions.at(-1)?.updatedAt ?? Number.NEGATIVE_INFINITY;
        return {
          // What is older than this page was asked for earlier and stays; what is as new and not on it is gone.
          rows: (known) => [
            ...(first.nextCursor === null ? [] : known.filter(({ updatedAt, pinned }) => updatedAt < oldest && !pinned)),
            ...pinned.sessions,
            ...first.sessions,
          ],
          cursor: first.nextCursor,
        };
      }),
    loadMore: async () => {
      const { cursor, loading } = store.getState();
      if (cursor === null || loading) return;
      await loadPage(async () => {
        const { sessions, nextCursor } = await http.call('listSessions', { query: { limit: pageSize, cursor } });
        return { rows: (known) => [...known, ...sessions], cursor: nextCursor };
      });
    },
    note,
    noteDeleted,
    setQuery: async (query: string) => {
      running?.abort();
      const mine = new AbortController();
      running = mine;
      store.setState({ query, searchError: null, ...(query.trim() === '' ? { hits: null } : {}) });
      if (query.trim() === '') return;
      await pause();
      try {
        const { hits } = await search(http, query.trim(), mine.signal);
        if (!mine.signal.aborted) store.setState({ hits });
      } catch (thrown) {
        if (!mine.signal.aborted) store.setState({ hits: null, searchError: ApiError.from(thrown) });
      }
    },
  });
};

const search = (http: HttpClient, q: string, signal: AbortSignal) =>
  http.call('searchSessions', { query: { q, limit: pageSize } }, { signal });

/** The later row of one session wins. */
const newestFirst = (sessions: readonly Session[]): readonly Session[] =>
  [...new Map(sessions.map((session) => [session.id, session])).values()].sort((a, b) => b.updatedAt - a.updatedAt);
