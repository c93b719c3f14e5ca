import { expect, it } from 'vitest';
import { lineDifference } from './line-difference.ts';

it('shows changes with three lines around them', () => {
  const before = 'abcdefghij'.split('');
  const after = 'abcdeXfghij'.split('');
  expect(lineDifference(before, after)).toBe('@@ -3,6 +3,7 @@\n c\n d\n e\n+X\n f\n g\n h\n');
  expect(lineDifference(before, before)).toBe('');
});
