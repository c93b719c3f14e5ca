import { pipe } from '../engine/os/pipe.ts';
import type { Task } from '../engine/os/task.ts';
import { decode, readAll } from '../engine/os/text.ts';
import { evaluate } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import { Fields } from './fields.ts';
import { glob, hasMagic, matches } from './pattern.ts';
import { substituteProcess } from './process-substitution.ts';
import { replacePattern } from './replace-pattern.ts';
import { ExpansionError } from './shell-variables.ts';
import type { Shell } from './shell.ts';
import { attributesOf, declaration, quote } from './declaration.ts';
import { expandPromptText } from './prompt.ts';
import { quotedWord } from './parser.ts';
import { quoted, transform } from './transform.ts';
import type { CommandSubstitution, List, Parameter, Part, Word } from './syntax.ts';

/** Words → arguments: braces, tilde, parameters, commands, arithmetic, then field splitting and file names (XCU 2.6). */
export function* expandWords(shell: Shell, words: readonly Word[]): Task<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    for (const braced of shell.dialect === 'bash' ? expandBraces(word) : [word]) {
      const builder = new Fields(shell.get('IFS') ?? ' \t\n');
      yield* expandParts(shell, tildeInArgument(shell, braced), builder);
      for (const { text, pattern } of builder.end()) {
        if (shell.options.noglob || !hasMagic(pattern, shell.options.extglob)) {
          fields.push(text);
          continue;
        }
        const { extglob: extended, globstar, dotglob, nocaseglob: ignoreCase, nullglob, failglob } = shell.options;
        const ignored = shell.dialect === 'bash' ? (shell.get('GLOBIGNORE') ?? '') : '';
        // bash(1): what is to be ignored makes hidden files count, too.
        const hidden = dotglob || ignored !== '';
        const all = glob(shell.process.files, shell.process.cwd, pattern, { extended, globstar, dotglob: hidden, ignoreCase });
        const patterns = ignored.split(':').filter(Boolean);
        const found = patterns.length === 0 ? all : all.filter((path) => !patterns.some((each) => matches(path, each, { extended })));
        if (found.length === 0 && failglob) throw new ExpansionError(`no match: ${text}`);
        if (found.length > 0) fields.push(...found);
        else if (!nullglob) fields.push(text);
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

/** As `expandText`, for the value of an assignment. */
export function* expandValue(shell: Shell, word: Word): Task<string> {
  return yield* expandText(shell, tilde(shell, word, true));
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

export function* expandArithmetic(shell: Shell, word: Word): Task<bigint> {
  return evaluate(yield* expandText(shell, word), shell.numbers);
}

/** The arguments of `export`, `local` and the like: what looks like an assignment is one, and is not split. */
export function* expandDeclaration(shell: Shell, words: readonly Word[]): Task<string[]> {
  const fields: string[] = [];
  for (const word of words) {
    const [first] = word;
    const equals = first?.kind === 'literal' && !first.quoted ? /^[A-Za-z_]\w*\+?=/.exec(first.text)?.[0] : undefined;
    if (equals === undefined || first?.kind !== 'literal') fields.push(...(yield* expandWords(shell, [word])));
    else fields.push(equals + (yield* expandValue(shell, [{ ...first, text: first.text.slice(equals.length) }, ...word.slice(1)])));
  }
  return fields;
}

/** `~`, `~user`, `~+` and `~-` at the start of a word; in an assignment also behind its `=` and every `:`. */
function tilde(shell: Shell, word: Word, assignment = false): Word {
  if (!word.some((part) => part.kind === 'literal' && !part.quoted && part.text.includes('~'))) return word;
  return word.flatMap((part, i): Part[] => {
    if (part.kind !== 'literal' || part.quoted || !part.text.includes('~')) return [part];
    const parts: Part[] = [];
    let rest = part.text;
    const at = assignment ? /(^|:)~([+-]|[\w.-]*)(?=[/:]|$)/ : /^()~([+-]|[\w.-]*)(?=\/|$)/;
    for (let found = at.exec(rest); found !== null && (i === 0 || found[1] !== ''); found = at.exec(rest)) {
      const end = found.index + found[0].length;
      const home = end === rest.length && i < word.length - 1 ? undefined : homeOf(shell, found[2] as string);
      if (home === undefined) break;
      const before = rest.slice(0, found.index) + (found[1] as string);
      if (before !== '') parts.push({ ...part, text: before });
      parts.push({ kind: 'literal', text: home, quoted: true });
      rest = rest.slice(end);
      if (!assignment) break;
    }
    if (rest !== '') parts.push({ ...part, text: rest });
    return parts;
  });
}

/** bash also looks behind the `=` of arguments that look like assignments. */
function tildeInArgument(shell: Shell, word: Word): Word {
  const [first, ...rest] = word;
  if (first?.kind !== 'literal' || first.quoted) return word;
  const name = shell.dialect === 'bash' ? /^[A-Za-z_]\w*=(?=~)/.exec(first.text)?.[0] : undefined;
  if (name === undefined) return tilde(shell, word);
  return [{ ...first, text: name }, ...tilde(shell, [{ ...first, text: first.text.slice(name.length) }, ...rest], true)];
}

function homeOf(shell: Shell, name: string): string | undefined {
  if (name === '') return shell.get('HOME');
  if (name === '+' || name === '-') return shell.get(name === '+' ? 'PWD' : 'OLDPWD');
  const { files } = shell.process;
  const users = files.exists('/etc/passwd') ? decode(files.read('/etc/passwd')) : '';
  const entry = users.split('\n').find((line) => line.startsWith(`${name}:`));
  return entry?.split(':')[5] ?? (name === 'root' ? '/root' : undefined);
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
        break;
      case 'process':
        into.add(yield* substituteProcess(shell, part), true);
    }
  }
}

function put(into: Fields, text: string, quoted: boolean): void {
  if (quoted) into.add(text, true);
  else into.split(text);
}

function* substituteCommand(shell: Shell, { body }: CommandSubstitution): Task<string> {
  const { reader, writer } = pipe();
  const child = shell.fork(
    (forked) => {
      forked.copiesInput = isFileAlone(shell, body);
      // bash(1), COMMAND EXECUTION ENVIRONMENT: command substitutions do not inherit `-e`, unless told to.
      if (shell.dialect === 'bash' && !shell.options.inherit_errexit) forked.options.errexit = false;
      return forked.runLast(body);
    },
    { stdout: writer },
  );
  const text = yield* readAll(reader);
  shell.status = yield* child.wait();
  shell.substituted = true;
  return text.replaceAll('\0', '').replace(/\n+$/, '');
}

/** `$(<file)`: what is in a file. */
function isFileAlone(shell: Shell, body: List): boolean {
  const [item, more] = body;
  const [command, piped] = item?.first.commands ?? [];
  if (shell.dialect === 'dash' || more !== undefined || piped !== undefined || item?.rest.length !== 0 || command?.kind !== 'simple')
    return false;
  const [redirection, second] = command.redirections;
  return command.words.length + command.assignments.length === 0 && second === undefined && redirection?.operator === '<';
}

/** A parameter, or an element of an array, as an expansion reads and sets it. */
interface Place {
  readonly name: string;
  get(): string | undefined;
  set(value: string): void;
}

function* placeOf(shell: Shell, { name, index }: Parameter): Task<Place> {
  if (index === undefined || typeof index === 'string') return { name, get: () => shell.get(name), set: (value) => shell.set(name, value) };
  const key = yield* elementKey(shell, name, index, false);
  if (key === '') {
    yield* shell.complain(`${name}: bad array subscript`);
    return { name, get: () => undefined, set: () => {} };
  }
  return {
    name: `${name}[${yield* expandText(shell, index)}]`,
    get: () => shell.element(name, key),
    set: (value) => shell.setElement(name, key, value),
  };
}

/** The key that a subscript means: text for associative arrays, else a number, counted from the end when negative. `''`: before the first. */
export function* elementKey(shell: Shell, name: string, index: Word, strict = true): Task<string> {
  if (shell.numbers.isAssociative(name)) return yield* expandText(shell, index);
  const number = Number(yield* expandArithmetic(shell, index));
  if (number >= 0) return String(number);
  const place = shell.keys(name).reduce((most, key) => Math.max(most, Number(key) + 1), 0) + number;
  if (place < 0 && strict) throw new ExpansionError(`${name}[${yield* expandText(shell, index)}]: bad array subscript`);
  if (place < 0) return '';
  return String(place);
}

/** All values that `$@`, `$*`, `${a[@]}` and `${a[*]}` stand for; `undefined` for any other parameter. */
function valuesOf(shell: Shell, { name, index }: Parameter): readonly string[] | undefined {
  if (name === '@' || name === '*') return shell.positional;
  return typeof index === 'string' ? shell.values(name) : undefined;
}

function* expandParameter(shell: Shell, part: Parameter, into: Fields): Task<void> {
  const { quoted, operator } = part;
  if (operator === 'names') {
    const found = [...shell.variables.keys()].filter((name) => /^\w+$/.test(name) && name.startsWith(part.name)).sort();
    return putAll(shell, into, found, quoted, false);
  }
  const values = valuesOf(shell, part);
  if (values !== undefined && part.indirect === true && operator === undefined && part.index !== undefined)
    return putAll(shell, into, shell.keys(part.name), quoted, part.index === '*');
  if (part.indirect === true) return yield* expandIndirect(shell, part, into);
  if (values !== undefined) return yield* expandAll(shell, part, values, into);
  const place = yield* placeOf(shell, part);
  const checked = (): string => {
    const value = place.get();
    if (value === undefined && shell.options.nounset) shell.refuseUnset(place.name);
    return value ?? '';
  };
  const word = part.word ?? [];
  switch (operator) {
    case undefined:
      return put(into, checked(), quoted);
    case 'length':
      return put(into, String([...checked()].length), quoted);
    case '-':
    case ':-':
    case '+':
    case ':+':
    case '=':
    case ':=':
    case '?':
    case ':?':
      return yield* expandDefault(shell, part, place, into);
    case ':': {
      const text = checked();
      let from = Number(yield* expandArithmetic(shell, word));
      if (from < 0) from = Math.max(0, text.length + from);
      const length = part.second === undefined ? undefined : Number(yield* expandArithmetic(shell, part.second));
      if (length !== undefined && length < 0 && text.length + length < from)
        throw new ExpansionError(`${length}: substring expression < 0`);
      return put(into, text.slice(from, length === undefined ? undefined : length < 0 ? text.length + length : from + length), quoted);
    }
    default:
      if (operator === '@a' || operator === '@A') return put(into, described(shell, part, operator), quoted);
      // Of what is not set there is nothing to quote either.
      if (operator.startsWith('@') && place.get() === undefined) return put(into, checked(), quoted);
      if (operator === '@P') return put(into, expandPromptText(shell, yield* expandText(shell, quotedWord(checked()))), quoted);
      put(into, (yield* replacing(shell, part))(checked()), quoted);
  }
}

function* expandDefault(shell: Shell, { name, quoted, operator = '', word = [] }: Parameter, place: Place, into: Fields): Task<void> {
  const value = place.get();
  const unset = value === undefined || (operator.startsWith(':') && value === '');
  switch (operator.at(-1)) {
    case '-':
      if (unset) yield* expandParts(shell, quoted ? word : tilde(shell, word), into, !quoted);
      else put(into, value, quoted);
      return;
    case '+':
      if (!unset) yield* expandParts(shell, word, into, !quoted);
      else if (quoted) into.add('', true);
      return;
    case '=':
      if (unset) {
        if (!/^[A-Za-z_]/.test(name)) throw new ExpansionError(`$${name}: cannot assign in this way`);
        place.set(yield* expandText(shell, word));
      }
      return put(into, place.get() ?? '', quoted);
    default: {
      if (!unset) return put(into, value, quoted);
      const text = yield* expandText(shell, word);
      const standard = operator === ':?' ? 'parameter null or not set' : 'parameter not set';
      throw new ExpansionError(`${place.name}: ${text || (shell.dialect === 'bash' ? standard : 'parameter not set')}`, true);
    }
  }
}

/** `${!x}`: the parameter whose name is in `x`, which may be an element (`a[1]`, `a[@]`); of a reference (`declare -n`) the name. */
function* expandIndirect(shell: Shell, { index: at, ...rest }: Parameter, into: Fields): Task<void> {
  const { name: pointer } = rest;
  if (shell.target(pointer) !== pointer && rest.operator === undefined) return put(into, shell.target(pointer), rest.quoted);
  const from = { kind: 'parameter', name: pointer, quoted: true, ...(at === undefined ? {} : { index: at }) } as const;
  const target = valuesOf(shell, from)?.join(' ') ?? (yield* placeOf(shell, from)).get();
  if (target === undefined) throw new ExpansionError(`${pointer}: invalid indirect expansion`);
  const [, name, index] = /^(?:([A-Za-z_]\w*)(?:\[(.+)\])?|\d+|[@*#?$!-])$/.exec(target) ?? [];
  if (name === undefined && !/^(\d+|[@*#?$!-])$/.test(target)) throw new ExpansionError(`${target}: invalid variable name`);
  const literal =
    index === undefined || index === '@' || index === '*' ? index : [{ kind: 'literal', text: index, quoted: false } as const];
  yield* expandParameter(
    shell,
    { ...rest, indirect: false, name: name ?? target, ...(literal === undefined ? {} : { index: literal }) },
    into,
  );
}

function* expandAll(shell: Shell, part: Parameter, all: readonly string[], into: Fields): Task<void> {
  const { name, index, quoted, operator } = part;
  const joined = (index ?? name) === '*';
  switch (operator) {
    case undefined:
      return putAll(shell, into, all, quoted, joined);
    case 'length':
      return put(into, String(all.length), quoted);
    case ':': {
      let from = Number(yield* expandArithmetic(shell, part.word ?? []));
      const count = part.second === undefined ? undefined : Number(yield* expandArithmetic(shell, part.second));
      const list = index === undefined ? [shell.name, ...all] : all;
      if (from < 0) from = Math.max(0, list.length + from);
      return putAll(shell, into, list.slice(from, count === undefined ? undefined : from + count), quoted, joined);
    }
    case '-':
    case ':-':
    case '+':
    case ':+':
    case '=':
    case ':=':
    case '?':
    case ':?': {
      const text = all.length === 0 ? undefined : all.join(' ');
      const empty = text === undefined || (operator.startsWith(':') && text === '');
      if (!empty && !operator.endsWith('+')) return putAll(shell, into, all, quoted, joined);
      return yield* expandDefault(shell, part, { name, get: () => text, set: () => {} }, into);
    }
    case '@A':
      return put(into, described(shell, part, operator), quoted);
    case '@K':
    case '@k': {
      const pairs = shell.keys(name).map((key): [string, string] => [key, shell.element(name, key) ?? '']);
      if (operator === '@k') return putAll(shell, into, pairs.flat(), quoted, joined);
      const associative = shell.numbers.isAssociative(name);
      return put(into, pairs.map(([key, value]) => `${key} ${quote(value)}`).join(' ') + (associative ? ' ' : ''), quoted);
    }
    default: {
      const replace = yield* replacing(shell, part);
      putAll(shell, into, all.map(replace), quoted, joined);
    }
  }
}

/** `${x@a}`: its attributes; `${x@A}`: the command that makes it anew. */
function described(shell: Shell, { name, index }: Parameter, operator: string): string {
  const variable = shell.variables.get(shell.target(name));
  if (variable === undefined) return '';
  const attributes = attributesOf(variable);
  if (operator === '@a') return attributes;
  if (index === '@' || index === '*') return declaration(name, variable);
  const value = quoted(variable.value ?? '');
  return attributes === '' ? `${name}=${value}` : `declare -${attributes} ${name}=${value}`;
}

function putAll(shell: Shell, into: Fields, values: readonly string[], quoted: boolean, joined: boolean): void {
  if (joined && quoted) {
    into.add(values.join((shell.get('IFS') ?? ' ').slice(0, 1)), true);
    return;
  }
  values.forEach((value, i) => {
    if (i > 0) into.next();
    put(into, value, quoted);
  });
}

function* replacing(shell: Shell, { operator = '', word = [], second }: Parameter): Task<(value: string) => string> {
  if (operator.startsWith('@')) return (value) => transform(value, operator);
  const pattern = yield* expandPattern(shell, word);
  const replacement = second === undefined ? '' : yield* expandPattern(shell, second);
  return (value) => replacePattern(value, operator, pattern, replacement, shell.options.extglob);
}
