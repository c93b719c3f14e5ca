import { FileError, type Process, type Program } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, writeText } from '../../engine/os/text.ts';
import { isTerminal } from '../../engine/os/tty.ts';
import { complain, programName } from './input.ts';

/** A text that a program gives the learner to edit. */
export interface Edit {
  readonly path: string;
  readonly text: string;
  /** Why it could not be saved the last time. */
  readonly problem?: string;
}

/** Shows a text in an editor beside the terminal of a process, and waits for what becomes of it: `undefined` when it is given up. */
export type OpenEditor = (process: Process, edit: Edit) => Task<string | undefined>;

/**
 * `vi`, `vim` and `nano`: the text is edited outside this machine, in the page. Giving up is `:q!`: the file stays as it is, and the
 * status is 0. Several files are edited one after the other.
 */
export function createEditor(open: OpenEditor | undefined): Program {
  return function* (process) {
    const operands = process.argv.slice(1).filter((arg) => arg !== '--' && !/^\+\d*$/.test(arg));
    const option = operands.find((arg) => arg.startsWith('-'));
    if (option !== undefined) return yield* refuse(process, `option '${option}' is not modelled here`);
    const { terminal } = process;
    if (terminal === undefined || !isTerminal(process.stdin)) return yield* withoutTerminal(process, terminal === undefined);
    if (open === undefined)
      return yield* refuse(
        process,
        "full-screen programs do not run in this terminal. Edit the file in a manifest cell, or write it with `cat > FILE <<'EOF'`.",
      );
    if (operands.length === 0) return yield* refuse(process, 'a text without a file name is not modelled here: name the file to edit');
    let status = 0;
    for (const path of operands) status = Math.max(status, yield* editFile(process, path, (edit) => open(process, edit)));
    return status;
  };
}

function* editFile(process: Process, path: string, open: (edit: Edit) => Task<string | undefined>): Task<number> {
  const { files } = process;
  const full = resolvePath(process.cwd, path);
  let before = '';
  try {
    if (files.exists(full)) {
      if (files.stat(full).type === 'directory') return yield* refuse(process, `"${path}" is a directory`);
      const bytes = files.read(full);
      before = decode(bytes);
      const back = encode(before);
      if (back.length !== bytes.length || back.some((byte, i) => byte !== bytes[i]))
        return yield* refuse(process, `"${path}" is no UTF-8 text; other files are not edited here`);
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return yield* refuse(process, `"${path}": ${error.message}`);
  }
  // As vim's fileformat: line ends of DOS come back when every line has one.
  const dos = before.includes('\r\n') && !/(^|[^\r])\n/.test(before);
  const text = dos ? before.replaceAll('\r\n', '\n') : before;
  if (/\r|\0/.test(text)) return yield* refuse(process, `"${path}" has control characters that an editor in a page would lose`);
  for (let edit: Edit = { path: full, text }; ;) {
    const saved = yield* open(edit);
    if (saved === undefined) return 0;
    // Both editors end a text's last line.
    const whole = saved === '' || saved.endsWith('\n') ? saved : `${saved}\n`;
    try {
      files.write(full, encode(dos ? whole.replaceAll('\n', '\r\n') : whole));
      return 0;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      edit = { path: full, text: whole, problem: unsaved(process, path, error) };
    }
  }
}

const unsaved = (process: Process, path: string, error: FileError): string =>
  isVi(process) ? `"${path}" E212: Can't open file for writing` : `Error writing ${path}: ${error.message}`;

function* withoutTerminal(process: Process, output: boolean): Task<number> {
  if (!isVi(process)) return yield* refuse(process, `standard ${output ? 'output' : 'input'} is not a terminal`);
  yield* writeText(
    process.stderr,
    output
      ? 'Vim: Warning: Output is not to a terminal\n'
      : 'Vim: Warning: Input is not from a terminal\nVim: Error reading input, exiting...\nVim: Finished.\n',
  );
  return 1;
}

function* refuse(process: Process, text: string): Task<number> {
  yield* complain(process, text);
  return 1;
}

const isVi = (process: Process): boolean => programName(process) !== 'nano';
