import type { Process } from '../../engine/os/process.ts';
import { obtain, part } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { PER_MILLISECOND } from '../paced.ts';
import { format as formatted } from './awk/values.ts';
import { unescape } from './escapes.ts';
import { complain } from './input.ts';

export function* seq(process: Process): Task<number> {
  const args = process.argv.slice(1);
  let separator = '\n';
  let padded = false;
  let format: string | undefined;
  for (;;) {
    const [, letter, stuck] =
      /^-([wsf])(.*)$/s.exec(
        (args[0] ?? '').replace('--equal-width', '-w').replace(/^--(separator|format)=/, (_, name: string) => `-${name[0]}`),
      ) ?? [];
    if (letter === undefined) break;
    args.shift();
    if (letter === 'w') padded = true;
    else {
      const argument = unescape(stuck === '' ? (args.shift() ?? '') : (stuck as string), false).text;
      if (letter === 's') separator = argument;
      else format = argument;
    }
  }
  const form = format === undefined ? undefined : /^((?:[^%]|%%)*)(%[-+ 0#]*\d*(?:\.\d+)?[aefgEFG])((?:[^%]|%%)*)$/.exec(format);
  const printed = form == null ? undefined : yield* obtain(process, part(formatted));
  if (form === null) {
    yield* complain(
      process,
      `format '${format}' ${/%/.test(format ?? '') ? `has unknown %${/%[-+ 0#]*\d*(?:\.\d+)?(.?)/.exec(format ?? '')?.[1]} directive` : 'has no % directive'}`,
    );
    return 1;
  }
  const flag = args.find((arg) => /^-[^\d.]/.test(arg));
  if (flag !== undefined || args.length === 0 || args.length > 3) {
    const text =
      flag !== undefined ? `invalid option -- '${flag[1]}'` : args.length === 0 ? 'missing operand' : `extra operand '${args[3]}'`;
    yield* complain(process, `${text}\nTry 'seq --help' for more information.`);
    return 1;
  }
  const wrong = args.find((arg) => arg.trim() === '' || Number.isNaN(Number(arg)));
  if (wrong !== undefined) {
    yield* complain(process, `invalid floating point argument: ‘${wrong}’\nTry 'seq --help' for more information.`);
    return 1;
  }
  const numbers = args.map(Number);
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0] as number]
      : numbers.length === 2
        ? [numbers[0] as number, 1, numbers[1] as number]
        : (numbers as [number, number, number]);
  if (step === 0) {
    yield* complain(process, `invalid Zero increment value: ‘${args[1]}’\nTry 'seq --help' for more information.`);
    return 1;
  }
  const digits = Math.max(...args.slice(0, 2).map((arg) => /\.(\d+)/.exec(arg)?.[1]?.length ?? 0));
  const width = padded ? Math.max(first.toFixed(digits).length, last.toFixed(digits).length) : 0;
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  let text = '';
  for (let i = 0; i < count; i++) {
    const value = first + i * step;
    const plain = digits === 0 && Number.isSafeInteger(value) ? String(value) : value.toFixed(digits);
    const number =
      form !== undefined && printed !== undefined
        ? form[1] + printed(form[2] as string, [value]) + form[3]
        : value < 0
          ? `-${plain.slice(1).padStart(width - 1, '0')}`
          : plain.padStart(width, '0');
    text += `${number}${i === count - 1 ? '\n' : separator}`;
    if (text.length > PER_MILLISECOND) {
      yield* writeText(process.stdout, text);
      text = '';
      // Endless output must not stop the world.
      yield* process.sleep(1);
    }
  }
  yield* writeText(process.stdout, text);
  return 0;
}

export function* yes(process: Process): Task<number> {
  const line = `${process.argv.length > 1 ? process.argv.slice(1).join(' ') : 'y'}\n`;
  const page = line.repeat(Math.max(1, Math.floor(PER_MILLISECOND / line.length)));
  for (;;) {
    yield* writeText(process.stdout, page);
    yield* process.sleep(1);
  }
}
