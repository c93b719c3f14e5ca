import { resolvePath } from '../../engine/os/path.ts';
import { writeText } from '../../engine/os/text.ts';
import { printFunction } from '../print-function.ts';
import { SPECIAL_BUILTINS, type Builtin, type Shell } from '../shell.ts';

const KEYWORDS = new Set('if then elif else fi for while until do done case esac { } ! [[ ]] function in select time coproc'.split(' '));

/** Where a command of this name lies in PATH. */
export function findInPath(shell: Shell, name: string): string | undefined {
  const { files, cwd } = shell.process;
  const candidates = name.includes('/')
    ? [name]
    : (shell.get('PATH') ?? '')
        .split(':')
        .filter(Boolean)
        .map((directory) => `${directory}/${name}`);
  return candidates.find((path) => {
    const full = resolvePath(cwd, path);
    if (!files.exists(full)) return false;
    const { type, mode } = files.stat(full);
    return type === 'file' && (mode & 0o111) !== 0;
  });
}

/** All that a name stands for, first what a shell would run: one word, what `type` says, a path. */
function meaningsOf(shell: Shell, name: string): [word: string, text: string, path?: string][] {
  const bash = shell.dialect === 'bash';
  const alias = shell.alias(name);
  const meanings: [string, string, string?][] = [];
  if (alias !== undefined) meanings.push(['alias', bash ? `is aliased to \`${alias}'` : `is an alias for ${alias}`]);
  if (KEYWORDS.has(name)) meanings.push(['keyword', 'is a shell keyword']);
  if (shell.functions.has(name)) meanings.push(['function', 'is a function']);
  if (shell.builtin(name) !== undefined)
    meanings.push(['builtin', SPECIAL_BUILTINS.has(name) && !bash ? 'is a special shell builtin' : 'is a shell builtin']);
  const path = findInPath(shell, name);
  return path === undefined ? meanings : [...meanings, ['file', `is ${path}`, path]];
}

/** What people ask `man bash` for, in one line each. */
const HELP = `GNU bash, version 5.2 (modelled)
These shell commands are defined internally.  Type \`help' to see this list.
Use \`man NAME' for a line about a program, and \`kubectl help' for Kubernetes.

`;

export const NAMES: Readonly<Record<string, Builtin>> = {
  *type(shell, argv) {
    const flags = /^-[aftpP]+$/.test(argv[1] ?? '') && shell.dialect === 'bash' ? (argv[1] as string) : '';
    let status = 0;
    for (const name of argv.slice(flags === '' ? 1 : 2)) {
      const meanings = meaningsOf(shell, name).filter(([word]) => (flags.includes('P') ? word === 'file' : true));
      const shown = flags.includes('a') ? meanings : meanings.slice(0, 1);
      for (const [word, text, path] of shown) {
        if (flags.includes('t')) yield* writeText(shell.stdout, `${word}\n`);
        else if (!/[pP]/.test(flags)) {
          yield* writeText(shell.stdout, `${name} ${text}\n`);
          const body = word === 'function' && shell.dialect === 'bash' ? shell.functions.get(name) : undefined;
          if (body !== undefined) yield* writeText(shell.stdout, printFunction(name, body));
        } else if (word === 'file') yield* writeText(shell.stdout, `${path}\n`);
      }
      if (shown.length > 0) continue;
      status = shell.dialect === 'bash' ? 1 : 127;
      if (shell.dialect !== 'bash') yield* writeText(shell.stderr, `${name}: not found\n`);
      else if (!/[tpP]/.test(flags)) yield* shell.complain(`${argv[0]}: ${name}: not found`);
    }
    return status;
  },
  /** `command -v`. */
  *'\0which'(shell, argv) {
    let missing = 0;
    for (const name of argv.slice(1)) {
      const alias = shell.alias(name);
      const path = findInPath(shell, name);
      const known = KEYWORDS.has(name) || shell.functions.has(name) || shell.language.builtins.has(name);
      if (alias !== undefined) yield* writeText(shell.stdout, `alias ${name}='${alias}'\n`);
      else if (known) yield* writeText(shell.stdout, `${name}\n`);
      else if (path !== undefined) yield* writeText(shell.stdout, `${path}\n`);
      else missing++;
    }
    return missing > 0 && missing === argv.length - 1 ? (shell.dialect === 'bash' ? 1 : 127) : 0;
  },
  *alias(shell, argv) {
    let status = 0;
    const show = (name: string): string =>
      `${shell.dialect === 'bash' ? 'alias ' : ''}${name}='${shell.aliases.get(name)?.replaceAll("'", `'\\''`)}'\n`;
    if (argv.length === 1) for (const name of [...shell.aliases.keys()].sort()) yield* writeText(shell.stdout, show(name));
    for (const arg of argv.slice(1)) {
      const equals = arg.indexOf('=');
      if (equals > 0) shell.aliases.set(arg.slice(0, equals), arg.slice(equals + 1));
      else if (shell.aliases.has(arg)) yield* writeText(shell.stdout, show(arg));
      else {
        yield* shell.complain(`alias: ${arg}: not found`);
        status = 1;
      }
    }
    return status;
  },
  *unalias(shell, argv) {
    let status = 0;
    if (argv.length === 1 && shell.dialect === 'bash') {
      yield* writeText(shell.stderr, 'unalias: usage: unalias [-a] name [name ...]\n');
      return 2;
    }
    for (const name of argv.slice(1)) {
      if (name === '-a') shell.aliases.clear();
      else if (!shell.aliases.delete(name)) {
        yield* shell.complain(`unalias: ${name}: not found`);
        status = 1;
      }
    }
    return status;
  },
  *history(shell, argv) {
    const [, first, second] = argv;
    if (first === '-c') {
      shell.history.length = 0;
      return 0;
    }
    if (first === '-d' && /^\d+$/.test(second ?? '') && Number(second) <= shell.history.length) {
      shell.history.splice(Number(second) - 1, 1);
      return 0;
    }
    if (first !== undefined && !/^\d+$/.test(first)) {
      const known = /^-[danrwps]$/.test(first);
      yield* shell.complain(
        `history: ${first === '-d' ? `${second ?? '-d'}: history position out of range` : `${first}: ${known ? 'not modelled here' : first.startsWith('-') ? 'invalid option' : 'numeric argument required'}`}`,
      );
      return known ? 1 : 2;
    }
    const from = Math.max(0, shell.history.length - Number(first ?? shell.history.length));
    for (let i = from; i < shell.history.length; i++) yield* writeText(shell.stdout, `${String(i + 1).padStart(5)}  ${shell.history[i]}\n`);
    return 0;
  },
  *hash(shell, argv) {
    if (argv.length === 1 && shell.dialect === 'bash') yield* writeText(shell.stdout, 'hash: hash table empty\n');
    let status = 0;
    for (const name of argv.slice(1)) {
      if (name.startsWith('-') || findInPath(shell, name) !== undefined || shell.language.builtins.has(name)) continue;
      yield* shell.complain(`hash: ${name}: not found`);
      status = 1;
    }
    return status;
  },
  /** `enable [-n] NAME`: which built-in commands stand before the programs of their names. */
  *enable(shell, argv) {
    const flags = argv.slice(1).filter((arg) => arg.startsWith('-')).join(''); // prettier-ignore
    const names = argv.slice(1).filter((arg) => !arg.startsWith('-'));
    const off = flags.includes('n');
    let status = 0;
    if (names.length === 0)
      for (const name of [...shell.language.builtins.keys()].sort()) {
        if (name.startsWith('\0') || (!flags.includes('a') && shell.disabled.has(name) !== off)) continue;
        yield* writeText(shell.stdout, `enable ${shell.disabled.has(name) ? '-n ' : ''}${name}\n`);
      }
    for (const name of names) {
      if (!shell.language.builtins.has(name)) {
        yield* shell.complain(`enable: ${name}: not a shell builtin`);
        status = 1;
      } else if (off) shell.disabled.add(name);
      else shell.disabled.delete(name);
    }
    return status;
  },
  *help(shell) {
    const names = [...shell.language.builtins.keys()].filter((name) => !name.startsWith('\0')).sort();
    let text = HELP;
    for (let i = 0; i < names.length; i += 8) text += ` ${names.slice(i, i + 8).map((name) => name.padEnd(9)).join(' ').trimEnd()}\n`; // prettier-ignore
    yield* writeText(shell.stdout, text);
    return 0;
  },
};
