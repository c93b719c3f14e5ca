import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { readOptions } from './arguments.ts';
import { filterLines } from './filter.ts';
import { complain } from './input.ts';

export function* cut(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'd:f:c:b:s',
    refused: ['-z', '-n', '--zero-terminated'],
    long: {
      'delimiter=': 'd',
      'fields=': 'f',
      'characters=': 'c',
      'bytes=': 'b',
      'only-delimited': 's',
      'output-delimiter=': 'output-delimiter',
      complement: 'complement',
    },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const list = flags.get('f') ?? flags.get('c') ?? flags.get('b');
  const refuse = function* (text: string): Task<number> {
    yield* complain(process, `${text}\nTry 'cut --help' for more information.`);
    return 1;
  };
  if (list === undefined) return yield* refuse('you must specify a list of bytes, characters, or fields');
  const delimiter = flags.get('d') ?? '\t';
  if (delimiter.length !== 1) return yield* refuse('the delimiter must be a single character');
  const ranges: [number, number][] = [];
  for (const item of list.split(',')) {
    const range = /^(\d*)(-?)(\d*)$/.exec(item);
    if (range === null || item === '' || item === '-')
      return yield* refuse(`invalid ${flags.has('f') ? 'field value' : 'byte/character position'} '${item}'`);
    const from = Number(range[1] || 1);
    if (from === 0) return yield* refuse(flags.has('f') ? 'fields are numbered from 1' : 'byte/character positions are numbered from 1');
    if (range[3] !== '' && Number(range[3]) < from) return yield* refuse('invalid decreasing range');
    ranges.push([from, range[2] === '' ? from : Number(range[3] || Number.POSITIVE_INFINITY)]);
  }
  const chosen = (_: string, i: number): boolean => ranges.some(([from, to]) => i + 1 >= from && i + 1 <= to) !== flags.has('complement');
  const between = flags.get('output-delimiter') ?? delimiter;
  const failed = yield* filterLines(process, operands, (line) => {
    if (!flags.has('f')) return `${[...line].filter(chosen).join('')}\n`;
    if (line.includes(delimiter)) return `${line.split(delimiter).filter(chosen).join(between)}\n`;
    return flags.has('s') ? '' : `${line}\n`;
  });
  return failed ? 1 : 0;
}
