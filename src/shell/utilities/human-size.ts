/** Binary, with one digit behind the point below ten, rounded up: `8.0G`, `98G`. */
export function humanSize(bytes: number): string {
  let [size, unit] = [bytes, 0];
  for (; size >= 1024 && unit < 4; unit++) size /= 1024;
  if (unit === 0) return String(bytes);
  const tenths = Math.ceil(size * 10) / 10;
  return `${tenths < 10 ? tenths.toFixed(1) : Math.ceil(size)}${'KMGT'.charAt(unit - 1)}`;
}
