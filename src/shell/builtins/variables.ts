import { resolvePath } from '../../engine/os/path.ts';
import { FileError } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import { evaluate } from '../arithmetic.ts';
import { NO_SHOPT } from '../shell-variables.ts';
import { Exit, type Builtin, type Shell } from '../shell.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const OPTIONS: Readonly<Record<string, keyof Shell['options']>> = {
  e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', a: 'allexport', n: 'noexec', C: 'noclobber', E: 'errtrace',
}; // prettier-ignore

const ONLY_ELSEWHERE: ReadonlySet<string> = new Set(['pipefail', 'errtrace']);
// Options of `set -o` that cannot be switched off here.
const ALWAYS_ON: ReadonlySet<string> = new Set(['emacs', 'hashall', 'history', 'braceexpand']);

function* notModelled(shell: Shell, what: string): Task<number> {
  yield* shell.complain(`${what}: not modelled here`);
  return 2;
}

/** Reads `name=value` and `name` arguments of export, readonly and local. */
function* declare(
  shell: Shell,
  command: string,
  args: readonly string[],
  each: (name: string, value: string | undefined) => void,
): Task<number> {
  let status = 0;
  for (const arg of args) {
    const equals = arg.indexOf('=');
    const append = equals > 0 && arg[equals - 1] === '+';
    const name = equals < 0 ? arg : arg.slice(0, append ? equals - 1 : equals);
    if (!NAME.test(name)) {
      yield* shell.complain(
        shell.dialect === 'bash' ? `${command}: \`${arg}': not a valid identifier` : `${command}: ${name}: bad variable name`,
      );
      if (shell.dialect !== 'bash') throw new Exit(2);
      status = 1;
    } else each(name, equals < 0 ? undefined : (append ? (shell.get(name) ?? '') : '') + arg.slice(equals + 1));
  }
  return status;
}

function unsetElement(shell: Shell, name: string, index: string): void {
  const array = shell.arrayAt(name);
  if (array === undefined) return;
  if (index === '@' || index === '*') {
    shell.variables.delete(shell.target(name));
    return;
  }
  const items = new Map(array.items);
  const number = array.associative ? 0 : Number(evaluate(index, shell.numbers));
  // Negative ones count from behind.
  const key = number < 0 ? Math.max(-1, ...[...items.keys()].map(Number)) + 1 + number : number;
  items.delete(array.associative ? index.replace(/^(["'])(.*)\1$/, '$2') : String(key));
  shell.setArray(name, { ...array, items });
}

function quote(shell: Shell, value: string): string {
  return shell.dialect === 'bash' ? `"${value.replace(/[\\"$`]/g, '\\$&')}"` : `'${value.replaceAll("'", `'"'"'`)}'`;
}

function* listVariables(shell: Shell, wanted: (name: string) => boolean, prefix: string): Task<number> {
  for (const name of [...shell.variables.keys()].filter((each) => NAME.test(each) && wanted(each)).sort()) {
    const value = shell.variables.get(name)?.value;
    yield* writeText(shell.stdout, `${prefix}${name}${value === undefined ? '' : `=${quote(shell, value)}`}\n`);
  }
  return 0;
}

export const VARIABLES: Readonly<Record<string, Builtin>> = {
  *export(shell, argv) {
    const args = argv.slice(1);
    if (args.length === 0 || (args.length === 1 && args[0] === '-p')) {
      return yield* listVariables(
        shell,
        (name) => shell.variables.get(name)?.exported === true,
        shell.dialect === 'bash' ? 'declare -x ' : 'export ',
      );
    }
    const remove = args[0] === '-n';
    return yield* declare(shell, 'export', remove ? args.slice(1) : args, (name, value) =>
      shell.set(name, value ?? shell.variables.get(name)?.value, !remove),
    );
  },
  *readonly(shell, argv) {
    if (argv.length === 1 || argv[1] === '-p')
      return yield* listVariables(
        shell,
        (name) => shell.variables.get(name)?.readOnly === true,
        shell.dialect === 'bash' ? 'declare -r ' : 'readonly ',
      );
    return yield* declare(shell, 'readonly', argv.slice(1), (name, value) => {
      if (value !== undefined) shell.set(name, value);
      shell.mark(name, { readOnly: true });
    });
  },
  *local(shell, argv) {
    const scope = shell.locals.at(-1);
    if (scope === undefined) {
      yield* shell.complain('local: can only be used in a function');
      return 1;
    }
    if (shell.dialect === 'bash') return yield* (shell.language.builtins.get('declare') as Builtin)(shell, argv);
    return yield* declare(shell, 'local', argv.slice(1), (name, value) => {
      if (!scope.has(name)) scope.set(name, shell.variables.get(name));
      // dash's local keeps the outer value until it is assigned; bash's is unset.
      shell.set(name, value ?? shell.variables.get(name)?.value);
    });
  },
  *unset(shell, argv) {
    const functions = argv[1] === '-f';
    const flag = argv.slice(1).find((arg) => /^-./.test(arg) && !/^-[fvn]$/.test(arg));
    if (flag !== undefined) {
      yield* shell.complain(shell.dialect === 'bash' ? `unset: ${flag}: invalid option` : `unset: Illegal option ${flag}`);
      if (shell.dialect === 'bash') yield* writeText(shell.stderr, 'unset: usage: unset [-f] [-v] [-n] [name ...]\n');
      return 2;
    }
    for (const name of argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
      const [, array, index] = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(name) ?? [];
      if (shell.dialect === 'bash' && array !== undefined && index !== undefined) {
        unsetElement(shell, array, index);
        continue;
      }
      if (!functions && shell.variables.get(name)?.readOnly === true) {
        yield* shell.complain(`unset: ${name}: ${shell.dialect === 'bash' ? 'cannot unset: readonly variable' : 'is read only'}`);
        return 1;
      }
      const place = argv.includes('-n') ? name : shell.target(name);
      if (functions || !shell.variables.delete(place)) shell.functions.delete(name);
    }
    return 0;
  },
  *set(shell, argv) {
    if (argv.length === 1) {
      for (const name of [...shell.variables.keys()].filter((each) => NAME.test(each)).sort()) {
        const value = shell.variables.get(name)?.value ?? '';
        yield* writeText(
          shell.stdout,
          `${name}=${/^[\w@%+=:,./-]*$/.test(value) && shell.dialect === 'bash' ? value : `'${value.replaceAll("'", `'\\''`)}'`}\n`,
        );
      }
      return 0;
    }
    const refuse = function* (option: string): Task<number> {
      yield* shell.complain(shell.dialect === 'bash' ? `set: ${option}: invalid option` : `set: Illegal option ${option}`);
      if (shell.dialect === 'bash')
        yield* writeText(shell.stderr, 'set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n');
      if (!shell.interactive && shell.dialect !== 'bash') throw new Exit(2);
      return 2;
    };
    for (let i = 1; i < argv.length; i++) {
      const arg = argv[i] as string;
      if (arg === '--' || !/^[-+]./.test(arg)) {
        shell.positional = argv.slice(arg === '--' ? i + 1 : i);
        return 0;
      }
      const on = arg.startsWith('-');
      for (const flag of arg.slice(1)) {
        if (flag === 'o') {
          const name = argv[++i];
          if (name === undefined) {
            for (const [option, set] of Object.entries(shell.options)
              .filter(([each]) => !(each in NO_SHOPT))
              .sort())
              yield* writeText(shell.stdout, `${option.padEnd(16)}${set ? 'on' : 'off'}\n`);
          } else if (name in shell.options && !(name in NO_SHOPT) && !(shell.dialect === 'dash' && ONLY_ELSEWHERE.has(name)))
            shell.options[name as keyof Shell['options']] = on;
          else if (ALWAYS_ON.has(name)) {
            if (!on) return yield* notModelled(shell, `set: ${arg} ${name}`);
          } else if (
            [
              'posix',
              'monitor',
              'vi',
              'functrace',
              'verbose',
              'keyword',
              'onecmd',
              'physical',
              'privileged',
              'notify',
              'ignoreeof',
              'histexpand',
              'interactive-comments',
              'nolog',
            ].includes(name)
          ) {
            if (on) return yield* notModelled(shell, `set: ${arg} ${name}`);
          } else {
            yield* shell.complain(shell.dialect === 'bash' ? `set: ${name}: invalid option name` : `set: Illegal option -o ${name}`);
            if (!shell.interactive && shell.dialect !== 'bash') throw new Exit(2);
            return 2;
          }
        } else {
          const option = OPTIONS[flag];
          if (option !== undefined) shell.options[option] = on;
          else if ('hB'.includes(flag) ? !on : 'bkmptvHPT'.includes(flag) && on) return yield* notModelled(shell, `set: ${arg[0]}${flag}`);
          else if (!'bhkmptvBHPT'.includes(flag)) return yield* refuse(`${arg[0]}${flag}`);
        }
      }
    }
    return 0;
  },
  *cd(shell, argv) {
    const args = argv.slice(1).filter((arg) => arg !== '-L' && arg !== '-P' && arg !== '--');
    if (args.length > 1 && shell.dialect === 'bash') {
      yield* shell.complain('cd: too many arguments');
      return 1;
    }
    const [to = shell.get('HOME')] = args;
    const target = to === '-' ? shell.get('OLDPWD') : to;
    if (target === undefined) {
      yield* shell.complain(`cd: ${to === '-' ? 'OLDPWD' : 'HOME'} not set`);
      return 1;
    }
    if (target === '') return 0;
    const full = resolvePath(shell.process.cwd, target).replace(/(.)\/$/, '$1');
    try {
      if (shell.process.files.stat(full).type !== 'directory') throw new FileError('ENOTDIR', target);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* shell.complain(
        shell.dialect === 'bash'
          ? `cd: ${target}: ${error.message}`
          : shell.dialect === 'dash'
            ? `cd: can't cd to ${target}`
            : `cd: can't cd to ${target}: ${error.message}`,
      );
      return shell.dialect === 'dash' ? 2 : 1;
    }
    shell.set('OLDPWD', shell.process.cwd, true);
    shell.process.cwd = full;
    shell.set('PWD', full, true);
    if (to === '-') yield* writeText(shell.stdout, `${full}\n`);
    return 0;
  },
  *umask(shell, argv) {
    if (argv[1] === '-S') yield* writeText(shell.stdout, 'u=rwx,g=rx,o=rx\n');
    else if (argv[1] === undefined) yield* writeText(shell.stdout, '0022\n');
    else if (!/^0*22$/.test(argv[1])) return yield* notModelled(shell, `umask: ${argv[1]}`);
    return 0;
  },
};
