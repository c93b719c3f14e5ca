/** Cron expressions as robfig/cron/v3 reads them: five fields, names, steps, `@hourly` and the like, `@every`. */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

/** Values that one field allows. */
export interface Field {
  readonly allows: ReadonlySet<number>;
  /** `*` or `?` stood in it, without a step: it says nothing. */
  readonly any: boolean;
}

export interface CronFields {
  readonly minute: Field;
  readonly hour: Field;
  readonly day: Field;
  readonly month: Field;
  readonly weekday: Field;
}

/** Times by the calendar, or every so many seconds. */
export type Schedule = { readonly fields: CronFields } | { readonly everySeconds: number };

const MINUTE: Bounds = { min: 0, max: 59 };
const HOUR: Bounds = { min: 0, max: 23 };
const DAY: Bounds = { min: 1, max: 31 };
const MONTH: Bounds = {
  min: 1,
  max: 12,
  names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const WEEKDAY: Bounds = { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] };

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

// Go's time.ParseDuration.
const DURATION = /^[-+]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+$|^[-+]?0$/;
const SECONDS: Readonly<Record<string, number>> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };

/** What is wrong with a schedule, in the library's words; `undefined` if nothing is. */
export function scheduleError(text: string): string | undefined {
  const schedule = parseSchedule(text);
  return typeof schedule === 'string' ? schedule : undefined;
}

/** The schedule, or what is wrong with it. */
export function parseSchedule(text: string): Schedule | string {
  let spec = text;
  const zone = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/.exec(spec);
  if (zone !== null) spec = (zone[2] ?? '').trim();
  if (spec === '') return 'empty spec string';
  if (spec.startsWith('@every ')) return parseEvery(spec);
  const described = spec.startsWith('@') ? DESCRIPTORS[spec] : spec;
  if (described === undefined) return `unrecognized descriptor: ${spec}`;
  return parseFields(described);
}

function parseEvery(text: string): Schedule | string {
  const duration = text.slice('@every '.length);
  if (!DURATION.test(duration)) {
    const quoted = JSON.stringify(duration);
    const why = /^[-+]?[0-9.]+$/.test(duration) ? `missing unit in duration ${quoted}` : `invalid duration ${quoted}`;
    return `failed to parse duration ${text}: time: ${why}`;
  }
  let seconds = 0;
  for (const [, value, unit] of duration.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) seconds += Number(value) * (SECONDS[unit ?? ''] ?? 0);
  if (duration.startsWith('-')) seconds = 0;
  return { everySeconds: Math.max(1, Math.floor(seconds)) };
}

function parseFields(text: string): Schedule | string {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`;
  const fields: Field[] = [];
  for (const [index, bounds] of [MINUTE, HOUR, DAY, MONTH, WEEKDAY].entries()) {
    const field = parseField(parts[index] ?? '', bounds);
    if (typeof field === 'string') return field;
    fields.push(field);
  }
  const [minute, hour, day, month, weekday] = fields as [Field, Field, Field, Field, Field];
  return { fields: { minute, hour, day, month, weekday } };
}

function parseField(text: string, bounds: Bounds): Field | string {
  const allows = new Set<number>();
  let any = false;
  for (const part of text.split(',').filter((one) => one !== '')) {
    const range = parseRange(part, bounds);
    if (typeof range === 'string') return range;
    for (let value = range.start; value <= range.end; value += range.step) allows.add(value);
    any ||= range.any;
  }
  return { allows, any };
}

interface Range {
  start: number;
  end: number;
  step: number;
  any: boolean;
}

function parseRange(expression: string, bounds: Bounds): Range | string {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreRanges] = range.split('-');
  let start = bounds.min;
  let end = bounds.max;
  const single = high === undefined;
  const any = low === '*' || low === '?';
  if (!any) {
    const first = numberOrName(low, bounds);
    if (typeof first === 'string') return first;
    start = end = first;
    if (moreRanges.length > 0) return `too many hyphens: ${expression}`;
    if (!single) {
      const last = numberOrName(high, bounds);
      if (typeof last === 'string') return last;
      end = last;
    }
  }
  let by = 1;
  if (moreSteps.length > 0) return `too many slashes: ${expression}`;
  if (step !== undefined) {
    const parsed = numberOf(step);
    if (typeof parsed === 'string') return parsed;
    by = parsed;
    if (single) end = bounds.max;
  }
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  if (by === 0) return `step of range should be a positive number: ${expression}`;
  return { start, end, step: by, any: any && by === 1 };
}

function numberOrName(text: string, { names }: Bounds): number | string {
  const named = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1);
  return named >= 0 ? named : numberOf(text);
}

function numberOf(text: string): number | string {
  if (!/^[-+]?[0-9]+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const value = Number(text);
  return value < 0 ? `negative number (${value}) not allowed: ${text}` : value;
}
