import { expect, it } from 'vitest';
import { createHistogram, prometheusText } from './prometheus-text.ts';

it('writes counters and gauges with their labels, escaped', () => {
  expect(
    prometheusText([
      { type: 'counter', name: 'a_total', help: 'what it\ncounts \\', samples: [{ labels: { of: 'say "hi"\n\\' }, value: 3 }] },
      { type: 'gauge', name: 'b', help: 'now', samples: [{ value: 0.5 }] },
    ]),
  ).toBe(
    [
      '# HELP a_total what it\\ncounts \\\\',
      '# TYPE a_total counter',
      'a_total{of="say \\"hi\\"\\n\\\\"} 3',
      '# HELP b now',
      '# TYPE b gauge',
      'b 0.5',
      '',
    ].join('\n'),
  );
});

it('leaves out what has no samples', () => {
  expect(prometheusText([{ type: 'counter', name: 'a', help: 'none', samples: [] }])).toBe('');
});

it('writes a histogram as growing buckets, with sum and count', () => {
  const histogram = createHistogram([0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
  expect(prometheusText([{ type: 'histogram', name: 'h', help: 'h', series: [{ labels: { via: 'ws' }, histogram }] }]).split('\n')).toEqual(
    [
      '# HELP h h',
      '# TYPE h histogram',
      'h_bucket{via="ws",le="0.1"} 2',
      'h_bucket{via="ws",le="1"} 3',
      'h_bucket{via="ws",le="+Inf"} 4',
      'h_sum{via="ws"} 7.65',
      'h_count{via="ws"} 4',
      '',
    ],
  );
});
