import { memo } from 'react';
import type { LogLevel } from '../../../src-shared/contract/rest.ts';
import { fieldsText } from '../../../src-shared/log-text.ts';
import { cx } from '../../ui/class-names.ts';
import { formatLogTime, type LogRow } from './log-rows.ts';

/** All rows are as high as this, so that none needs to be measured. */
export const rowHeight = 24;

const looks: Readonly<Record<LogLevel, { readonly level: string; readonly row: string }>> = {
  debug: { level: 'text-muted-foreground', row: '' },
  info: { level: 'text-link', row: '' },
  warn: { level: 'font-semibold text-warn', row: 'bg-warn-soft' },
  error: { level: 'font-semibold text-bad', row: 'bg-bad-soft' },
};

type LogRowProps = {
  readonly row: LogRow;
  readonly selected: boolean;
  readonly current: boolean;
  readonly onPick: (seq: number, extend: boolean) => void;
};

export const rowId = (seq: number): string => `log-line-${seq}`;

export const LogRowView = memo(({ row: { line }, selected, current, onPick }: LogRowProps) => {
  const fields = fieldsText(line);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keyboard
    // biome-ignore lint/a11y/useFocusableInteractive: the list has the focus and says which row is meant
    <div
      role="option"
      id={rowId(line.seq)}
      aria-selected={selected}
      style={{ height: rowHeight }}
      onClick={(event) => onPick(line.seq, event.shiftKey)}
      className={cx(
        'flex items-center gap-3 whitespace-nowrap px-5 font-mono text-xs',
        selected ? 'bg-hover' : looks[line.level].row,
        selected && 'shadow-[inset_3px_0_0_var(--link)]',
        current && 'outline outline-(--link) -outline-offset-1',
        !selected && 'hover:bg-hover',
      )}
    >
      <span className="shrink-0 text-muted-foreground tabular-nums">{formatLogTime(line.time)}</span>
      <span className={cx('w-10 shrink-0 uppercase', looks[line.level].level)}>{line.level}</span>
      <span className="w-16 shrink-0 truncate text-muted-foreground">{line.source}</span>
      <span className="min-w-0 truncate">
        {line.message}
        {fields === '' ? null : <span className="text-muted-foreground"> {fields}</span>}
      </span>
    </div>
  );
});
