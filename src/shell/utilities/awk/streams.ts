import { pipe } from '../../../engine/os/pipe.ts';
import type { Child, Process, Reader, Writer } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { encode, readerOf, writeText } from '../../../engine/os/text.ts';
import { complain, openInput } from '../input.ts';
import { launch } from '../launch.ts';
import { LineSource } from '../line-source.ts';
import type { Outside } from './machine.ts';
import { RecordReader } from './records.ts';

const FULL = 16_384;

interface Inputs {
  /** What separates records at this moment. */
  separator(): string;
  /** A file begins. */
  begin(path: string): void;
  assign(text: string): void;
}

/** What an awk program reads and writes: its input, files, and commands at the other end of pipes. */
export class Streams implements Outside {
  readonly #process: Process;
  readonly #files: string[];
  readonly #inputs: Inputs;
  readonly #writers = new Map<string, { writer: Writer; child: Child | number }>();
  readonly #readers = new Map<string, { records: RecordReader; child?: Child | number }>();
  readonly #written = new Set<string>();
  #output = '';
  #current: RecordReader | undefined;
  #begun = false;
  status = 0;

  constructor(process: Process, files: readonly string[], inputs: Inputs) {
    this.#process = process;
    this.#files = [...files];
    this.#inputs = inputs;
  }

  print(text: string): void {
    this.#output += text;
  }

  *flush(): Task<void> {
    const text = this.#output;
    this.#output = '';
    yield* writeText(this.#process.stdout, text);
  }

  *flushWhenFull(): Task<void> {
    if (this.#output.length > FULL) yield* this.flush();
  }

  *write(target: string, how: '>' | '>>' | '|', text: string): Task<void> {
    if (how === '|') {
      let open = this.#writers.get(target);
      if (open === undefined) {
        yield* this.flush();
        const { reader, writer } = pipe();
        open = { writer, child: yield* launch(this.#process, ['sh', '-c', target], { stdin: reader }) };
        this.#writers.set(target, open);
      }
      yield* writeText(open.writer, text);
    } else if (target === '/dev/stderr') yield* writeText(this.#process.stderr, text);
    else if (target === '/dev/stdout' || target === '-') this.#output += text;
    else {
      const { files, cwd } = this.#process;
      files.write(resolvePath(cwd, target), encode(text), { append: how === '>>' || this.#written.has(target) });
      this.#written.add(target);
    }
  }

  *read(source: string, how: '<' | '|'): Task<string | undefined | null> {
    let open = this.#readers.get(source);
    if (open === undefined && how === '|') {
      yield* this.flush();
      const { reader, writer } = pipe();
      const child = yield* launch(this.#process, ['sh', '-c', source], { stdout: writer });
      open = { records: this.#records(reader), child };
    } else if (open === undefined) {
      const { files, cwd, stdin } = this.#process;
      const standard = source === '-' || source === '/dev/stdin';
      const full = resolvePath(cwd, source);
      if (!standard && (!files.exists(full) || files.stat(full).type === 'directory')) return null;
      open = { records: this.#records(standard ? stdin : (files.endless?.(full) ?? readerOf(files.read(full)))) };
    }
    this.#readers.set(source, open);
    return yield* open.records.next(this.#inputs.separator());
  }

  #records(reader: Reader): RecordReader {
    return new RecordReader(new LineSource(reader, () => this.flush()));
  }

  *next(): Task<string | undefined> {
    for (;;) {
      const record = yield* this.#current?.next(this.#inputs.separator()) ?? nothing();
      if (record !== undefined) return record;
      const file = this.#files.shift() ?? (this.#begun ? undefined : '-');
      if (file === undefined) return undefined;
      if (/^[A-Za-z_]\w*=/.test(file)) {
        this.#inputs.assign(file);
        continue;
      }
      this.#begun = true;
      if (file !== '-' && !this.#process.files.exists(resolvePath(this.#process.cwd, file))) {
        yield* complain(this.#process, `cannot open ${file} (No such file or directory)`);
        this.status = 2;
        continue;
      }
      const reader = yield* openInput(this.#process, file);
      if (reader === undefined) {
        this.status = 2;
        continue;
      }
      this.#current = this.#records(reader);
      this.#inputs.begin(file === '-' ? '' : file);
    }
  }

  *close(name: string): Task<number> {
    const writer = this.#writers.get(name);
    const reader = this.#readers.get(name);
    const file = this.#written.has(name);
    if (writer === undefined && reader === undefined && !file) return -1;
    this.#writers.delete(name);
    this.#readers.delete(name);
    writer?.writer.close();
    const child = writer?.child ?? reader?.child;
    return child === undefined || typeof child === 'number' ? (child ?? 0) : yield* child.wait();
  }

  /** At the end: what was printed goes out first, then commands get the end of their input. */
  *closeAll(): Task<void> {
    yield* this.flush();
    for (const name of Array.from(this.#writers.keys())) yield* this.close(name);
  }

  *system(command: string): Task<number> {
    yield* this.flush();
    const child = yield* launch(this.#process, ['sh', '-c', command]);
    return typeof child === 'number' ? child : yield* child.wait();
  }

  random(bound: number): number {
    return this.#process.random(bound);
  }

  *pause(): Task<void> {
    yield* this.#process.sleep(1);
  }
}

function* nothing(): Task<undefined> {}
