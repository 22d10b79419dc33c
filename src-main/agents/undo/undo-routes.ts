import * as fs from 'node:fs/promises';
import { AppError } from '../../../src-shared/app-error.ts';
import type { RouteAnswer, RouteInput } from '../../../src-shared/contract/rest.ts';
import { callerOf, type Principal } from '../../principal.ts';
import type { Database } from '../../storage/database.ts';
import { type Undone, undoWrites } from './undo-writes.ts';

type Info = { readonly principal: Principal | null };
export type UndoRoutes = { readonly undoWrites: (input: RouteInput<'undoWrites'>, info: Info) => Promise<RouteAnswer<'undoWrites'>> };

/** Whoever sent the message may take back what it wrote. */
export const createUndoRoutes = ({ database }: { readonly database: Database }): UndoRoutes => {
  /** Two at once would both find everything as it was. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<readonly Undone[]>): Promise<readonly Undone[]> => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    undoWrites: async ({ params: { id } }, info) => {
      const by = callerOf(info);
      const turn = await database.read({ op: 'turn.get', messageId: id });
      if (!turn || (turn.ownerId !== by.id && !by.scopes.has('admin'))) throw new AppError('MESSAGE_UNKNOWN');
      if (turn.status === 'accepted') throw new AppError('UNDO_OVER', { message: 'Its turn has not ended yet: cancel it first.' });
      return { status: 200, body: { files: [...(await inTurn(() => undoWrites(id, { database, fs })))] } };
    },
  };
};
