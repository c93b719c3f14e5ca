import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { FIXED_OPTIONS, setOptions } from '../set-options.ts';
import { NO_SHOPT } from '../shell-variables.ts';
import { Exit, type Builtin, type Shell } from '../shell.ts';

const LETTERS: Readonly<Record<string, keyof Shell['options']>> = {
  e: 'errexit', u: 'nounset', x: 'xtrace', f: 'noglob', a: 'allexport', n: 'noexec', C: 'noclobber', E: 'errtrace', T: 'functrace', m: 'monitor',
}; // prettier-ignore
/** Letters of what stands as it is. */
const FIXED_LETTERS: Readonly<Record<string, keyof typeof FIXED_OPTIONS>> = {
  b: 'notify', h: 'hashall', k: 'keyword', p: 'privileged', t: 'onecmd', v: 'verbose', B: 'braceexpand', H: 'histexpand', P: 'physical',
}; // prettier-ignore
const NOT_IN_DASH: ReadonlySet<string> = new Set(['pipefail', 'errtrace', 'functrace']);

/** `set`: options, positional parameters, or a list of all variables. */
export const set: Builtin = function* (shell, argv) {
  if (argv.length === 1) return yield* listVariables(shell);
  const bash = shell.dialect === 'bash';
  for (let i = 1; i < argv.length; i++) {
    const arg = argv[i] as string;
    if (arg === '-' && bash) {
      shell.options.xtrace = false;
      if (i + 1 < argv.length) shell.positional = argv.slice(i + 1);
      return 0;
    }
    if (arg === '--' || !/^[-+]./.test(arg)) {
      shell.positional = argv.slice(arg === '--' ? i + 1 : i);
      return 0;
    }
    const on = arg.startsWith('-');
    for (const letter of arg.slice(1)) {
      const name = letter === 'o' ? argv[++i] : (LETTERS[letter] ?? FIXED_LETTERS[letter]);
      if (letter === 'o' && name === undefined) {
        yield* listOptions(shell, on);
        continue;
      }
      const given = letter === 'o' ? `${arg} ${name}` : `${arg[0]}${letter}`;
      if (name !== undefined && name in shell.options && !(name in NO_SHOPT) && !(shell.dialect === 'dash' && NOT_IN_DASH.has(name)))
        shell.options[name as keyof Shell['options']] = on;
      else if (name !== undefined && Object.hasOwn(FIXED_OPTIONS, name)) {
        if (on === (FIXED_OPTIONS[name] !== false)) continue;
        yield* shell.complain(`set: ${given}: not modelled here`);
        return 2;
      } else return yield* refuse(shell, letter === 'o' ? name : undefined, given);
    }
  }
  return 0;
};

function* refuse(shell: Shell, name: string | undefined, given: string): Task<number> {
  if (shell.dialect === 'bash') {
    yield* shell.complain(name === undefined ? `set: ${given}: invalid option` : `set: ${name}: invalid option name`);
    if (name === undefined) yield* writeText(shell.stderr, 'set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n');
    return 2;
  }
  yield* shell.complain(`set: Illegal option ${name === undefined ? given : `-o ${name}`}`);
  if (!shell.interactive) throw new Exit(2);
  return 2;
}

function* listOptions(shell: Shell, asTable: boolean): Task<void> {
  const bash = shell.dialect === 'bash';
  const listed = setOptions(shell).filter(([name]) => shell.dialect !== 'dash' || !NOT_IN_DASH.has(name));
  if (!bash && asTable) yield* writeText(shell.stdout, 'Current option settings\n');
  for (const [name, on] of listed)
    yield* writeText(
      shell.stdout,
      asTable ? (bash ? `${name.padEnd(15)}\t${on ? 'on' : 'off'}\n` : `${name.padEnd(16)}${on ? 'on' : 'off'}\n`) : `set ${on ? '-' : '+'}o ${name}\n`, // prettier-ignore
    );
}

function* listVariables(shell: Shell): Task<number> {
  for (const name of [...shell.variables.keys()].filter((each) => /^[A-Za-z_]\w*$/.test(each)).sort()) {
    const value = shell.variables.get(name)?.value ?? '';
    const plain = shell.dialect === 'bash' && /^[\w@%+=:,./-]*$/.test(value);
    yield* writeText(shell.stdout, `${name}=${plain ? value : `'${value.replaceAll("'", `'\\''`)}'`}\n`);
  }
  return 0;
}
