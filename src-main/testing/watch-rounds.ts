import { readFileSync } from 'node:fs';

/**
 * Follows the longest round of the event loop, in ms of processor time. Not of wall time: on a busy or a virtual machine
 * a thread can stand still for 300 ms with nothing to do about it (seen here, with 10 ms of work in that round).
 */
export const watchRounds = (): { readonly stop: () => number } => {
  let longest = 0;
  let running = true;
  let at = usedMs();
  const round = (): void => {
    const now = usedMs();
    longest = Math.max(longest, now - at);
    at = now;
    if (running) setImmediate(round);
  };
  setImmediate(round);
  return {
    stop: () => {
      running = false;
      return longest;
    },
  };
};

/** What this thread has used of a processor; on other systems than Linux the wall clock has to do. */
const usedMs = (): number =>
  process.platform === 'linux' ? Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6 : performance.now();
