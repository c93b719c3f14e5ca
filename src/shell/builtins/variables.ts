import { resolvePath } from '../../engine/os/path.ts';
import { FileError } from '../../engine/os/process.ts';
import { readLine, writeText } from '../../engine/os/text.ts';
import { suspend, run as drive, type Task } from '../../engine/os/task.ts';
import { Exit, type Builtin, type Shell } from '../shell.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const OPTIONS: Readonly<Record<string, keyof Shell['options']>> = {
  e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', a: 'allexport', n: 'noexec',
}; // prettier-ignore

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
    return yield* declare(shell, 'readonly', argv.slice(1), (name, value) => {
      if (value !== undefined) shell.set(name, value);
      const known = shell.variables.get(name);
      shell.variables.set(name, { value: known?.value, exported: known?.exported === true, readOnly: true });
    });
  },
  *local(shell, argv) {
    const scope = shell.locals.at(-1);
    if (scope === undefined) {
      yield* shell.complain('local: can only be used in a function');
      return 1;
    }
    return yield* declare(shell, 'local', argv.slice(1).filter((arg) => !arg.startsWith('-')), (name, value) => {
      if (!scope.has(name)) scope.set(name, shell.variables.get(name));
      // dash's local keeps the outer value until it is assigned; bash's is unset.
      shell.set(name, value ?? (shell.dialect === 'bash' ? undefined : shell.variables.get(name)?.value));
    }); // prettier-ignore
  },
  *unset(shell, argv) {
    const functions = argv[1] === '-f';
    for (const name of argv.slice(1).filter((arg) => !arg.startsWith('-'))) {
      if (!functions && shell.variables.get(name)?.readOnly === true) {
        yield* shell.complain(`unset: ${name}: ${shell.dialect === 'bash' ? 'cannot unset: readonly variable' : 'is read only'}`);
        return 1;
      }
      if (functions || !shell.variables.delete(name)) shell.functions.delete(name);
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
            for (const [option, set] of Object.entries(shell.options))
              yield* writeText(shell.stdout, `${option.padEnd(16)}${set ? 'on' : 'off'}\n`);
          } else if (name in shell.options) shell.options[name as keyof Shell['options']] = on;
          else if (!['posix', 'monitor', 'vi', 'emacs', 'errtrace', 'functrace', 'hashall', 'history', 'braceexpand'].includes(name)) {
            yield* shell.complain(shell.dialect === 'bash' ? `set: ${name}: invalid option name` : `set: Illegal option -o ${name}`);
            if (!shell.interactive && shell.dialect !== 'bash') throw new Exit(2);
            return 2;
          }
        } else {
          const option = OPTIONS[flag];
          if (option !== undefined) shell.options[option] = on;
          else if (!'bhmBEHPT'.includes(flag)) return yield* refuse(`${arg[0]}${flag}`);
        }
      }
    }
    return 0;
  },
  *read(shell, argv) {
    const args = argv.slice(1);
    let raw = false;
    let prompt = '';
    let timeout: number | undefined;
    while (args[0] !== undefined && /^-./.test(args[0])) {
      const flag = args.shift() as string;
      if (flag === '--') break;
      for (const c of flag.slice(1)) {
        if (c === 'r') raw = true;
        else if (c === 's' || c === 'e') continue;
        else if (c === 'p') prompt = args.shift() ?? '';
        else if (c === 't') timeout = Number(args.shift() ?? 0) * 1000;
        else {
          yield* shell.complain(shell.dialect === 'bash' ? `read: -${c}: invalid option` : `read: Illegal option -${c}`);
          return 2;
        }
      }
    }
    if (prompt !== '') yield* writeText(shell.stderr, prompt);
    let line = '';
    let ended = false;
    for (;;) {
      const piece = timeout === undefined ? yield* readLine(shell.stdin) : yield* readWithin(shell, timeout);
      if (piece === null) return 142;
      if (piece === undefined) {
        ended = true;
        break;
      }
      ended = !piece.endsWith('\n');
      line += ended ? piece : piece.slice(0, -1);
      if (raw || ended || !/(^|[^\\])(\\\\)*\\$/.test(line)) break;
      line = line.slice(0, -1);
    }
    const names = args.length === 0 ? ['REPLY'] : args;
    const values = fields(line, shell.get('IFS') ?? ' \t\n', names.length, raw, args.length === 0);
    names.forEach((name, i) => shell.set(name, values[i] ?? ''));
    return ended ? 1 : 0;
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
    if (argv[1] === undefined) yield* writeText(shell.stdout, '0022\n');
    return 0;
  },
};

function* readWithin(shell: Shell, timeout: number): Task<string | undefined | null> {
  return yield* suspend<string | undefined | null>((resume, fail) => {
    const reading = drive(readLine(shell.stdin), resume, fail);
    const waiting = drive(shell.process.sleep(timeout), () => resume(null), fail);
    return () => {
      reading.kill();
      waiting.kill();
    };
  });
}

/** Splits a line for `read`: the last name takes the rest. */
function fields(line: string, ifs: string, count: number, raw: boolean, whole: boolean): string[] {
  const atoms: { c: string; literal: boolean }[] = [];
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\' && !raw) {
      i++;
      if (i < line.length) atoms.push({ c: line[i] as string, literal: true });
    } else atoms.push({ c: line[i] as string, literal: false });
  }
  const text = (from: number, to: number): string => atoms.slice(from, to).map(({ c }) => c).join(''); // prettier-ignore
  if (whole) return [text(0, atoms.length)];
  const separates = (i: number): boolean => {
    const atom = atoms[i];
    return atom !== undefined && !atom.literal && ifs.includes(atom.c);
  };
  const blank = (i: number): boolean => separates(i) && ' \t\n'.includes(atoms[i]?.c ?? '');
  let end = atoms.length;
  while (end > 0 && blank(end - 1)) end--;
  let at = 0;
  while (at < end && blank(at)) at++;
  const values: string[] = [];
  while (at < end) {
    if (values.length === count - 1) {
      let last = end;
      // A single separator at the very end belongs to no field.
      if (separates(end - 1) && !Array.from({ length: end - 1 - at }, (_, i) => at + i).some(separates)) last = end - 1;
      values.push(text(at, last));
      break;
    }
    let stop = at;
    while (stop < end && !separates(stop)) stop++;
    values.push(text(at, stop));
    at = stop;
    while (at < end && blank(at)) at++;
    if (at < end && separates(at)) at++;
    while (at < end && blank(at)) at++;
  }
  return values;
}
