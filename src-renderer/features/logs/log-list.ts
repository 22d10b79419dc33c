import type { LogRow } from './log-rows.ts';

/** Which rows to show. A promise where that takes another thread. */
export type RowTest = (rows: readonly LogRow[]) => readonly boolean[] | Promise<readonly boolean[]>;

/** Rows, oldest first, and those of them that pass the test: kept up with as rows come and the test changes. */
export type LogList = {
  readonly append: (rows: readonly LogRow[]) => void;
  /** In front; as many of the newest as there is room for. Resolves when they are in. */
  readonly prepend: (rows: readonly LogRow[]) => Promise<void>;
  /** Tests all anew; what was shown stays until that is done. */
  readonly setTest: (test: RowTest) => void;
  readonly clear: () => void;
  readonly rows: () => readonly LogRow[];
  readonly room: () => number;
  readonly view: () => LogView;
};

export type LogView = {
  /** Grows in place; whoever shows it looks again at every change. */
  readonly rows: readonly LogRow[];
  /** How many rows have left the front, less those that came to it: says how far the others have moved. */
  readonly gone: number;
  /** Still being tested: there may be more to show. */
  readonly searching: boolean;
};

type ListOptions = {
  readonly capacity: number;
  readonly onChange: () => void;
  /** The test gave up; nothing more is tested until another is set. */
  readonly onFailed: (error: unknown) => void;
  /** Resolves when others have had their turn. */
  readonly pause: () => Promise<void>;
};

/** So many are tested in a few milliseconds, a fraction of a frame. */
const sliceRows = 2_000;
/** Rows over the capacity that may gather before they go, so that each costs no copy of all others. */
const slack = 0.05;

export const createLogList = ({ capacity, onChange, onFailed, pause }: ListOptions): LogList => {
  let rows: LogRow[] = [];
  let shown: LogRow[] = [];
  /** What will be shown when all rows are tested anew. */
  let building: LogRow[] | null = null;
  let tested = 0;
  let gone = 0;
  let test: RowTest = (some) => some.map(() => true);
  /** Changes whenever positions do. */
  let epoch = 0;
  let scanning = false;

  const evict = (): void => {
    if (rows.length <= capacity * (1 + slack)) return;
    const count = rows.length - capacity;
    rows = rows.slice(count);
    tested = Math.max(0, tested - count);
    epoch += 1;
    const oldest = rows[0]?.line.seq ?? 0;
    const before = shown.length;
    shown = shown.slice(firstFrom(shown, oldest));
    gone += before - shown.length;
    building = building?.slice(firstFrom(building, oldest)) ?? null;
  };

  const scan = async (): Promise<void> => {
    if (scanning) return;
    scanning = true;
    while (tested < rows.length) {
      const mine = epoch;
      const slice = rows.slice(tested, tested + sliceRows);
      let passed: readonly boolean[];
      try {
        const answer = test(slice);
        passed = answer instanceof Promise ? await answer : answer;
      } catch (error) {
        if (mine !== epoch) continue;
        scanning = false;
        onFailed(error);
        return;
      }
      // Meanwhile rows have gone or come in front, or something else is looked for.
      if (mine !== epoch) continue;
      const target = building ?? shown;
      for (const [index, row] of slice.entries()) if (passed[index]) target.push(row);
      tested += slice.length;
      if (tested === rows.length) finish();
      onChange();
      if (tested < rows.length) await pause();
    }
    finish();
    scanning = false;
  };

  /** Those that pass the test that holds when it is done. */
  const sift = async (some: readonly LogRow[]): Promise<readonly LogRow[]> => {
    let used = test;
    let passed: LogRow[] = [];
    for (let at = 0; at < some.length; ) {
      const slice = some.slice(at, at + sliceRows);
      const answers = await used(slice);
      if (used !== test) {
        used = test;
        passed = [];
        at = 0;
        continue;
      }
      for (const [index, row] of slice.entries()) if (answers[index]) passed.push(row);
      at += slice.length;
    }
    return passed;
  };

  const finish = (): void => {
    if (!building) return;
    shown = building;
    building = null;
  };

  return {
    append: (more) => {
      for (const row of more) rows.push(row);
      evict();
      void scan();
    },
    prepend: async (more) => {
      const fitting = more.slice(Math.max(0, more.length - (capacity - rows.length)));
      const passed = await sift(fitting).catch((error: unknown) => {
        onFailed(error);
        return sift(fitting);
      });
      rows = [...fitting, ...rows];
      tested += fitting.length;
      epoch += 1;
      if (building) building = [...passed, ...building];
      gone -= passed.length;
      shown = [...passed, ...shown];
      onChange();
    },
    setTest: (next) => {
      test = next;
      epoch += 1;
      tested = 0;
      building = [];
      void scan();
      onChange();
    },
    clear: () => {
      rows = [];
      shown = [];
      building = null;
      tested = 0;
      gone = 0;
      epoch += 1;
      onChange();
    },
    rows: () => rows,
    room: () => Math.max(0, capacity - rows.length),
    view: () => ({ rows: shown, gone, searching: building !== null || tested < rows.length }),
  };
};

/** Where the rows from this number on begin. */
export const firstFrom = (rows: readonly LogRow[], seq: number): number => {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.line.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
};
