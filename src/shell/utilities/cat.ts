import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { encode } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { Batch } from './filter.ts';
import { openInput } from './input.ts';
import { LineSource } from './line-source.ts';

export function* cat(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'nbsAETvetu',
    long: {
      number: 'n',
      'show-all': 'A',
      'show-ends': 'E',
      'show-tabs': 'T',
      'show-nonprinting': 'v',
      'number-nonblank': 'b',
      'squeeze-blank': 's',
    },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  let status = 0;
  let number = 0;
  const batch = new Batch(process);
  // `-A` is `-vET`, `-e` is `-vE`, `-t` is `-vT`.
  const shows = (what: 'v' | 'E' | 'T'): boolean =>
    [what, 'A', ...(what === 'v' ? ['e', 't'] : [what.toLowerCase()])].some((each) => flags.has(each));
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const reader = yield* openInput(process, path);
    if (reader === undefined) {
      status = 1;
      continue;
    }
    if (flags.size === 0) {
      for (let chunk = yield* reader.read(); chunk !== undefined; chunk = yield* reader.read()) yield* process.stdout.write(chunk);
      continue;
    }
    let blank = false;
    const source = new LineSource(reader, () => batch.flush());
    for (let raw = yield* source.next(); raw !== undefined; raw = yield* source.next()) {
      const line = raw.replace(/\n$/, '');
      const end = raw.slice(line.length);
      const empty = line === '';
      if (flags.has('s') && empty && blank) continue;
      blank = empty;
      const text = shows('T') ? line.replaceAll('\t', '^I') : line;
      const visible = shows('v') ? nonPrinting(text) : text;
      const counted = flags.has('b') ? !empty : flags.has('n');
      yield* batch.add(`${counted ? `${String(++number).padStart(6)}\t` : ''}${visible}${end !== '' && shows('E') ? '$' : ''}${end}`);
    }
    yield* batch.flush();
  }
  return status;
}

/** `^C` and `M-` for bytes that do not show. */
function nonPrinting(text: string): string {
  return [...encode(text)]
    .map((byte) => {
      const low = byte & 127;
      const shown =
        low === 127 ? '^?' : low < 32 && !(low === 9 && byte < 128) ? `^${String.fromCharCode(low + 64)}` : String.fromCharCode(low);
      return (byte > 127 ? 'M-' : '') + shown;
    })
    .join('');
}
