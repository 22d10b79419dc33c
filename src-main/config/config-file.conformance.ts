import { expect, it } from 'vitest';
import type { ConfigFile } from './config-file.ts';

/** What holds for the file on the disk and for its twin in memory. */
export const describeConfigFile = (create: () => ConfigFile): void => {
  it('is empty where there is none, and says afterwards what was written', async () => {
    const file = create();
    expect(await file.read()).toBe('');
    await file.write('{ "a": "一" } // x\r\n');
    expect(await file.read()).toBe('{ "a": "一" } // x\r\n');
  });

  it('tells of changes until it is no longer watched', async () => {
    const file = create();
    const told: { wake: () => void } = { wake: () => undefined };
    const change = (): Promise<void> =>
      new Promise((resolve) => {
        told.wake = resolve;
      });
    let calls = 0;
    const unwatch = file.watch(() => {
      calls += 1;
      told.wake();
    });
    for (const text of ['{}', '{ "logs": {} }']) {
      const changed = change();
      await file.write(text);
      await changed;
    }
    unwatch();
    const before = calls;
    // A second watcher hears of the next change, and the first one does not.
    const other = new Promise<void>((resolve) => {
      file.watch(resolve);
    });
    await file.write('{}');
    await other;
    expect(calls).toBe(before);
  });
};
