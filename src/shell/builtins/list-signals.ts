import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { Shell } from '../shell.ts';

const NAMES =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

/** `kill -l` and `trap -l`: Linux's signals, or what a number or a name of one is. */
export function* listSignals(shell: Shell, wanted: readonly string[] = []): Task<number> {
  if (wanted.length === 0) {
    const named = [...NAMES.map((name, i) => [i + 1, name] as const), ...realTime()];
    const cells = named.map(([number, name]) => `${String(number).padStart(2)}) SIG${name}`);
    const table = Array.from({ length: Math.ceil(cells.length / 5) }, (_, row) => cells.slice(row * 5, row * 5 + 5));
    yield* writeText(
      shell.stdout,
      shell.dialect === 'bash'
        ? table.map((row) => `${row.join('\t')}${row.length === 5 ? '' : '\t'}\n`).join('')
        : `${NAMES.join('\n')}\n`,
    );
    return 0;
  }
  let status = 0;
  for (const each of wanted) {
    const name = each.toUpperCase().replace(/^SIG/, '');
    const number = Number(each) > 128 ? Number(each) - 128 : Number(each);
    const answer = /^\d+$/.test(each) ? NAMES[number - 1] : NAMES.includes(name) ? String(NAMES.indexOf(name) + 1) : undefined;
    if (answer !== undefined) yield* writeText(shell.stdout, `${answer}\n`);
    else {
      yield* shell.complain(`kill: ${each}: invalid signal specification`);
      status = 1;
    }
  }
  return status;
}

/** 34 to 64: the first half counts up from the lowest, the other down from the highest. */
function realTime(): (readonly [number, string])[] {
  return Array.from({ length: 31 }, (_, i) => {
    const name = i <= 15 ? `RTMIN${i === 0 ? '' : `+${i}`}` : `RTMAX${i === 30 ? '' : `-${30 - i}`}`;
    return [34 + i, name] as const;
  });
}
