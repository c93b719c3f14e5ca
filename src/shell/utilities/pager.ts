import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { readLine, writeText } from '../../engine/os/text.ts';
import { isTerminal } from '../../engine/os/tty.ts';
import { complain, openInput, programName } from './input.ts';
import { LineSource } from './line-source.ts';

/**
 * `less` and `more`, a screen at a time: this terminal hands over whole lines, so Enter shows the next screen and `q` with Enter
 * leaves. Where the output goes elsewhere they are `cat`. Searching and going back are not modelled.
 */
export const pager: Program = function* (process) {
  const paths = process.argv.slice(1).filter((arg) => !/^[-+]./.test(arg));
  const screen = isTerminal(process.stdout) ? (process.terminal?.rows ?? 24) - 1 : Number.POSITIVE_INFINITY;
  if (paths.length === 0 && isTerminal(process.stdin)) {
    yield* writeText(process.stderr, 'Missing filename ("less --help" for help)\n');
    return 1;
  }
  let status = 0;
  for (const path of paths.length === 0 ? ['-'] : paths) {
    const reader = yield* openInput(process, path);
    if (reader === undefined) {
      status = 1;
      continue;
    }
    // The keys come from the terminal, also when the text comes from a pipe.
    const keys = path === '-' ? undefined : process.stdin;
    const source = new LineSource(reader, function* () {});
    let shown = 0;
    while (yield* source.more()) {
      if (shown >= screen && keys !== undefined) {
        if (!(yield* goesOn(process, path))) return status;
        shown = 0;
      }
      yield* writeText(process.stdout, (yield* source.next()) ?? '');
      shown++;
    }
  }
  return status;
};

function* goesOn(process: Process, path: string): Task<boolean> {
  yield* writeText(process.stdout, programName(process) === 'more' ? '--More--' : `${path} (Enter: more, q: quit)`);
  const line = yield* readLine(process.stdin);
  if (line === undefined || /^[qQ]/.test(line)) return false;
  if (!/^\s*$/.test(line)) yield* complain(process, `'${line.trim()}' is not modelled here: Enter shows more, q leaves`);
  return true;
}
