import { FileError, type FileStat, type Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { isTerminal } from '../../engine/os/tty.ts';

/** `test` and `[`: 0 true, 1 false, 2 nonsense. By the number of arguments, as POSIX says. */
export function* test(process: Process, where = '', isDash = false, hasOption?: (name: string) => boolean): Task<number> {
  const name = process.argv[0] ?? 'test';
  let args = process.argv.slice(1);
  const refuse = function* (text: string): Task<number> {
    yield* writeText(process.stderr, `${where}${name}: ${text}\n`);
    return 2;
  };
  if (name === '[') {
    if (args.at(-1) !== ']') return yield* refuse("missing `]'");
    args = args.slice(0, -1);
  }
  let at = 0;
  // dash's test has no `==`.
  const binary = (operator: string): boolean => isBinary(operator) && !(isDash && operator === '==');
  const primary = (): boolean => {
    const left = args.length - at;
    const [a = '', b = '', c = ''] = args.slice(at);
    if (a === '!' && left > 1 && !(left >= 3 && binary(b))) {
      at++;
      return !primary();
    }
    if (left >= 3 && binary(b)) {
      at += 3;
      return binaryTest(process, b, a, c) ?? false;
    }
    if (a === '(' && left > 2) {
      at++;
      const value = or();
      if (args[at] !== ')') throw new Misuse("`)' expected");
      at++;
      return value;
    }
    if (left >= 2 && a === '-o' && hasOption !== undefined && b !== '-a') {
      at += 2;
      return hasOption(b);
    }
    if (left >= 2 && /^-[a-zA-Z]$/.test(a) && b !== '-a' && b !== '-o') {
      const value = unaryTest(process, a, b);
      if (value === undefined) throw new Misuse(`${a}: unary operator expected`);
      at += 2;
      return value;
    }
    if (left < 1) throw new Misuse('argument expected');
    at++;
    return a !== '';
  };
  const and = (): boolean => {
    let value = primary();
    while (args[at] === '-a') {
      at++;
      value = primary() && value;
    }
    return value;
  };
  const or = (): boolean => {
    let value = and();
    while (args[at] === '-o') {
      at++;
      value = and() || value;
    }
    return value;
  };
  if (args.length === 0) return 1;
  if (args.length === 2 && !isDash && args[0] !== '!' && !/^-[a-zA-Z]$/.test(args[0] as string))
    return yield* refuse(`${args[0]}: unary operator expected`);
  try {
    const value = or();
    if (at < args.length)
      return yield* refuse(
        isDash
          ? `${args[0]}: unexpected operator`
          : args.length - at === 1 && at === 1
            ? `${args[0]}: unary operator expected`
            : at === 1
              ? `${args[1]}: binary operator expected`
              : 'too many arguments',
      );
    return value ? 0 : 1;
  } catch (error) {
    if (error instanceof NoInteger)
      return yield* refuse(isDash ? `Illegal number: ${error.message}` : `${error.message}: integer expression expected`);
    if (!(error instanceof Misuse)) throw error;
    return yield* refuse(error.message);
  }
}

class Misuse extends Error {}
class NoInteger extends Error {}

function isBinary(operator: string): boolean {
  return /^(=|==|!=|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/.test(operator);
}

/** `-f path`, `-z text` …; `undefined` for an operator there is none. */
export function unaryTest(process: Process, operator: string, operand: string): boolean | undefined {
  switch (operator) {
    case '-z':
      return operand === '';
    case '-n':
      return operand !== '';
    case '-t':
      return isTerminal([process.stdin, process.stdout, process.stderr][Number(operand)] ?? {});
    case '-v':
      return process.env.has(operand);
  }
  if (!/^-[abcdefghkprsuwxLSO]$/.test(operator)) return undefined;
  const stat = statOf(process, operand);
  if (operator === '-L' || operator === '-h') {
    try {
      return process.files.readLink(resolvePath(process.cwd, operand)) !== '';
    } catch {
      return false;
    }
  }
  if (stat === undefined) return false;
  switch (operator) {
    case '-d':
      return stat.type === 'directory';
    case '-f':
      return stat.type === 'file';
    case '-s':
      return stat.size > 0;
    case '-x':
      return (stat.mode & 0o111) !== 0;
    case '-r':
      return (stat.mode & 0o444) !== 0;
    case '-w':
      return (stat.mode & 0o222) !== 0;
    case '-b':
    case '-c':
    case '-p':
    case '-S':
    case '-g':
    case '-u':
    case '-k':
      return false;
    default:
      return true;
  }
}

export function binaryTest(process: Process, operator: string, left: string, right: string): boolean | undefined {
  switch (operator) {
    case '=':
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '-nt':
      return (statOf(process, left)?.modified ?? -1) > (statOf(process, right)?.modified ?? -1);
    case '-ot':
      return (statOf(process, left)?.modified ?? -1) < (statOf(process, right)?.modified ?? -1);
    case '-ef':
      return resolvePath(process.cwd, left) === resolvePath(process.cwd, right);
  }
  const [a, b] = [integer(left), integer(right)];
  switch (operator) {
    case '-eq':
      return a === b;
    case '-ne':
      return a !== b;
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    case '-ge':
      return a >= b;
    default:
      return undefined;
  }
}

function integer(text: string): number {
  if (!/^\s*[-+]?\d+\s*$/.test(text)) throw new NoInteger(text);
  return Number(text);
}

function statOf(process: Process, path: string): FileStat | undefined {
  try {
    return path === '' ? undefined : process.files.stat(resolvePath(process.cwd, path));
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
