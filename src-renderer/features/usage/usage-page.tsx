import { ChartColumn } from 'lucide-react';
import { type ReactElement, type ReactNode, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useConsole } from '../../console-context.ts';
import { cx } from '../../ui/class-names.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { formatUsd } from '../../ui/format-usd.ts';
import { LoadFailure } from '../../ui/load-failure.tsx';
import { PageFrame } from '../../ui/page-frame.tsx';
import { BarPlot, type Series } from './bar-plot.tsx';
import { BudgetMeters } from './budget-meters.tsx';
import { meanDuration, total, type UsageRow } from './usage-figures.ts';
import { ranges } from './usage-store.ts';
import { UsageTable } from './usage-table.tsx';

export const UsagePage = (): ReactElement => {
  const { t } = useTranslation();
  const { usage } = useConsole();
  const { days, budgets, tokenNames, error } = useStore(usage);
  useEffect(() => void usage.load(), [usage]);
  return (
    <PageFrame title={t('usage.title')} actions={<RangeChoice />}>
      <div className="flex flex-col gap-4 px-5 py-4">
        <LoadFailure error={error} title={t('usage.failed')} onRetry={() => usage.load()} />
        {budgets ? <BudgetMeters budgets={budgets} nameOf={(id) => tokenNames.get(id) ?? id} /> : null}
        {days === null ? error ? null : <Skeleton /> : <Figures days={days} />}
      </div>
    </PageFrame>
  );
};

const RangeChoice = (): ReactElement => {
  const { t } = useTranslation();
  const { usage } = useConsole();
  const chosen = useStore(usage, ({ range }) => range);
  return (
    <fieldset className="flex gap-1">
      <legend className="sr-only">{t('usage.range')}</legend>
      {ranges.map((range) => (
        <button
          key={range}
          type="button"
          aria-pressed={range === chosen}
          onClick={() => void usage.choose(range)}
          className={cx(
            'rounded-md px-2.5 py-1 text-xs',
            range === chosen ? 'bg-hover font-medium' : 'text-muted-foreground hover:bg-hover',
          )}
        >
          {t('usage.days', { count: range })}
        </button>
      ))}
    </fieldset>
  );
};

const Figures = ({ days }: { readonly days: readonly UsageRow[] }): ReactElement => {
  const { t, i18n } = useTranslation();
  const { usage } = useConsole();
  const { agents, tokens, models, tokenNames } = useStore(usage);
  const language = i18n.language;
  const format = useMemo(
    () => ({
      count: (value: number) => formatCount(value, language),
      usd: (value: number) => formatUsd(value, language),
      time: (value: number) => (value === 0 ? '0' : formatDuration(Math.round(value), language)),
    }),
    [language],
  );
  const sum = total(days);
  if (sum.turns === 0) return <EmptyState icon={ChartColumn} title={t('usage.empty')} text={t('usage.emptyText')} />;
  return (
    <>
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        <Sum name={t('usage.tokens')} value={format.count(tokenCount(sum))} />
        <Sum name={t('usage.cost')} value={format.usd(sum.costUsd)} />
        <Sum name={t('usage.turns')} value={format.count(sum.turns)} />
        <Sum name={t('usage.latency')} value={format.time(meanDuration(sum))} />
      </dl>
      <Daily
        title={t('usage.tokens')}
        days={days}
        columns={[
          { label: t('usage.input'), color: '--accent', of: (row) => row.inputTokens },
          { label: t('usage.output'), color: '--ok', of: (row) => row.outputTokens },
        ]}
        format={format.count}
      />
      <Daily
        title={t('usage.cost')}
        days={days}
        columns={[{ label: t('usage.cost'), color: '--accent', of: (row) => row.costUsd }]}
        format={format.usd}
      />
      <Daily
        title={t('usage.turns')}
        days={days}
        columns={[
          { label: t('usage.turns'), color: '--accent', of: (row) => row.turns },
          { label: t('usage.failedTurns'), color: '--bad', of: (row) => row.failed },
        ]}
        format={format.count}
      />
      <Daily
        title={t('usage.latency')}
        days={days}
        columns={[{ label: t('usage.latency'), color: '--accent', of: meanDuration }]}
        format={format.time}
      />
      <Parts title={t('usage.byAgent')} rows={agents} nameOf={(key) => key} format={format} />
      <Parts title={t('usage.byToken')} rows={tokens} nameOf={(key) => tokenNames.get(key) ?? key} format={format} />
      <Parts title={t('usage.byModel')} rows={models} nameOf={(key) => key || t('usage.noModel')} format={format} />
    </>
  );
};

type Column = { readonly label: string; readonly color: Series['color']; readonly of: (row: UsageRow) => number };
type DailyProps = {
  readonly title: string;
  readonly days: readonly UsageRow[];
  readonly columns: readonly Column[];
  readonly format: (value: number) => string;
};

/** A plot, and the same figures as a table beside it. */
const Daily = ({ title, days, columns, format }: DailyProps): ReactElement => {
  const { t } = useTranslation();
  const places = useMemo(() => days.map(({ key }) => `${Number(key.slice(5, 7))}/${Number(key.slice(8))}`), [days]);
  const series = columns.map(({ label, color, of }): Series => ({ label, color, values: days.map(of) }));
  return (
    <Card title={title} legend={columns}>
      <Beside>
        <BarPlot label={t('usage.plot', { what: t('usage.byDay', { what: title }) })} places={places} series={series} format={format} />
        <UsageTable
          caption={t('usage.byDay', { what: title })}
          head={[t('usage.day'), ...columns.map(({ label }) => label)]}
          rows={days.toReversed().map((row) => [row.key, ...columns.map(({ of }) => format(of(row)))])}
        />
      </Beside>
    </Card>
  );
};

const Beside = ({ children }: { readonly children: ReactNode }): ReactElement => (
  <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">{children}</div>
);

type PartsProps = {
  readonly title: string;
  readonly rows: readonly UsageRow[];
  readonly nameOf: (key: string) => string;
  readonly format: { readonly count: (value: number) => string; readonly usd: (value: number) => string };
};

/** More bars than these are no picture any more. */
const partsMost = 8;
const placeLength = 14;

/** Who or what took how much, the dearest first. */
const Parts = ({ title, rows, nameOf, format }: PartsProps): ReactElement => {
  const { t } = useTranslation();
  const sorted = rows.toSorted((a, b) => b.costUsd - a.costUsd || tokenCount(b) - tokenCount(a));
  const shown = sorted.slice(0, partsMost);
  // What costs nothing is compared by its tokens.
  const paid = sorted.some(({ costUsd }) => costUsd > 0);
  const series: Series = {
    label: t(paid ? 'usage.cost' : 'usage.tokens'),
    color: '--accent',
    values: shown.map((row) => (paid ? row.costUsd : tokenCount(row))),
  };
  return (
    <Card title={title}>
      <Beside>
        <BarPlot
          label={t('usage.plot', { what: title })}
          places={shown.map(({ key }) => shortened(nameOf(key)))}
          series={[series]}
          format={paid ? format.usd : format.count}
        />
        <UsageTable
          caption={title}
          head={[t('usage.name'), t('usage.turns'), t('usage.tokens'), t('usage.cost')]}
          rows={sorted.map((row) => [nameOf(row.key), format.count(row.turns), format.count(tokenCount(row)), format.usd(row.costUsd)])}
        />
      </Beside>
    </Card>
  );
};

const shortened = (name: string): string => (name.length > placeLength ? `${name.slice(0, placeLength - 1)}…` : name);

const tokenCount = (row: UsageRow): number => row.inputTokens + row.outputTokens;

const dots = { '--accent': 'bg-accent', '--ok': 'bg-ok', '--warn': 'bg-warn', '--bad': 'bg-bad' } as const;

const Card = ({
  title,
  legend = [],
  children,
}: {
  readonly title: string;
  readonly legend?: readonly Column[];
  readonly children: ReactElement;
}): ReactElement => (
  <div className="flex flex-col gap-3 rounded-lg border bg-card p-4">
    <div className="flex items-center gap-4">
      <h2 className="font-medium text-[13px]">{title}</h2>
      {legend.length > 1
        ? legend.map(({ label, color }) => (
            <span key={label} className="flex items-center gap-1.5 text-muted-foreground text-xs">
              <span aria-hidden className={`size-2 rounded-sm ${dots[color]}`} />
              {label}
            </span>
          ))
        : null}
    </div>
    {children}
  </div>
);

const Sum = ({ name, value }: { readonly name: string; readonly value: string }): ReactElement => (
  <div className="rounded-lg border bg-card px-4 py-3">
    <dt className="text-muted-foreground text-xs">{name}</dt>
    <dd className="mt-1 font-semibold text-lg tabular-nums">{value}</dd>
  </div>
);

const Skeleton = (): ReactElement => {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('usage.loading')} className="shimmer flex flex-col gap-3">
      {['a', 'b', 'c'].map((row) => (
        <div key={row} aria-hidden className="h-40 rounded-lg bg-muted" />
      ))}
    </div>
  );
};
