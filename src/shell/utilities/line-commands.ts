import type { Program } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInputLines } from './input.ts';

// Small filters over lines: tac, rev, nl, paste, comm, fold.

const perLine = (each: (lines: readonly string[]) => readonly string[]): Program =>
  function* (process) {
    const options = yield* readOptions(process, { short: '' });
    if (typeof options === 'number') return options;
    const { lines, failed } = yield* readInputLines(process, options.operands);
    yield* writeText(
      process.stdout,
      each(lines)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return failed ? 1 : 0;
  };

export const tac: Program = perLine((lines) => [...lines].reverse());
export const rev: Program = perLine((lines) => lines.map((line) => [...line].reverse().join('')));

export const nl: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'b:w:s:v:', long: { 'body-numbering=': 'b', 'number-width=': 'w', 'number-separator=': 's', 'starting-line-number=': 'v' } }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const { lines, failed } = yield* readInputLines(process, operands);
  const width = Number(flags.get('w') ?? 6);
  const separator = flags.get('s') ?? '\t';
  let number = Number(flags.get('v') ?? 1);
  const all = flags.get('b') === 'a';
  const shown = lines.map((line) =>
    line !== '' || all ? `${String(number++).padStart(width)}${separator}${line}\n` : `${' '.repeat(width + separator.length)}\n`,
  );
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
  const options = yield* readOptions(process, { short: '123' });
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
  const put = (column: number, line: string): void => {
    if (flags.has(String(column))) return;
    out.push(`${'\t'.repeat([1, 2].filter((each) => each < column && !flags.has(String(each))).length)}${line}\n`);
  };
  let [i, j] = [0, 0];
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
  yield* writeText(process.stdout, out.join(''));
  return 0;
};

export const fold: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'w:s', long: { 'width=': 'w', spaces: 's' }, number: 'w' });
  if (typeof options === 'number') return options;
  const width = Number(options.flags.get('w') ?? 80);
  const { lines, failed } = yield* readInputLines(process, options.operands);
  const cut = (line: string): string[] => {
    if (line.length <= width) return [line];
    const space = options.flags.has('s') ? line.lastIndexOf(' ', width - 1) : -1;
    const at = space > 0 ? space + 1 : width;
    return [line.slice(0, at), ...cut(line.slice(at))];
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
