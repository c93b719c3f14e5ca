import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  parseQuantity,
  quantityMilli,
  quantityValue,
  subtractQuantities,
} from './quantity.ts';

describe('quantities', () => {
  it.each([
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1000', '1k'],
    ['1.5Gi', '1536Mi'],
    ['0.5Ki', '512'],
    ['1024Mi', '1Gi'],
    ['2e3', '2e3'],
    ['1e3', '1e3'],
    ['100n', '100n'],
    ['0.0000000001', '1n'],
    ['-1', '-1'],
    ['0Ki', '0'],
    ['10E', '10E'],
    ['9999999999999999999999', '9223372036854775807'],
  ])('keeps %s as %s', (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(['', '1x', 'Ki', '1.2.3', '1 Gi', '0x10', '1e', '--1'])('refuses %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  it('rounds away from zero where it has to', () => {
    expect(quantityValue('100m')).toBe(1);
    expect(quantityMilli('0.1m')).toBe(1);
    expect(quantityValue('-100m')).toBe(-1);
    expect(quantityValue(undefined)).toBe(0);
  });

  it('adds exactly and keeps the format of the first', () => {
    expect(addQuantities('100m', '0.9')).toBe('1');
    expect(addQuantities('1Gi', '1G')).toBe('2073741824');
    expect(addQuantities('0', '64Mi')).toBe('64Mi');
    expect(subtractQuantities('1', '100m')).toBe('900m');
    expect(compareQuantities('1Gi', '1024Mi')).toBe(0);
  });

  it('reads its own canonical text back as the same amount', () => {
    const suffix = fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi', 'e3', 'E');
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), suffix, (number, unit) => {
        const canonical = canonicalQuantity(`${number}${unit}`);
        expect(compareQuantities(canonical, `${number}${unit}`)).toBe(0);
        expect(canonicalQuantity(canonical)).toBe(canonical);
      }),
    );
  });
});
