/** Runs so many tasks at once; the others wait their turn, in the order of the calls. */
export const createLimit = (most: number): (<T>(task: () => Promise<T>) => Promise<T>) => {
  // A set keeps its order, and gives up its first member in no time however many there are.
  const waiting = new Set<() => void>();
  let running = 0;
  return async (task) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.add(resolve));
    else running += 1;
    try {
      return await task();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else running -= 1;
    }
  };
};
