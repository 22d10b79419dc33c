import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Session } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';

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
  readonly setQuery: (query: string) => Promise<void>;
};

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

  const loadPage = async (cursor: string | null): Promise<void> => {
    store.setState({ loading: true, error: null });
    try {
      const page = await http.call('listSessions', { query: { limit: 50, ...(cursor === null ? {} : { cursor }) } });
      store.setState(({ sessions }) => ({
        sessions: newestFirst([...sessions, ...page.sessions]),
        cursor: page.nextCursor,
        loading: false,
      }));
    } catch (thrown) {
      store.setState({ loading: false, error: ApiError.from(thrown) });
    }
  };

  return Object.assign(store, {
    load: () => loadPage(null),
    loadMore: async () => {
      const { cursor, loading } = store.getState();
      if (cursor !== null && !loading) await loadPage(cursor);
    },
    note: (session: Session) => store.setState(({ sessions }) => ({ sessions: newestFirst([...sessions, session]) })),
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

const search = (http: HttpClient, q: string, signal: AbortSignal) => http.call('searchSessions', { query: { q, limit: 50 } }, { signal });

/** The later row of one session wins. */
const newestFirst = (sessions: readonly Session[]): readonly Session[] =>
  [...new Map(sessions.map((session) => [session.id, session])).values()].sort((a, b) => b.updatedAt - a.updatedAt);
