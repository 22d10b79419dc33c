import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RouteRequest, Task, TaskSchedule } from '../../../src-shared/contract/rest.ts';
import { ApiError } from '../../api/api-error.ts';
import type { HttpClient } from '../../api/http-client.ts';

export type TasksState = {
  readonly tasks: readonly Task[];
  /** Nothing is known yet. */
  readonly loading: boolean;
  readonly error: ApiError | null;
};

export type NewTask = RouteRequest<'createTask'>['body'];
type TaskChanges = RouteRequest<'patchTask'>['body'];
export type ShownHook = { readonly task: Task; readonly secret: string };

/** Every action but `load` rejects with an ApiError. */
export type TasksStore = StoreApi<TasksState> & {
  readonly load: () => Promise<void>;
  /** With the secret of a webhook: it is never shown again. */
  readonly create: (task: NewTask) => Promise<ShownHook | null>;
  readonly change: (id: string, changes: TaskChanges) => Promise<void>;
  readonly run: (id: string) => Promise<void>;
  /** @returns for how long it can be undone, in milliseconds */
  readonly remove: (id: string) => Promise<number>;
  readonly restore: (id: string) => Promise<void>;
  readonly renewSecret: (id: string) => Promise<ShownHook>;
  readonly preview: (schedule: TaskSchedule, signal: AbortSignal) => Promise<readonly number[]>;
};

export const createTasksStore = (http: HttpClient, now: () => number): TasksStore => {
  const store = createStore<TasksState>(() => ({ tasks: [], loading: true, error: null }));
  /** Counts what was asked and changed, so that a list from before a change does not undo it on the page. */
  let latest = 0;

  const load = async (): Promise<void> => {
    latest += 1;
    const mine = latest;
    try {
      const { tasks } = await http.call('listTasks');
      if (mine === latest) store.setState({ tasks, loading: false, error: null });
    } catch (thrown) {
      if (mine === latest) store.setState({ loading: false, error: ApiError.from(thrown) });
    }
  };

  const put = (task: Task): void => {
    latest += 1;
    store.setState(({ tasks }) => ({ tasks: tasks.map((one) => (one.id === task.id ? task : one)) }));
  };

  return Object.assign(store, {
    load,
    create: async (body: NewTask) => {
      const { task, secret } = await http.call('createTask', { body });
      await load();
      return secret === null ? null : { task, secret };
    },
    change: async (id: string, body: TaskChanges) => put((await http.call('patchTask', { params: { id }, body })).task),
    run: async (id: string) => put((await http.call('runTask', { params: { id } })).task),
    remove: async (id: string) => {
      const { undoUntil } = await http.call('deleteTask', { params: { id } });
      latest += 1;
      store.setState(({ tasks }) => ({ tasks: tasks.filter((task) => task.id !== id) }));
      return Math.max(0, undoUntil - now());
    },
    restore: async (id: string) => {
      await http.call('restoreTask', { params: { id } });
      await load();
    },
    renewSecret: async (id: string) => {
      const { task, secret } = await http.call('renewTaskSecret', { params: { id } });
      return { task, secret: secret ?? '' };
    },
    preview: async (schedule: TaskSchedule, signal: AbortSignal) =>
      (await http.call('previewTask', { body: { schedule } }, { signal })).nextRuns,
  });
};
