import { writeText } from '../../engine/os/text.ts';
import type { Builtin } from '../shell.ts';

const OTHERS = new Set(
  'autocd checkwinsize dotglob expand_aliases extglob failglob globstar histappend inherit_errexit lastpipe nocaseglob nocasematch sourcepath'.split(
    ' ',
  ),
);

/** bash's `shopt`; of its options `nullglob` is modelled. */
export const shopt: Builtin = function* (shell, argv) {
  const flags = argv.slice(1).filter((arg) => arg.startsWith('-')).join(''); // prettier-ignore
  const names = argv.slice(1).filter((arg) => !arg.startsWith('-'));
  let status = 0;
  for (const name of names.length === 0 ? ['nullglob'] : names) {
    if (name !== 'nullglob') {
      yield* shell.complain(`shopt: ${name}: ${OTHERS.has(name) ? 'not modelled here' : 'invalid shell option name'}`);
      status = 1;
    } else if (flags.includes('s')) shell.options.nullglob = true;
    else if (flags.includes('u')) shell.options.nullglob = false;
    else {
      if (!flags.includes('q')) yield* writeText(shell.stdout, `nullglob       \t${shell.options.nullglob ? 'on' : 'off'}\n`);
      if (!shell.options.nullglob) status = 1;
    }
  }
  return status;
};
