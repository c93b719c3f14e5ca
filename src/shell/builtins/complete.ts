import { writeText } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import { candidatesOf } from '../completion.ts';
import { GENERAL, programOf, type CompletionSpec } from '../completion-spec.ts';
import { expandText } from '../expand.ts';
import { quotedWord } from '../parser.ts';
import type { Builtin, Shell } from '../shell.ts';
import { quoteForTrace } from '../trace.ts';

// bash's programmable completion, as far as a terminal follows it that completes by itself: lists of words, and the functions
// of Go's cobra, which stand for the completion that the program of their name has here.

const OPTIONS = new Set('bashdefault default dirnames filenames noquote nosort nospace plusdirs'.split(' '));
const ACTION_OF: Readonly<Record<string, string>> = { a: 'alias', b: 'builtin', c: 'command', d: 'directory', f: 'file', v: 'variable' };
const ACTIONS = new Set([...Object.values(ACTION_OF), 'function']);

interface Request extends CompletionSpec {
  readonly flags: Set<string>;
  readonly prefix: string;
  readonly suffix: string;
  readonly operands: readonly string[];
}

/** A number is the status after the complaint was written. */
function* readRequest(shell: Shell, [command = '', ...args]: readonly string[]): Task<Request | number> {
  const flags = new Set<string>();
  const given = new Map<string, string>();
  const options: string[] = [];
  const actions: string[] = [];
  while (/^-./.test(args[0] ?? '')) {
    const bundle = args.shift() as string;
    if (bundle === '--') break;
    for (let at = 1; at < bundle.length; at++) {
      const c = bundle[at] as string;
      const action = ACTION_OF[c];
      if (action !== undefined) actions.push(action);
      else if ('oAWFPS'.includes(c)) {
        const value = bundle.slice(at + 1) || args.shift();
        if (value === undefined) {
          yield* shell.complain(`${command}: -${c}: option requires an argument`);
          return 2;
        }
        if ((c === 'o' && !OPTIONS.has(value)) || (c === 'A' && !ACTIONS.has(value))) {
          const what = c === 'o' ? 'invalid option name' : 'this action is not modelled here';
          yield* shell.complain(`${command}: ${value}: ${what}`);
          return 2;
        }
        if (c === 'o') options.push(value);
        else if (c === 'A') actions.push(value);
        else given.set(c, value);
        break;
      } else if ('prDE'.includes(c) && command === 'complete') flags.add(c);
      else {
        const known = 'CGIXegjksu'.includes(c);
        yield* shell.complain(`${command}: -${c}: ${known ? 'not modelled here' : 'invalid option'}`);
        return 2;
      }
    }
  }
  const [words, name] = [given.get('W'), given.get('F')];
  return {
    flags,
    options,
    actions,
    prefix: given.get('P') ?? '',
    suffix: given.get('S') ?? '',
    operands: args,
    ...(words === undefined ? {} : { words }),
    ...(name === undefined ? {} : { function: name }),
  };
}

export const complete: Builtin = function* (shell, argv) {
  const request = yield* readRequest(shell, argv);
  if (typeof request === 'number') return request;
  const { flags, options, actions } = request;
  const general = Object.entries(GENERAL).flatMap(([flag, name]) => (flags.delete(flag) ? [name] : []));
  const operands = general.length > 0 ? general : request.operands;
  const { completions } = shell;
  if (flags.has('r') && operands.length === 0) completions.clear();
  if (flags.size > 0 || argv.length === 1) {
    let status = 0;
    for (const name of operands.length === 0 ? completions.keys() : operands) {
      const spec = completions.get(name);
      if (spec === undefined) {
        yield* shell.complain(`complete: ${name}: no completion specification`);
        status = 1;
      } else if (flags.has('r')) completions.delete(name);
      else yield* writeText(shell.stdout, `${asCommand(name, spec)}\n`);
    }
    return status;
  }
  if (operands.length === 0) {
    yield* writeText(
      shell.stderr,
      'complete: usage: complete [-abcdfvpr] [-o option] [-A action] [-W wordlist] [-F function] [name ...]\n',
    );
    return 2;
  }
  if (request.function !== undefined && programOf(request.function) === undefined) {
    yield* shell.complain(`complete: -F ${request.function}: functions of completion are not run here; __start_PROGRAM stands for what completes PROGRAM`); // prettier-ignore
    return 1;
  }
  if (/[$`]/.test(request.words ?? '')) {
    yield* shell.complain('complete: -W: a list that is expanded at each Tab is not modelled here');
    return 1;
  }
  const { words, function: name } = request;
  const spec = { options, actions, ...(words === undefined ? {} : { words }), ...(name === undefined ? {} : { function: name }) };
  for (const operand of operands) completions.set(operand, spec);
  return 0;
};

function asCommand(name: string, spec: CompletionSpec): string {
  const letters = Object.fromEntries(Object.entries(ACTION_OF).map(([letter, action]) => [action, letter]));
  return [
    'complete',
    ...spec.options.map((each) => `-o ${each}`),
    ...spec.actions.map((each) => (letters[each] === undefined ? `-A ${each}` : `-${letters[each]}`)),
    ...(spec.words === undefined ? [] : [`-W ${`'${spec.words.replaceAll("'", `'\\''`)}'`}`]),
    ...(spec.function === undefined ? [] : [`-F ${spec.function}`]),
    Object.entries(GENERAL)
      .find(([, each]) => each === name)?.[0]
      .replace(/^/, '-') ?? quoteForTrace(name),
  ].join(' ');
}

export const compgen: Builtin = function* (shell, argv) {
  const request = yield* readRequest(shell, argv);
  if (typeof request === 'number') return request;
  if (request.function !== undefined) {
    yield* shell.complain('compgen: -F: functions of completion are not run here');
    return 1;
  }
  const word = request.operands[0] ?? '';
  const words = request.words === undefined ? [] : yield* wordsOf(shell, request.words);
  const found = [...candidatesOf(shell, request.actions, word), ...words.filter((each) => each.startsWith(word))];
  for (const each of found) yield* writeText(shell.stdout, `${request.prefix}${each}${request.suffix}\n`);
  return found.length === 0 ? 1 : 0;
};

function* wordsOf(shell: Shell, list: string): Task<string[]> {
  const separators = shell.get('IFS') ?? ' \t\n';
  const words = [''];
  for (const c of yield* expandText(shell, quotedWord(list))) {
    if (separators.includes(c)) words.push('');
    else words[words.length - 1] += c;
  }
  return words.filter((each) => each !== '');
}

/** `compopt [-o OPTION] [+o OPTION] NAME…`: changes what `complete` was told. No function of completion is ever under way. */
export const compopt: Builtin = function* (shell, argv) {
  const args = argv.slice(1);
  const names: string[] = [];
  const changes: (readonly [on: boolean, option: string])[] = [];
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (arg === '-D' || arg === '-E') names.push(arg === '-D' ? GENERAL.D : GENERAL.E);
    else if (arg !== '-o' && arg !== '+o') names.push(arg);
    else {
      const option = args.shift() ?? '';
      if (!OPTIONS.has(option)) {
        yield* shell.complain(`compopt: ${option}: invalid option name`);
        return 2;
      }
      changes.push([arg === '-o', option]);
    }
  }
  if (names.length === 0) {
    yield* shell.complain('compopt: not currently executing completion function');
    return 1;
  }
  for (const name of names) {
    const spec = shell.completions.get(name);
    if (spec === undefined) {
      yield* shell.complain(`compopt: ${name}: no completion specification`);
      return 1;
    }
    const options = new Set(spec.options);
    for (const [on, option] of changes) options[on ? 'add' : 'delete'](option);
    if (changes.length > 0) shell.completions.set(name, { ...spec, options: [...options] });
    else
      yield* writeText(
        shell.stdout,
        `compopt ${[...OPTIONS].map((each) => `${options.has(each) ? '-' : '+'}o ${each}`).join(' ')} ${name}\n`,
      );
  }
  return 0;
};
