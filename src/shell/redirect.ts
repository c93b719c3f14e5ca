import { FileError, NetworkError, type Reader, type Writer } from '../engine/os/process.ts';
import { resolvePath } from '../engine/os/path.ts';
import type { Task } from '../engine/os/task.ts';
import { concat, fileWriter, nullWriter, readerOf } from '../engine/os/text.ts';
import { paced } from './paced.ts';
import { expandText, expandWords } from './expand.ts';
import { processReader, processWriter } from './process-substitution.ts';
import type { Shell } from './shell.ts';
import { sourceText } from './source-text.ts';
import type { Redirection, Word } from './syntax.ts';

/** A redirection that cannot be done. The command is not run; its status is 1 (2 in dash). */
export class RedirectionError extends Error {}

/** The descriptors with redirections applied, left to right. */
export function* redirect(shell: Shell, redirections: readonly Redirection[]): Task<ReadonlyMap<number, Reader | Writer>> {
  if (redirections.length === 0) return shell.descriptors;
  const descriptors = new Map(shell.descriptors);
  for (const { descriptor: written, operator, word, variable } of redirections) {
    const [only] = word;
    const closes = variable !== undefined && only?.kind === 'literal' && only.text === '-';
    const descriptor = variable === undefined ? written : closes ? Number(shell.get(variable)) : freeDescriptor(descriptors);
    if (variable !== undefined && !closes) shell.set(variable, String(descriptor));
    if (operator === '<' && word.length === 1 && only?.kind === 'process' && only.direction === '<') {
      descriptors.set(descriptor ?? 0, processReader(shell, only));
      continue;
    }
    if (operator.startsWith('>') && word.length === 1 && only?.kind === 'process' && only.direction === '>') {
      descriptors.set(descriptor ?? 1, processWriter(shell, only));
      continue;
    }
    const text = operator.startsWith('<<') ? yield* expandText(shell, word) : yield* target(shell, word);
    switch (operator) {
      case '<<':
        descriptors.set(descriptor ?? 0, borrowed(text));
        break;
      case '<<<':
        descriptors.set(descriptor ?? 0, borrowed(`${text}\n`));
        break;
      case '<>':
        descriptors.set(descriptor ?? 0, (yield* openSocket(shell, text)) ?? openBoth(shell, text));
        break;
      case '<':
        descriptors.set(descriptor ?? 0, (yield* openSocket(shell, text)) ?? openInput(shell, text, descriptors));
        break;
      case '<&':
      case '>&': {
        const at = descriptor ?? (operator === '<&' ? 0 : 1);
        if (text === '-') {
          if (at > 2) descriptors.delete(at);
          else descriptors.set(at, operator === '<&' ? readerOf('') : nullWriter);
          break;
        }
        if (!/^\d+$/.test(text)) {
          if (operator === '<&' || descriptor !== undefined) throw new RedirectionError(`${text}: ambiguous redirect`);
          const both = openOutput(shell, text, false, descriptors);
          descriptors.set(1, both).set(2, both);
          break;
        }
        const source = descriptors.get(Number(text));
        if (source === undefined) throw new RedirectionError(`${only?.kind === 'parameter' ? `$${only.name}` : text}: Bad file descriptor`);
        descriptors.set(at, source);
        break;
      }
      case '&>':
      case '&>>': {
        const both = openOutput(shell, text, operator === '&>>', descriptors);
        descriptors.set(1, both).set(2, both);
        break;
      }
      default:
        if (operator === '>' && shell.options.noclobber) refuseToClobber(shell, text);
        descriptors.set(descriptor ?? 1, (yield* openSocket(shell, text)) ?? openOutput(shell, text, operator === '>>', descriptors));
    }
  }
  return descriptors;
}

/** The file that is meant: in bash one word must come of it. */
function* target(shell: Shell, word: Word): Task<string> {
  if (shell.dialect !== 'bash' || word.every((part) => part.kind === 'literal' && part.quoted)) return yield* expandText(shell, word);
  const [text, more] = yield* expandWords(shell, [word]);
  if (text === undefined || more !== undefined) throw new RedirectionError(`${sourceText(word)}: ambiguous redirect`);
  return text;
}

/** A reader that stays open when a child that inherited it ends. */
function borrowed(content: Uint8Array | string): Reader {
  const reader = readerOf(content);
  return { read: () => reader.read(), unread: (bytes) => reader.unread?.(bytes), close() {} };
}

function openInput(shell: Shell, path: string, descriptors: ReadonlyMap<number, Reader | Writer>): Reader {
  if (path === '/dev/null') return borrowed('');
  if (path === '/dev/stdin' || path === '/dev/fd/0' || path === '/dev/tty') return descriptors.get(0) as Reader;
  return attempt(shell, path, 'open', (full) => {
    const { files } = shell.process;
    const endless = files.endless?.(full);
    return endless === undefined ? borrowed(files.read(full)) : paced(shell.process, endless);
  });
}

function openOutput(shell: Shell, path: string, append: boolean, descriptors: ReadonlyMap<number, Reader | Writer>): Writer {
  if (path === '/dev/null') return nullWriter;
  if (path === '/dev/stdout' || path === '/dev/fd/1' || path === '/proc/1/fd/1') return descriptors.get(1) as Writer;
  if (path === '/dev/tty') return shell.stdout;
  if (path === '/dev/stderr' || path === '/dev/fd/2' || path === '/proc/1/fd/2') return descriptors.get(2) as Writer;
  return attempt(shell, path, 'create', (full) => {
    const { files } = shell.process;
    files.write(full, new Uint8Array(), { append });
    return fileWriter(files, full);
  });
}

/** bash gives descriptors from 10 on for `{name}>file`. */
function freeDescriptor(descriptors: ReadonlyMap<number, unknown>): number {
  let free = 10;
  while (descriptors.has(free)) free++;
  return free;
}

/** bash(1), REDIRECTION: `/dev/tcp/HOST/PORT` is a connection. */
function* openSocket(shell: Shell, path: string): Task<(Reader & Writer) | undefined> {
  const [, host, port] = /^\/dev\/tcp\/([^/]+)\/(\d+)$/.exec(path) ?? [];
  if (shell.dialect !== 'bash' || host === undefined) return undefined;
  try {
    const { input, output, close } = yield* shell.process.net.connect(host, Number(port));
    return { read: () => input.read(), unread: (bytes) => input.unread?.(bytes), write: (bytes) => output.write(bytes), close };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (error.code === 'ENOTFOUND') {
      yield* shell.complain(`${host}: Name or service not known`);
      throw new RedirectionError(`${path}: Invalid argument`);
    }
    const reason = { ETIMEDOUT: 'Connection timed out', EHOSTUNREACH: 'No route to host', ENETUNREACH: 'Network is unreachable' }[error.code as string]; // prettier-ignore
    yield* shell.complain(`connect: ${reason ?? 'Connection refused'}`);
    throw new RedirectionError(`${path}: ${reason ?? 'Connection refused'}`);
  }
}

/** `<>`: one place in the file for reading and writing. */
function openBoth(shell: Shell, path: string): Reader & Writer {
  return attempt(shell, path, 'create', (full) => {
    const { files } = shell.process;
    if (!files.exists(full)) files.write(full, new Uint8Array());
    let at = 0;
    return {
      *read() {
        const rest = files.read(full).slice(at);
        at += rest.length;
        return rest.length === 0 ? undefined : rest;
      },
      unread(bytes) {
        at -= bytes.length;
      },
      *write(bytes) {
        const before = files.read(full);
        files.write(full, concat([before.slice(0, at), bytes, before.slice(at + bytes.length)]));
        at += bytes.length;
      },
      close() {},
    };
  });
}

/** `set -C`: only `>|` writes over a file. */
function refuseToClobber(shell: Shell, path: string): void {
  const { files, cwd } = shell.process;
  const full = resolvePath(cwd, path);
  if (full.startsWith('/dev/') || !files.exists(full) || files.stat(full).type !== 'file') return;
  throw new RedirectionError(
    shell.dialect === 'bash'
      ? `${path}: cannot overwrite existing file`
      : `${shell.dialect === 'ash' ? "can't" : 'cannot'} create ${path}: File exists`,
  );
}

function attempt<T>(shell: Shell, path: string, verb: 'open' | 'create', open: (full: string) => T): T {
  try {
    if (path === '') throw new FileError('ENOENT', path);
    return open(resolvePath(shell.process.cwd, path));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (shell.dialect === 'bash') throw new RedirectionError(`${path}: ${error.message}`);
    // dash and ash: "cannot open nope: No such file" (they shorten this one text).
    const reason = error.code === 'ENOENT' ? (verb === 'open' ? 'No such file' : 'Directory nonexistent') : error.message;
    const text = shell.dialect === 'ash' && error.code === 'ENOENT' ? (verb === 'open' ? 'no such file' : 'nonexistent directory') : reason;
    throw new RedirectionError(`${shell.dialect === 'ash' ? `can't ${verb}` : `cannot ${verb}`} ${path}: ${text}`);
  }
}
