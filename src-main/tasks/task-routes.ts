import type { RouteAnswer, RouteInput } from '../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../principal.ts';
import type { TaskService } from './task-service.ts';

type Ids =
  | 'listTasks'
  | 'createTask'
  | 'previewTask'
  | 'getTask'
  | 'patchTask'
  | 'deleteTask'
  | 'restoreTask'
  | 'runTask'
  | 'renewTaskSecret';
type Info = { readonly principal: Principal | null };
export type TaskRoutes = { readonly [Id in Ids]: (input: RouteInput<Id>, info: Info) => Promise<RouteAnswer<Id>> };

export const createTaskRoutes = (tasks: TaskService): TaskRoutes => ({
  listTasks: async (_input, info) => ({ status: 200, body: { tasks: await tasks.list(callerOf(info)) } }),
  createTask: async ({ body }, info) => ({ status: 201, body: await tasks.create(body, callerOf(info)) }),
  previewTask: async ({ body }) => ({ status: 200, body: { nextRuns: [...(await tasks.preview(body.schedule))] } }),
  getTask: async ({ params }, info) => ({ status: 200, body: { task: await tasks.get(params.id, callerOf(info)) } }),
  patchTask: async ({ params, body }, info) => ({ status: 200, body: { task: await tasks.change(params.id, body, callerOf(info)) } }),
  deleteTask: async ({ params }, info) => ({ status: 200, body: { undoUntil: await tasks.remove(params.id, callerOf(info)) } }),
  restoreTask: async ({ params }, info) => ({ status: 200, body: { task: await tasks.restore(params.id, callerOf(info)) } }),
  runTask: async ({ params }, info) => ({ status: 202, body: { task: await tasks.run(params.id, callerOf(info)) } }),
  renewTaskSecret: async ({ params }, info) => ({ status: 200, body: await tasks.renewSecret(params.id, callerOf(info)) }),
});
