import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Approval } from '../../../src-shared/contract/events.ts';
import type { ApprovalRule } from '../../../src-shared/contract/routes/approvals.ts';
import { ApiError } from '../../api/api-error.ts';
import type { EventSocket } from '../../api/event-socket.ts';
import type { HttpClient } from '../../api/http-client.ts';
import { readApproval } from '../../api/read-approval.ts';

export type ApprovalsState = {
  /** Oldest first: that one is over first. */
  readonly waiting: readonly Approval[];
  /** Newest first; null before the page has been open. */
  readonly past: readonly Approval[] | null;
  /** Where older ones begin; null: there are none. */
  readonly older: string | null;
  readonly rules: readonly ApprovalRule[];
  readonly error: ApiError | null;
};

export type ApprovalsStore = StoreApi<ApprovalsState> & {
  /** Hears of what is asked and what is over; returns its undo. */
  readonly start: () => () => void;
  /** What waits, and what else the page shows once it has been open. */
  readonly load: () => Promise<void>;
  /** All that the page shows. */
  readonly open: () => Promise<void>;
  readonly loadOlder: () => Promise<void>;
  /** @throws ApiError */
  readonly takeBack: (ruleId: string) => Promise<void>;
};

type Ports = { readonly http: HttpClient; readonly socket: Pick<EventSocket, 'subscribe' | 'onFrame'> };

const waitingMost = 200;
const nothing: ApprovalsState = { waiting: [], past: null, older: null, rules: [], error: null };

export const createApprovalsStore = ({ http, socket }: Ports): ApprovalsStore => {
  const store = createStore<ApprovalsState>(() => nothing);
  /** Told while a list is under way, which may have been read before. */
  const told = new Map<string, Approval>();
  let whole = false;
  /** Counts what was asked, so that a late answer does not undo a newer one. */
  let latest = 0;
  let unsubscribe: (() => void) | null = null;
  let started = false;

  const note = (approval: Approval): void => {
    told.set(approval.id, approval);
    store.setState(({ waiting, past }) => place(approval, waiting, past));
    // Somebody may have allowed it for always.
    if (whole && approval.status === 'granted') void loadRules();
  };

  const loadRules = async (): Promise<void> => {
    try {
      store.setState({ rules: (await http.call('listApprovalRules')).rules });
    } catch {
      // What was known stays; the page asks again when it is opened.
    }
  };

  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    told.clear();
    try {
      const [{ approvals }, more] = await Promise.all([
        http.call('listApprovals', { query: { pending: 'true', limit: waitingMost } }),
        whole ? Promise.all([http.call('listApprovals', { query: {} }), http.call('listApprovalRules')]) : null,
      ]);
      if (mine !== latest) return;
      const [page, rules] = more ?? [];
      let lists: Pick<ApprovalsState, 'waiting' | 'past'> = {
        waiting: approvals.toReversed(),
        past: page?.approvals.filter(isOver) ?? null,
      };
      for (const approval of told.values()) lists = place(approval, lists.waiting, lists.past);
      store.setState({ ...lists, ...(page && rules ? { older: page.nextCursor, rules: rules.rules } : {}), error: null });
      // Only now is it known that this token may.
      if (started) unsubscribe ??= socket.subscribe('approvals');
    } catch (thrown) {
      if (mine === latest) store.setState({ error: ApiError.from(thrown) });
    }
  };

  return Object.assign(store, {
    start: () => {
      started = true;
      const undo = socket.onFrame((frame) => {
        const approval = readApproval(frame);
        if (approval) note(approval);
      });
      return () => {
        undo();
        unsubscribe?.();
        unsubscribe = null;
        started = false;
        // The next one to sign in may be somebody else.
        latest += 1;
        store.setState(nothing);
      };
    },
    load,
    open: () => {
      whole = true;
      return load();
    },
    loadOlder: async () => {
      const { older } = store.getState();
      if (older === null) return;
      const mine = latest;
      try {
        const page = await http.call('listApprovals', { query: { cursor: older } });
        if (mine !== latest || store.getState().older !== older) return;
        store.setState(({ past }) => ({ past: [...(past ?? []), ...page.approvals.filter(isOver)], older: page.nextCursor, error: null }));
      } catch (thrown) {
        if (mine === latest) store.setState({ error: ApiError.from(thrown) });
      }
    },
    takeBack: async (ruleId: string) => {
      store.setState({ rules: (await http.call('deleteApprovalRule', { params: { id: ruleId } })).rules });
    },
  });
};

const isOver = ({ status }: Approval): boolean => status !== 'pending';

/** Each stands in one of the lists: where it waits, or at the top of what is over. */
const place = (
  approval: Approval,
  waiting: readonly Approval[],
  past: readonly Approval[] | null,
): Pick<ApprovalsState, 'waiting' | 'past'> => {
  const isOther = ({ id }: Approval): boolean => id !== approval.id;
  if (!isOver(approval)) return { waiting: [...waiting.filter(isOther), approval], past };
  return { waiting: waiting.filter(isOther), past: past && [approval, ...past.filter(isOther)] };
};
