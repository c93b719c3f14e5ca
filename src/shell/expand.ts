import { pipe } from '../engine/os/pipe.ts';
import type { Task } from '../engine/os/task.ts';
import { readAll } from '../engine/os/text.ts';
import { evaluate } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import { glob, hasMagic, patternSource, quotePattern } from './pattern.ts';
import { ExpansionError, type Shell } from './shell.ts';
import type { CommandSubstitution, Parameter, Part, Word } from './syntax.ts';

/** Words → arguments: braces, tilde, parameters, commands, arithmetic, then field splitting and file names (XCU 2.6). */
export function* expandWords(shell: Shell, words: readonly Word[]): Task<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    for (const braced of shell.dialect === 'bash' ? expandBraces(word) : [word]) {
      const builder = new Fields(shell.get('IFS') ?? ' \t\n');
      yield* expandParts(shell, tilde(shell, braced), builder);
      for (const { text, pattern } of builder.end()) {
        const found = shell.options.noglob || !hasMagic(pattern) ? [] : glob(shell.process.files, shell.process.cwd, pattern);
        if (found.length > 0) fields.push(...found);
        else fields.push(text);
      }
    }
  }
  return fields;
}

/** A word as one text: no splitting, no file names (assignments, redirections, `case`). */
export function* expandText(shell: Shell, word: Word): Task<string> {
  const builder = new Fields(undefined);
  yield* expandParts(shell, tilde(shell, word), builder);
  return builder
    .end()
    .map(({ text }) => text)
    .join(' ');
}

/** A word as a pattern in which what was quoted stands for itself. */
export function* expandPattern(shell: Shell, word: Word): Task<string> {
  const builder = new Fields(undefined);
  yield* expandParts(shell, tilde(shell, word), builder);
  return builder
    .end()
    .map(({ pattern }) => pattern)
    .join(' ');
}

export function* expandArithmetic(shell: Shell, word: Word): Task<number> {
  return evaluate(yield* expandText(shell, word), {
    get: (name) => shell.getChecked(name),
    set: (name, value) => shell.set(name, value),
  });
}

interface Field {
  text: string;
  /** The same with what was quoted escaped. */
  pattern: string;
}

class Fields {
  readonly #fields: Field[] = [];
  #current: Field | undefined;
  #closedByBlank = false;

  /** `ifs` undefined: everything is one field. */
  constructor(readonly ifs: string | undefined) {}

  add(text: string, quoted: boolean): void {
    if (text === '' && !quoted) return;
    this.#current ??= { text: '', pattern: '' };
    this.#current.text += text;
    this.#current.pattern += quoted ? quotePattern(text) : text;
    this.#closedByBlank = false;
  }

  /** What an unquoted expansion gave: split at IFS. */
  split(text: string): void {
    const { ifs } = this;
    if (ifs === undefined || ifs === '') {
      this.add(text, false);
      return;
    }
    for (const c of text) {
      if (!ifs.includes(c)) this.add(c, false);
      else if (c === ' ' || c === '\t' || c === '\n') {
        if (this.#current !== undefined) {
          this.#close();
          this.#closedByBlank = true;
        }
      } else if (this.#current !== undefined) this.#close();
      else if (this.#closedByBlank) this.#closedByBlank = false;
      else this.#fields.push({ text: '', pattern: '' });
    }
  }

  next(): void {
    if (this.ifs === undefined) this.add(' ', true);
    else this.#close();
  }

  end(): Field[] {
    this.#close();
    return this.#fields;
  }

  #close(): void {
    if (this.#current !== undefined) this.#fields.push(this.#current);
    this.#current = undefined;
  }
}

function tilde(shell: Shell, word: Word): Word {
  const first = word[0];
  if (first?.kind !== 'literal' || first.quoted || !first.text.startsWith('~')) return word;
  const [all, sign] = /^~([+-]?)(?=\/|$)/.exec(first.text) ?? [];
  if (all === undefined || (first.text === all && word.length > 1)) return word;
  const home = shell.get(sign === '+' ? 'PWD' : sign === '-' ? 'OLDPWD' : 'HOME');
  if (home === undefined) return word;
  return [{ kind: 'literal', text: home, quoted: true }, { ...first, text: first.text.slice(all.length) }, ...word.slice(1)];
}

/** `splitLiterals`: this is the word of `${x:-word}`, whose plain text is split like the value it stands in for. */
function* expandParts(shell: Shell, parts: readonly Part[], into: Fields, splitLiterals = false): Task<void> {
  for (const part of parts) {
    switch (part.kind) {
      case 'literal':
        if (splitLiterals && !part.quoted) into.split(part.text);
        else into.add(part.text, part.quoted);
        break;
      case 'parameter':
        yield* expandParameter(shell, part, into);
        break;
      case 'command':
        put(into, yield* substituteCommand(shell, part), part.quoted);
        break;
      case 'arithmetic':
        put(into, String(yield* expandArithmetic(shell, part.expression)), part.quoted);
    }
  }
}

function put(into: Fields, text: string, quoted: boolean): void {
  if (quoted) into.add(text, true);
  else into.split(text);
}

function* substituteCommand(shell: Shell, { body }: CommandSubstitution): Task<string> {
  const { reader, writer } = pipe();
  const child = shell.fork((forked) => forked.runLast(body), { stdout: writer });
  const text = yield* readAll(reader);
  shell.status = yield* child.wait();
  shell.substituted = true;
  return text.replaceAll('\0', '').replace(/\n+$/, '');
}

function* expandParameter(shell: Shell, part: Parameter, into: Fields): Task<void> {
  const { name, quoted, operator } = part;
  if ((name === '@' || name === '*') && (operator === undefined || operator === ':')) {
    let values: readonly string[] = shell.positional;
    if (operator === ':') {
      const from = yield* expandArithmetic(shell, part.word ?? []);
      const count = part.second === undefined ? undefined : yield* expandArithmetic(shell, part.second);
      values = [shell.name, ...values].slice(from, count === undefined ? undefined : from + count);
    }
    if (name === '*' && quoted) {
      into.add(values.join((shell.get('IFS') ?? ' ').slice(0, 1)), true);
      return;
    }
    values.forEach((value, i) => {
      if (i > 0) into.next();
      put(into, value, quoted);
    });
    return;
  }
  if (operator === undefined) {
    put(into, shell.getChecked(name) ?? '', quoted);
    return;
  }
  const value = name === '@' || name === '*' ? shell.positional.join(' ') || undefined : shell.get(name);
  const unset = value === undefined || (operator.startsWith(':') && operator.length > 1 && value === '');
  const word = part.word ?? [];
  switch (operator) {
    case 'length':
      put(into, String(name === '@' || name === '*' ? shell.positional.length : [...(shell.getChecked(name) ?? '')].length), quoted);
      return;
    case 'indirect':
      put(into, shell.getChecked(shell.getChecked(name) ?? '') ?? '', quoted);
      return;
    case '-':
    case ':-':
      if (unset) yield* expandParts(shell, quoted ? word : tilde(shell, word), into, !quoted);
      else put(into, value, quoted);
      return;
    case '+':
    case ':+':
      if (!unset) yield* expandParts(shell, word, into, !quoted);
      else if (quoted) into.add('', true);
      return;
    case '=':
    case ':=':
      if (unset) {
        if (!/^[A-Za-z_]/.test(name)) throw new ExpansionError(`$${name}: cannot assign in this way`);
        shell.set(name, yield* expandText(shell, word));
      }
      put(into, shell.get(name) ?? '', quoted);
      return;
    case '?':
    case ':?': {
      if (!unset) {
        put(into, value, quoted);
        return;
      }
      const text = yield* expandText(shell, word);
      const standard = operator === ':?' ? 'parameter null or not set' : 'parameter not set';
      throw new ExpansionError(`${name}: ${text || (shell.dialect === 'bash' ? standard : 'parameter not set')}`, true);
    }
    case ':': {
      const text = shell.getChecked(name) ?? '';
      let from = yield* expandArithmetic(shell, word);
      if (from < 0) from = Math.max(0, text.length + from);
      const length = part.second === undefined ? undefined : yield* expandArithmetic(shell, part.second);
      if (length !== undefined && length < 0 && text.length + length < from)
        throw new ExpansionError(`${length}: substring expression < 0`);
      put(into, text.slice(from, length === undefined ? undefined : length < 0 ? text.length + length : from + length), quoted);
      return;
    }
    default:
      put(into, yield* replacePattern(shell, shell.getChecked(name) ?? '', operator, part), quoted);
  }
}

function* replacePattern(shell: Shell, value: string, operator: string, part: Parameter): Task<string> {
  const pattern = yield* expandPattern(shell, part.word ?? []);
  if (operator === '#' || operator === '##')
    return value.replace(new RegExp(`^${patternSource(pattern, '[^]', operator === '#')}`, 'u'), '');
  if (operator === '%' || operator === '%%') {
    // The shortest suffix is the one that starts last.
    const whole = new RegExp(`^(?:${patternSource(pattern)})$`, 'u');
    const starts = Array.from({ length: value.length + 1 }, (_, i) => i);
    if (operator === '%') starts.reverse();
    const start = starts.find((i) => whole.test(value.slice(i)));
    return start === undefined ? value : value.slice(0, start);
  }
  if (operator.startsWith('/')) {
    const replacement = part.second === undefined ? '' : yield* expandText(shell, part.second);
    const source = patternSource(pattern);
    if (pattern === '') return value;
    const regExp = {
      '/': new RegExp(source, 'u'),
      '//': new RegExp(source, 'gu'),
      '/#': new RegExp(`^(?:${source})`, 'u'),
      '/%': new RegExp(`(?:${source})$`, 'u'),
    }[operator as '/' | '//' | '/#' | '/%'];
    return value.replace(regExp, () => replacement);
  }
  const change = (c: string): string => (operator.startsWith('^') ? c.toUpperCase() : c.toLowerCase());
  const fits = new RegExp(`^(?:${pattern === '' ? '[^]' : patternSource(pattern)})$`, 'u');
  return [...value].map((c, i) => ((operator.length === 2 || i === 0) && fits.test(c) ? change(c) : c)).join('');
}
