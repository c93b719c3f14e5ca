/** A number as Go's `strconv.FormatFloat(f, 'g', -1, 64)` writes it, which is what every scrape shows: `0.005`, `1e+06`, `+Inf`. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  // An exponent is written below 1e-4 and from 1e+06 on; JavaScript writes all that lies between plainly, too.
  if (exponent >= -4 && exponent < 6) return String(value);
  const size = Math.abs(exponent);
  return `${digits}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}
