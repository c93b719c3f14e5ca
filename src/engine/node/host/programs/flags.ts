/** What a daemon's command-line tool was told. */
export interface Flags {
  readonly given: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
}

/**
 * Reads flags that are named as `a/all` or, with an argument, `n/lines=`. A text is the flag that there is none of, or (with `=` at its end)
 * whose argument is missing. Arguments of a flag that comes again are lines of one. `early`: flags end at the first operand.
 */
export function readFlags(args: readonly string[], known: string, early = false): Flags | string {
  const names = new Map<string, { name: string; takes: boolean }>();
  for (const each of known.split(' ').filter(Boolean)) {
    const takes = each.endsWith('=');
    const forms = each.replace('=', '').split('/');
    const name = forms.at(-1) ?? '';
    for (const form of forms) names.set(form, { name, takes });
  }
  const given = new Map<string, string>();
  const note = (name: string, argument: string): void => {
    const before = given.get(name);
    given.set(name, before === undefined || before === '' ? argument : `${before}\n${argument}`);
  };
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--' || (early && !arg.startsWith('-'))) {
      operands.push(...args.slice(arg === '--' ? i + 1 : i));
      break;
    }
    if (!/^-./.test(arg)) {
      operands.push(arg);
      continue;
    }
    const [, key = '', value] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const whole = names.get(key);
    if (whole !== undefined) {
      const argument = whole.takes ? (value ?? args[++i]) : (value ?? '');
      if (argument === undefined) return `${arg}=`;
      note(whole.name, argument);
      continue;
    }
    if (arg.startsWith('--')) return arg;
    // Letters together: `-aq`, `-n5`, `-it`.
    for (let at = 1; at < arg.length; at++) {
      const letter = names.get(arg.charAt(at));
      if (letter === undefined) return `-${arg.charAt(at)}`;
      if (!letter.takes) {
        given.set(letter.name, '');
        continue;
      }
      const argument = at + 1 < arg.length ? arg.slice(at + 1) : args[++i];
      if (argument === undefined) return `-${arg.charAt(at)}=`;
      note(letter.name, argument);
      break;
    }
  }
  return { given, operands };
}
