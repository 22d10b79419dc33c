/**
 * Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/), the part that this
 * gateway speaks: counters, gauges and histograms.
 */
export type Sample = { readonly labels?: Readonly<Record<string, string>>; readonly value: number };
export type Family =
  | { readonly type: 'counter' | 'gauge'; readonly name: string; readonly help: string; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly name: string; readonly help: string; readonly series: readonly HistogramSeries[] };
export type HistogramSeries = { readonly labels: Readonly<Record<string, string>>; readonly histogram: Histogram };

/** Counts of observations up to each bound, in the unit of the bounds. */
export type Histogram = {
  readonly observe: (value: number) => void;
  readonly bounds: readonly number[];
  /** Observations in each bucket alone; the last one holds what is above all bounds. */
  readonly counts: () => readonly number[];
  readonly sum: () => number;
};

export const createHistogram = (bounds: readonly number[]): Histogram => {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sum = 0;
  return {
    bounds,
    observe: (value) => {
      const at = bounds.findIndex((bound) => value <= bound);
      const bucket = at === -1 ? bounds.length : at;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      sum += value;
    },
    counts: () => counts,
    sum: () => sum,
  };
};

export const prometheusText = (families: readonly Family[]): string =>
  families
    .filter((family) => ('samples' in family ? family.samples : family.series).length > 0)
    .map((family) =>
      [`# HELP ${family.name} ${escapeHelp(family.help)}`, `# TYPE ${family.name} ${family.type}`, ...lines(family), ''].join('\n'),
    )
    .join('');

const lines = (family: Family): readonly string[] =>
  family.type === 'histogram'
    ? family.series.flatMap((series) => histogramLines(family.name, series))
    : family.samples.map(({ labels = {}, value }) => line(family.name, labels, value));

const histogramLines = (name: string, { labels, histogram }: HistogramSeries): readonly string[] => {
  let below = 0;
  const buckets = histogram.counts().map((count, i) => {
    below += count;
    const bound = histogram.bounds[i];
    return line(`${name}_bucket`, { ...labels, le: bound === undefined ? '+Inf' : String(bound) }, below);
  });
  return [...buckets, line(`${name}_sum`, labels, histogram.sum()), line(`${name}_count`, labels, below)];
};

const line = (name: string, labels: Readonly<Record<string, string>>, value: number): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`;
};

const escapeHelp = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
const escapeLabel = (text: string): string => escapeHelp(text).replace(/"/g, '\\"');
