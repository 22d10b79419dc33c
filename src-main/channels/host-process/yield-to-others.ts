import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const niceness = 10;

/** So that a plugin that keeps a core busy does not slow the gateway. It cannot take that back. */
export const yieldToOthers = (): void => {
  try {
    setPriority(niceness);
    // Linux shares the cores among sessions first, and this is one of its own.
    if (process.platform === 'linux') writeFileSync('/proc/self/autogroup', String(niceness));
  } catch {
    // Then all are alike.
  }
};
