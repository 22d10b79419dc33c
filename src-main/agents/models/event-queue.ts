/** Between a socket that pushes and a loop that pulls. */
export type EventQueue<T> = {
  readonly push: (item: T) => void;
  /** Nothing more comes; what waits can still be read. */
  readonly close: () => void;
  readonly iterator: AsyncIterator<T>;
};

type QueueEvents = {
  /** More than `highWater` items wait. */
  readonly onFull: () => void;
  /** All that waited was read, after `onFull`. */
  readonly onDrained: () => void;
  /** The loop was left before the end. */
  readonly onLeft: () => void;
};

const highWater = 1024;

/** Hand-written in place of an async generator: a reader that keeps up costs one promise per item. */
export const createEventQueue = <T>(events: QueueEvents): EventQueue<T> => {
  const items: T[] = [];
  let head = 0;
  let closed = false;
  let full = false;
  let wake: ((result: IteratorResult<T>) => void) | null = null;

  const settle = (result: IteratorResult<T>): boolean => {
    const resolve = wake;
    wake = null;
    resolve?.(result);
    return resolve !== null;
  };

  const take = (): T => {
    const item = items[head] as T;
    head++;
    if (head === items.length) {
      items.length = 0;
      head = 0;
      if (full) {
        full = false;
        events.onDrained();
      }
    }
    return item;
  };

  const close = (): void => {
    closed = true;
    settle({ value: undefined, done: true });
  };

  return {
    push: (item) => {
      if (closed || settle({ value: item, done: false })) return;
      items.push(item);
      if (full || items.length - head <= highWater) return;
      full = true;
      events.onFull();
    },
    close,
    iterator: {
      next: () => {
        if (head < items.length) return Promise.resolve({ value: take(), done: false });
        if (closed) return Promise.resolve({ value: undefined, done: true });
        return new Promise((resolve) => {
          wake = resolve;
        });
      },
      return: () => {
        const early = !closed;
        close();
        items.length = 0;
        head = 0;
        if (early) events.onLeft();
        return Promise.resolve({ value: undefined, done: true });
      },
    },
  };
};
