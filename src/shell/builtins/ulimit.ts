import { writeText } from '../../engine/os/text.ts';
import type { Builtin } from '../shell.ts';

/** What `ulimit -a` lists: letter, name, unit, soft and hard limit as containerd and systemd leave them. */
const LIMITS: readonly (readonly [letter: string, name: string, unit: string, soft: string, hard?: string])[] = [
  ['R', 'real-time non-blocking time', '(microseconds, -R)', 'unlimited'],
  ['c', 'core file size', '(blocks, -c)', '0', 'unlimited'],
  ['d', 'data seg size', '(kbytes, -d)', 'unlimited'],
  ['e', 'scheduling priority', '(-e)', '0'],
  ['f', 'file size', '(blocks, -f)', 'unlimited'],
  ['i', 'pending signals', '(-i)', '31366'],
  ['l', 'max locked memory', '(kbytes, -l)', '8192'],
  ['m', 'max memory size', '(kbytes, -m)', 'unlimited'],
  ['n', 'open files', '(-n)', '1024', '1048576'],
  ['p', 'pipe size', '(512 bytes, -p)', '8'],
  ['q', 'POSIX message queues', '(bytes, -q)', '819200'],
  ['r', 'real-time priority', '(-r)', '0'],
  ['s', 'stack size', '(kbytes, -s)', '8192', 'unlimited'],
  ['t', 'cpu time', '(seconds, -t)', 'unlimited'],
  ['u', 'max user processes', '(-u)', '512'],
  ['v', 'virtual memory', '(kbytes, -v)', 'unlimited'],
  ['x', 'file locks', '(-x)', 'unlimited'],
];

/** `ulimit`: shows the limits; none can be set. */
export const ulimit: Builtin = function* (shell, argv) {
  const letters = argv.slice(1).filter((arg) => /^-./.test(arg)).join('').replaceAll('-', ''); // prettier-ignore
  const value = argv.slice(1).find((arg) => !arg.startsWith('-'));
  const hard = letters.includes('H');
  const asked = [...letters].filter((c) => c !== 'H' && c !== 'S');
  const wrong = asked.find((c) => c !== 'a' && !LIMITS.some(([letter]) => letter === c));
  if (wrong !== undefined) {
    yield* shell.complain(`ulimit: -${wrong}: invalid option`);
    yield* writeText(shell.stderr, 'ulimit: usage: ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]\n');
    return 2;
  }
  const shown = LIMITS.filter(([letter]) => asked.includes('a') || (asked.length === 0 ? letter === 'f' : asked.includes(letter)));
  if (value !== undefined) {
    const given = hard ? shown[0]?.[4] : shown[0]?.[3];
    if (!/^(\d+|unlimited|hard|soft)$/.test(value)) yield* shell.complain(`ulimit: ${value}: invalid number`);
    else if (value === given || value === 'soft') return 0;
    else yield* shell.complain(`ulimit: -${shown[0]?.[0]} ${value}: not modelled here`);
    return 1;
  }
  for (const [, name, unit, soft, most = soft] of shown) {
    const limit = hard ? most : soft;
    yield* writeText(shell.stdout, shown.length > 1 ? `${name.padEnd(38 - unit.length)}${unit} ${limit}\n` : `${limit}\n`);
  }
  return 0;
};
