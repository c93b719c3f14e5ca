import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInputLines } from './input.ts';

const UNITS = 'KMGTPE';

/** GNU `numfmt`: numbers from and to units (`--to=iec`: `1.5K`), of operands or of a field of each line. */
export const numfmt: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'd:z',
    long: {
      'from=': 'from',
      'to=': 'to',
      'suffix=': 'suffix',
      'padding=': 'padding',
      'field=': 'field',
      'delimiter=': 'd',
      'round=': 'round',
    },
    refused: ['--header', '--format', '--from-unit', '--to-unit', '--grouping', '--invalid', '--debug', '-z'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  for (const name of ['from', 'to']) {
    const scale = flags.get(name) ?? 'none';
    if (/^(none|si|iec|iec-i|auto)$/.test(scale) && !(name === 'to' && scale === 'auto')) continue;
    yield* complain(process, `invalid argument ‘${scale}’ for ‘--${name}’`);
    return 1;
  }
  const { lines, failed } = operands.length > 0 ? { lines: operands, failed: false } : yield* readInputLines(process, []);
  if (failed) return 1;
  for (const line of lines) {
    const made = yield* convertLine(process, line.replace(/\n$/, ''), flags);
    if (made === undefined) return 2;
    yield* writeText(process.stdout, `${made}\n`);
  }
  return 0;
};

/** The wanted field made anew, and the others as they are. */
function* convertLine(process: Process, line: string, flags: ReadonlyMap<string, string>): Task<string | undefined> {
  const wanted = Number(flags.get('field') ?? 1);
  const delimiter = flags.get('d');
  // Without a delimiter the blanks before a field belong to it, and its width is kept.
  const fields = delimiter === undefined ? (line.match(/\s*\S+/g) ?? ['']) : line.split(delimiter);
  const field = fields[wanted - 1];
  if (field === undefined) return line;
  const text = field.trim();
  const suffix = flags.get('suffix') ?? '';
  const value = numberOf(suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text, flags.get('from') ?? 'none');
  if (typeof value === 'string') {
    yield* complain(process, value);
    return undefined;
  }
  const shown = `${scaled(value, flags.get('to') ?? 'none', flags.get('round') ?? 'from-zero')}${suffix}`;
  const padding = Number(flags.get('padding') ?? (delimiter === undefined && /^\s/.test(field) ? field.length : 0));
  const padded = padding < 0 ? shown.padEnd(-padding) : shown.padStart(padding);
  return fields
    .map((each, i) => (i === wanted - 1 ? (delimiter === undefined && i > 0 && !/^\s/.test(padded) ? ` ${padded}` : padded) : each))
    .join(delimiter ?? '');
}

/** A text is the complaint. */
function numberOf(text: string, scale: string): number | string {
  const [, digits = '', unit = '', i = '', rest = ''] = /^(-?\d*\.?\d*)([KMGTPE]?)(i?)(.*)$/s.exec(text) ?? [];
  if (digits === '' || digits === '-' || digits === '.') return `invalid number: ‘${text}’`;
  if (unit === '') return i + rest === '' ? Number(digits) : `invalid suffix in input: ‘${text}’`;
  if (scale === 'none') return `rejecting suffix in input: ‘${text}’ (consider using --from)`;
  if (rest !== '' || (i !== '' && (scale === 'si' || scale === 'iec'))) return `invalid suffix in input ‘${text}’: ‘${i}${rest}’`;
  if (scale === 'iec-i' && i === '') return `missing 'i' suffix in input: ‘${text}’ (e.g Ki/Mi/Gi)`;
  const base = scale === 'si' || (scale === 'auto' && i === '') ? 1000 : 1024;
  return Number(digits) * base ** (UNITS.indexOf(unit) + 1);
}

function scaled(value: number, scale: string, round: string): string {
  const rounded = (number: number): number => {
    switch (round) {
      case 'up':
        return Math.ceil(number);
      case 'down':
        return Math.floor(number);
      case 'towards-zero':
        return Math.trunc(number);
      case 'nearest':
        return Math.sign(number) * Math.round(Math.abs(number));
      default:
        return Math.sign(number) * Math.ceil(Math.abs(number));
    }
  };
  if (scale === 'none') return String(value);
  const base = scale === 'si' ? 1000 : 1024;
  let [size, unit] = [value, 0];
  for (; Math.abs(size) >= base && unit < UNITS.length; unit++) size /= base;
  const few = Math.abs(size) < 10 && unit > 0;
  let shown = few ? rounded(size * 10) / 10 : rounded(size);
  // 999.9K is 1.0M.
  if (Math.abs(shown) >= base && unit < UNITS.length) [shown, unit] = [shown / base, unit + 1];
  const text = unit > 0 && Math.abs(shown) < 10 ? shown.toFixed(1) : String(shown);
  return `${text}${unit === 0 ? '' : UNITS.charAt(unit - 1)}${unit > 0 && scale === 'iec-i' ? 'i' : ''}`;
}
