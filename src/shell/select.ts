import type { Task } from '../engine/os/task.ts';
import { readLine, writeText } from '../engine/os/text.ts';
import type { Shell } from './shell.ts';

/** One turn of `select`: the menu (first, and whenever nothing was answered), the question, the choice. `undefined` at the end of input. */
export function* chooseFrom(shell: Shell, values: readonly string[], first: boolean): Task<string | undefined> {
  let show = first;
  for (;;) {
    if (show) yield* writeText(shell.stderr, menu(values, Number(shell.get('COLUMNS') ?? shell.process.terminal?.columns ?? 80)));
    yield* writeText(shell.stderr, shell.get('PS3') ?? '#? ');
    const line = yield* readLine(shell.stdin);
    if (line === undefined) {
      yield* writeText(shell.stdout, '\n');
      return undefined;
    }
    const answer = line.trim();
    shell.set('REPLY', line.replace(/\n$/, ''));
    if (answer !== '') return /^\d+$/.test(answer) ? (values[Number(answer) - 1] ?? '') : '';
    show = true;
  }
}

/** Numbered, down the columns of the screen as bash sets them. */
function menu(values: readonly string[], width: number): string {
  const digits = String(values.length).length;
  const widest = Math.max(...values.map((value) => value.length)) + digits + 4;
  let across = Math.max(1, Math.floor(width / widest));
  let rows = Math.ceil(values.length / across);
  across = Math.ceil(values.length / rows);
  if (rows === 1) [rows, across] = [across, 1];
  let text = '';
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < across; column++) {
      const at = column * rows + row;
      const value = values[at];
      if (value === undefined) break;
      const item = `${String(at + 1).padStart(column === 0 ? String(rows).length : digits)}) ${value}`;
      text += item;
      if (values[at + rows] !== undefined) text += tabsTo(column * widest + item.length, (column + 1) * widest);
    }
    text += '\n';
  }
  return text;
}

function tabsTo(from: number, to: number): string {
  let text = '';
  for (let at = from; at < to;) {
    if (Math.floor(to / 8) > Math.floor(at / 8)) {
      text += '\t';
      at += 8 - (at % 8);
    } else {
      text += ' ';
      at++;
    }
  }
  return text;
}
