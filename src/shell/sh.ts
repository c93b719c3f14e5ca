import { ProcessLimitError } from '../engine/os/kernel.ts';
import { FileError, Interrupted, type Process, type Program } from '../engine/os/process.ts';
import { baseName, resolvePath } from '../engine/os/path.ts';
import { run, suspend, type Task } from '../engine/os/task.ts';
import { decode, readLine, writeText } from '../engine/os/text.ts';
import { isTerminal } from '../engine/os/tty.ts';
import { builtinsOf } from './builtins/index.ts';
import { LineAborted } from './foreground.ts';
import { expandHistory, NoSuchEvent } from './history-expansion.ts';
import { runList } from './interpreter.ts';
import { expandText } from './expand.ts';
import { parse, quotedWord } from './parser.ts';
import { expandPrompt } from './prompt.ts';
import { BreakLoop, ReturnFrom, Shell } from './shell.ts';
import { reportSyntaxError } from './syntax-error.ts';
import { ShellSyntaxError, type Dialect } from './syntax.ts';
import { BadSubstitution } from './word-parser.ts';

export interface ShellHooks {
  /** Takes the prompts of an interactive shell instead of its terminal; `undefined` when a line is being run. */
  onPrompt?: (prompt: string | undefined) => void;
  /** The shell has begun: the session looks into it for completion. */
  onStart?: (shell: Shell) => void;
  /** Lines typed so far; the shell's `history` shows them. */
  history?: string[];
}

/** Debian's `/bin/sh`. */
export const sh: Program = createShell('dash');
export const bash: Program = createShell('bash');
/** The `sh` of busybox, so of Alpine. */
export const ash: Program = createShell('ash');

/** A shell as a program: `sh -c TEXT [NAME [ARG…]]`, `sh FILE [ARG…]`, `sh -s`, or interactive on a terminal. */
export function createShell(dialect: Dialect, hooks: ShellHooks = {}): Program {
  return function* (process) {
    const invocation = readArguments(process.argv.slice(1));
    const isInteractive =
      !('refused' in invocation) &&
      invocation.command === undefined &&
      invocation.script === undefined &&
      (invocation.interactive || (isTerminal(process.stdin) && !invocation.stdin));
    const shell = new Shell(process, dialect, { runList, builtins: builtinsOf(dialect) }, undefined, isInteractive);
    shell.history = hooks.history ?? [];
    hooks.onStart?.(shell);
    if ('refused' in invocation) {
      yield* writeText(
        process.stderr,
        dialect === 'bash' ? `bash: ${invocation.refused}: invalid option\n` : `sh: 0: Illegal option ${invocation.refused}\n`,
      );
      return 2;
    }
    for (const option of invocation.options) shell.options[option] = true;
    if (invocation.login) shell.name = `-${baseName(shell.name)}`;
    shell.positional = invocation.rest;
    if (invocation.command !== undefined) {
      shell.fromString = true;
      shell.source = 'environment';
      if (invocation.name !== undefined) shell.name = invocation.name;
      const text = invocation.command;
      return yield* shell.main(() => runText(shell, text, true));
    }
    if (invocation.script !== undefined) {
      const path = invocation.script;
      shell.name = path;
      shell.source = path;
      try {
        const text = decode(process.files.read(resolvePath(process.cwd, path)));
        return yield* shell.main(() => runText(shell, text, false));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        const name = baseName(process.argv[0] ?? 'sh');
        yield* writeText(
          process.stderr,
          dialect === 'bash'
            ? `${name}: ${path}: ${error.message}\n`
            : dialect === 'dash'
              ? `${name}: 0: cannot open ${path}: No such file\n`
              : `${name}: can't open '${path}': No such file or directory\n`,
        );
        return dialect === 'bash' ? (error.code === 'ENOENT' ? 127 : 126) : 2;
      }
    }
    if (isInteractive) return yield* interactive(process, shell, hooks);
    return yield* shell.main(() => runInput(shell));
  };
}

interface Invocation {
  options: (keyof Shell['options'])[];
  interactive: boolean;
  login: boolean;
  stdin: boolean;
  command?: string;
  name?: string;
  script?: string;
  rest: string[];
}

function readArguments(args: readonly string[]): Invocation | { refused: string } {
  const invocation: Invocation = { options: [], interactive: false, login: false, stdin: false, rest: [] };
  const letters: Readonly<Record<string, keyof Shell['options']>> = {
    e: 'errexit',
    u: 'nounset',
    x: 'xtrace',
    f: 'noglob',
    a: 'allexport',
    n: 'noexec',
    C: 'noclobber',
  };
  let isCommand = false;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i] as string;
    if (arg === '--') {
      i++;
      break;
    }
    if (arg === '--login' || arg === '--norc' || arg === '--noprofile' || arg === '--posix') continue;
    if (!/^-./.test(arg)) break;
    for (const c of arg.slice(1)) {
      const option = letters[c];
      if (option !== undefined) invocation.options.push(option);
      else if (c === 'c') isCommand = true;
      else if (c === 'i') invocation.interactive = true;
      else if (c === 'l') invocation.login = true;
      else if (c === 's') invocation.stdin = true;
      else if (c === 'o') {
        const name = args[++i] ?? '';
        if (name !== 'pipefail' && name !== 'errexit' && name !== 'nounset' && name !== 'xtrace') return { refused: `-o ${name}` };
        invocation.options.push(name);
      } else return { refused: arg.startsWith('--') ? arg : `-${c}` };
    }
  }
  const rest = args.slice(i);
  if (isCommand) {
    const [command, name, ...parameters] = rest;
    if (command === undefined) return { refused: '-c: option requires an argument' };
    return { ...invocation, command, ...(name === undefined ? {} : { name }), rest: parameters };
  }
  if (invocation.stdin) return { ...invocation, rest };
  const [script, ...parameters] = rest;
  return { ...invocation, ...(script === undefined ? {} : { script }), rest: parameters };
}

function* runText(shell: Shell, text: string, fromString: boolean): Task<number> {
  try {
    return yield* shell.runScript(text, { last: fromString });
  } catch (error) {
    if (error instanceof ShellSyntaxError) return yield* reportSyntaxError(shell, error, text);
    if (!(error instanceof BadSubstitution)) throw error;
    yield* shell.complain(shell.dialect === 'bash' ? error.message : 'Bad substitution');
    return shell.dialect === 'bash' ? 1 : 2;
  }
}

/** Each command is run as soon as it has been read, and what it reads itself follows it: `kubectl exec -i … sh` talks to a shell so. */
function* runInput(shell: Shell): Task<number> {
  let lines = 0;
  let text = '';
  for (;;) {
    const line = yield* readLine(shell.stdin);
    if (line === undefined && text === '') return shell.status;
    text += line ?? '';
    if (line !== undefined && /(^|[^\\])(\\\\)*\\\n$/.test(text)) continue;
    // Messages name the line: those before stay as empty ones.
    const numbered = '\n'.repeat(lines) + text;
    try {
      parse(numbered, { dialect: shell.dialect });
    } catch (error) {
      if (error instanceof ShellSyntaxError && error.token === undefined && line !== undefined) continue;
      return yield* runText(shell, numbered, false);
    }
    if (text.trim() !== '') yield* runText(shell, numbered, false);
    lines += text.split('\n').length - 1;
    text = '';
  }
}

/** The read-run loop runs inside the process's task, so that ^C can break into it where it waits. */
function* interactive(process: Process, shell: Shell, hooks: ShellHooks): Task<number> {
  return yield* suspend<number>((resume, fail) => {
    const running = run(
      shell.main(() => loop(shell, hooks)),
      resume,
      fail,
    );
    process.onSignal('INT', () => {
      if (shell.waitingForChild === 0) running.interrupt(new Interrupted('INT'));
    });
    // bash(1), SIGNALS: an interactive shell ignores these.
    for (const signal of ['TERM', 'QUIT', 'TSTP'] as const) process.onSignal(signal, () => {});
    return () => running.kill();
  });
}

function* loop(shell: Shell, hooks: ShellHooks): Task<number> {
  const rc = `${shell.get('HOME') ?? ''}/.bashrc`;
  if (shell.dialect === 'bash' && shell.process.files.exists(rc)) yield* readStartFile(shell, rc);
  let text = '';
  for (;;) {
    try {
      const news = shell.jobs.news();
      if (news !== '') yield* writeText(shell.stderr, news);
      const prompt = yield* promptText(shell, text === '' ? 'PS1' : 'PS2');
      if (hooks.onPrompt === undefined) yield* writeText(shell.stderr, prompt);
      else hooks.onPrompt(prompt);
      const line = yield* readLine(shell.stdin);
      hooks.onPrompt?.(undefined);
      if (line === undefined) {
        if (text !== '') {
          yield* writeText(shell.stderr, `${shell.where()}syntax error: unexpected end of file\n`);
          text = '';
          continue;
        }
        if (shell.dialect === 'bash') yield* writeText(shell.stderr, 'exit\n');
        return shell.status;
      }
      const meant = text === '' && shell.dialect === 'bash' ? yield* recall(shell, line) : line;
      if (meant === undefined) continue;
      text += meant;
      // A backslash at the end asks for the rest of the line.
      if (/(^|[^\\])(\\\\)*\\\n$/.test(text) || (yield* runLine(shell, text))) continue;
      text = '';
    } catch (error) {
      if (!(error instanceof Interrupted) || error.signal !== 'INT') throw error;
      hooks.onPrompt?.(undefined);
      shell.status = 130;
      text = '';
    }
  }
}

/** A line with what it takes from the history, which is shown and kept in its place; `undefined` when it is not to be run. */
function* recall(shell: Shell, line: string): Task<string | undefined> {
  const typed = line.replace(/\n$/, '');
  const isKept = shell.history.at(-1) === typed;
  const earlier = isKept ? shell.history.slice(0, -1) : shell.history;
  try {
    const expanded = expandHistory(typed, earlier);
    if (expanded === undefined) return line;
    if (isKept) shell.history.pop();
    shell.history.push(expanded.text);
    yield* writeText(shell.stderr, `${expanded.text}\n`);
    return expanded.printOnly ? undefined : `${expanded.text}\n`;
  } catch (error) {
    if (!(error instanceof NoSuchEvent)) throw error;
    if (isKept) shell.history.pop();
    yield* shell.complain(error.message);
    return undefined;
  }
}

/** The prompt, with the commands and parameters in it expanded; as it stands where they cannot be. */
function* promptText(shell: Shell, which: 'PS1' | 'PS2'): Task<string> {
  const text = expandPrompt(shell, which);
  if (!/[$`]./.test(text)) return text;
  const { status } = shell;
  try {
    return yield* expandText(shell, quotedWord(text));
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    return text;
  } finally {
    shell.status = status;
  }
}

/** `~/.bashrc`: what is wrong in it is told, and the shell goes on. */
function* readStartFile(shell: Shell, path: string): Task<void> {
  const text = decode(shell.process.files.read(path));
  const { line } = shell;
  try {
    yield* shell.runScript(text);
  } catch (error) {
    if (error instanceof ShellSyntaxError) yield* reportSyntaxError(shell, error, text, `${path}: `);
    else if (error instanceof BadSubstitution) yield* shell.complain(error.message);
    else if (!(error instanceof LineAborted || error instanceof BreakLoop || error instanceof ReturnFrom)) throw error;
  }
  shell.line = line;
}

/** Runs what was typed. True when it is not complete yet. */
function* runLine(shell: Shell, text: string): Task<boolean> {
  const before = shell.descriptors;
  try {
    yield* shell.run(parse(text, { alias: (name) => shell.alias(name), extended: () => shell.options.extglob, dialect: shell.dialect }));
  } catch (error) {
    if (error instanceof ShellSyntaxError) {
      if (error.token === undefined) return true;
      yield* reportSyntaxError(shell, error, text);
    } else if (error instanceof BadSubstitution) {
      shell.status = 1;
      yield* shell.complain(error.message);
    } else if (error instanceof ProcessLimitError) shell.status = yield* shell.complainOfFork(error);
    else if (error instanceof LineAborted || error instanceof BreakLoop || error instanceof ReturnFrom) shell.descriptors = before;
    else throw error;
  }
  return false;
}
