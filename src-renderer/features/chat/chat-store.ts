import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Attachment } from '../../../src-shared/contract/events.ts';
import type { Session } from '../../../src-shared/contract/rest.ts';
import type { TurnFrame } from '../../../src-shared/contract/ws.ts';
import { ApiError } from '../../api/api-error.ts';
import type { EventSocket } from '../../api/event-socket.ts';
import type { HttpClient } from '../../api/http-client.ts';
import { isActive, newTurn, type Turn } from '../../turn/thread.ts';
import { concerns, emptyThread, isFresh, isSame, names, type Target, type Thread } from './conversation.ts';
import { applyFrame, mergeTurns, turnsFromHistory, turnsFromMiddle } from './turns.ts';

export type ChatState = { readonly openKey: string; readonly threads: Readonly<Record<string, Thread>> };

export type ChatStore = StoreApi<ChatState> & ChatActions;

type ChatActions = {
  /** Listens to the socket; returns its undo. */
  readonly start: () => () => void;
  readonly openSession: (session: Session) => void;
  /** By any of its names, for a reload or a link. */
  readonly openRef: (ref: string) => void;
  /** At a message that a search has found, with what was said around it. */
  readonly openHit: (session: Session, target: Target) => void;
  readonly newChat: (agentId: string | null) => void;
  readonly send: (content: string, attachments?: readonly Attachment[]) => void;
  readonly retry: (turnKey: string) => void;
  /** Cancels one turn, or without a key the one that runs in the open chat. @throws ApiError */
  readonly stop: (turnKey?: string) => Promise<void>;
  readonly chooseAgent: (agentId: string) => void;
  readonly loadOlder: () => Promise<void>;
  readonly loadNewer: () => Promise<void>;
  /** From the middle of the history to its end. */
  readonly toNewest: () => void;
  readonly reload: () => Promise<void>;
  /** A row of the session list is new or changed. */
  readonly noteSession: (session: Session) => void;
  readonly noteDeleted: (id: string) => void;
};

export type ChatPorts = {
  readonly http: HttpClient;
  readonly socket: EventSocket;
  readonly now: () => number;
  readonly newId: () => string;
  /** Runs `work` soon: once per painted frame in the page, at once in tests. */
  readonly schedule: (work: () => void) => void;
};

const pageSize = 60;
/** How many events before a search hit are loaded with it. */
const beforeTarget = 30;

export const createChatStore = (ports: ChatPorts): ChatStore => {
  const first = emptyThread(ports.newId());
  const store = createStore<ChatState>(() => ({ openKey: first.key, threads: { [first.key]: first } }));
  const arrived: TurnFrame[] = [];

  const open = (): Thread => threadOf(store.getState(), store.getState().openKey);

  const update = (key: string, change: (thread: Thread) => Partial<Thread>): void =>
    store.setState(({ threads }) => {
      const thread = threads[key];
      return thread ? { threads: { ...threads, [key]: { ...thread, ...change(thread) } } } : {};
    });

  const show = (thread: Thread): void => {
    const { openKey, threads } = store.getState();
    const left = threads[openKey];
    const kept = { ...threads, [thread.key]: thread };
    // A chat without a turn at work is read anew when it is opened again.
    if (left && left.key !== thread.key && !left.turns.some(isActive)) {
      delete kept[left.key];
      ports.socket.unfollow(left.refs[0]);
    }
    store.setState({ openKey: thread.key, threads: kept });
  };

  const drop = (dropped: Thread): void => {
    store.setState(({ threads }) => ({ threads: Object.fromEntries(Object.entries(threads).filter(([key]) => key !== dropped.key)) }));
    ports.socket.unfollow(dropped.refs[0]);
  };

  const threadFor = (session: Session, known: Thread | undefined): Thread => ({
    ...emptyThread(ports.newId()),
    refs: names(session, known?.refs ?? []),
    session,
    agentId: session.agentId,
    loading: 'first',
  });

  const find = (session: Session): Thread | undefined => Object.values(store.getState().threads).find((thread) => isSame(thread, session));

  const flush = (): void => {
    for (const frame of arrived.splice(0)) applyToThread(frame);
  };

  const applyToThread = (frame: TurnFrame): void => {
    const thread = Object.values(store.getState().threads).find((one) => concerns(one, frame));
    // In the middle of a history there is no place for what comes at its end.
    if (!thread || thread.newerAfter !== null) return;
    const { turns, strange } = applyFrame(thread.turns, frame);
    const named = frame.sessionId !== '' && !thread.refs.includes(frame.sessionId);
    update(thread.key, ({ lastSeq, refs }) => ({
      turns,
      lastSeq: Math.max(lastSeq, frame.seq ?? 0),
      ...(named ? { refs: [...refs, frame.sessionId] } : {}),
    }));
    if (strange) void load(thread.key);
  };

  const load = async (key: string): Promise<void> => {
    const thread = threadOf(store.getState(), key);
    const [ref] = thread.refs;
    update(key, () => ({ loading: thread.turns.length === 0 ? 'first' : thread.loading, error: null }));
    try {
      const page = await ports.http.call('getSessionMessages', { params: { id: ref }, query: { limit: pageSize } });
      flush();
      const turns = turnsFromHistory(page.items, page.running, page.session.agentId);
      const refs = names(page.session, thread.refs);
      update(key, (now) => ({
        refs: names(page.session, now.refs),
        session: page.session,
        agentId: page.session.agentId,
        lastSeq: Math.max(now.lastSeq, page.session.lastSeq),
        turns: mergeTurns(now.turns, turns),
        loading: 'no',
        olderCursor: now.turns.some((turn) => turn.order < (turns[0]?.order ?? 0)) ? now.olderCursor : page.nextCursor,
      }));
      ports.socket.follow({
        refs,
        lastSeq: page.items.at(-1)?.seq ?? 0,
        running: turns
          .filter(isActive)
          .flatMap(({ messageId, reply }) => (messageId === null ? [] : [{ messageId, offset: reply.length }])),
      });
    } catch (thrown) {
      update(key, () => ({ loading: 'no', error: ApiError.from(thrown) }));
    }
  };

  /** What follows `newerAfter`: the first page of a thread that is opened in its middle, and every one down to its end. */
  const loadMiddle = async (key: string): Promise<void> => {
    const { refs, newerAfter, target, turns: here } = threadOf(store.getState(), key);
    if (newerAfter === null) return;
    update(key, () => ({ loading: here.length === 0 ? 'first' : 'newer', error: null }));
    try {
      const { session, items, nextCursor } = await ports.http.call('getSessionMessages', {
        params: { id: refs[0] },
        query: { afterSeq: newerAfter, limit: pageSize },
      });
      const { lastSeq, agentId } = session;
      const next = turnsFromMiddle({ items, afterSeq: newerAfter, lastSeq, agentId }, target?.messageId);
      update(key, ({ turns, olderCursor }) => ({
        session,
        turns: mergeTurns(turns, next.turns),
        newerAfter: next.newerAfter,
        olderCursor: here.length === 0 ? nextCursor : olderCursor,
        loading: 'no',
      }));
      if (next.newerAfter === null) await load(key);
    } catch (thrown) {
      update(key, () => ({ loading: 'no', error: ApiError.from(thrown) }));
    }
  };

  const transmit = (thread: Thread, turn: Turn): void => {
    if (turn.localId === null || turn.question === null) return;
    const differs = thread.session === null || thread.session.agentId !== turn.agentId;
    ports.socket.sendMessage({
      type: 'message',
      content: turn.question,
      id: turn.localId,
      idempotencyKey: turn.localId,
      stream: true,
      sessionId: thread.refs[0],
      channel: 'console',
      ...(turn.attachments.length > 0 ? { attachments: turn.attachments.map(({ id }) => id) } : {}),
      ...(differs && turn.agentId !== '' ? { agentId: turn.agentId } : {}),
    });
  };

  const actions: ChatActions = {
    start: () =>
      ports.socket.onFrame((frame) => {
        if (frame.type === 'event' || frame.type === 'pong') return;
        if (arrived.push(frame) === 1) ports.schedule(flush);
      }),
    openSession: (session) => {
      const known = find(session);
      const thread = known?.newerAfter === null ? { ...known, target: null } : threadFor(session, known);
      if (known && known.key !== thread.key) drop(known);
      show(thread);
      void load(thread.key);
    },
    openHit: (session, { messageId, seq }) => {
      const known = find(session);
      const here = known?.turns.some((turn) => turn.messageId === messageId) ?? false;
      const target = { messageId, seq };
      if (known && here) return show({ ...known, target });
      if (known) drop(known);
      const thread = { ...threadFor(session, known), target, newerAfter: Math.max(0, seq - beforeTarget) };
      show(thread);
      void loadMiddle(thread.key);
    },
    openRef: (ref) => {
      const thread: Thread = { ...emptyThread(ports.newId()), refs: [ref], loading: 'first' };
      show(thread);
      void load(thread.key);
    },
    newChat: (agentId) => {
      if (isFresh(open())) return update(open().key, () => ({ agentId, error: null }));
      show({ ...emptyThread(ports.newId()), agentId });
    },
    send: (content, attachments = []) => {
      actions.toNewest();
      const id = ports.newId();
      const { key, agentId } = open();
      const turn = newTurn({
        key: id,
        localId: id,
        question: content,
        attachments,
        askedAt: ports.now(),
        agentId: agentId ?? '',
        phase: 'sending',
      });
      update(key, ({ turns }) => ({ turns: [...turns, turn] }));
      transmit(open(), turn);
    },
    retry: (turnKey) => {
      const turn = open().turns.find((one) => one.key === turnKey);
      if (!turn || turn.question === null) return;
      // A message that was refused before it became a turn leaves no trace; one that failed stays, and is asked again below.
      if (turn.messageId === null) update(open().key, ({ turns }) => ({ turns: turns.filter((one) => one !== turn) }));
      actions.send(turn.question, turn.attachments);
    },
    stop: async (turnKey) => {
      const { turns, key } = open();
      const turn = turnKey === undefined ? turns.find(isActive) : turns.find((one) => one.key === turnKey);
      if (!turn?.messageId) return;
      const ended = await ports.http.call('cancelMessage', { params: { id: turn.messageId } });
      flush();
      // The frame that says so may be on a connection that just broke.
      if (ended.status !== 'cancelled') return;
      update(key, (thread) => ({
        turns: thread.turns.map((one) =>
          one.messageId === ended.messageId && isActive(one) ? { ...one, phase: 'cancelled', reply: ended.finalReply || one.reply } : one,
        ),
      }));
    },
    chooseAgent: (agentId) => update(open().key, () => ({ agentId })),
    loadOlder: async () => {
      const { key, olderCursor, refs, loading, agentId } = open();
      if (olderCursor === null || loading !== 'no') return;
      update(key, () => ({ loading: 'older' }));
      try {
        const page = await ports.http.call('getSessionMessages', {
          params: { id: refs[0] },
          query: { cursor: olderCursor, limit: pageSize },
        });
        const older = turnsFromHistory(page.items, [], agentId ?? page.session.agentId);
        update(key, ({ turns }) => ({ turns: mergeTurns(turns, older), olderCursor: page.nextCursor, loading: 'no' }));
      } catch (thrown) {
        update(key, () => ({ loading: 'no', error: ApiError.from(thrown) }));
      }
    },
    loadNewer: async () => {
      const { key, loading } = open();
      if (loading === 'no') await loadMiddle(key);
    },
    toNewest: () => {
      const { session, newerAfter } = open();
      if (newerAfter !== null && session !== null) actions.openSession(session);
    },
    reload: () => (open().newerAfter === null ? load(open().key) : loadMiddle(open().key)),
    noteSession: (session) => {
      flush();
      const thread = find(session);
      if (!thread) return;
      // Another client spoke in this session: its frames are not sent here unless they are asked for.
      const whole = thread.newerAfter === null;
      const behind = whole && thread.key === open().key && !thread.turns.some(isActive) && session.lastSeq > thread.lastSeq;
      update(thread.key, ({ refs, agentId }) => ({ session, refs: names(session, refs), agentId: agentId ?? session.agentId }));
      if (behind) void load(thread.key);
    },
    noteDeleted: (id) => {
      const thread = Object.values(store.getState().threads).find(({ session }) => session?.id === id);
      if (!thread) return;
      const wasOpen = thread.key === open().key;
      drop(thread);
      if (wasOpen) show(emptyThread(ports.newId()));
    },
  };
  return Object.assign(store, actions);
};

const threadOf = (state: ChatState, key: string): Thread => state.threads[key] ?? emptyThread(key);

export const openThread = (state: ChatState): Thread => threadOf(state, state.openKey);
