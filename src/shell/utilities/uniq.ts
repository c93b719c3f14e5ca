import type { Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { fileWriter, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { filterLines } from './filter.ts';
import { attempt } from './input.ts';

export function* uniq(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'cdDuif:s:w:',
    long: { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i', 'skip-fields=': 'f', 'skip-chars=': 's', 'check-chars=': 'w', 'all-repeated': 'D', group: 'group' },
    refused: ['-z', '--zero-terminated'],
  }); // prettier-ignore
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const number = (letter: string): number => Number(flags.get(letter) ?? 0);
  const keyOf = (line: string): string => {
    let key = line;
    for (let i = 0; i < number('f'); i++) key = key.replace(/^\s*\S*/, '');
    key = key.slice(number('s'), flags.has('w') ? number('s') + number('w') : undefined);
    return flags.has('i') ? key.toLowerCase() : key;
  };
  const [input = '-', output] = operands;
  // Of a run only its first line and its length are kept, unless all are to be shown.
  let run: string[] = [];
  let count = 0;
  let key: string | undefined;
  let shown = 0;
  const finished = (): string => {
    if (count === 0 || ((flags.has('d') || flags.has('D')) && count < 2) || (flags.has('u') && count > 1)) return '';
    const parted = flags.has('group') && shown++ > 0 ? '\n' : '';
    return parted + run.map((line) => `${flags.has('c') ? `${String(count).padStart(7)} ` : ''}${line}\n`).join('');
  };
  const each = (line: string): string => {
    const mine = keyOf(line);
    if (mine === key) {
      count++;
      if (flags.has('D') || flags.has('group')) run.push(line);
      return '';
    }
    const text = finished();
    run = [line];
    count = 1;
    key = mine;
    return text;
  };
  let target = process;
  if (output !== undefined) {
    const full = resolvePath(process.cwd, output);
    if (!(yield* attempt(process, output, () => process.files.write(full, new Uint8Array())))) return 1;
    target = Object.create(process, { stdout: { value: fileWriter(process.files, full) } }) as Process;
  }
  const failed = yield* filterLines(target, [input], each);
  yield* writeText(target.stdout, finished());
  return failed ? 1 : 0;
}
