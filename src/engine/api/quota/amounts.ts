import { addQuantities, canonicalQuantity, compareQuantities, subtractQuantities } from '../quantity.ts';

/** Quantities by the name of what they measure. */
export type Amounts = Readonly<Record<string, string>>;

export function addAmounts(a: Amounts, b: Amounts): Record<string, string> {
  const sum: Record<string, string> = { ...a };
  for (const [name, amount] of Object.entries(b)) sum[name] = addQuantities(sum[name] ?? '0', amount);
  return sum;
}

/** What `a` has above `b`, never less than nothing. */
export function excess(a: Amounts, b: Amounts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(a).map(([name, amount]) => {
      const left = subtractQuantities(amount, b[name] ?? '0');
      return [name, compareQuantities(left, '0') < 0 ? '0' : left];
    }),
  );
}

export function maskAmounts(amounts: Amounts, names: Iterable<string>): Record<string, string> {
  const kept = new Set(names);
  return Object.fromEntries(Object.entries(amounts).filter(([name]) => kept.has(name)));
}

/** Where `a` goes beyond what `b` says; what `b` does not name is free. */
export function beyond(a: Amounts, b: Amounts): string[] {
  return Object.keys(a).filter((name) => b[name] !== undefined && compareQuantities(a[name] as string, b[name]) > 0);
}

export function equalAmounts(a: Amounts | undefined, b: Amounts | undefined): boolean {
  const [left, right] = [a ?? {}, b ?? {}];
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => right[name] !== undefined && compareQuantities(left[name] as string, right[name]) === 0);
}

/** `cpu=1,memory=1Gi`. */
export function showAmounts(amounts: Amounts): string {
  return Object.keys(amounts)
    .sort()
    .map((name) => `${name}=${canonicalQuantity(amounts[name] as string)}`)
    .join(',');
}
