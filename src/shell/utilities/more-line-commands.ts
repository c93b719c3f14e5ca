import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { filterLines } from './filter.ts';
import { complain, readInputLines } from './input.ts';

// Small filters over lines and tables: join, column, shuf, expand, unexpand.

export const join: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'a:v:e:t:1:2:j:o:i',
    refused: ['--header', '--check-order', '--nocheck-order', '-z'],
    joined: 'a',
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  if (operands.length !== 2) {
    yield* complain(process, `${operands.length === 0 ? 'missing operand' : operands.length === 1 ? `missing operand after '${operands[0]}'` : `extra operand '${operands[2]}'`}\nTry 'join --help' for more information.`); // prettier-ignore
    return 1;
  }
  const separator = flags.get('t');
  const fieldOf = [Number(flags.get('1') ?? flags.get('j') ?? 1) - 1, Number(flags.get('2') ?? flags.get('j') ?? 1) - 1];
  const sides: { key: string; fields: string[] }[][] = [];
  for (const [i, path] of operands.entries()) {
    const { lines, failed } = yield* readInputLines(process, [path]);
    if (failed) return 1;
    sides.push(
      lines.map((line) => {
        const fields = separator === undefined ? line.trim().split(/[ \t]+/) : line.split(separator);
        const key = fields[fieldOf[i] as number] ?? '';
        return { key: flags.has('i') ? key.toLowerCase() : key, fields };
      }),
    );
  }
  const [left = [], right = []] = sides;
  const empty = flags.get('e') ?? '';
  const row = (a: string[] | undefined, b: string[] | undefined): string => {
    const rest = (fields: string[] | undefined, i: number): string[] => (fields ?? []).filter((_, at) => at !== fieldOf[i]);
    const key = (a?.[fieldOf[0] as number] ?? b?.[fieldOf[1] as number]) as string;
    const cells =
      flags.get('o')?.split(/[ ,]/).map((each) => {
        const [file, field] = each.split('.');
        return each === '0' ? key : (((file === '1' ? a : b)?.[Number(field) - 1] ?? '') || empty);
      }) ?? [key, ...rest(a, 0), ...rest(b, 1)]; // prettier-ignore
    return `${cells.join(separator ?? ' ')}\n`;
  };
  const alone = new Set([...(flags.get('a')?.split('\n') ?? []), ...(flags.has('v') ? [flags.get('v') as string] : [])]);
  let text = '';
  const matched = new Set<string[]>();
  for (const { key, fields } of left) {
    const partners = right.filter((each) => each.key === key);
    for (const partner of partners) {
      matched.add(partner.fields);
      if (!flags.has('v')) text += row(fields, partner.fields);
    }
    if (partners.length === 0 && alone.has('1')) text += row(fields, undefined);
  }
  if (alone.has('2')) for (const { fields } of right) if (!matched.has(fields)) text += row(undefined, fields);
  yield* writeText(process.stdout, text);
  return 0;
};

export const column: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'ts:o:N:R:c:',
    long: { table: 't', 'separator=': 's', 'output-separator=': 'o', 'table-columns=': 'N', 'table-right=': 'R' },
    refused: ['-x', '-J', '-n', '-L', '--json', '--fillrows'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const { lines, failed } = yield* readInputLines(process, operands);
  if (failed) return 1;
  if (!flags.has('t')) {
    const entries = lines.filter((line) => line !== '');
    const cell = Math.ceil((Math.max(0, ...entries.map((line) => line.length)) + 1) / 8) * 8;
    const across = Math.max(1, Math.floor(Number(flags.get('c') ?? process.terminal?.columns ?? 80) / cell));
    const rows = Math.ceil(entries.length / across);
    for (let i = 0; i < rows; i++) {
      const row = entries.filter((_, at) => at % rows === i);
      const tabbed = row.map((each, at) => (at === row.length - 1 ? each : each + '\t'.repeat(Math.ceil((cell - each.length) / 8))));
      yield* writeText(process.stdout, `${tabbed.join('')}\n`);
    }
    return 0;
  }
  const separators = flags.get('s');
  const divide = (line: string): string[] =>
    separators === undefined ? line.trim().split(/[ \t]+/) : line.split(new RegExp(`[${separators.replace(/[\\\]^-]/g, '\\$&')}]`));
  const rows = lines.filter((line) => line.trim() !== '').map(divide);
  if (flags.has('N')) rows.unshift((flags.get('N') as string).split(','));
  const widths: number[] = [];
  for (const row of rows) row.forEach((each, i) => (widths[i] = Math.max(widths[i] ?? 0, [...each].length)));
  const right = new Set(
    flags
      .get('R')
      ?.split(',')
      .map((each) => (flags.get('N')?.split(',').indexOf(each) ?? -1) + 1 || Number(each)),
  );
  const between = flags.get('o') ?? '  ';
  const shown = rows.map((row) =>
    widths
      .map((width, i) => {
        const each = row[i] ?? '';
        return right.has(i + 1) ? each.padStart(width) : i === widths.length - 1 ? each : each.padEnd(width);
      })
      .join(between),
  );
  yield* writeText(process.stdout, shown.map((line) => `${line}\n`).join(''));
  return 0;
};

/** In an order that the seed decides. */
export const shuf: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'n:i:er',
    long: { 'head-count=': 'n', 'input-range=': 'i', echo: 'e', repeat: 'r' },
    refused: ['-o', '-z', '--random-source'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [from = 0, to = 0] = (flags.get('i') ?? '').split('-').map(Number);
  if (flags.has('i') && (!/^\d+-\d+$/.test(flags.get('i') as string) || from > to + 1)) {
    yield* complain(process, `invalid input range: '${flags.get('i')}'`);
    return 1;
  }
  const items = flags.has('i')
    ? Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => String(from + i))
    : flags.has('e')
      ? [...operands]
      : (yield* readInputLines(process, operands)).lines;
  const count = Math.min(Number(flags.get('n') ?? items.length), flags.has('r') ? Number.POSITIVE_INFINITY : items.length);
  let text = '';
  for (let i = 0; i < count && items.length > 0; i++) {
    const at = process.random(items.length);
    text += `${items[at]}\n`;
    if (!flags.has('r')) items.splice(at, 1);
  }
  yield* writeText(process.stdout, text);
  return 0;
};

export const expand: Program = function* (process) {
  const options = yield* readOptions(process, { short: 't:i', long: { 'tabs=': 't', initial: 'i' }, number: 't' });
  if (typeof options === 'number') return options;
  const stops = (options.flags.get('t') ?? '8').split(/[ ,]/).map(Number);
  const failed = yield* filterLines(process, options.operands, (line) => {
    let text = '';
    let width = 0;
    for (const c of line) {
      const kept = options.flags.has('i') && /[^ \t]/.test(text);
      const spaces = c === '\t' && !kept ? nextStop(stops, width) - width : 0;
      text += spaces > 0 ? ' '.repeat(spaces) : c;
      width += spaces > 0 ? spaces : 1;
    }
    return `${text}\n`;
  });
  return failed ? 1 : 0;
};

/** One number is a distance; of a list each is a place, and beyond the last a tab is a blank. */
function nextStop(stops: readonly number[], width: number): number {
  const [size = 8] = stops;
  return stops.length === 1 ? width + size - (width % size) : (stops.find((stop) => stop > width) ?? width + 1);
}

/** Blanks at the beginning of lines (`-a`: everywhere) become tabs. */
export const unexpand: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'at:', long: { all: 'a', 'tabs=': 't', 'first-only': 'first' }, number: 't' });
  if (typeof options === 'number') return options;
  const size = Number(options.flags.get('t') ?? 8);
  const all = (options.flags.has('a') || options.flags.has('t')) && !options.flags.has('first');
  const failed = yield* filterLines(process, options.operands, (line) => {
    let text = '';
    let blanks = 0;
    let width = 0;
    for (const [i, c] of [...line].entries()) {
      if ((c !== ' ' && c !== '\t') || (!all && /[^ \t]/.test(line.slice(0, i)))) {
        text += ' '.repeat(blanks) + c;
        blanks = 0;
        width++;
        continue;
      }
      width = c === '\t' ? width + size - (width % size) : width + 1;
      blanks++;
      // A blank alone stays one, also at a stop.
      if (width % size !== 0 || (blanks === 1 && c === ' ' && line[i + 1] !== ' ' && line[i + 1] !== '\t' && text !== '')) continue;
      text += '\t';
      blanks = 0;
    }
    return `${text}${' '.repeat(blanks)}\n`;
  });
  return failed ? 1 : 0;
};
