import { AppError } from '../../src-shared/app-error.ts';
import type { Clock } from '../gateway-ports.ts';

const undoMs = 10_000;

/** What was forgotten and can be had back for ten seconds, as long as the gateway runs. */
export type UndoWindow<T> = {
  /** @returns until when it can be had back, in milliseconds since 1970 */
  readonly keep: (key: string, what: T) => number;
  /** Once. @throws AppError UNDO_OVER */
  readonly take: (key: string) => T;
};

export const createUndoWindow = <T>(clock: Pick<Clock, 'now' | 'after'>): UndoWindow<T> => {
  const kept = new Map<string, { readonly what: T; readonly cancel: () => void }>();
  return {
    keep: (key, what) => {
      kept.get(key)?.cancel();
      kept.set(key, { what, cancel: clock.after(undoMs, () => void kept.delete(key)) });
      return clock.now() + undoMs;
    },
    take: (key) => {
      const found = kept.get(key);
      if (!found) throw new AppError('UNDO_OVER');
      found.cancel();
      kept.delete(key);
      return found.what;
    },
  };
};
