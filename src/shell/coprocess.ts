import { pipe } from '../engine/os/pipe.ts';
import type { Reader, Writer } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';
import { arrayOf } from './array.ts';
import { sourceText } from './source-text.ts';
import type { Shell } from './shell.ts';
import type { Compound, List } from './syntax.ts';

/** `coproc NAME command`: it runs beside, with both its ends in the array NAME. */
export function* startCoprocess(shell: Shell, { name, body }: Extract<Compound, { kind: 'coproc' }>): Task<number> {
  const input = pipe();
  const output = pipe();
  const text = body.kind === 'simple' ? body.words.map(sourceText).join(' ') : name;
  const list: List = [{ first: { negated: false, commands: [body] }, rest: [], background: false, text }];
  const child = shell.fork((forked) => forked.runLast(list), { stdin: input.reader, stdout: output.writer });
  const reading = freeFrom(shell, 63);
  const writing = freeFrom(shell, reading - 3);
  shell.descriptors = new Map(shell.descriptors).set(reading, output.reader).set(writing, input.writer);
  shell.ownStreams.set(input.writer, child);
  shell.setArray(name, arrayOf([String(reading), String(writing)]));
  shell.set(`${name}_PID`, String(child.pid));
  shell.lastBackground = child.pid;
  const { id } = shell.jobs.add(child, `coproc ${body.kind === 'simple' ? 'COPROC ' : ''}${text}`, 'running');
  if (shell.interactive) yield* writeText(shell.stderr, `[${id}] ${child.pid}\n`);
  return (shell.status = 0);
}

/** bash takes the highest descriptors for itself. */
function freeFrom(shell: Shell, highest: number): number {
  let free = highest;
  while (shell.descriptors.has(free)) free--;
  return free;
}

/** `exec N>&-`: whoever reads at the other end of what was closed learns it. */
export function* closeOwn(shell: Shell, before: ReadonlyMap<number, Reader | Writer>): Task<void> {
  const left = new Set(shell.descriptors.values());
  for (const stream of before.values()) {
    if (left.has(stream) || !shell.ownStreams.has(stream)) continue;
    stream.close();
    shell.ownStreams.delete(stream);
  }
}
