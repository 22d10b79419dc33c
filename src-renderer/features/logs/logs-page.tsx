import { Copy, Download, Eraser, Pause, Play, RotateCcw, ScrollText, SearchX, ShieldX } from 'lucide-react';
import { type ComponentProps, type ReactElement, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorCard } from '../../ui/error-card.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { showDone, showProblem } from '../../ui/toast.ts';
import { downloadLines, type ExportFormat, writeLines } from './export-lines.ts';
import { LogDetails } from './log-details.tsx';
import { firstFrom } from './log-list.ts';
import { isTyping, LogRows } from './log-rows-view.tsx';
import { LogsFooter } from './logs-footer.tsx';
import { LogsToolbar } from './logs-toolbar.tsx';
import { type SelectionControl, selectedRows, useLogSelection } from './use-log-selection.ts';

const nextFrame = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

export const LogsPage = (): ReactElement => {
  const { t } = useTranslation();
  const { logs, tokens } = useConsole();
  const control = useLogSelection();
  const [detailsOpen, setDetailsOpen] = useState(false);
  const phase = useStore(logs, (state) => state.phase);
  useEffect(() => logs.open(), [logs]);
  useEffect(() => {
    // For their names.
    if (phase === 'ready') void tokens.load();
  }, [tokens, phase]);
  usePauseKey();

  const copy = async (): Promise<void> => {
    const { rows } = logs.getState().view;
    const chosen = control.selection ? selectedRows(rows, control.selection) : rows;
    const text = (await writeLines(chosen, 'log', nextFrame)).join('');
    if (await copyText(text)) showDone(t('logs.copied', { count: chosen.length }));
    else showProblem(t('chat.copyFailed'));
  };
  const openDetails = useCallback(() => setDetailsOpen(true), []);

  return (
    <PageFrame title={t('logs.title')} actions={phase === 'ready' ? <Actions control={control} onCopy={() => void copy()} /> : null}>
      {phase === 'loading' ? <Skeleton /> : null}
      {phase === 'failed' ? <Failure /> : null}
      {phase === 'ready' ? (
        <div className="flex h-full flex-col">
          <LogsToolbar />
          <Lines control={control} detailsOpen={detailsOpen} onOpen={openDetails} onCopy={() => void copy()} />
          {detailsOpen ? <Details control={control} onClose={() => setDetailsOpen(false)} /> : null}
          <LogsFooter />
        </div>
      ) : null}
    </PageFrame>
  );
};

const usePauseKey = (): void => {
  const { logs } = useConsole();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      // On a button the space bar presses it.
      if (event.key !== ' ' || isTyping(event.target) || (event.target as Element).closest('button, [role=menu]')) return;
      event.preventDefault();
      logs.setPaused(!logs.getState().paused);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [logs]);
};

const Actions = ({ control, onCopy }: { readonly control: SelectionControl; readonly onCopy: () => void }): ReactElement => {
  const { t } = useTranslation();
  const { logs, now } = useConsole();
  const { paused, view } = useStore(logs);
  const copied = control.selection ? selectedRows(view.rows, control.selection).length : view.rows.length;
  const download = (format: ExportFormat): Promise<void> => downloadLines(logs.getState().view.rows, format, new Date(now()), nextFrame);
  const Icon = paused ? Play : Pause;
  return (
    <>
      <Button
        aria-pressed={paused}
        aria-keyshortcuts="Space"
        title={t('logs.pauseHint')}
        look={paused ? 'primary' : 'plain'}
        onClick={() => logs.setPaused(!paused)}
      >
        <Icon size={14} aria-hidden />
        {t(paused ? 'logs.resume' : 'logs.pause')}
      </Button>
      <Button disabled={copied === 0} title={t('logs.copyLines', { count: copied })} onClick={onCopy}>
        <Copy size={14} aria-hidden />
        {t('logs.copy')}
      </Button>
      <Menu
        align="end"
        trigger={
          <Button disabled={view.rows.length === 0}>
            <Download size={14} aria-hidden />
            {t('logs.export')}
          </Button>
        }
      >
        <MenuItem onSelect={() => void download('log')}>{t('logs.export.log')}</MenuItem>
        <MenuItem onSelect={() => void download('jsonl')}>{t('logs.export.jsonl')}</MenuItem>
      </Menu>
      <Button
        title={t('logs.clearHint')}
        onClick={() => {
          control.clear();
          logs.clear();
        }}
      >
        <Eraser size={14} aria-hidden />
        {t('logs.clear')}
      </Button>
    </>
  );
};

const Lines = (props: ComponentProps<typeof LogRows>): ReactElement => {
  const { t, i18n } = useTranslation();
  const { logs } = useConsole();
  const { view, total, older } = useStore(logs);
  if (view.rows.length > 0 || view.searching) return <LogRows {...props} />;
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      {total === 0 ? (
        <EmptyState icon={ScrollText} title={t('logs.empty')} text={t('logs.emptyText')} />
      ) : (
        <EmptyState
          icon={SearchX}
          title={t('logs.noMatch')}
          text={t('logs.noMatchText', { formatted: new Intl.NumberFormat(i18n.language).format(total) })}
        >
          <Button onClick={() => logs.filter({ query: '', source: null, token: null, trace: null, level: 'info' })}>
            {t('logs.clearFilters')}
          </Button>
          {older === null ? null : <Button onClick={() => void logs.loadAll()}>{t('logs.loadAll')}</Button>}
        </EmptyState>
      )}
    </div>
  );
};

const Details = ({ control, onClose }: { readonly control: SelectionControl; readonly onClose: () => void }): ReactElement | null => {
  const { logs } = useConsole();
  const current = control.selection?.current;
  const row = useStore(logs, ({ view }) => (current === undefined ? undefined : view.rows[firstFrom(view.rows, current)]));
  return row?.line.seq === current && row ? <LogDetails line={row.line} onClose={onClose} /> : null;
};

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('logs.loading')} className="shimmer flex flex-col gap-2 px-5 py-3">
      <div aria-hidden className="h-8 rounded-lg bg-muted" />
      {['w-11/12', 'w-4/5', 'w-10/12', 'w-2/3', 'w-9/12', 'w-7/12', 'w-1/2', 'w-5/6'].map((width) => (
        <div key={width} aria-hidden className={`h-4 rounded bg-muted ${width}`} />
      ))}
    </div>
  );
};

const Failure = (): ReactElement | null => {
  const { t } = useTranslation();
  const { logs } = useConsole();
  const error = useStore(logs, (state) => state.error);
  if (error === null) return null;
  if (error.code === 'SCOPE_MISSING')
    return (
      <EmptyState icon={ShieldX} title={t('logs.forbidden')} text={t('logs.forbiddenText')}>
        <code className="rounded-lg bg-muted px-3 py-2 font-mono text-xs">{'openclaw token create --name console --scope admin'}</code>
      </EmptyState>
    );
  return (
    <div role="alert" className="mx-auto w-full max-w-2xl px-5 pt-6">
      <ErrorCard error={error} title={t('logs.failed')}>
        <Button onClick={logs.retry}>
          <RotateCcw size={14} aria-hidden />
          {t('turn.retry')}
        </Button>
      </ErrorCard>
    </div>
  );
};
