import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';
import type { Shell } from './shell.ts';

/** What `set -x` tells of a command. */
export function* trace(shell: Shell, assigned: readonly (readonly [string, string])[], argv: readonly string[]): Task<void> {
  const quote = (word: string): string => (shell.dialect === 'dash' ? word : quoteForTrace(word));
  const words = [...assigned.map(([name, value]) => `${name}=${quote(value)}`), ...argv.map(quote)];
  const prompt = shell.get('PS4') ?? '+ ';
  if (words.length > 0) yield* writeText(shell.stderr, `${prompt}${words.join(' ')}\n`);
}

/** A word as the shell would read it again. */
export function quoteForTrace(word: string): string {
  return word !== '' && /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What `time` tells of a pipeline, in the form that TIMEFORMAT gives. */
export function* tellTimes(shell: Shell, took: number, posix: boolean): Task<void> {
  const format = posix ? 'real %2R\nuser %2U\nsys %2S' : (shell.get('TIMEFORMAT') ?? '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS');
  if (format === '') return;
  let wrong: string | undefined;
  const text = format.replace(
    /%(?:(%)|([0-9]?)(l?)(.?))/g,
    (_, percent: string | undefined, precision: string, long: string, what: string) => {
      if (percent !== undefined) return percent;
      if (!/[RUSP]/.test(what)) wrong ??= what;
      const digits = precision === '' ? 3 : Math.min(3, Number(precision));
      const ms = what === 'R' ? took : 0;
      if (what === 'P') return (0).toFixed(2);
      return long === '' ? (ms / 1000).toFixed(digits) : `${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(digits)}s`;
    },
  );
  if (wrong === undefined) yield* writeText(shell.stderr, `${text}\n`);
  else yield* shell.complain(`TIMEFORMAT: \`${wrong}': invalid format character`);
}
