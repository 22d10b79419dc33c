import 'uplot/dist/uPlot.min.css';
import { type ReactElement, useEffect, useRef } from 'react';
import uPlot from 'uplot';

export type Series = {
  readonly label: string;
  readonly values: readonly number[];
  /** A custom property of `tokens.css`. */
  readonly color: '--accent' | '--ok' | '--warn' | '--bad';
};

type DayPlotProps = {
  /** What it shows, in words: the figures stand in the table beside it. */
  readonly label: string;
  /** As `2026-11-26`, UTC. */
  readonly days: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
};

const height = 180;
/** Seconds: bars stand in the middle of their day. */
const halfDay = 12 * 3_600;

/** Figures by day as bars side by side. */
export const DayPlot = ({ label, days, series, format }: DayPlotProps): ReactElement => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = place.current;
    // Where there is no canvas the table has to do.
    if (!target || !document.createElement('canvas').getContext('2d')) return;
    let plot = draw(target, days, series, format);
    const again = (): void => {
      plot.destroy();
      plot = draw(target, days, series, format);
    };
    const resized = new ResizeObserver(() => plot.setSize({ width: target.clientWidth, height }));
    resized.observe(target);
    // Its colours are painted: another theme is another painting.
    const themed = new MutationObserver(again);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      plot.destroy();
    };
  }, [days, series, format]);
  return <div ref={place} role="img" aria-label={label} className="h-[180px] min-w-0 overflow-hidden" />;
};

const draw = (target: HTMLElement, days: readonly string[], series: readonly Series[], format: (value: number) => string): uPlot => {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: color('--muted-foreground'), font, ticks: { show: false }, grid: { stroke: color('--border'), width: 1 } };
  return new uPlot(
    {
      width: target.clientWidth,
      height,
      legend: { show: false },
      cursor: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
      scales: {
        x: { range: (_plot, min, max) => [min - halfDay, max + halfDay] },
        y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
      },
      axes: [
        { ...axis, size: 24, grid: { show: false }, space: 60, values: (_plot, splits) => splits.map((at) => dayOfMonth(at)) },
        { ...axis, size: 64, values: (_plot, splits) => splits.map(format) },
      ],
      series: [
        {},
        ...series.map((one, index) => ({
          label: one.label,
          fill: color(one.color),
          stroke: color(one.color),
          width: 0,
          points: { show: false },
          paths: bars(index, series.length),
        })),
      ],
    },
    [days.map((day) => Date.parse(day) / 1_000), ...series.map(({ values }) => [...values])],
    target,
  );
};

const dayOfMonth = (seconds: number): string => {
  const date = new Date(seconds * 1_000);
  return `${date.getUTCMonth() + 1}/${date.getUTCDate()}`;
};

/** Two of them stand beside each other, not one upon the other. */
const bars = (index: number, count: number): uPlot.Series.PathBuilder => {
  const align = count === 1 ? 0 : index === 0 ? -1 : 1;
  const make = uPlot.paths.bars?.({ size: [0.7 / count, 24], align, radius: 0.15 });
  return make ?? (() => null);
};
