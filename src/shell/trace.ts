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

/** What `time` tells of a pipeline. */
export function timesText(took: number, posix: boolean): string {
  if (posix) return `real ${(took / 1000).toFixed(2)}\nuser 0.00\nsys 0.00\n`;
  const time = (ms: number): string => `${Math.floor(ms / 60_000)}m${((ms % 60_000) / 1000).toFixed(3)}s`;
  return `\nreal\t${time(took)}\nuser\t${time(0)}\nsys\t${time(0)}\n`;
}
