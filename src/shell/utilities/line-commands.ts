import type { Program } from '../../engine/os/process.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { posixRegExp } from './basic-regexp.ts';
import { complain, readInput, readInputLines } from './input.ts';

// Small filters over lines: tac, rev, nl, paste, comm, fold.

/** Records in reverse order; `-s` ends them with another text than a newline. */
export const tac: Program = function* (process) {
  const options = yield* readOptions(process, { short: 's:b', long: { 'separator=': 's', before: 'b' }, refused: ['-r', '--regex'] });
  if (typeof options === 'number') return options;
  const separator = options.flags.get('s') ?? '\n';
  let failed = false;
  for (const path of options.operands.length === 0 ? ['-'] : options.operands) {
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) {
      failed = true;
      continue;
    }
    const pieces = decode(bytes).split(separator);
    const last = pieces.pop() ?? '';
    const before = options.flags.has('b');
    const records = before ? [...pieces, last].map((piece, i) => (i === 0 ? piece : separator + piece)) : [...pieces.map((piece) => piece + separator), last]; // prettier-ignore
    yield* writeText(process.stdout, records.reverse().join(''));
  }
  return failed ? 1 : 0;
};

export const rev: Program = function* (process) {
  const options = yield* readOptions(process, { short: '' });
  if (typeof options === 'number') return options;
  let failed = false;
  for (const path of options.operands.length === 0 ? ['-'] : options.operands) {
    const bytes = yield* readInput(process, path);
    failed ||= bytes === undefined;
    if (bytes !== undefined)
      yield* writeText(
        process.stdout,
        decode(bytes).replace(/[^\n]+/g, (line) => [...line].reverse().join('')),
      );
  }
  return failed ? 1 : 0;
};

export const nl: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'b:w:s:v:i:n:', long: { 'body-numbering=': 'b', 'number-width=': 'w', 'number-separator=': 's', 'starting-line-number=': 'v', 'line-increment=': 'i', 'number-format=': 'n' }, refused: ['-d', '-f', '-h', '-l', '-p'] }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const style = flags.get('b') ?? 't';
  const form = flags.get('n') ?? 'rn';
  const wrong = !/^([atn]|p.*)$/s.test(style) ? `invalid body numbering style: '${style}'` : !/^(ln|rn|rz)$/.test(form) ? `invalid line numbering format: '${form}'` : undefined; // prettier-ignore
  if (wrong !== undefined) {
    yield* complain(process, `${wrong}\nTry 'nl --help' for more information.`);
    return 1;
  }
  const { lines, failed } = yield* readInputLines(process, operands);
  const width = Number(flags.get('w') ?? 6);
  const separator = flags.get('s') ?? '\t';
  const step = Number(flags.get('i') ?? 1);
  let number = Number(flags.get('v') ?? 1);
  const numbered = (line: string): boolean =>
    style === 'a' || (style === 't' && line !== '') || (style.startsWith('p') && posixRegExp(style.slice(1), false, '').test(line));
  const shown = lines.map((line) => {
    if (!numbered(line)) return `${' '.repeat(width + separator.length)}${line}\n`;
    const text = form === 'ln' ? String(number).padEnd(width) : String(number).padStart(width, form === 'rz' ? '0' : ' ');
    number += step;
    return `${text}${separator}${line}\n`;
  });
  yield* writeText(process.stdout, shown.join(''));
  return failed ? 1 : 0;
};

export const paste: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'd:s', long: { 'delimiters=': 'd', serial: 's' } });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const delimiters = [...(flags.get('d') ?? '\t').replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\0/g, '\0')];
  const columns: string[][] = [];
  const standard = (operands.length === 0 ? ['-'] : operands).filter((path) => path === '-').length;
  const typed = standard > 0 ? (yield* readInputLines(process, ['-'])).lines : [];
  let turn = 0;
  for (const path of operands.length === 0 ? ['-'] : operands) {
    if (path === '-') {
      const mine = turn++;
      columns.push(typed.filter((_, i) => i % standard === mine));
      continue;
    }
    const { lines, failed } = yield* readInputLines(process, [path]);
    if (failed) return 1;
    columns.push(lines);
  }
  const joined = (words: readonly string[]): string =>
    words.map((word, i) => `${i === 0 ? '' : (delimiters[(i - 1) % delimiters.length] ?? '').replace('\0', '')}${word}`).join('');
  const rows = flags.has('s')
    ? columns
    : Array.from({ length: Math.max(0, ...columns.map((each) => each.length)) }, (_, i) => columns.map((each) => each[i] ?? ''));
  yield* writeText(process.stdout, rows.map((row) => `${joined(row)}\n`).join(''));
  return 0;
};

export const comm: Program = function* (process) {
  const options = yield* readOptions(process, { short: '123', long: { 'output-delimiter=': 'd', total: 'total', 'check-order': 'check', 'nocheck-order': 'nocheck' }, refused: ['-z', '--zero-terminated'] }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  if (operands.length !== 2) {
    yield* complain(
      process,
      `${operands.length === 0 ? 'missing operand' : operands.length === 1 ? `missing operand after ‘${operands[0]}’` : `extra operand ‘${operands[2]}’`}\nTry 'comm --help' for more information.`,
    );
    return 1;
  }
  const [left, right] = [yield* readInputLines(process, operands.slice(0, 1)), yield* readInputLines(process, operands.slice(1))];
  if (left.failed || right.failed) return 1;
  const out: string[] = [];
  const totals = [0, 0, 0];
  const put = (column: number, line: string): void => {
    totals[column - 1] = (totals[column - 1] ?? 0) + 1;
    if (flags.has(String(column))) return;
    out.push(`${(flags.get('d') ?? '\t').repeat([1, 2].filter((each) => each < column && !flags.has(String(each))).length)}${line}\n`);
  };
  let [i, j] = [0, 0];
  let unordered = false;
  const complaints: string[] = [];
  [left, right].forEach(({ lines }, side) => {
    if (flags.has('nocheck') || !lines.some((line, at) => at > 0 && line < (lines[at - 1] as string))) return;
    unordered = true;
    complaints.push(`file ${side + 1} is not in sorted order`);
  });
  while (i < left.lines.length || j < right.lines.length) {
    const [a, b] = [left.lines[i], right.lines[j]];
    if (a !== undefined && a === b) {
      put(3, a);
      i++;
      j++;
    } else if (b === undefined || (a !== undefined && a < b)) {
      put(1, a as string);
      i++;
    } else {
      put(2, b);
      j++;
    }
  }
  const between = flags.get('d') ?? '\t';
  if (flags.has('total')) out.push(`${totals.join(between)}${between}total\n`);
  yield* writeText(process.stdout, out.join(''));
  for (const complaint of complaints) yield* complain(process, complaint);
  if (unordered) yield* complain(process, 'input is not in sorted order');
  return unordered ? 1 : 0;
};

export const fold: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'w:s', long: { 'width=': 'w', spaces: 's' }, number: 'w' });
  if (typeof options === 'number') return options;
  const given = options.flags.get('w') ?? '80';
  const width = Number(given);
  if (!(width > 0)) {
    yield* complain(process, `invalid number of columns: '${given}'${width === 0 ? ': Numerical result out of range' : ''}`);
    return 1;
  }
  const { lines, failed } = yield* readInputLines(process, options.operands);
  const cut = (line: string): string[] => {
    const pieces: string[] = [];
    let rest = line;
    while (rest.length > width) {
      const space = options.flags.has('s') ? rest.lastIndexOf(' ', width - 1) : -1;
      const at = space > 0 ? space + 1 : width;
      pieces.push(rest.slice(0, at));
      rest = rest.slice(at);
    }
    return [...pieces, rest];
  };
  yield* writeText(
    process.stdout,
    lines
      .flatMap(cut)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return failed ? 1 : 0;
};
