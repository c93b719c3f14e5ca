import { expect, it } from 'vitest';
import { goDuration, parseDuration } from './duration.ts';

it('reads what time.ParseDuration reads, and nothing else', () => {
  expect(['0', '15s', '1m30s', '1.5h', '.5s', '-2s', '+1ms', '250us'].map(parseDuration)).toEqual([
    0, 15_000, 90_000, 5_400_000, 500, -2000, 1, 1,
  ]);
  expect(['', '5', 's', '1d', '1m 2s', '--1s', '1.2.3s'].map(parseDuration)).toEqual(Array(7).fill(undefined));
});

it('writes what time.Duration.String writes', () => {
  const written = [0, 400, 15_000, 15_012, 60_000, 62_500, 3_600_000, 3_661_000, -90_000].map(goDuration);
  expect(written).toEqual(['0s', '400ms', '15s', '15.012s', '1m0s', '1m2.5s', '1h0m0s', '1h1m1s', '-1m30s']);
});
