import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { arrayOf, EMPTY_ARRAY } from '../array.ts';
import { printFunction } from '../print-function.ts';
import { declaration } from '../declaration.ts';
import type { Builtin, Shell } from '../shell.ts';

/** `t` gives functions the DEBUG trap, and variables nothing. */
const KNOWN = 'aAcilnurxgpfFIt';

/** `declare`, `typeset`, and bash's `local`. */
const declare: Builtin = function* (shell, argv) {
  const [called = 'declare', ...args] = argv;
  const command = called === 'typeset' && shell.locals.length === 0 ? 'declare' : called;
  const on = new Set<string>();
  const off = new Set<string>();
  while (/^[-+]./.test(args[0] ?? '') && args[0] !== '--') {
    const flag = args.shift() as string;
    for (const c of flag.slice(1)) {
      if (!KNOWN.includes(c)) {
        yield* shell.complain(`${command}: ${flag[0]}${c}: invalid option`);
        yield* writeText(
          shell.stderr,
          `${command}: usage: ${command} [-aAfFgiIlnrtux] [name[=value] ...] or ${command} -p [-aAfFilnrtux] [name ...]\n`,
        );
        return 2;
      }
      (flag.startsWith('-') ? on : off).add(c);
    }
  }
  if (args[0] === '--') args.shift();
  if (on.has('f') || on.has('F')) return yield* functions(shell, args, on.has('F'));
  if (on.has('p') || args.length === 0) return yield* show(shell, command, args, on);
  let status = 0;
  for (const arg of args) {
    const [, name, plus, value] = /^([A-Za-z_]\w*)(?:(\+?)=([^]*))?$/.exec(arg) ?? [];
    if (name === undefined) {
      yield* shell.complain(`${command}: \`${arg}': not a valid identifier`);
      status = 1;
    } else if (on.has('n') && value !== undefined && (value === name || !/^[A-Za-z_]\w*(\[.*\])?$/.test(value))) {
      const local = shell.inFunction && value === name;
      if (!local) {
        yield* shell.complain(
          value === name
            ? `${command}: ${name}: nameref variable self references not allowed`
            : `${command}: \`${value}': invalid variable name for name reference`,
        );
        status = 1;
      }
    } else if (cannotConvert(shell, name, on)) {
      const [is, wanted] = on.has('A') ? ['indexed', 'associative'] : ['associative', 'indexed'];
      yield* shell.complain(`${command}: ${name}: cannot convert ${is} to ${wanted} array`);
      status = 1;
    } else if (!declareOne(shell, { name, append: plus === '+', value, on, off })) {
      yield* shell.complain(`${command}: ${name}: readonly variable`);
      status = 1;
    }
  }
  return status;
};

/** An array stays of its kind; a local one is new. */
function cannotConvert(shell: Shell, name: string, on: ReadonlySet<string>): boolean {
  const array = shell.inFunction ? undefined : shell.variables.get(name)?.array;
  return array !== undefined && (on.has('A') || on.has('a')) && (array.associative === true) !== on.has('A');
}

interface Wish {
  name: string;
  append: boolean;
  value: string | undefined;
  on: ReadonlySet<string>;
  off: ReadonlySet<string>;
}

/** False when it may not be changed. */
function declareOne(shell: Shell, { name, append, value, on, off }: Wish): boolean {
  const scope = on.has('g') ? undefined : shell.locals.at(-1);
  const fresh = scope !== undefined && !scope.has(name);
  const outer = shell.variables.get(name);
  if (outer?.readOnly === true && (fresh || value !== undefined || off.has('r'))) return false;
  if (fresh) {
    scope.set(name, outer);
    shell.hide(name);
    // `local -I`: it begins as the caller's.
    if (on.has('I') && outer !== undefined) shell.variables.set(name, outer);
  }
  const known = shell.variables.get(name);
  if (on.has('n')) {
    shell.variables.set(name, { value: value ?? known?.value, exported: false, readOnly: false, attributes: 'n' });
    return true;
  }
  if (off.has('n')) shell.mark(name, { attributes: '' });
  const place = off.has('n') ? name : shell.target(name);
  const attributes = new Set([...(shell.variables.get(place)?.attributes ?? '')].filter((c) => !off.has(c)));
  for (const c of 'ilcu') {
    if (!on.has(c)) continue;
    // One case at a time.
    if (c !== 'i') for (const other of 'lcu') attributes.delete(other);
    attributes.add(c);
  }
  if (attributes.size > 0 || shell.variables.get(place)?.attributes !== undefined)
    shell.mark(place, { attributes: [...attributes].join('') });
  if (on.has('a') || on.has('A')) {
    const now = shell.variables.get(place);
    const base = now?.array ?? (now?.value === undefined ? EMPTY_ARRAY : arrayOf([now.value]));
    shell.setArray(place, { ...base, associative: on.has('A') });
  }
  if (value !== undefined) shell.set(place, append ? shell.appended(place, shell.get(place) ?? '', value) : value);
  const now = shell.variables.get(place);
  shell.mark(place, {
    exported: !off.has('x') && (now?.exported === true || on.has('x')),
    readOnly: now?.readOnly === true || on.has('r'),
  });
  return true;
}

/** `declare -f [NAME…]`, and `declare -F` for the names alone. */
function* functions(shell: Shell, names: readonly string[], short: boolean): Task<number> {
  let status = 0;
  for (const name of names.length === 0 ? [...shell.functions.keys()].sort() : names) {
    const body = shell.functions.get(name);
    if (body === undefined) status = 1;
    else if (!short) yield* writeText(shell.stdout, printFunction(name, body));
    else yield* writeText(shell.stdout, names.length === 0 ? `declare -f ${name}\n` : `${name}\n`);
  }
  return status;
}

function* show(shell: Shell, command: string, names: readonly string[], flags: ReadonlySet<string>): Task<number> {
  let status = 0;
  const fits = (name: string): boolean => {
    const flagsOf = /^declare -(\S*)/.exec(declaration(name, shell.variables.get(name)))?.[1] ?? '';
    return /^[A-Za-z_]\w*$/.test(name) && [...flags].every((c) => c === 'p' || c === 'g' || flagsOf.includes(c));
  };
  for (const name of names.length === 0 ? [...shell.variables.keys()].filter(fits).sort() : names) {
    const variable = shell.variables.get(name);
    if (variable !== undefined) yield* writeText(shell.stdout, `${declaration(name, variable)}\n`);
    else {
      yield* shell.complain(`${command}: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

export const DECLARE: Readonly<Record<string, Builtin>> = { declare, typeset: declare };
