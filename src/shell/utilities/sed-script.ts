import { posixRegExp, RegExpMistake } from './basic-regexp.ts';

export type Address =
  | { readonly kind: 'line'; readonly line: number }
  | { readonly kind: 'last' }
  /** `first~step` */
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  /** `undefined`: the last one used. */
  | { readonly kind: 'pattern'; readonly regExp: RegExp | undefined };

/** Where a range ends: an address, so many lines on (`+N`), or the next line that N divides (`~N`). */
export type RangeEnd =
  Address | { readonly kind: 'count'; readonly number: number } | { readonly kind: 'multiple'; readonly number: number };

export interface SedCommand {
  readonly from?: Address;
  readonly to?: RangeEnd;
  readonly negated: boolean;
  readonly name: string;
  readonly regExp?: RegExp | undefined;
  /** Of `a i c` the text, of `s` the replacement, of `b t T :` the label, of `r w` the file, of `y` what is mapped. */
  readonly text?: string;
  readonly map?: ReadonlyMap<string, string>;
  readonly print?: boolean;
  readonly all?: boolean;
  /** `s///N`: replaces from this match on. */
  readonly which?: number;
  readonly file?: string;
  /** Exit code of `q`. */
  readonly number?: number;
  /** Of `{`: where the group ends; of a jump: where it goes. */
  target?: number;
}

/** `message` is what sed says; `at` the place in the script, counted from 1. */
export class SedMistake extends Error {
  constructor(
    message: string,
    readonly at: number | undefined,
  ) {
    super(message);
  }
}

/** The commands of a script in a row; groups and labels are places in it. */
export function readScript(script: string, extended: boolean): SedCommand[] {
  return new ScriptReader(script, extended).commands();
}

class ScriptReader {
  #at = 0;
  readonly #script: string;
  readonly #extended: boolean;

  constructor(script: string, extended: boolean) {
    this.#script = script;
    this.#extended = extended;
  }

  commands(): SedCommand[] {
    const commands: SedCommand[] = [];
    const open: number[] = [];
    for (;;) {
      this.#skip(/^(?:[\s;]|#[^\n]*)*/);
      if (this.#at >= this.#script.length) break;
      const from = this.#address();
      let to: RangeEnd | undefined;
      if (from !== undefined && this.#skip(/^\s*,\s*/) !== '') {
        to = this.#rangeEnd();
        if (to === undefined) this.#wrong("unexpected `,'", this.#at);
      }
      this.#skip(/^\s*/);
      const negated = this.#skip(/^!\s*/) !== '';
      if (this.#script[this.#at] === '!') this.#wrong("multiple `!'s", this.#at + 1);
      const name = this.#script[this.#at++];
      if (name === undefined) return this.#wrong('missing command', this.#at - 1);
      const where = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }), negated };
      if (name === '{') {
        open.push(commands.length);
        commands.push({ ...where, name });
      } else if (name === '}') {
        const start = open.pop();
        if (start === undefined) return this.#wrong("unexpected `}'");
        if (from !== undefined) return this.#wrong("} doesn't want any addresses");
        (commands[start] as SedCommand).target = commands.length;
        this.#end();
      } else commands.push({ ...where, ...this.#command(name, from !== undefined) });
    }
    if (open.length > 0) return this.#wrong("unmatched `{'", 0);
    for (const command of commands) {
      if (!'btT'.includes(command.name)) continue;
      const label = commands.findIndex(({ name, text }) => name === ':' && text === command.text);
      if (label < 0 && command.text !== '') throw new SedMistake(`can't find label for jump to \`${command.text}'`, undefined);
      command.target = label < 0 ? commands.length : label;
    }
    return commands;
  }

  #wrong(message: string, at = this.#at): never {
    throw new SedMistake(message, at);
  }

  #command(name: string, addressed: boolean): Omit<SedCommand, 'negated'> {
    switch (name) {
      case 's':
        return this.#substitution();
      case 'y':
        return this.#mapping();
      case 'a':
      case 'i':
      case 'c':
        return { name, text: this.#text() };
      case ':': {
        if (addressed) this.#wrong(": doesn't want any addresses");
        this.#skip(/^[ \t]*/);
        const text = this.#skip(/^[^\s;]*/);
        return text === '' ? this.#wrong('":" lacks a label') : { name, text };
      }
      case 'b':
      case 't':
      case 'T':
        this.#skip(/^[ \t]*/);
        return { name, text: this.#skip(/^[^\s;}]*/) };
      case 'r':
      case 'w': {
        this.#skip(/^[ \t]*/);
        const file = this.#skip(/^[^\n]*/);
        return file === '' ? this.#wrong('missing filename in r/R/w/W commands') : { name, file };
      }
      case 'q':
      case 'Q': {
        this.#skip(/^[ \t]*/);
        const number = Number(this.#skip(/^\d*/));
        this.#end();
        return { name, number };
      }
      case 'e':
      case 'F':
      case 'R':
      case 'v':
      case 'W':
        return this.#wrong(`command \`${name}' is not modelled here`);
      default:
        if (!'dDpPhHgGxnNl=z'.includes(name)) this.#wrong(`unknown command: \`${name}'`);
        this.#end();
        return { name };
    }
  }

  /** After a command only a separator may follow. */
  #end(): void {
    this.#skip(/^[ \t]*/);
    if (/^[^;\n}#]/.test(this.#script.slice(this.#at))) this.#wrong('extra characters after command', this.#at + 1);
  }

  #substitution(): Omit<SedCommand, 'negated'> {
    const delimiter = this.#script[this.#at++] ?? '';
    const unfinished = "unterminated `s' command";
    const pattern = this.#until(delimiter, unfinished);
    const text = this.#until(delimiter, unfinished, true);
    let [letters, which, file] = ['', 1, undefined as string | undefined];
    for (;;) {
      const number = this.#skip(/^\d+/);
      if (number === '0') this.#wrong("number option to `s' command may not be zero");
      if (number !== '') which = Number(number);
      const letter = this.#skip(/^[gpiImM]/);
      if (letter !== '' && 'gp'.includes(letter) && letters.includes(letter)) this.#wrong(`multiple \`${letter}' options to \`s' command`);
      letters += letter;
      if (this.#skip(/^w[ \t]*/) !== '') file = this.#skip(/^[^\n]*/);
      if (this.#skip(/^e/) !== '') this.#wrong("the flag `e' of `s' is not modelled here");
      if (number === '' && letter === '') break;
    }
    this.#skip(/^[ \t]*/);
    if (/^[^;\n}#]/.test(this.#script.slice(this.#at))) this.#wrong("unknown option to `s'", this.#at + 1);
    const groups = (pattern.replace(/\\\\|\[[^\]]*\]/g, '').match(this.#extended ? /(?<!\\)\(/g : /\\\(/g) ?? []).length;
    const beyond = pattern === '' ? undefined : /(?<!\\)(?:\\\\)*\\([1-9])/g[Symbol.matchAll](text);
    for (const [, reference] of beyond ?? [])
      if (Number(reference) > groups) this.#wrong(`invalid reference \\${reference} on \`s' command's RHS`);
    const all = letters.includes('g');
    const flags = `${/i/i.test(letters) ? 'i' : ''}${/m/i.test(letters) ? 'm' : 's'}`;
    return {
      name: 's',
      regExp: this.#regExp(pattern, flags),
      text,
      print: letters.includes('p'),
      all,
      which,
      ...(file === undefined ? {} : { file }),
    };
  }

  #mapping(): Omit<SedCommand, 'negated'> {
    const delimiter = this.#script[this.#at++] ?? '';
    const plain = (text: string): string[] => [
      ...text.replace(/\\(.)/gs, (all, c: string) => (c === '\\' ? '\\' : c === 'n' ? '\n' : c === 't' ? '\t' : all)),
    ];
    const from = plain(this.#until(delimiter, "unterminated `y' command"));
    const to = plain(this.#until(delimiter, "unterminated `y' command"));
    if (from.length !== to.length) this.#wrong("strings for `y' command are different lengths");
    this.#end();
    return { name: 'y', map: new Map(from.map((c, i) => [c, to[i] as string])) };
  }

  /** What `a`, `i` and `c` add: after `\` and a newline, or (GNU) on the same line. A backslash keeps blanks and newlines. */
  #text(): string {
    this.#skip(/^[ \t]*/);
    if (this.#skip(/^\\[ \t]*\n/) === '') this.#skip(/^\\(?=[^])/);
    const raw = this.#skip(/^(?:[^\\\n]|\\[^])*/);
    if (raw === '') return this.#wrong("expected \\ after `a', `c' or `i'");
    return raw.replace(/\\([^])/g, (_, c: string) => (c === 't' ? '\t' : c));
  }

  #address(): Address | undefined {
    const number = this.#skip(/^\d+/);
    if (number !== '') {
      const step = this.#skip(/^\s*~\s*\d*/);
      if (step !== '') return { kind: 'step', first: Number(number), step: Number(/\d+/.exec(step)?.[0] ?? 0) };
      const zero = Number(number) === 0;
      if (zero && !/^\s*,\s*[/\\]/.test(this.#script.slice(this.#at))) this.#wrong('invalid usage of line address 0', this.#at + 1);
      return { kind: 'line', line: Number(number) };
    }
    if (this.#skip(/^\$/) !== '') return { kind: 'last' };
    const custom = this.#skip(/^\\(?=[^])/) !== '';
    if (!custom && this.#script[this.#at] !== '/') return undefined;
    const delimiter = this.#script[this.#at++] as string;
    const pattern = this.#until(delimiter, 'unterminated address regex');
    const flags = this.#skip(/^[IM]*/);
    return { kind: 'pattern', regExp: this.#regExp(pattern, `${flags.includes('I') ? 'i' : ''}${flags.includes('M') ? 'm' : 's'}`) };
  }

  #rangeEnd(): RangeEnd | undefined {
    const sign = this.#skip(/^[+~](?=\d)/);
    if (sign === '') return this.#address();
    return { kind: sign === '+' ? 'count' : 'multiple', number: Number(this.#skip(/^\d+/)) };
  }

  #regExp(pattern: string, flags: string): RegExp | undefined {
    if (pattern === '') return undefined;
    try {
      return posixRegExp(pattern, this.#extended, `g${flags}`);
    } catch (error) {
      if (error instanceof RegExpMistake) throw new SedMistake(error.message, this.#at);
      throw error;
    }
  }

  #until(delimiter: string, mistake: string, replacement = false): string {
    let text = '';
    let bracket = false;
    for (; this.#at < this.#script.length; this.#at++) {
      const c = this.#script[this.#at] as string;
      if (c === delimiter && !bracket) {
        this.#at++;
        return text;
      }
      if (!replacement && c === '[' && !bracket) bracket = /^\[\^?\]?[^\]\n]*\]/.test(this.#script.slice(this.#at)) && delimiter === '/';
      else if (c === ']') bracket = false;
      if (c === '\\') {
        const next = this.#script[++this.#at] ?? '';
        text +=
          next === delimiter && delimiter !== ''
            ? replacement && delimiter === '&'
              ? '\\&'
              : delimiter
            : !replacement && (next === 'n' || next === 't')
              ? next === 'n'
                ? '\n'
                : '\t'
              : `\\${next}`;
      } else text += c;
    }
    return this.#wrong(mistake, this.#script.length);
  }

  #skip(what: RegExp): string {
    const found = what.exec(this.#script.slice(this.#at))?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
