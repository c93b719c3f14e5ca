import { diffArrays, structuredPatch } from 'diff';
import { FileError, type FileSystem, type Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInput } from './input.ts';

/** Normal and unified (`-u`, `-U n`, `-N`, `-q`, `-r`) differences, as GNU diff prints them. 0 same, 1 different, 2 trouble. */
export function* diff(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'uU:NqrswbiBa',
    long: {
      'report-identical-files': 's',
      'ignore-case': 'i',
      'ignore-all-space': 'w',
      'ignore-space-change': 'b',
      'ignore-blank-lines': 'B',
      text: 'a',
      'color=': 'color',
      color: 'color',
      unified: 'u',
      'unified=': 'U',
      'new-file': 'N',
      brief: 'q',
      recursive: 'r',
    },
    refused: ['-y', '-c', '-C', '-e', '-E', '-I', '-W', '--side-by-side', '--context', '--width'],
    status: 2,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [left, right] = operands;
  if (left === undefined || right === undefined) {
    yield* complain(process, `missing operand after '${operands.at(-1) ?? 'diff'}'\ndiff: Try 'diff --help' for more information.`);
    return 2;
  }
  return yield* compare(process, flags, left, right, false);
}

function* compare(process: Process, flags: ReadonlyMap<string, string>, left: string, right: string, inside: boolean): Task<number> {
  const { files, cwd } = process;
  const directory = (path: string): boolean => path !== '-' && isDirectory(files, resolvePath(cwd, path));
  if (directory(left) && directory(right)) {
    const names = [...new Set([...files.list(resolvePath(cwd, left)), ...files.list(resolvePath(cwd, right))])].sort();
    let status = 0;
    for (const name of names) {
      const [a, b] = [`${left.replace(/\/$/, '')}/${name}`, `${right.replace(/\/$/, '')}/${name}`];
      const [hasA, hasB] = [files.exists(resolvePath(cwd, a)), files.exists(resolvePath(cwd, b))];
      if ((!hasA || !hasB) && !flags.has('N')) {
        yield* writeText(process.stdout, `Only in ${hasA ? left : right}: ${name}\n`);
        status = Math.max(status, 1);
      } else if (directory(a) && directory(b) && !flags.has('r'))
        yield* writeText(process.stdout, `Common subdirectories: ${a} and ${b}\n`);
      else status = Math.max(status, yield* compare(process, flags, a, b, true));
    }
    return status;
  }
  const read = function* (path: string): Task<string | undefined> {
    if (flags.has('N') && path !== '-' && !files.exists(resolvePath(cwd, path))) return '';
    const bytes = yield* readInput(process, path);
    return bytes === undefined ? undefined : decode(bytes);
  };
  const a = yield* read(left);
  const b = yield* read(right);
  if (a === undefined || b === undefined) return 2;
  const same = (x: string, y: string): boolean => comparable(x, flags) === comparable(y, flags);
  if (a === b || (/[wbiB]/.test([...flags.keys()].join('')) && same(a, b))) {
    if (flags.has('s')) yield* writeText(process.stdout, `Files ${left} and ${right} are identical\n`);
    return 0;
  }
  if (flags.has('q')) {
    yield* writeText(process.stdout, `Files ${left} and ${right} differ\n`);
    return 1;
  }
  const unified = flags.has('u') || flags.has('U');
  if (inside) yield* writeText(process.stdout, `diff ${process.argv.slice(1).filter((arg) => arg.startsWith('-')).join(' ')} ${left} ${right}\n`); // prettier-ignore
  yield* writeText(
    process.stdout,
    unified ? unifiedText(process, left, right, a, b, Number(flags.get('U') ?? 3), flags) : normalText(a, b, flags),
  );
  return 1;
}

type Flags = ReadonlyMap<string, string>;

/** What two texts are compared by: without what `-w -b -i -B` overlook. */
function comparable(text: string, flags: Flags): string {
  let shaped = flags.has('i') ? text.toLowerCase() : text;
  if (flags.has('w')) shaped = shaped.replace(/[ \t\r]+/g, '');
  else if (flags.has('b')) shaped = shaped.replace(/[ \t]+/g, ' ').replace(/ (?=\n|$)/g, '');
  return flags.has('B') ? shaped.replace(/^\n+|(?<=\n)\n+/g, '') : shaped;
}

function lineOptions(flags: Flags): { comparator?: (a: string, b: string) => boolean } {
  if (!/[wbi]/.test([...flags.keys()].join(''))) return {};
  return { comparator: (a, b) => comparable(a, flags) === comparable(b, flags) };
}

function isDirectory(files: FileSystem, path: string): boolean {
  try {
    return files.stat(path).type === 'directory';
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

function unifiedText(process: Process, left: string, right: string, a: string, b: string, context: number, flags: Flags): string {
  const stamp = (path: string): string => {
    const full = resolvePath(process.cwd, path);
    const at = path === '-' ? process.now() : process.files.exists(full) ? process.files.stat(full).modified : 0;
    return `${path}\t${new Date(at).toISOString().replace('T', ' ').replace('Z', '000000')} +0000`;
  };
  const { hunks } = structuredPatch(left, right, a, b, undefined, undefined, { context, ...lineOptions(flags) });
  const range = (start: number, lines: number): string => (lines === 1 ? String(start) : `${start},${lines}`);
  let text = `--- ${stamp(left)}\n+++ ${stamp(right)}\n`;
  for (const { oldStart, oldLines, newStart, newLines, lines } of hunks) {
    text += `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@\n${lines.join('\n')}\n`;
  }
  return text;
}

function normalText(a: string, b: string, flags: Flags): string {
  let text = '';
  let [left, right] = [0, 0];
  const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const changes = diffArrays(lines(a), lines(b), lineOptions(flags)).map((change) => ({ ...change, value: change.value.join('') }));
  const show = (mark: string, value: string): string =>
    value.split('\n').slice(0, value.endsWith('\n') ? -1 : undefined).map((line) => `${mark} ${line}\n`).join('') + (value.endsWith('\n') ? '' : '\\ No newline at end of file\n'); // prettier-ignore
  const span = (from: number, count: number): string => (count <= 1 ? String(from) : `${from},${from + count - 1}`);
  for (let i = 0; i < changes.length; i++) {
    const change = changes[i];
    if (change === undefined) continue;
    const count = change.count ?? 0;
    const next = changes[i + 1];
    if (change.removed) {
      if (next?.added === true) {
        const added = next.count ?? 0;
        text += `${span(left + 1, count)}c${span(right + 1, added)}\n${show('<', change.value)}---\n${show('>', next.value)}`;
        right += added;
        i++;
      } else text += `${span(left + 1, count)}d${right}\n${show('<', change.value)}`;
      left += count;
    } else if (change.added) {
      text += `${left}a${span(right + 1, count)}\n${show('>', change.value)}`;
      right += count;
    } else {
      left += count;
      right += count;
    }
  }
  return text;
}
