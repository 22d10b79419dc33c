import type { Database, Write } from '../storage/database.ts';

/** A database as tests want to watch it: what it was asked to write, in order, and a gate before each write. */
export type WatchedDatabase = {
  readonly wrap: (database: Database) => Database;
  /** One entry per `write()` call. `committed` once it has resolved. */
  readonly calls: { readonly writes: readonly Write[]; committed: boolean }[];
  /** Holds back the next calls that match; resolves, with the means to let it go on, when the first one has come. */
  readonly hold: (matches: (writes: readonly Write[]) => boolean) => Promise<() => void>;
};

export const createWatchedDatabase = (): WatchedDatabase => {
  const calls: { readonly writes: readonly Write[]; committed: boolean }[] = [];
  const gates: { matches: (writes: readonly Write[]) => boolean; arrived: () => void; opened: Promise<void> }[] = [];
  return {
    calls,
    hold: (matches) =>
      new Promise((resolve) => {
        let open: () => void;
        const opened = new Promise<void>((done) => {
          open = done;
        });
        gates.push({ matches, opened, arrived: () => resolve(open) });
      }),
    wrap: (database) => ({
      ...database,
      write: async (writes) => {
        const call = { writes, committed: false };
        calls.push(call);
        const gate = gates.find(({ matches }) => matches(writes));
        if (gate) {
          gate.arrived();
          await gate.opened;
          gates.splice(gates.indexOf(gate), 1);
        }
        const results = await database.write(writes);
        call.committed = true;
        return results;
      },
    }),
  };
};
