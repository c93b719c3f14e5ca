import { writeText } from '../../engine/os/text.ts';
import { setOptions } from '../set-options.ts';
import { NO_SHOPT } from '../shell-variables.ts';
import type { Builtin } from '../shell.ts';

/** Options that cannot be switched here, and how they stand. */
const FIXED: Readonly<Record<string, boolean>> = {
  autocd: false, cdable_vars: false, cdspell: false, checkjobs: false, checkwinsize: true, cmdhist: true, complete_fullquote: true,
  direxpand: false, dirspell: false, execfail: false, extdebug: false, extquote: true, force_fignore: true, globasciiranges: true,
  globskipdots: true, histappend: false, histreedit: false, histverify: false, hostcomplete: true,
  interactive_comments: true, localvar_inherit: false, localvar_unset: false, login_shell: false, mailwarn: false,
  no_empty_cmd_completion: false, patsub_replacement: true, progcomp: true, progcomp_alias: false, promptvars: true,
  restricted_shell: false, shift_verbose: false, sourcepath: true, varredir_close: false, xpg_echo: false,
}; // prettier-ignore

type Name = keyof typeof NO_SHOPT;

/** bash's `shopt`. */
export const shopt: Builtin = function* (shell, argv) {
  const flags = argv.slice(1).filter((arg) => arg.startsWith('-')).join(''); // prettier-ignore
  const names = argv.slice(1).filter((arg) => !arg.startsWith('-'));
  const known = (name: string): boolean | undefined =>
    name in NO_SHOPT ? shell.options[name as Name] || (name === 'expand_aliases' && shell.interactive) : FIXED[name];
  const all = names.length === 0;
  let status = 0;
  if (flags.includes('o')) {
    const set = shell.language.builtins.get('set') as Builtin;
    for (const name of all ? [] : names) {
      const is = setOptions(shell).find(([each]) => each === name)?.[1];
      if (is === undefined) {
        yield* shell.complain(`shopt: ${name}: invalid option name`);
        status = 1;
      } else if (/[su]/.test(flags)) status = (yield* set(shell, ['set', flags.includes('s') ? '-o' : '+o', name])) || status;
      else {
        if (!flags.includes('q')) yield* writeText(shell.stdout, flags.includes('p') ? `set ${is ? '-' : '+'}o ${name}\n` : `${name.padEnd(15)}\t${is ? 'on' : 'off'}\n`); // prettier-ignore
        if (!is) status = 1;
      }
    }
    return all ? yield* set(shell, ['set', flags.includes('p') ? '+o' : '-o']) : status;
  }
  for (const name of all ? [...Object.keys(NO_SHOPT), ...Object.keys(FIXED)].sort() : names) {
    const is = known(name);
    if (is === undefined) {
      yield* shell.complain(`shopt: ${name}: invalid shell option name`);
      status = 1;
    } else if (!all && /[su]/.test(flags)) {
      const on = flags.includes('s');
      if (name in NO_SHOPT) shell.options[name as Name] = on;
      else if (is !== on) {
        yield* shell.complain(`shopt: ${name}: not modelled here`);
        status = 1;
      }
    } else if (!(flags.includes('s') && !is) && !(flags.includes('u') && is)) {
      const shown = flags.includes('p') ? `shopt -${is ? 's' : 'u'} ${name}\n` : `${name.padEnd(15)}\t${is ? 'on' : 'off'}\n`;
      if (!flags.includes('q')) yield* writeText(shell.stdout, shown);
      if (!all && !is) status = 1;
    }
  }
  return status;
};
