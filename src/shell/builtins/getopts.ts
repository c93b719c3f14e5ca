import type { Builtin } from '../shell.ts';
import { writeText } from '../../engine/os/text.ts';

/** One option of the positional parameters a call: XCU `getopts`. */
export const getopts: Builtin = function* (shell, argv) {
  const [, spec, name, ...given] = argv;
  const isBash = shell.dialect === 'bash';
  if (spec === undefined || name === undefined) {
    if (isBash) yield* writeText(shell.stderr, `getopts: usage: getopts optstring name [arg ...]\n`);
    else yield* shell.complain('Usage: getopts optstring var [arg]');
    return 2;
  }
  const args = given.length > 0 ? given : shell.positional;
  let index = Number(shell.get('OPTIND') ?? 1);
  // Inside a bundle dash counts its word as read already.
  if (!isBash && shell.optionOffset > 0) index--;
  // Who sets OPTIND to 1 begins anew.
  if (!(index >= 1)) index = 1;
  if (shell.get('OPTIND') === '1' && shell.optionOffset > 1 && args[0]?.[shell.optionOffset] === undefined) shell.optionOffset = 0;
  const silent = spec.startsWith(':');
  const finish = (option: string, argument: string | undefined): void => {
    shell.set('OPTIND', String(!isBash && shell.optionOffset > 0 ? index + 1 : index));
    shell.set(name, option);
    if (argument === undefined) shell.variables.delete('OPTARG');
    else shell.set('OPTARG', argument);
  };
  const arg = args[index - 1];
  if (shell.optionOffset === 0) {
    if (arg === undefined || !/^-./.test(arg) || arg === '--') {
      if (arg === '--') index++;
      finish('?', undefined);
      return 1;
    }
    shell.optionOffset = 1;
  }
  const option = arg?.[shell.optionOffset++] ?? '?';
  const rest = arg?.slice(shell.optionOffset) ?? '';
  const next = (): void => {
    index++;
    shell.optionOffset = 0;
  };
  const place = option === ':' ? -1 : spec.indexOf(option, silent ? 1 : 0);
  if (place < 0) {
    if (rest === '') next();
    finish('?', silent ? option : undefined);
    if (!silent) yield* writeText(shell.stderr, isBash ? `${shell.name}: illegal option -- ${option}\n` : `Illegal option -${option}\n`);
    return 0;
  }
  if (spec[place + 1] !== ':') {
    if (rest === '') next();
    finish(option, isBash ? undefined : '');
    return 0;
  }
  next();
  const argument = rest !== '' ? rest : args[index - 1];
  if (rest === '' && argument !== undefined) index++;
  if (argument === undefined) {
    finish(silent ? ':' : '?', silent ? option : undefined);
    if (!silent)
      yield* writeText(
        shell.stderr,
        isBash ? `${shell.name}: option requires an argument -- ${option}\n` : `No arg for -${option} option\n`,
      );
    return 0;
  }
  finish(option, argument);
  return 0;
};
