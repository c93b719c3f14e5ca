import type { Process, Program } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { writeText } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';
import { Load } from './load.ts';

/** `perl`, as far as the Job of the documentation needs it: the digits of pi. All other scripts are refused. */
export const perl: Program = function* perl(process: Process): Task<number> {
  const args = process.argv.slice(1);
  if (args[0] === '-v' || args[0] === '--version') {
    yield* writeText(process.stdout, '\nThis is perl 5, version 42, subversion 0 (v5.42.0) built for x86_64-linux-gnu\n');
    return 0;
  }
  const script = args.at(-1) ?? '';
  const digits = Number(/^\s*print\s+bpi\((\d+)\)\s*;?\s*$/.exec(script)?.[1] ?? Number.NaN);
  if (args.includes('-Mbignum=bpi') && digits > 0) {
    // About what it takes on one CPU: it grows faster than the number of digits.
    yield* new Load(process, { memory: 12 * 1024 * 1024, cpu: 0 }).work(Math.round(5 * SECOND * (digits / 2000) ** 1.5));
    yield* writeText(process.stdout, `${pi(Math.min(digits, 20_000))}\n`);
    return 0;
  }
  const printed = /^\s*print\s+(?:"([^"$@]*)"|'([^']*)')\s*;?\s*$/.exec(script);
  if (printed !== null) {
    const text = printed[1]?.replaceAll('\\n', '\n').replaceAll('\\t', '\t') ?? printed[2] ?? '';
    yield* writeText(process.stdout, args.some((arg) => /^-\w*l/.test(arg)) ? `${text}\n` : text);
    return 0;
  }
  const code = /^\s*exit\s*\(?(\d+)\)?\s*;?\s*$/.exec(script)?.[1];
  if (code !== undefined) return Number(code) & 255;
  yield* writeText(process.stderr, `perl: this simulation knows bpi, print of a text, and exit; not: ${script}\n`);
  return 255;
};

/** Machin: pi = 16 arctan(1/5) - 4 arctan(1/239), to so many digits in all, the last one rounded. */
function pi(digits: number): string {
  const scale = 10n ** BigInt(digits + 10);
  const arctan = (inverse: bigint): bigint => {
    let term = scale / inverse;
    let sum = term;
    for (let n = 3n, sign = -1n; term !== 0n; n += 2n, sign = -sign) {
      term /= inverse * inverse;
      sum += (sign * term) / n;
    }
    return sum;
  };
  const value = 16n * arctan(5n) - 4n * arctan(239n);
  const cut = 10n ** 11n;
  const text = String((value + cut / 2n) / cut);
  return text.length === 1 ? text : `${text[0] ?? ''}.${text.slice(1)}`;
}
