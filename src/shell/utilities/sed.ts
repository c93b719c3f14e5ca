import type { Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, splitLines, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { posixRegExp, RegExpMistake } from './basic-regexp.ts';
import { complain, readInput } from './input.ts';

type Address = { line: number } | { last: true } | { regExp: RegExp };

interface Command {
  from?: Address;
  to?: Address;
  negated: boolean;
  name: string;
  regExp?: RegExp;
  text?: string;
  print?: boolean;
  /** Replace this match, `0` for all. */
  which?: number;
  /** A range that has begun. */
  active?: boolean;
}

class Mistake extends Error {}

/** `s d p q = a i c` with line, `$`, regexp and range addresses; `-n -e -E -i`. Hold space and labels are not modelled and refused. */
export function* sed(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'nErie:',
    long: { quiet: 'n', silent: 'n', 'regexp-extended': 'E', 'in-place': 'i', 'expression=': 'e' },
    joined: 'e',
  });
  if (typeof options === 'number') return options;
  const { flags } = options;
  const operands = [...options.operands];
  const script = flags.get('e') ?? operands.shift();
  if (script === undefined) {
    yield* writeText(process.stderr, 'Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n');
    return 1;
  }
  let commands: Command[];
  try {
    commands = new ScriptReader(script, flags.has('E') || flags.has('r')).commands();
  } catch (error) {
    if (!(error instanceof Mistake) && !(error instanceof RegExpMistake)) throw error;
    yield* complain(process, `-e expression #1, char ${script.length}: ${error.message}`);
    return 1;
  }
  let status = 0;
  const inputs: { path: string; text: string }[] = [];
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const full = resolvePath(process.cwd, path);
    if (path !== '-' && !process.files.exists(full)) {
      yield* complain(process, `can't read ${path}: No such file or directory`);
      status = 2;
      continue;
    }
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) status = 2;
    else inputs.push({ path, text: decode(bytes) });
  }
  if (flags.has('i')) {
    for (const { path, text } of inputs) process.files.write(resolvePath(process.cwd, path), encode(edit(commands, text, flags.has('n'))));
    return status;
  }
  yield* writeText(process.stdout, edit(commands, inputs.map(({ text }) => text).join(''), flags.has('n')));
  return status;
}

function edit(commands: readonly Command[], text: string, quiet: boolean): string {
  const lines = splitLines(text);
  let output = '';
  for (const command of commands) command.active = false;
  for (let i = 0; i < lines.length; i++) {
    let space = lines[i] as string;
    let after = '';
    let deleted = false;
    let quit = false;
    const isLast = i === lines.length - 1;
    for (const command of commands) {
      if (applies(command, i + 1, isLast, space) === command.negated) continue;
      switch (command.name) {
        case 's': {
          let seen = 0;
          let changed = false;
          const replaced = space.replace(command.regExp as RegExp, (...match: unknown[]) => {
            seen++;
            if (command.which !== 0 && seen !== command.which) return match[0] as string;
            changed = true;
            return substitute(command.text as string, match as string[]);
          });
          space = replaced;
          if (changed && command.print === true) output += `${space}\n`;
          break;
        }
        case 'p':
          output += `${space}\n`;
          break;
        case '=':
          output += `${i + 1}\n`;
          break;
        case 'i':
          output += `${command.text}\n`;
          break;
        case 'a':
          after += `${command.text}\n`;
          break;
        case 'c':
          if (command.active !== true || command.to === undefined) output += `${command.text}\n`;
          deleted = true;
          break;
        case 'd':
          deleted = true;
          break;
        case 'q':
          quit = true;
      }
      if (deleted || quit) break;
    }
    if (!deleted && !quiet) output += isLast && !text.endsWith('\n') ? space : `${space}\n`;
    output += after;
    if (quit) break;
  }
  return output;
}

function applies(command: Command, line: number, isLast: boolean, space: string): boolean {
  const at = (address: Address): boolean =>
    'line' in address ? address.line === line : 'last' in address ? isLast : address.regExp.test(space);
  if (command.from === undefined) return true;
  if (command.to === undefined) return at(command.from);
  if (command.active === true) {
    if (at(command.to) || ('line' in command.to && line >= command.to.line)) command.active = false;
    return true;
  }
  if (!at(command.from)) return false;
  command.active = !('line' in command.to && command.to.line <= line);
  return true;
}

/** `&`, `\1`, `\n` and the case changes `\U \L \E` of GNU. */
function substitute(replacement: string, match: readonly string[]): string {
  let result = '';
  let change: 'U' | 'L' | undefined;
  const add = (text: string): void => {
    result += change === 'U' ? text.toUpperCase() : change === 'L' ? text.toLowerCase() : text;
  };
  for (let i = 0; i < replacement.length; i++) {
    const c = replacement[i] as string;
    if (c === '&') add(match[0] ?? '');
    else if (c === '\\') {
      const next = replacement[++i] ?? '';
      if (/\d/.test(next)) add(match[Number(next)] ?? '');
      else if (next === 'U' || next === 'L') change = next;
      else if (next === 'E') change = undefined;
      else add(next === 'n' ? '\n' : next === 't' ? '\t' : next);
    } else add(c);
  }
  return result;
}

class ScriptReader {
  #at = 0;
  constructor(
    readonly script: string,
    readonly extended: boolean,
  ) {}

  commands(): Command[] {
    const commands: Command[] = [];
    const scopes: Pick<Command, 'from' | 'to' | 'negated'>[] = [];
    for (;;) {
      this.#skip(/^[\s;]*/);
      if (this.#at >= this.script.length) {
        if (scopes.length > 0) throw new Mistake("unmatched `{'");
        return commands;
      }
      const from = this.#address();
      let to: Address | undefined;
      if (from !== undefined && this.#skip(/^\s*,\s*/) !== '') {
        to = this.#address();
        if (to === undefined) throw new Mistake("unexpected `,'");
      }
      this.#skip(/^\s*/);
      const negated = this.#skip(/^!\s*/) !== '';
      const name = this.script[this.#at++];
      if (name === undefined) throw new Mistake('missing command');
      if (name === '}') {
        if (scopes.pop() === undefined) throw new Mistake("unexpected `}'");
        continue;
      }
      const where = {
        ...(from === undefined ? (scopes.at(-1) ?? {}) : { from }),
        ...(to === undefined ? {} : { to }),
        negated: from === undefined ? (scopes.at(-1)?.negated ?? negated) : negated,
      };
      if (name === '{') scopes.push(where);
      else commands.push({ ...where, ...this.#command(name) });
    }
  }

  #command(name: string): Omit<Command, 'negated'> {
    switch (name) {
      case 's': {
        const delimiter = this.script[this.#at++] ?? '/';
        const pattern = this.#until(delimiter, "unterminated `s' command");
        const text = this.#until(delimiter, "unterminated `s' command", true);
        const letters = this.#skip(/^[gpiI0-9]*/);
        if (/^[^\s;}]/.test(this.script.slice(this.#at))) throw new Mistake("unknown option to `s'");
        const number = /\d+/.exec(letters)?.[0];
        return {
          name,
          regExp: posixRegExp(pattern, this.extended, letters.toLowerCase().includes('i') ? 'gi' : 'g'),
          text,
          print: letters.includes('p'),
          which: letters.includes('g') ? 0 : Number(number ?? 1),
        };
      }
      case 'a':
      case 'i':
      case 'c':
        this.#skip(/^[ \t]*\\?\n?[ \t]*/);
        return { name, text: this.#skip(/^[^\n]*/) };
      case 'd':
      case 'p':
      case 'q':
      case '=':
        this.#skip(/^[ \t]*/);
        if (/^[^;\n}]/.test(this.script.slice(this.#at))) throw new Mistake('extra characters after command');
        return { name };
      default:
        throw new Mistake(`unknown command: \`${name}'`);
    }
  }

  #address(): Address | undefined {
    const rest = this.script.slice(this.#at);
    const number = /^\d+/.exec(rest)?.[0];
    if (number !== undefined) {
      this.#at += number.length;
      return { line: Number(number) };
    }
    if (rest.startsWith('$')) {
      this.#at++;
      return { last: true };
    }
    if (!rest.startsWith('/')) return undefined;
    this.#at++;
    const pattern = this.#until('/', 'unterminated address regex');
    return { regExp: posixRegExp(pattern, this.extended, this.#skip(/^I/) === '' ? '' : 'i') };
  }

  #until(delimiter: string, mistake: string, replacement = false): string {
    let text = '';
    for (; this.#at < this.script.length; this.#at++) {
      const c = this.script[this.#at] as string;
      if (c === delimiter) {
        this.#at++;
        return text;
      }
      if (c === '\\') {
        const next = this.script[++this.#at] ?? '';
        text +=
          next === delimiter ? (replacement && delimiter === '&' ? '\\&' : delimiter) : next === 'n' && !replacement ? '\n' : `\\${next}`;
      } else text += c;
    }
    throw new Mistake(mistake);
  }

  #skip(what: RegExp): string {
    const found = what.exec(this.script.slice(this.#at))?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
