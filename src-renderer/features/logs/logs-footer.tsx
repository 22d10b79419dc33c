import { LoaderCircle, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { keptLines } from './logs-store.ts';

/** How many there are, and what is missing. */
export const LogsFooter = (): ReactElement => {
  const { t, i18n } = useTranslation();
  const { logs } = useConsole();
  const { view, total, dropped, gap, level, paused } = useStore(logs);
  const number = (count: number): string => new Intl.NumberFormat(i18n.language).format(count);
  const shown = view.rows.length;
  const counted =
    shown === total
      ? t('logs.count', { count: total, formatted: number(total) })
      : t('logs.countOf', { count: total, shown: number(shown), formatted: number(total) });
  return (
    <footer className="flex min-h-8 shrink-0 flex-wrap items-center gap-x-4 gap-y-0.5 border-t px-5 py-1 text-muted-foreground text-xs">
      <span className="tabular-nums">
        {counted}
        {total >= keptLines ? ` · ${t('logs.full', { formatted: number(keptLines) })}` : null}
      </span>
      {paused ? <span className="font-medium text-foreground">{t('logs.paused')}</span> : null}
      <span role="status">{view.searching ? t('logs.searching') : null}</span>
      {level === 'debug' ? <span>{t('logs.debugHint')}</span> : null}
      {dropped > 0 ? <Missing words={t('logs.dropped', { count: dropped, formatted: number(dropped) })} /> : null}
      {gap ? <Missing words={t('logs.gap')} /> : null}
      <Older />
    </footer>
  );
};

const Missing = ({ words }: { readonly words: string }): ReactElement => {
  const { t } = useTranslation();
  const { logs } = useConsole();
  return (
    <span role="status" className="flex items-center gap-1.5 text-warn">
      <TriangleAlert size={13} aria-hidden />
      {words}
      <button type="button" className="text-link underline underline-offset-2" onClick={logs.retry}>
        {t('logs.reload')}
      </button>
    </span>
  );
};

const Older = (): ReactElement | null => {
  const { t } = useTranslation();
  const { logs } = useConsole();
  const { older, loadingOlder, error } = useStore(logs);
  if (older === null) return null;
  if (loadingOlder)
    return (
      <span role="status" className="ml-auto flex items-center gap-1.5">
        <LoaderCircle size={12} className="spin" aria-hidden />
        {t('logs.loadingOlder')}
      </span>
    );
  return (
    <button type="button" className="ml-auto text-link underline underline-offset-2" onClick={() => void logs.loadAll()}>
      {t(error === null ? 'logs.loadAll' : 'logs.olderFailed')}
    </button>
  );
};
