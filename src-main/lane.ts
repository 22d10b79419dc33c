/** Runs one job after the other, in the order of the calls; a job that fails does not stop the next. */
export type Lane = <T>(job: () => Promise<T>) => Promise<T>;

export const createLane = (): Lane => {
  let last: Promise<unknown> = Promise.resolve();
  return (job) => {
    const result = last.then(job);
    last = result.catch(() => undefined);
    return result;
  };
};
