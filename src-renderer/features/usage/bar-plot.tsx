import 'uplot/dist/uPlot.min.css';
import { type ReactElement, useEffect, useRef } from 'react';
import uPlot from 'uplot';

export type Series = {
  readonly label: string;
  readonly values: readonly number[];
  /** A custom property of `tokens.css`. */
  readonly color: '--accent' | '--ok' | '--warn' | '--bad';
};

type BarPlotProps = {
  /** What it shows, in words: the figures stand in the table beside it. */
  readonly label: string;
  /** What stands under each place; where there is no room for all, some are left out. */
  readonly places: readonly string[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
};

const height = 180;

/** Figures as bars side by side. */
export const BarPlot = ({ label, places, series, format }: BarPlotProps): ReactElement => {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target = place.current;
    // Where there is no canvas the table has to do.
    if (!target || !document.createElement('canvas').getContext('2d')) return;
    let plot = draw(target, places, series, format);
    const again = (): void => {
      plot.destroy();
      plot = draw(target, places, series, format);
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
  }, [places, series, format]);
  return <div ref={place} role="img" aria-label={label} className="h-[180px] min-w-0 overflow-hidden" />;
};

const draw = (target: HTMLElement, places: readonly string[], series: readonly Series[], format: (value: number) => string): uPlot => {
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
      scales: {
        // Bars stand in the middle of their place.
        x: { time: false, range: [-0.5, places.length - 0.5] },
        y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] },
      },
      axes: [
        {
          ...axis,
          size: 24,
          grid: { show: false },
          space: 64,
          incrs: [1, 2, 3, 5, 7, 10, 15, 30],
          values: (_plot, splits) => splits.map((at) => places[at] ?? ''),
        },
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
    [places.map((_place, index) => index), ...series.map(({ values }) => [...values])],
    target,
  );
};

/** Two of them stand beside each other, not one upon the other. */
const bars = (index: number, count: number): uPlot.Series.PathBuilder => {
  const align = count === 1 ? 0 : index === 0 ? -1 : 1;
  const make = uPlot.paths.bars?.({ size: [0.7 / count, 24], align, radius: 0.15 });
  return make ?? (() => null);
};
