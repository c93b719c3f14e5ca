import { rare } from '../../engine/os/rare.ts';
import { FileError, SIGNAL_NUMBER, type SignalName } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readAll, writeText } from '../../engine/os/text.ts';
import { ArithmeticError, evaluate } from '../arithmetic.ts';
import { arithmeticText } from '../failed-expansion.ts';
import { LineAborted } from '../foreground.ts';
import { runTrap } from '../run-trap.ts';
import { runProgram } from '../run-program.ts';
import { BreakLoop, Exit, ReturnFrom, type Builtin, type Shell, type TrapName } from '../shell.ts';
import { listSignals } from './list-signals.ts';
import { signalNamed } from '../signals.ts';
import { reportSyntaxError } from '../syntax-error.ts';
import { ShellSyntaxError } from '../syntax.ts';

const breakOrContinue = (how: 'break' | 'continue'): Builtin =>
  function* (shell, argv) {
    if (shell.loopDepth === 0) {
      if (shell.dialect === 'bash') yield* shell.complain(`${how}: only meaningful in a \`for', \`while', or \`until' loop`);
      return 0;
    }
    if (shell.dialect !== 'bash') throw new BreakLoop(how, Number(argv[1] ?? 1));
    const levels = yield* onlyNumber(shell, argv, () => new Exit(128));
    if (levels !== undefined && levels < 1) {
      yield* shell.complain(`${how}: ${argv[1]}: loop count out of range`);
      shell.status = 1;
      throw new BreakLoop('break', shell.loopDepth);
    }
    throw new BreakLoop(how, levels ?? 1);
  };

/** The number that stands behind a command of bash, if there is one. Anything else, or more, ends the script (or an interactive line). */
function* onlyNumber(shell: Shell, [command, text, more]: readonly string[], wrong: () => Error): Task<number | undefined> {
  if (text === undefined) return undefined;
  const fine = /^[-+]?\d+$/.test(text);
  if (fine && more === undefined) return Number(text);
  yield* shell.complain(`${command}: ${fine ? 'too many arguments' : `${text}: numeric argument required`}`);
  shell.status = fine ? 1 : 2;
  if (shell.interactive) throw new LineAborted();
  throw fine ? new Exit(1) : wrong();
}

const source: Builtin = function* (shell, argv) {
  const [, path] = argv;
  if (path === undefined) {
    yield* shell.complain(`${argv[0]}: filename argument required`);
    yield* writeText(shell.stderr, `${argv[0]}: usage: ${argv[0]} filename [arguments]\n`);
    return 2;
  }
  let text: string;
  try {
    text = path === '/dev/stdin' ? yield* readAll(shell.stdin) : decode(shell.process.files.read(resolvePath(shell.process.cwd, path)));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* shell.complain(shell.dialect === 'bash' ? `${path}: ${error.message}` : `${argv[0]}: cannot open ${path}: No such file`);
    if (shell.dialect !== 'bash' && !shell.interactive) throw new Exit(2);
    return 1;
  }
  const { positional, line } = shell;
  if (argv.length > 2) shell.positional = argv.slice(2);
  const bash = shell.dialect === 'bash';
  shell.calls.push({ kind: 'source', name: 'source', source: path, line });
  try {
    const status = yield* shell.runScript(text);
    if (bash && shell.traps.has('RETURN') && (!shell.inFunction || shell.options.functrace)) yield* runTrap(shell, 'RETURN');
    return status;
  } catch (error) {
    if (error instanceof ReturnFrom) return error.code;
    if (error instanceof ShellSyntaxError)
      return yield* reportSyntaxError(shell, error, text, shell.dialect === 'bash' && !shell.interactive ? '' : `${path}: `);
    throw error;
  } finally {
    shell.calls.pop();
    shell.positional = positional;
    shell.line = line;
  }
};

function trapName(text: string): TrapName | undefined {
  const name = text.toUpperCase().replace(/^SIG/, '');
  if (name === '0' || name === 'EXIT') return 'EXIT';
  if (name === 'ERR' || name === 'RETURN' || name === 'DEBUG') return name;
  return signalNamed(name);
}

export const FLOW: Readonly<Record<string, Builtin>> = {
  *':'() {
    return 0;
  },
  *true() {
    return 0;
  },
  *false() {
    return 1;
  },
  break: breakOrContinue('break'),
  continue: breakOrContinue('continue'),
  '.': source,
  source,
  *eval(shell, argv) {
    const text = argv.slice(1).join(' ');
    try {
      return text === '' ? 0 : yield* shell.evaluate(text);
    } catch (error) {
      if (!(error instanceof ShellSyntaxError)) throw error;
      return yield* reportSyntaxError(shell, error, text, shell.dialect === 'bash' ? 'eval: ' : '');
    }
  },
  *exec(shell, argv) {
    if (argv.length === 1) return 0;
    const trapped = [...shell.traps];
    shell.traps.clear();
    const wasInteractive = shell.interactive;
    shell.interactive = false;
    const code = yield* runProgram(shell, argv.slice(1), [], true, shell.dialect === 'bash' ? 'exec: ' : '');
    shell.interactive = wasInteractive;
    for (const [name, action] of trapped) shell.traps.set(name, action);
    // bash's interactive shell stays when there was nothing to become.
    if (wasInteractive && (code === 127 || code === 126)) return code;
    shell.traps.clear();
    throw new Exit(code);
  },
  *exit(shell, argv) {
    const [, code] = argv;
    if (shell.interactive && shell.dialect === 'bash') yield* writeText(shell.stderr, 'exit\n');
    if (shell.dialect === 'bash' && /^[-+]?\d+$/.test(code ?? '')) yield* onlyNumber(shell, argv, () => new Exit(2));
    if (code !== undefined && !(shell.dialect === 'bash' ? /^-?\d+$/ : /^\d+$/).test(code)) {
      yield* shell.complain(shell.dialect === 'bash' ? `exit: ${code}: numeric argument required` : `exit: Illegal number: ${code}`);
      throw new Exit(2);
    }
    throw new Exit(code === undefined ? shell.status : Number(code) & 255);
  },
  *return(shell, argv) {
    if (shell.calls.length === 0 && shell.dialect === 'bash') {
      yield* shell.complain("return: can only `return' from a function or sourced script");
      return 2;
    }
    const code = shell.dialect === 'bash' ? yield* onlyNumber(shell, argv, () => new ReturnFrom(2)) : Number(argv[1] ?? shell.status);
    throw new ReturnFrom((code ?? shell.status) & 255);
  },
  *shift(shell, argv) {
    const bash = shell.dialect === 'bash';
    if (bash && argv[1] !== undefined && !/^[-+]?\d+$/.test(argv[1])) {
      yield* shell.complain(`shift: ${argv[1]}: numeric argument required`);
      return 1;
    }
    const count = (bash ? yield* onlyNumber(shell, argv, () => new Exit(1)) : Number(argv[1] ?? 1)) ?? 1;
    if (count < 0) {
      yield* shell.complain(`shift: ${count}: shift count out of range`);
      return 1;
    }
    if (count > shell.positional.length) {
      if (shell.dialect !== 'bash') {
        yield* shell.complain("shift: can't shift that many");
        throw new Exit(2);
      }
      return 1;
    }
    shell.positional = shell.positional.slice(count);
    return 0;
  },
  *trap(shell, argv) {
    const [, action, ...names] = argv[1] === '--' ? ['trap', ...argv.slice(2)] : argv;
    if (action === '-l') return yield* rare(listSignals)(shell);
    if (action === undefined || action === '-p') {
      const wanted = new Set(names.map(trapName));
      const listed = [...(shell.dialect === 'bash' ? (shell.shownTraps ?? shell.traps) : shell.traps)].filter(
        ([name]) => wanted.size === 0 || wanted.has(name),
      );
      // EXIT is 0, and what is no signal comes last.
      const order = (name: TrapName): number => (name === 'EXIT' ? 0 : name in SIGNAL_NUMBER ? SIGNAL_NUMBER[name as SignalName] : 100);
      for (const [name, text] of listed.sort(([a], [b]) => order(a) - order(b))) {
        const shown = !(name in SIGNAL_NUMBER) || shell.dialect !== 'bash' ? name : `SIG${name}`;
        yield* writeText(shell.stdout, `trap -- '${text.replaceAll("'", `'\\''`)}' ${shown}\n`);
      }
      return 0;
    }
    // `trap TERM` and `trap - TERM` give the signal back.
    const reset = action === '-' || (names.length === 0 && trapName(action) !== undefined);
    let status = 0;
    for (const name of names.length === 0 ? [action] : names) {
      const signal = trapName(name);
      if (signal === undefined) {
        yield* shell.complain(shell.dialect === 'bash' ? `trap: ${name}: invalid signal specification` : `trap: ${name}: bad trap`);
        status = 1;
      } else shell.trap(signal, reset ? undefined : action);
    }
    return status;
  },
  *let(shell, argv) {
    let result = 0n;
    if (argv.length === 1) {
      yield* shell.complain('let: expression expected');
      return 1;
    }
    for (const expression of argv.slice(1)) {
      try {
        result = evaluate(expression, shell.numbers);
      } catch (error) {
        if (!(error instanceof ArithmeticError)) throw error;
        yield* shell.complain(`let: ${arithmeticText(error)}`);
        return 1;
      }
    }
    return result === 0n ? 1 : 0;
  },
  *command(shell, argv) {
    const args = argv.slice(1);
    if (args[0] === '-v' || args[0] === '-V')
      return yield* (shell.language.builtins.get(args[0] === '-v' ? '\0which' : 'type') as Builtin)(shell, ['command', ...args.slice(1)]);
    if (args[0] === '-p' || args[0] === '--') args.shift();
    const [name] = args;
    if (name === undefined) return 0;
    const builtin = shell.builtin(name);
    return builtin === undefined ? yield* runProgram(shell, args, [], false) : yield* builtin(shell, args);
  },
  *builtin(shell, argv) {
    const builtin = shell.language.builtins.get(argv[1] ?? ':');
    if (builtin !== undefined) return yield* builtin(shell, argv.slice(1));
    yield* shell.complain(`builtin: ${argv[1]}: not a shell builtin`);
    return 1;
  },
  /** `caller [N]`: who called the function that is run, or the one N calls further out. */
  *caller(shell, [, depth]) {
    const lines = shell.values('BASH_LINENO');
    const sources = shell.values('BASH_SOURCE');
    const names = shell.values('FUNCNAME');
    const at = Number(depth ?? 0);
    const from = names[at + 1] ?? (shell.source === 'environment' || shell.source === 'main' ? undefined : 'main');
    if (names.length === 0 || lines[at] === undefined || (depth !== undefined && at + 1 >= lines.length && from === undefined)) return 1;
    const file = sources[at + 1] ?? (depth === undefined ? 'NULL' : shell.source);
    yield* writeText(shell.stdout, depth === undefined ? `${lines[at]} ${file}\n` : `${lines[at]} ${from} ${file}\n`);
    return 0;
  },
  *times(shell) {
    yield* writeText(shell.stdout, '0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
    return 0;
  },
};
