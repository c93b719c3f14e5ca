import { expect, it } from 'vitest';
import { resolveIntOrPercent } from './int-or-string.ts';

it('rounds percentages up or down', () => {
  expect(resolveIntOrPercent('25%', 10, true)).toBe(3);
  expect(resolveIntOrPercent('25%', 10, false)).toBe(2);
  expect(resolveIntOrPercent('7%', 100, true)).toBe(7);
  expect(resolveIntOrPercent(4, 10, true)).toBe(4);
  expect(resolveIntOrPercent('four', 10, true)).toBe(0);
});
