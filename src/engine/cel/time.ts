import { CelError, Duration, Timestamp } from './values.ts';

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n, us: 1_000n, µs: 1_000n, μs: 1_000n, ms: 1_000_000n, s: 1_000_000_000n, m: 60_000_000_000n, h: 3_600_000_000_000n,
}; // prettier-ignore

/** `1h30m`, as Go's time.ParseDuration reads it. */
export function durationOf(text: string): Duration | undefined {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text);
  if (text === '0') return new Duration(0n);
  if (match === null) return undefined;
  let nanos = 0n;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const [whole = '0', fraction = ''] = number.split('.');
    const scale = UNITS[unit] as bigint;
    nanos += BigInt(whole === '' ? 0 : whole) * scale;
    if (fraction !== '') nanos += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  return new Duration(match[1] === '-' ? -nanos : nanos);
}

export function parseDuration(text: string): Duration {
  const found = durationOf(text);
  if (found === undefined) throw new CelError("type conversion error from 'string' to 'google.protobuf.Duration'");
  return found;
}

export function timestampOf(text: string): Timestamp | undefined {
  const match = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  const at = match === null ? Number.NaN : Date.parse(`${match[1]}${match[3]}`);
  if (Number.isNaN(at)) return undefined;
  const fraction = BigInt((match?.[2] ?? '').padEnd(9, '0').slice(0, 9));
  return new Timestamp(BigInt(at) * 1_000_000n + fraction);
}

export function parseTimestamp(text: string): Timestamp {
  const found = timestampOf(text);
  if (found === undefined) throw new CelError("type conversion error from 'string' to 'google.protobuf.Timestamp'");
  return found;
}

export function timestampText({ nanos }: Timestamp): string {
  const seconds = (nanos - (((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n;
  const rest = (nanos - seconds * 1_000_000_000n).toString().padStart(9, '0').replace(/0+$/, '');
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${rest === '' ? '' : `.${rest}`}Z`;
}

export function durationText({ nanos }: Duration): string {
  const rest = (nanos < 0n ? -nanos : nanos) % 1_000_000_000n;
  const whole = (nanos < 0n ? -nanos : nanos) / 1_000_000_000n;
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${whole}${fraction}s`;
}

/** A time as UTC shows the time of a zone: an offset (`+02:00`), or a name (`Europe/Berlin`). */
export function zoned({ nanos }: Timestamp, zone = 'UTC'): Date {
  const at = Number(nanos / 1_000_000n);
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset !== null) return new Date(at + (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3])) * 60_000);
  return zone === 'UTC' || zone === '' ? new Date(at) : new Date(at + offsetOf(zone, at));
}

const clocks = new Map<string, Intl.DateTimeFormat>();

/** What a zone's clocks are ahead of UTC. */
function offsetOf(zone: string, at: number): number {
  let clock = clocks.get(zone);
  try {
    clock ??= new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    }); // prettier-ignore
  } catch {
    throw new CelError(`unknown time zone ${zone}`);
  }
  clocks.set(zone, clock);
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'], part['hour'], part['minute'], part['second']);
  return shown - Math.floor(at / 1000) * 1000;
}
