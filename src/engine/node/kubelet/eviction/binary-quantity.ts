const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** A number as apimachinery writes a `BinarySI` quantity: the largest unit that leaves no remainder. */
export function binaryQuantity(amount: number): string {
  let unit = 0;
  let rest = Math.round(amount);
  while (rest !== 0 && rest % 1024 === 0 && unit + 1 < UNITS.length) {
    rest /= 1024;
    unit++;
  }
  return `${rest}${UNITS[unit] ?? ''}`;
}
