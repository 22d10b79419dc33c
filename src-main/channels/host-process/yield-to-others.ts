import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

const niceness = 10;
/** Where a process says how far its session stands back for others. What it has said, only root takes back. */
export const autogroupFile = '/proc/self/autogroup';

/** So that a plugin that keeps a core busy does not slow the gateway. It cannot take that back. */
export const yieldToOthers = (): void => {
  try {
    setPriority(niceness);
    // Linux shares the cores among sessions first, and this is one of its own.
    if (process.platform === 'linux') writeFileSync(autogroupFile, String(niceness));
  } catch {
    // Then all are alike.
  }
};
