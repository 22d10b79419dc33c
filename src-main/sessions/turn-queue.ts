import { AppError } from '../../src-shared/app-error.ts';

const waitingMost = 1_000;

/** One lane per session: its turns run one after the other; lanes run side by side, up to `most` at once. */
export type TurnQueue = {
  /** To be asked before a message is taken in. @throws AppError QUEUE_FULL */
  readonly requireRoom: (sessionId: string) => void;
  /** Takes it in any case: what was acknowledged before a restart has its place. A nested one begins whatever else is at work. */
  readonly enqueue: (sessionId: string, run: () => Promise<void>, isNested?: boolean) => void;
  readonly size: () => { readonly running: number; readonly waiting: number };
};

export const createTurnQueue = (most: () => number): TurnQueue => {
  /** Runs waiting in each lane; a lane that is in the map has one at work or is in `ready`. */
  const lanes = new Map<string, (() => Promise<void>)[]>();
  /** Lanes that wait for a place, first come first served. */
  const ready: string[] = [];
  let running = 0;
  let waiting = 0;

  const start = (sessionId: string): void => {
    const run = lanes.get(sessionId)?.shift();
    if (!run) return;
    waiting -= 1;
    running += 1;
    run().finally(() => {
      running -= 1;
      if (lanes.get(sessionId)?.length) ready.push(sessionId);
      else lanes.delete(sessionId);
      next();
    });
  };

  const next = (): void => {
    while (running < most() && ready.length > 0) start(ready.shift() as string);
  };

  return {
    requireRoom: (sessionId) => {
      if ((lanes.get(sessionId)?.length ?? 0) >= waitingMost) throw new AppError('QUEUE_FULL');
    },
    enqueue: (sessionId, run, isNested = false) => {
      const lane = lanes.get(sessionId);
      waiting += 1;
      if (lane) {
        lane.push(run);
        return;
      }
      lanes.set(sessionId, [run]);
      if (isNested) {
        start(sessionId);
        return;
      }
      ready.push(sessionId);
      next();
    },
    size: () => ({ running, waiting }),
  };
};
