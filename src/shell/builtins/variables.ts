import { resolvePath } from '../../engine/os/path.ts';
import { FileError } from '../../engine/os/process.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Task } from '../../engine/os/task.ts';
import { canonicalPath } from '../utilities/canonical-path.ts';
import { evaluate } from '../arithmetic.ts';
import { Exit, type Builtin, type Shell } from '../shell.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

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
    const wrong = args.find((arg) => /^-./.test(arg) && !/^-[nfp]+$/.test(arg) && arg !== '--');
    if (wrong !== undefined && shell.dialect === 'bash') {
      yield* shell.complain(`export: ${wrong.slice(0, 2)}: invalid option`);
      yield* writeText(shell.stderr, 'export: usage: export [-fn] [name[=value] ...] or export -p\n');
      return 2;
    }
    if (args[0] === '-f' && shell.dialect === 'bash') {
      let status = 0;
      for (const name of args.slice(1)) {
        if (shell.functions.has(name)) shell.exportedFunctions.add(name);
        else {
          yield* shell.complain(`export: ${name}: not a function`);
          status = 1;
        }
      }
      return status;
    }
    if (args[0] === '--') args.shift();
    const remove = args[0] === '-n';
    return yield* declare(shell, 'export', remove ? args.slice(1) : args, (name, value) => {
      if (value === undefined) shell.mark(name, { exported: !remove });
      else shell.set(name, value, !remove);
    });
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
    if (shell.dialect === 'bash') {
      // `local -`: the options are the function's own.
      const call = shell.calls.at(-1);
      if (argv.includes('-') && call !== undefined) {
        call.options ??= { ...shell.options };
        if (argv.length === 2) return 0;
      }
      return yield* (shell.language.builtins.get('declare') as Builtin)(
        shell,
        argv.filter((arg) => arg !== '-'),
      );
    }
    return yield* declare(shell, 'local', argv.slice(1), (name, value) => {
      if (!scope.has(name)) scope.set(name, shell.variables.get(name));
      // dash's local keeps the outer value until it is assigned; bash's is unset.
      shell.set(name, value ?? shell.variables.get(name)?.value);
    });
  },
  *unset(shell, argv) {
    const functions = argv[1] === '-f';
    let status = 0;
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
        status = 1;
        if (shell.dialect !== 'bash') throw new Exit(2);
        continue;
      }
      const place = argv.includes('-n') ? name : shell.target(name);
      if (functions || !shell.variables.delete(place)) shell.functions.delete(name);
    }
    return status;
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
    // POSIX: directories of CDPATH come first; where one was found is told.
    const { files, cwd } = shell.process;
    const found = /^(\/|\.\.?(\/|$))/.test(target)
      ? undefined
      : (shell.get('CDPATH') ?? '').split(':').find((each) => {
          const path = resolvePath(cwd, `${each || '.'}/${target}`);
          return files.exists(path) && files.stat(path).type === 'directory';
        });
    const logical = resolvePath(cwd, found === undefined ? target : `${found || '.'}/${target}`).replace(/(.)\/$/, '$1');
    const full = argv.includes('-P') ? canonicalPath(files, logical) : logical;
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
    if (to === '-' || (found !== undefined && found !== '')) yield* writeText(shell.stdout, `${full}\n`);
    return 0;
  },
  *umask(shell, argv) {
    if (argv[1] === '-S') yield* writeText(shell.stdout, 'u=rwx,g=rx,o=rx\n');
    else if (argv[1] === undefined) yield* writeText(shell.stdout, '0022\n');
    else if (!/^0*22$/.test(argv[1])) return yield* notModelled(shell, `umask: ${argv[1]}`);
    return 0;
  },
};
