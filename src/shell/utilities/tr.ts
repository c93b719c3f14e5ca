import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { unescape } from './escapes.ts';
import { complain } from './input.ts';

const CLASSES: Readonly<Record<string, RegExp>> = {
  upper: /[A-Z]/, lower: /[a-z]/, digit: /\d/, alpha: /[A-Za-z]/, alnum: /[A-Za-z0-9]/, space: /\s/, blank: /[ \t]/, punct: /[!-/:-@[-`{-~]/,
}; // prettier-ignore

export function* tr(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'dscCt',
    long: { delete: 'd', 'squeeze-repeats': 's', complement: 'c', 'truncate-set1': 't' },
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  if (operands.length === 0 || (operands.length === 1 && !flags.has('d') && !flags.has('s'))) {
    yield* complain(
      process,
      `missing operand${operands.length === 0 ? '' : ` after '${operands[0]}'\nTwo strings must be given when translating.`}\nTry 'tr --help' for more information.`,
    );
    return 1;
  }
  const backwards = operands.flatMap((set) => [...unescape(set, false).text.matchAll(/([^])-([^])/g)]).find(([, a = '', b = '']) => a > b);
  if (backwards !== undefined) {
    yield* complain(process, `range-endpoints of '${backwards[0]}' are in reverse collating sequence order`);
    return 1;
  }
  const all = members(operands[0] as string, 0);
  const to = members(operands[1] ?? '', all.length);
  const from = flags.has('t') ? all.slice(0, to.length) : all;
  const complement = flags.has('c') || flags.has('C');
  const positions = new Map(from.map((c, i): [string, number] => [c, i]));
  const inFrom = (c: string): boolean => positions.has(c) !== complement;
  const squeezable = new Set(operands.length > 1 ? to : []);
  const translates = !flags.has('d') && operands.length > 1;
  const decoder = new TextDecoder('utf-8');
  let last = '';
  for (;;) {
    const chunk = yield* process.stdin.read();
    let result = '';
    for (const c of chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })) {
      if (flags.has('d') && inFrom(c)) continue;
      const made = translates && inFrom(c) ? ((complement ? to.at(-1) : (to[positions.get(c) ?? 0] ?? to.at(-1))) ?? c) : c;
      const squeezed = flags.has('s') && made === last && (operands.length > 1 ? squeezable.has(made) : inFrom(made));
      if (!squeezed) result += made;
      last = made;
    }
    yield* writeText(process.stdout, result);
    if (chunk === undefined) return 0;
  }
}

/** `length`: how many there have to be, where `[c*]` fills up. */
function members(text: string, length: number): string[] {
  const set: string[] = [];
  const plain = unescape(text, false).text;
  for (let i = 0; i < plain.length; i++) {
    const named = /^\[:(\w+):\]/.exec(plain.slice(i));
    const charset = named === null ? undefined : CLASSES[named[1] as string];
    if (charset !== undefined && named !== null) {
      for (let code = 0; code < 127; code++) if (charset.test(String.fromCharCode(code))) set.push(String.fromCharCode(code));
      i += named[0].length - 1;
    } else if (/^\[[^]\*\d*\]/.test(plain.slice(i)) && length > 0) {
      const [all, c = '', count = ''] = /^\[([^])\*(\d*)\]/.exec(plain.slice(i)) as RegExpExecArray;
      const times = count === '' ? Math.max(0, length - set.length - (plain.length - i - all.length)) : Number(count);
      for (let n = 0; n < times; n++) set.push(c);
      i += all.length - 1;
    } else if (plain[i + 1] === '-' && i + 2 < plain.length) {
      for (let code = plain.charCodeAt(i); code <= plain.charCodeAt(i + 2); code++) set.push(String.fromCharCode(code));
      i += 2;
    } else set.push(plain[i] as string);
  }
  return set;
}
