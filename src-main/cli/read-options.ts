import { AppError } from '../../src-shared/app-error.ts';

/** A number of things, from 1 up; the gateway knows how many are too many. */
export const readCount = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new AppError('BAD_REQUEST', { message: `"${text}" is not a number of things.` });
  return Number(text);
};
