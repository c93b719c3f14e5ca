import { expect, it } from 'vitest';
import { exponential, WORK_QUEUE_BUCKETS } from './buckets.ts';
import { formatNumber } from './number.ts';
import { Registry } from './registry.ts';

it('writes the text format: families and lines in order, histograms cumulated, values escaped', () => {
  const registry = new Registry();
  const seconds = registry.histograms({ name: 'took_seconds', help: 'Time taken.', labels: ['verb'], buckets: [0.1, 1] });
  for (const value of [0.05, 0.1, 0.5, 30]) seconds.with('GET').observe(value);
  const requests = registry.counters({ name: 'requests_total', help: 'Requests\nby path.', stability: 'STABLE', labels: ['verb', 'path'] });
  requests.with('PUT', '/a"b\\c\n').inc();
  requests.with('GET', '/z').inc(2);
  requests.with('GET', '/a').inc(1234567);
  registry.gauges({ name: 'unused', help: 'Nothing has these labels.', labels: ['x'] });
  registry.collect({ name: 'size', help: 'Read when asked.', stability: '', labels: ['of'], at: () => 1500 }, (emit) => emit(7, 'it'));
  expect(registry.text()).toBe(`# HELP requests_total [STABLE] Requests\\nby path.
# TYPE requests_total counter
requests_total{path="/a",verb="GET"} 1.234567e+06
requests_total{path="/a\\"b\\\\c\\n",verb="PUT"} 1
requests_total{path="/z",verb="GET"} 2
# HELP size Read when asked.
# TYPE size gauge
size{of="it"} 7 1500
# HELP took_seconds [ALPHA] Time taken.
# TYPE took_seconds histogram
took_seconds_bucket{verb="GET",le="0.1"} 2
took_seconds_bucket{verb="GET",le="1"} 3
took_seconds_bucket{verb="GET",le="+Inf"} 4
took_seconds_sum{verb="GET"} 30.65
took_seconds_count{verb="GET"} 4
`);
});

it('counts from 0 after a restart, with the instruments that were handed out', () => {
  const registry = new Registry();
  const plain = registry.counter({ name: 'plain', help: 'Without labels.' });
  const child = registry.counters({ name: 'labelled', help: 'With labels.', labels: ['a'] }).with('x');
  plain.inc();
  child.inc(5);
  registry.reset();
  expect(registry.text()).toBe('# HELP plain [ALPHA] Without labels.\n# TYPE plain counter\nplain 0\n');
  child.inc();
  expect(registry.text()).toContain('labelled{a="x"} 1\n');
});

it('writes numbers as Go does', () => {
  const written = [0.1, 1e-4, 1e-5, 999999, 1e6, 1.5e21, -2, 0, Infinity, NaN, 1767603600].map(formatNumber);
  expect(written).toEqual(['0.1', '0.0001', '1e-05', '999999', '1e+06', '1.5e+21', '-2', '0', '+Inf', 'NaN', '1.7676036e+09']);
  expect(exponential(0.001, 2, 15).at(-1)).toBe(16.384);
  // What a scrape of a real work queue shows.
  expect(WORK_QUEUE_BUCKETS.map(formatNumber).slice(0, 6)).toEqual([
    '1e-08',
    '1e-07',
    '1e-06',
    '9.999999999999999e-06',
    '9.999999999999999e-05',
    '0.001',
  ]);
});

it('refuses a name twice and values that do not fit the labels', () => {
  const registry = new Registry();
  const counters = registry.counters({ name: 'a', help: 'One.', labels: ['x', 'y'] });
  expect(() => registry.counter({ name: 'a', help: 'Again.' })).toThrow('registered twice');
  expect(() => counters.with('1')).toThrow('a has 2 labels, 1 values were given');
});
