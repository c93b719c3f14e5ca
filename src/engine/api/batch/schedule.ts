/** Cron expressions as robfig/cron/v3 reads them: five fields, names, steps, `@hourly` and the like, `@every`. */

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'] },
  { min: 0, max: 6, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);

/** What is wrong with a schedule, in the library's words; `undefined` if nothing is. */
export function scheduleError(text: string): string | undefined {
  let spec = text;
  const zone = /^(?:CRON_)?TZ=(\S*)\s*(.*)$/.exec(spec);
  if (zone !== null) spec = (zone[2] ?? '').trim();
  if (spec === '') return 'empty spec string';
  if (spec.startsWith('@')) return descriptorError(spec);
  const fields = spec.trim().split(/\s+/);
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    const fault = fieldError(field, FIELDS[index] as Bounds);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function descriptorError(text: string): string | undefined {
  if (DESCRIPTORS.has(text)) return undefined;
  if (text.startsWith('@every ')) {
    const duration = text.slice('@every '.length);
    if (/^[-+]?(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h))+$|^[-+]?0$/.test(duration)) return undefined;
    const quoted = JSON.stringify(duration);
    const why = /^[-+]?[0-9.]+$/.test(duration) ? `missing unit in duration ${quoted}` : `invalid duration ${quoted}`;
    return `failed to parse duration ${text}: time: ${why}`;
  }
  return `unrecognized descriptor: ${text}`;
}

function fieldError(field: string, bounds: Bounds): string | undefined {
  for (const part of field.split(',').filter((one) => one !== '')) {
    const fault = rangeError(part, bounds);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function rangeError(expression: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...moreSteps] = expression.split('/');
  const [low = '', high, ...moreRanges] = range.split('-');
  let start = bounds.min;
  let end = bounds.max;
  const single = high === undefined;
  if (low !== '*' && low !== '?') {
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
  return undefined;
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
