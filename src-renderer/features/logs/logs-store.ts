import { createStore, type StoreApi } from 'zustand/vanilla';
import { type LogBatch, type LogLevel, type LogLine, logBatchSchema, logLevels } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import type { EventSocket } from '../../api/event-socket.ts';
import type { HttpClient } from '../../api/http-client.ts';
import { createLogList, type LogList, type LogView, type RowTest } from './log-list.ts';
import { type LogRow, searchedText, toRow } from './log-rows.ts';
import { patternProblem, type RegexTester, SlowPatternError } from './regex-tester.ts';

export type LogFilters = {
  /** And above. `debug` is recorded by the gateway for as long as the page is open. */
  readonly level: LogLevel;
  readonly source: string | null;
  /** Token id. */
  readonly token: string | null;
  readonly trace: string | null;
  readonly query: string;
  readonly regex: boolean;
};

export type LogsState = LogFilters & {
  readonly phase: 'loading' | 'ready' | 'failed';
  readonly error: ApiError | null;
  readonly view: LogView;
  /** Lines kept, shown or not. */
  readonly total: number;
  /** What is wrong with the query: the browser's words for a bad pattern. */
  readonly problem: { readonly kind: 'invalid'; readonly words: string } | { readonly kind: 'slow' } | null;
  readonly paused: boolean;
  /** Lines that came since, as far as they pass the filters. */
  readonly waiting: number;
  /** Lines that were not sent to us because we read too slowly. */
  readonly dropped: number;
  /** After a lost connection, what was said meanwhile could not be fetched. */
  readonly gap: boolean;
  /** Where older lines begin; null: there are none, or no room for them. */
  readonly older: number | null;
  readonly loadingOlder: boolean;
  /** Seen so far, to choose from. */
  readonly sources: readonly string[];
  readonly tokens: readonly string[];
};

export type LogsStore = StoreApi<LogsState> & {
  /** Loads and follows for as long as the page is open; returns its undo. */
  readonly open: () => () => void;
  readonly filter: (change: Partial<LogFilters>) => void;
  readonly setPaused: (paused: boolean) => void;
  readonly loadOlder: () => Promise<void>;
  /** As many older lines as there are, or as there is room for. */
  readonly loadAll: () => Promise<void>;
  /** Takes all lines out of the view; they stay where they are kept. */
  readonly clear: () => void;
  readonly retry: () => void;
};

type LogsPorts = {
  readonly http: HttpClient;
  readonly socket: Pick<EventSocket, 'subscribe' | 'onFrame'>;
  readonly regexTester: RegexTester;
  readonly pause: () => Promise<void>;
  readonly capacity?: number;
};

export const keptLines = 100_000;
const pageLines = 2_000;

export const createLogsStore = ({ http, socket, regexTester, pause, capacity = keptLines }: LogsPorts): LogsStore => {
  const store = createStore<LogsState>(() => ({
    level: 'info',
    source: null,
    token: null,
    trace: null,
    query: '',
    regex: false,
    phase: 'loading',
    error: null,
    view: { rows: [], gone: 0, searching: false },
    total: 0,
    problem: null,
    paused: false,
    waiting: 0,
    dropped: 0,
    gap: false,
    older: null,
    loadingOlder: false,
    sources: [],
    tokens: [],
  }));

  const onFailed = (error: unknown): void => {
    // Found out only by running it: the lines are shown as if nothing was looked for.
    store.setState({ problem: error instanceof SlowPatternError ? { kind: 'slow' } : { kind: 'invalid', words: String(error) } });
    applyTest(testFor({ ...store.getState(), query: '' }, regexTester));
  };
  const list: LogList = createLogList({
    capacity,
    pause,
    onFailed,
    onChange: () => store.setState({ view: list.view(), total: list.rows().length }),
  });
  /** What comes while it is paused. */
  const held: LogList = createLogList({ capacity, pause, onFailed, onChange: () => store.setState({ waiting: held.view().rows.length }) });
  const applyTest = (test: RowTest): void => {
    list.setTest(test);
    held.setTest(test);
  };
  applyTest(testFor(store.getState(), regexTester));

  /** Numbers the loads, so that what an earlier one still brings is not taken. */
  let load = 0;
  /** Everything up to this line is here, or was asked for in vain. */
  let covered = 0;
  let unsubscribe: (() => void) | null = null;
  /** Batches wait here while lines before them are under way. */
  let queue: LogBatch[] | null = null;
  const seen = { sources: new Set<string>(), tokens: new Set<string>() };

  const recorded = (): LogLevel => (store.getState().level === 'debug' ? 'debug' : 'info');

  const note = (lines: readonly LogLine[]): void => {
    const before = seen.sources.size + seen.tokens.size;
    for (const { source, token } of lines) {
      seen.sources.add(source);
      if (token !== undefined) seen.tokens.add(token);
    }
    if (seen.sources.size + seen.tokens.size === before) return;
    store.setState({ sources: [...seen.sources].sort(), tokens: [...seen.tokens].sort() });
  };

  const append = (lines: readonly LogLine[]): void => {
    const fresh = lines.filter(({ seq }) => seq > covered);
    if (fresh.length === 0) return;
    covered = fresh.at(-1)?.seq ?? covered;
    note(fresh);
    (store.getState().paused ? held : list).append(fresh.map(toRow));
  };

  const take = async (batch: LogBatch): Promise<void> => {
    if (queue) {
      queue.push(batch);
      return;
    }
    if (batch.from > covered) {
      queue = [batch];
      await fill(covered, batch.from, load);
      return;
    }
    append(batch.lines);
    covered = Math.max(covered, batch.to);
    if (batch.dropped > 0) store.setState(({ dropped }) => ({ dropped: dropped + batch.dropped }));
  };

  /** Fetches what lies between what is here and what is sent now: the connection was lost, or the page closed. */
  const fill = async (after: number, to: number, mine: number): Promise<void> => {
    try {
      const pages: LogLine[][] = [];
      for (let before: number | null = to + 1, count = 0; before !== null && count < capacity; ) {
        const page: Page = await getLogs(http, { level: recorded(), after, before, limit: pageLines });
        if (mine !== load) return;
        pages.unshift(page.lines);
        count += page.lines.length;
        before = page.nextBefore;
      }
      append(pages.flat());
    } catch {
      if (mine !== load) return;
      store.setState({ gap: true });
    }
    covered = Math.max(covered, to);
    release();
  };

  const release = (): void => {
    const waiting = queue ?? [];
    queue = null;
    for (const batch of waiting) void take(batch);
  };

  const begin = async (): Promise<void> => {
    load += 1;
    const mine = load;
    queue = [];
    covered = 0;
    list.clear();
    held.clear();
    store.setState({ phase: 'loading', error: null, older: null, gap: false, dropped: 0 });
    follow();
    try {
      const { lines, nextBefore } = await getLogs(http, { level: recorded(), limit: pageLines });
      if (mine !== load) return;
      append(lines);
      store.setState({ phase: 'ready', older: nextBefore });
      release();
    } catch (thrown) {
      if (mine !== load) return;
      queue = null;
      unsubscribe?.();
      unsubscribe = null;
      store.setState({ phase: 'failed', error: ApiError.from(thrown) });
    }
  };

  const follow = (): void => {
    unsubscribe?.();
    unsubscribe = socket.subscribe('logs', { level: recorded() });
  };

  const loadOlder = async (): Promise<void> => {
    const { older, loadingOlder } = store.getState();
    if (older === null || loadingOlder) return;
    const mine = load;
    store.setState({ loadingOlder: true });
    try {
      const { lines, nextBefore } = await getLogs(http, { level: recorded(), before: older, limit: pageLines });
      if (mine !== load) return;
      note(lines);
      await list.prepend(lines.map(toRow));
      if (mine !== load) return;
      store.setState({ older: list.room() > 0 ? nextBefore : null, error: null });
    } catch (thrown) {
      if (mine === load) store.setState({ error: ApiError.from(thrown) });
    } finally {
      if (mine === load) store.setState({ loadingOlder: false });
    }
  };

  return Object.assign(store, {
    open: () => {
      const undo = socket.onFrame((frame) => {
        if (frame.type !== 'event' || frame.topic !== 'logs') return;
        const batch = logBatchSchema.safeParse(frame.data);
        if (batch.success) void take(batch.data);
      });
      if (store.getState().phase === 'ready') follow();
      else void begin();
      return () => {
        undo();
        unsubscribe?.();
        unsubscribe = null;
      };
    },
    filter: (change: Partial<LogFilters>) => {
      const before = store.getState();
      const after = { ...before, ...change };
      const words = after.regex && after.query !== '' ? patternProblem(after.query) : null;
      store.setState({ ...change, problem: words === null ? null : { kind: 'invalid', words } });
      // While a pattern is being typed it is wrong half the time: what it was before holds.
      if (words === null) applyTest(testFor(after, regexTester));
      // Debug lines lie between the others, all along.
      if ((before.level === 'debug') !== (after.level === 'debug')) void begin();
    },
    setPaused: (paused: boolean) => {
      store.setState({ paused });
      if (paused || held.rows().length === 0) return;
      list.append(held.rows());
      held.clear();
    },
    loadOlder,
    loadAll: async () => {
      const mine = load;
      for (let before: number | null = Number.POSITIVE_INFINITY; mine === load; ) {
        const { older, error } = store.getState();
        if (older === null || older === before || error !== null) return;
        before = older;
        await loadOlder();
      }
    },
    clear: () => {
      list.clear();
      held.clear();
      store.setState({ older: null, dropped: 0, gap: false });
    },
    retry: () => void begin(),
  });
};

type Page = Awaited<ReturnType<typeof getLogs>>;
const getLogs = (http: HttpClient, query: { level: LogLevel; limit: number; after?: number; before?: number }) =>
  http.call('getLogs', { query });

const testFor = ({ level, source, token, trace, query, regex }: LogFilters, regexTester: RegexTester): RowTest => {
  const lowest = logLevels.indexOf(level);
  const fits = ({ line }: LogRow): boolean =>
    logLevels.indexOf(line.level) >= lowest &&
    (source === null || line.source === source) &&
    (token === null || line.token === token) &&
    (trace === null || line.traceId === trace);
  if (query === '') return (rows) => rows.map(fits);
  if (!regex) {
    const needle = query.toLowerCase();
    return (rows) => rows.map((row) => fits(row) && searchedText(row).toLowerCase().includes(needle));
  }
  return async (rows) => {
    const candidates = rows.filter(fits);
    const matches = await regexTester({ pattern: query, texts: candidates.map(searchedText) });
    const passing = new Set(candidates.filter((_, index) => matches[index]));
    return rows.map((row) => passing.has(row));
  };
};
