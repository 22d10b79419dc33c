import { RotateCcw } from 'lucide-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Session } from '../../../src-shared/contract/rest.ts';
import { useConsole } from '../../console-context.ts';
import { Button } from '../../ui/button.tsx';
import { cx } from '../../ui/class-names.ts';
import { ErrorCard } from '../../ui/error-card.tsx';
import { daysAgo } from '../../ui/format.ts';
import { SessionRow } from './session-row.tsx';

export const SessionRows = (): ReactElement => {
  const { t } = useTranslation();
  const { sessions, now } = useConsole();
  const { sessions: rows, loading, error, cursor } = useStore(sessions);
  const time = now();
  return (
    <nav aria-label={t('sessions.label')} className="min-h-0 flex-1 overflow-y-auto px-2 pb-3">
      {groups(rows, time).map(({ name, rows: group }) => (
        <section key={name} aria-label={t(headings[name])}>
          <h3 className="px-2 pt-3 pb-1 font-medium text-muted-foreground text-xs">{t(headings[name])}</h3>
          <ul>
            {group.map((row) => (
              <SessionRow key={row.id} row={row} now={time} />
            ))}
          </ul>
        </section>
      ))}
      {error ? (
        <div role="alert" className="px-1 pt-3">
          <ErrorCard error={error} title={t('sessions.failed')}>
            <Button onClick={() => void sessions.load()}>
              <RotateCcw size={14} aria-hidden />
              {t('turn.retry')}
            </Button>
          </ErrorCard>
        </div>
      ) : null}
      {loading && rows.length === 0 ? <RowsSkeleton /> : null}
      {!loading && !error && rows.length === 0 ? (
        <div className="px-2 pt-6 text-center text-[13px] text-muted-foreground">
          <p className="font-medium text-foreground">{t('sessions.empty')}</p>
          <p className="mt-0.5">{t('sessions.emptyHint')}</p>
        </div>
      ) : null}
      {cursor === null ? null : (
        <Button look="quiet" className="mt-2 w-full" disabled={loading} onClick={() => void sessions.loadMore()}>
          {t('sessions.more')}
        </Button>
      )}
    </nav>
  );
};

const RowsSkeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('app.loading')} className="shimmer space-y-2 px-2 pt-4">
      {['w-4/5', 'w-3/5', 'w-11/12', 'w-1/2', 'w-2/3'].map((width) => (
        <div key={width} aria-hidden className={cx('h-5 rounded bg-muted', width)} />
      ))}
    </div>
  );
};

const headings = {
  pinned: 'sessions.pinned',
  today: 'sessions.today',
  yesterday: 'sessions.yesterday',
  week: 'sessions.week',
  older: 'sessions.older',
} as const;
type GroupName = keyof typeof headings;

const groups = (rows: readonly Session[], now: number): readonly { readonly name: GroupName; readonly rows: readonly Session[] }[] => {
  const nameOf = (row: Session): GroupName => {
    if (row.pinned) return 'pinned';
    const days = daysAgo(row.updatedAt, now);
    return days === 0 ? 'today' : days === 1 ? 'yesterday' : days <= 7 ? 'week' : 'older';
  };
  const names: readonly GroupName[] = ['pinned', 'today', 'yesterday', 'week', 'older'];
  return names.map((name) => ({ name, rows: rows.filter((row) => nameOf(row) === name) })).filter((group) => group.rows.length > 0);
};
