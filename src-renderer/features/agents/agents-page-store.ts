import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ToolView } from '../../../src-shared/contract/rest.ts';
import { serverFrameSchema, type TurnFrame } from '../../../src-shared/contract/ws.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';
import type { AgentForm } from './agent-form.ts';

/** What is being typed, kept while another page is open. */
export type AgentDraft = {
  /** null: a new one. */
  readonly id: string | null;
  readonly before: AgentForm;
  readonly form: AgentForm;
};

export type AgentsPageState = {
  /** null before the first answer. */
  readonly tools: readonly ToolView[] | null;
  /** US dollars today (UTC), by agent. */
  readonly spent: ReadonlyMap<string, number>;
  /** The daily budgets that hold, by agent. */
  readonly limits: ReadonlyMap<string, number>;
  readonly error: ApiError | null;
  readonly draft: AgentDraft | null;
};

export type AgentsPageStore = StoreApi<AgentsPageState> & {
  /** Never rejects: what went wrong is in the state. */
  readonly load: () => Promise<void>;
  /** One message straight to the agent; ends with its turn. @throws ApiError */
  readonly test: (agentId: string, content: string, onFrame: (frame: TurnFrame) => void, signal: AbortSignal) => Promise<void>;
  /** Never rejects: what a test has left is deleted, or stays in the list of chats. */
  readonly forgetTest: (sessionId: string) => Promise<void>;
  /** Never rejects: it ends, or has ended. */
  readonly stopTest: (messageId: string) => Promise<void>;
};

export const createAgentsPageStore = (http: HttpClient, now: () => number): AgentsPageStore => {
  const store = createStore<AgentsPageState>(() => ({ tools: null, spent: new Map(), limits: new Map(), error: null, draft: null }));
  const load = async (): Promise<void> => {
    const today = new Date(now()).toISOString().slice(0, 10);
    // Each takes a scope of its own: what this token may not see is left out.
    const [tools, usage, budgets] = await Promise.allSettled([
      http.call('listTools'),
      http.call('getUsage', { query: { from: today, to: today, by: 'agent' } }),
      http.call('getBudgets'),
    ]);
    store.setState({
      error: tools.status === 'rejected' ? ApiError.from(tools.reason) : null,
      ...(tools.status === 'fulfilled' ? { tools: tools.value.tools } : {}),
      ...(usage.status === 'fulfilled' ? { spent: new Map(usage.value.rows.map(({ key, costUsd }) => [key, costUsd])) } : {}),
      ...(budgets.status === 'fulfilled' ? { limits: limitsOf(budgets.value.meters) } : {}),
    });
  };
  const anyway = async (work: Promise<unknown>): Promise<void> => {
    await work.catch(() => undefined);
  };
  return Object.assign(store, {
    load,
    test: (agentId: string, content: string, onFrame: (frame: TurnFrame) => void, signal: AbortSignal) =>
      http.stream(
        'invokeAgent',
        { params: { agentId }, body: { content, channel: 'console', stream: true } },
        (data) => {
          const frame = serverFrameSchema.parse(data);
          if ('messageId' in frame) onFrame(frame);
        },
        signal,
      ),
    forgetTest: (sessionId: string) => anyway(http.call('deleteSession', { params: { id: sessionId } })),
    stopTest: (messageId: string) => anyway(http.call('cancelMessage', { params: { id: messageId } })),
  });
};

type Meter = { readonly what: string; readonly id: string | null; readonly limitUsd: number };

const limitsOf = (meters: readonly Meter[]): ReadonlyMap<string, number> =>
  new Map(meters.flatMap(({ what, id, limitUsd }) => (what === 'agent' && id !== null ? [[id, limitUsd]] : [])));
