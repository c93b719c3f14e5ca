const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `5m`, `1h30m`, `31d` in virtual milliseconds; undefined for what is none. */
export function readDuration(text: string): number | undefined {
  if (!/^(?:\d+[smhd])+$/.test(text)) return undefined;
  let duration = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhd])/g)) duration += Number(count) * (UNITS[unit as string] as number);
  return duration;
}
