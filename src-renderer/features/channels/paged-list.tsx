import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/button.tsx';
import { LoadFailure } from '../../ui/load-failure.tsx';
import type { Pages } from './use-pages.ts';

type PagedListProps<T> = {
  readonly pages: Pages<T>;
  readonly label: string;
  /** What is said where there is nothing in it. */
  readonly empty: string;
  readonly children: (item: T) => ReactNode;
};

export const PagedList = <T,>({ pages, label, empty, children }: PagedListProps<T>): ReactElement => {
  const { t } = useTranslation();
  const { items, hasMore, error, reload, more } = pages;
  return (
    <>
      <LoadFailure error={error} title={t('channels.list.failed')} onRetry={reload} />
      {items === null && error === null ? (
        <div role="status" aria-label={t('channels.list.loading')} className="shimmer h-16 rounded-xl bg-muted" />
      ) : null}
      {items?.length === 0 ? <p className="text-[13px] text-muted-foreground">{empty}</p> : null}
      {items && items.length > 0 ? (
        <ul aria-label={label} className="divide-y rounded-xl border">
          {items.map(children)}
        </ul>
      ) : null}
      {hasMore ? (
        <div>
          <Button onClick={more}>{t('sessions.more')}</Button>
        </div>
      ) : null}
    </>
  );
};
