/** So many at once, first come first served. */
export type Places = {
  /** Resolves with the means to give it back. */
  readonly take: () => Promise<() => void>;
};

/** @param most asked each time: it may change */
export const createPlaces = (most: () => number): Places => {
  const waiting: (() => void)[] = [];
  let taken = 0;
  const next = (): void => {
    while (taken < Math.max(1, most()) && waiting.length > 0) {
      taken += 1;
      waiting.shift()?.();
    }
  };
  return {
    take: async () => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        next();
      });
      return () => {
        taken -= 1;
        next();
      };
    },
  };
};
