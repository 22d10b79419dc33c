import { useState } from 'react';
import { firstFrom } from './log-list.ts';
import type { LogRow } from './log-rows.ts';

/** Lines from one to another, by number; `current` is where the keyboard is. */
export type LogSelection = { readonly anchor: number; readonly current: number };

export type SelectionControl = {
  readonly selection: LogSelection | null;
  readonly select: (seq: number, extend?: boolean) => void;
  readonly selectAll: (rows: readonly LogRow[]) => void;
  readonly clear: () => void;
};

export const useLogSelection = (): SelectionControl => {
  const [selection, setSelection] = useState<LogSelection | null>(null);
  return {
    selection,
    select: (seq, extend = false) => setSelection((before) => ({ anchor: extend && before ? before.anchor : seq, current: seq })),
    selectAll: (rows) => {
      const [first, last] = [rows[0], rows.at(-1)];
      if (first && last) setSelection({ anchor: first.line.seq, current: last.line.seq });
    },
    clear: () => setSelection(null),
  };
};

export const isSelected = (selection: LogSelection | null, seq: number): boolean =>
  selection !== null && seq >= Math.min(selection.anchor, selection.current) && seq <= Math.max(selection.anchor, selection.current);

/** The selected ones among the shown. */
export const selectedRows = (rows: readonly LogRow[], selection: LogSelection): readonly LogRow[] =>
  rows.slice(
    firstFrom(rows, Math.min(selection.anchor, selection.current)),
    firstFrom(rows, Math.max(selection.anchor, selection.current) + 1),
  );
