import { AppError } from '../src-shared/app-error.ts';

/** Of a list that pages by a row's number; null: from its beginning. @throws AppError BAD_REQUEST */
export const readNumberCursor = (cursor: string | undefined): number | null => {
  if (cursor === undefined) return null;
  if (!/^\d{1,16}$/.test(cursor)) throw new AppError('BAD_REQUEST', { message: 'query.cursor: not one that this route gave out' });
  return Number(cursor);
};
