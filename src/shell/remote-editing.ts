import { run, type Running, type Task } from '../engine/os/task.ts';
import type { Process } from '../engine/os/process.ts';
import { decode, encode, readLine, writeText } from '../engine/os/text.ts';
import type { Edit } from './utilities/editor.ts';

// An editor on another machine (`ssh`, `kubectl exec -it`) asks the terminal at the near end to show its text, in a control sequence of
// the kind that terminals have for their clipboard (OSC 52), and the terminal types the answer: so it passes through whatever lies between.

const BEGIN = '\x1b]5190;';
const END = '\x07';

/** Has the text edited by whoever sits at the terminal; `undefined` when it is given up. */
export function* editAtTerminal(process: Process, edit: Edit): Task<string | undefined> {
  yield* writeText(process.stdout, `${BEGIN}${encodeURIComponent(JSON.stringify(edit))}${END}`);
  try {
    for (;;) {
      const line = yield* readLine(process.stdin);
      if (line === undefined || line === '-') return undefined;
      if (line.startsWith('=')) return decodeURIComponent(line.slice(1));
    }
  } catch (error) {
    // Interrupted: nobody waits for the text any more.
    yield* writeText(process.stdout, `${BEGIN}${END}`);
    throw error;
  }
}

/** The near end: finds the requests in what a terminal is to show, and answers them. */
export class EditRequests {
  /** Of a request whose end has not come yet. */
  #begun = '';
  #open: Running | undefined;

  constructor(
    readonly openEditor: (edit: Edit) => Task<string | undefined>,
    /** Types a line. */
    readonly type: (line: string) => void,
  ) {}

  /** What is left to be shown. */
  shown(bytes: Uint8Array): Uint8Array {
    if (this.#begun === '' && !bytes.includes(27)) return bytes;
    const text = this.#begun + decode(bytes);
    const at = text.indexOf(BEGIN);
    if (at < 0) return bytes;
    const end = text.indexOf(END, at);
    this.#begun = end < 0 ? text.slice(at) : '';
    if (end < 0) return encode(text.slice(0, at));
    this.#take(text.slice(at + BEGIN.length, end));
    return encode(text.slice(0, at) + decode(this.shown(encode(text.slice(end + 1)))));
  }

  /** Whoever asked is gone. */
  close(): void {
    this.#open?.kill();
    this.#open = undefined;
  }

  #take(request: string): void {
    this.close();
    if (request === '') return;
    this.#open = run(
      this.openEditor(JSON.parse(decodeURIComponent(request)) as Edit),
      (text) => this.type(text === undefined ? '-' : `=${encodeURIComponent(text)}`),
      () => this.type('-'),
    );
  }
}
