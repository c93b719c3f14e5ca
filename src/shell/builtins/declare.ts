import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { arrayOf, EMPTY_ARRAY, entriesOf } from '../array.ts';
import type { Builtin, Shell, Variable } from '../shell.ts';

/** `declare`, `typeset`, and bash's `local`: `-a -A -r -x -g -p -F`. */
const declare: Builtin = function* (shell, argv) {
  const [command = 'declare', ...args] = argv;
  const flags = new Set<string>();
  while (/^[-+]./.test(args[0] ?? '') && args[0] !== '--') {
    const flag = args.shift() as string;
    for (const c of flag.slice(1)) {
      if (!'aArxgpF'.includes(c) || flag.startsWith('+')) {
        yield* shell.complain(`${command}: ${flag[0]}${c}: ${'filnutcIx'.includes(c) ? 'not modelled here' : 'invalid option'}`);
        if (!'filnutcIx'.includes(c))
          yield* writeText(
            shell.stderr,
            `${command}: usage: ${command} [-aAfFgiIlnrtux] [name[=value] ...] or ${command} -p [-aAfFilnrtux] [name ...]\n`,
          );
        return 2;
      }
      flags.add(c);
    }
  }
  if (args[0] === '--') args.shift();
  if (flags.has('F')) return yield* functions(shell, args);
  if (flags.has('p') || args.length === 0) return yield* show(shell, command, args);
  const scope = flags.has('g') ? undefined : shell.locals.at(-1);
  let status = 0;
  for (const arg of args) {
    const [, name, plus, value] = /^([A-Za-z_]\w*)(?:(\+?)=([^]*))?$/.exec(arg) ?? [];
    if (name === undefined) {
      yield* shell.complain(`${command}: \`${arg}': not a valid identifier`);
      status = 1;
      continue;
    }
    const fresh = scope !== undefined && !scope.has(name);
    const outer = shell.variables.get(name);
    if (fresh) {
      scope.set(name, outer);
      if (outer?.readOnly === true) {
        yield* shell.complain(`${command}: ${name}: readonly variable`);
        status = 1;
        continue;
      }
      shell.variables.set(name, { value: undefined, exported: false, readOnly: false });
    }
    if (flags.has('a') || flags.has('A')) {
      const known = shell.variables.get(name);
      const base = known?.array ?? (known?.value === undefined ? EMPTY_ARRAY : arrayOf([known.value]));
      shell.setArray(name, { ...base, associative: flags.has('A') });
    }
    if (value !== undefined) shell.set(name, (plus === '+' ? (shell.get(name) ?? '') : '') + value);
    const now = shell.variables.get(name) ?? { value: undefined, exported: false, readOnly: false };
    shell.variables.set(name, { ...now, exported: now.exported || flags.has('x'), readOnly: now.readOnly || flags.has('r') });
  }
  return status;
};

/** `declare -F [NAME…]`. */
function* functions(shell: Shell, names: readonly string[]): Task<number> {
  let status = 0;
  for (const name of names.length === 0 ? [...shell.functions.keys()].sort() : names) {
    if (!shell.functions.has(name)) status = 1;
    else yield* writeText(shell.stdout, names.length === 0 ? `declare -f ${name}\n` : `${name}\n`);
  }
  return status;
}

function* show(shell: Shell, command: string, names: readonly string[]): Task<number> {
  let status = 0;
  for (const name of names.length === 0 ? [...shell.variables.keys()].filter((each) => /^[A-Za-z_]\w*$/.test(each)).sort() : names) {
    const variable = shell.variables.get(name);
    if (variable !== undefined) yield* writeText(shell.stdout, `${described(name, variable)}\n`);
    else {
      yield* shell.complain(`${command}: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

function described(name: string, { value, array, exported, readOnly }: Variable): string {
  const flags = `${array === undefined ? '' : array.associative ? 'A' : 'a'}${readOnly ? 'r' : ''}${exported ? 'x' : ''}`;
  const quote = (text: string): string => `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
  const key = (text: string): string => (array?.associative === true && !/^\w+$/.test(text) ? quote(text) : text);
  const items = array === undefined ? [] : entriesOf(array).map(([at, text]) => `[${key(at)}]=${quote(text)}`);
  const shown =
    array !== undefined
      ? `=(${items.join(' ')}${array.associative && items.length > 0 ? ' ' : ''})`
      : value === undefined
        ? ''
        : `=${quote(value)}`;
  return `declare -${flags || '-'} ${name}${shown}`;
}

export const DECLARE: Readonly<Record<string, Builtin>> = { declare, typeset: declare };
