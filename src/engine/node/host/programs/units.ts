import { MINUTE, SECOND, type Millis } from '../../../sim/time.ts';

const HOUR = 60 * MINUTE;

/** As docker's go-units has it: `About a minute`, `3 hours`. */
export function humanDuration(duration: Millis): string {
  const seconds = Math.floor(duration / SECOND);
  const minutes = Math.floor(duration / MINUTE);
  const hours = Math.round(duration / HOUR);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(hours / 24 / 365)} years`;
}

/** Decimal, with so many digits: `72MB`, `2.2MB`. */
export function humanSize(bytes: number, digits = 4): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${Number(size.toPrecision(digits))}${units[unit] ?? ''}`;
}

/** Binary, as systemd and coreutils write it: `41M`, `1.5G`. */
export function binarySize(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit++) size /= 1024;
  return `${size >= 10 || Number.isInteger(size) ? Math.ceil(size) : (Math.ceil(size * 10) / 10).toFixed(1)}${units[unit] ?? ''}`;
}

/** Columns as Go's tabwriter sets them with these widths; the last is as wide as it is. */
export function table(rows: readonly (readonly string[])[], least: number, padding: number): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, least, cell.length + padding)));
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('')}\n`).join('');
}
