import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatUsd } from '../../ui/format-usd.ts';
import { NoticeCard } from '../../ui/notice-card.tsx';
import type { Budgets } from './usage-store.ts';

type BudgetMetersProps = { readonly budgets: Budgets; readonly nameOf: (tokenId: string) => string };

/** The daily budgets, and what is left of them until midnight UTC. */
export const BudgetMeters = ({ budgets, nameOf }: BudgetMetersProps): ReactElement | null => {
  const { t, i18n } = useTranslation();
  const { meters, warnings } = budgets;
  if (meters.length === 0 && warnings.length === 0) return null;
  const usd = (value: number): string => formatUsd(value, i18n.language);
  return (
    <section aria-labelledby="usage-budgets" className="flex flex-col gap-3 rounded-lg border bg-card p-4">
      <h2 id="usage-budgets" className="font-medium text-[13px]">
        {t('usage.budgets')}
      </h2>
      {meters.map(({ what, id, limitUsd, spentUsd, reservedUsd }) => {
        const name =
          what === 'all' ? t('usage.budget.all') : t(`usage.budget.${what}`, { name: what === 'token' ? nameOf(id ?? '') : (id ?? '') });
        const used = limitUsd === 0 ? 1 : Math.min(1, (spentUsd + reservedUsd) / limitUsd);
        return (
          <div key={`${what} ${id}`} className="flex flex-col gap-1">
            <div className="flex justify-between gap-4 text-xs">
              <span className="truncate">{name}</span>
              <span className="shrink-0 text-muted-foreground tabular-nums">
                {t('usage.budget.spent', { spent: usd(spentUsd), limit: usd(limitUsd) })}
                {reservedUsd > 0 ? ` ${t('usage.budget.held', { held: usd(reservedUsd) })}` : ''}
              </span>
            </div>
            {/* biome-ignore lint/a11y/useSemanticElements: browsers do not let <meter> be styled alike */}
            <div
              role="meter"
              aria-label={name}
              aria-valuemin={0}
              aria-valuemax={limitUsd}
              aria-valuenow={Math.min(limitUsd, spentUsd + reservedUsd)}
              className="h-1.5 overflow-hidden rounded-full bg-muted"
            >
              <div
                className={`h-full ${used >= 1 ? 'bg-bad' : used >= 0.8 ? 'bg-warn' : 'bg-accent'}`}
                style={{ width: `${used * 100}%` }}
              />
            </div>
          </div>
        );
      })}
      {warnings.length > 0 ? <NoticeCard tone="warn" title={t('usage.unpriced')} details={[...warnings]} /> : null}
    </section>
  );
};
