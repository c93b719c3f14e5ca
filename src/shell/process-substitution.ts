import type { Reader, Writer } from '../engine/os/process.ts';
import { pipe } from '../engine/os/pipe.ts';
import type { Task } from '../engine/os/task.ts';
import { readBytes, readerOf } from '../engine/os/text.ts';
import type { Shell } from './shell.ts';
import type { ProcessSubstitution } from './syntax.ts';

/**
 * `<(list)` and `>(list)` as a file name. The kernel has no named pipes, so the list runs before the command that reads it, and
 * after the one that writes to it; where `<(list)` is redirected from (`done < <(list)`) it streams (`processReader`).
 */
export function* substituteProcess(shell: Shell, { direction, body }: ProcessSubstitution): Task<string> {
  const path = `/tmp/sh-np.${shell.process.pid}.${shell.nextPipe++}`;
  const { files } = shell.process;
  if (direction === '<') {
    const { reader, writer } = pipe();
    const child = shell.fork((forked) => forked.runLast(body), { stdout: writer });
    files.write(path, yield* readBytes(reader));
    yield* child.wait();
    shell.afterCommand.push(function* () {
      files.remove(path);
    });
    return path;
  }
  files.write(path, new Uint8Array());
  shell.afterCommand.push(function* () {
    const written = files.read(path);
    files.remove(path);
    yield* shell.fork((forked) => forked.runLast(body), { stdin: readerOf(written) }).wait();
  });
  return path;
}

/** `> >(list)`: the list reads along, and is waited for when what writes has ended. */
export function processWriter(shell: Shell, { body }: ProcessSubstitution): Writer {
  const { reader, writer } = pipe();
  const child = shell.fork((forked) => forked.runLast(body), { stdin: reader });
  shell.ownStreams.set(writer, child);
  shell.afterCommand.push(function* () {
    // `exec > >(list)`: it stays until the shell ends.
    if ([...shell.descriptors.values()].includes(writer)) return;
    if (!shell.ownStreams.delete(writer)) return;
    writer.close();
    yield* child.wait();
  });
  return writer;
}

export function processReader(shell: Shell, { body }: ProcessSubstitution): Reader {
  const { reader, writer } = pipe();
  shell.fork((forked) => forked.runLast(body), { stdout: writer });
  return reader;
}
