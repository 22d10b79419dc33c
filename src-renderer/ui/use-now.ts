import { useEffect, useState } from 'react';

/** The time, taken anew every so often: for what says how long ago or until when. */
export const useNow = (now: () => number, everyMs: number): number => {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), everyMs);
    return () => clearInterval(timer);
  }, [now, everyMs]);
  return time;
};
