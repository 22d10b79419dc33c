import type { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Stop, statusSchema } from '../../../src-shared/contract/rest.ts';
import type { HttpClient } from '../../api/http-client.ts';

export type GatewayStatus = z.output<typeof statusSchema>;
export type ModelHealth = NonNullable<GatewayStatus['models']>[number];
/** The last thing known; null before the first answer. That there is no connection now is the socket's to say. */
export type StatusState = { readonly status: GatewayStatus | null };
export type StatusStore = StoreApi<StatusState> & {
  readonly load: () => Promise<void>;
  /** What is stopped now, as the gateway tells it between two answers. */
  readonly noteStops: (stops: readonly Stop[]) => void;
  /** Releases one stop. @throws what the gateway answers */
  readonly release: (stop: Stop) => Promise<void>;
};

export const createStatusStore = (http: HttpClient): StatusStore => {
  const store = createStore<StatusState>(() => ({ status: null }));
  const noteStops = (stops: readonly Stop[]): void => {
    const { status } = store.getState();
    // It is told with every turn, and seldom another.
    if (status === null || JSON.stringify(status.stops ?? []) === JSON.stringify(stops)) return;
    store.setState({ status: { ...status, stops: [...stops] } });
  };
  return Object.assign(store, {
    noteStops,
    release: async ({ what, id }: Stop) => {
      noteStops((await http.call('start', { body: id === null ? { what } : { what, id } })).stops);
    },
    load: async () => {
      try {
        store.setState({ status: await http.call('getStatus') });
      } catch {
        // Without an answer the connection is down too, and the status line says that.
      }
    },
  });
};

/**
 * How the model behind an agent is. Agents name their model by its label, which health rows have in `detail`, before what
 * went wrong; where only one model is known it is that one.
 */
export const healthOf = (status: GatewayStatus | null, label: string | undefined): ModelHealth | null => {
  const models = status?.models ?? [];
  const named = models.find(
    ({ model, detail }) => label !== undefined && (model === label || detail === label || detail.startsWith(`${label}:`)),
  );
  return named ?? (models.length === 1 ? (models[0] ?? null) : null);
};
