import { ArrowDown } from 'lucide-react';
import { type KeyboardEvent, type ReactElement, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Virtualizer } from 'virtua';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { firstFrom } from './log-list.ts';
import { LogRowView, rowHeight, rowId } from './log-row-view.tsx';
import { isSelected, type SelectionControl } from './use-log-selection.ts';

/** How near the top, in pixels, older lines are fetched. */
const loadOlderWithin = 20 * rowHeight;
const nearEnd = 2 * rowHeight;

type LogRowsProps = {
  readonly control: SelectionControl;
  /** Details take their room from the list. */
  readonly detailsOpen: boolean;
  readonly onOpen: () => void;
  readonly onCopy: () => void;
};

/** Only what is in view is in the document; stays at the newest line while the reader is there. */
export const LogRows = ({ control, detailsOpen, onOpen, onCopy }: LogRowsProps): ReactElement => {
  const { t } = useTranslation();
  const { logs } = useConsole();
  const view = useStore(logs, (state) => state.view);
  const { selection, select, selectAll } = control;
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const gone = useRef(view.gone);
  const [atEnd, setAtEnd] = useState(true);
  const { rows } = view;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const moved = view.gone - gone.current;
    gone.current = view.gone;
    if (following.current) element.scrollTop = element.scrollHeight;
    else if (moved !== 0) element.scrollTop -= moved * rowHeight;
  });

  const current = selection?.current;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it is another line, or there is other room for it
  useLayoutEffect(() => {
    const element = box.current;
    if (current === undefined || !element) return;
    const top = firstFrom(rows, current) * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight - element.clientHeight;
  }, [current, detailsOpen]);

  const toEnd = useCallback((): void => {
    following.current = true;
    setAtEnd(true);
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, []);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent): void => {
      if (event.key === 'End' && !isTyping(event.target)) toEnd();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [toEnd]);

  const onScroll = (): void => {
    const element = box.current;
    if (!element) return;
    following.current = element.scrollTop + element.clientHeight >= element.scrollHeight - nearEnd;
    setAtEnd(following.current);
    if (element.scrollTop < loadOlderWithin && element.scrollHeight > element.clientHeight) void logs.loadOlder();
  };
  const pick = useCallback(
    (seq: number, extend: boolean): void => {
      // Who looks at a line does not want it to be carried off.
      following.current = false;
      select(seq, extend);
      if (!extend) onOpen();
    },
    [select, onOpen],
  );
  const move = (index: number, extend: boolean): void => {
    const target = Math.max(0, Math.min(rows.length - 1, index));
    const row = rows[target];
    if (!row) return;
    following.current = target === rows.length - 1;
    select(row.line.seq, extend);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? 0) / rowHeight) - 1);
    const here = selection ? firstFrom(rows, selection.current) : rows.length;
    const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -here };
    const step = steps[event.key];
    if (step !== undefined) move(here + step, event.shiftKey);
    else if (event.key === 'Enter' && selection) onOpen();
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) selectAll(rows);
    else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && getSelection()?.isCollapsed !== false) onCopy();
    else return;
    event.preventDefault();
  };

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={box}
        role="listbox"
        aria-label={t('logs.lines')}
        aria-multiselectable
        aria-activedescendant={selection ? rowId(selection.current) : undefined}
        tabIndex={0}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        className="h-full overflow-x-hidden overflow-y-scroll [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        <Virtualizer scrollRef={box} data={rows} itemSize={rowHeight} bufferSize={20 * rowHeight}>
          {(row) => (
            <LogRowView
              key={row.line.seq}
              row={row}
              selected={isSelected(selection, row.line.seq)}
              current={selection?.current === row.line.seq}
              onPick={pick}
            />
          )}
        </Virtualizer>
      </div>
      <NewLines hidden={atEnd} onEnd={toEnd} />
    </div>
  );
};

/** What waits below: lines that came while paused, or just the end. */
const NewLines = ({ hidden, onEnd }: { readonly hidden: boolean; readonly onEnd: () => void }): ReactElement | null => {
  const { t } = useTranslation();
  const { logs } = useConsole();
  const { paused, waiting } = useStore(logs);
  if (paused && waiting > 0)
    return (
      <Button
        look="primary"
        className="absolute inset-x-0 bottom-3 mx-auto w-fit rounded-full shadow-pop"
        onClick={() => {
          logs.setPaused(false);
          onEnd();
        }}
      >
        <ArrowDown size={14} aria-hidden />
        {t('logs.new', { count: waiting })}
      </Button>
    );
  return hidden ? null : (
    <IconButton
      label={t('logs.toEnd')}
      look="plain"
      className="absolute inset-x-0 bottom-3 mx-auto rounded-full shadow-pop"
      onClick={onEnd}
    >
      <ArrowDown size={16} />
    </IconButton>
  );
};

/** Keys belong to whatever is typed into. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select') !== null;
