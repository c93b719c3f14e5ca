import { resolvePath } from '../../engine/os/path.ts';
import { FileError, type FileStat, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { matches } from '../pattern.ts';
import { posixRegExp } from './basic-regexp.ts';
import { unescape } from './escapes.ts';
import { complain } from './input.ts';
import { strftime } from './strftime.ts';
import { lstat } from './lstat.ts';
import { launchAndWait } from './launch.ts';

interface Found {
  /** As it is printed: beginning with the operand. */
  readonly path: string;
  readonly name: string;
  readonly full: string;
  readonly depth: number;
  readonly stat: FileStat;
}
/** An expression: whether it holds of a file; an action acts on the way. */
type Expression = (found: Found) => Task<boolean>;

class Misuse extends Error {}

/** `find [path…] [expression]`: tests, `!`, `-a`, `-o`, parentheses, `-print`, `-print0`, `-delete`, `-exec … \;` and `+`. */
export function* find(process: Process): Task<number> {
  const words = process.argv.slice(1);
  // How links are followed comes first; the files here follow none but `-L`'s.
  let follow = false;
  while (/^-[LHP]$/.test(words[0] ?? '')) follow = words.shift() === '-L';
  const start = words.findIndex((word) => /^[-(!]/.test(word));
  const paths = start < 0 ? words : words.slice(0, start);
  let reader: Reader;
  let expression: Expression;
  try {
    reader = new Reader(process, start < 0 ? [] : words.slice(start));
    expression = reader.whole();
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    yield* complain(process, error.message);
    return 1;
  }
  let status = 0;
  const visit = function* (path: string, full: string, depth: number): Task<void> {
    const stat = follow && process.files.exists(full) ? process.files.stat(full) : lstat(process, full);
    const name = path.replace(/\/+$/, '').split('/').pop() || path;
    const found = { path, name, full, depth, stat };
    const inside = function* (): Task<void> {
      if (stat.type !== 'directory' || depth >= reader.deepest) return;
      for (const each of [...process.files.list(full)].sort())
        yield* visit(`${path.endsWith('/') ? path : `${path}/`}${each}`, `${full === '/' ? '' : full}/${each}`, depth + 1);
    };
    if (reader.insideFirst) yield* inside();
    reader.pruned = false;
    if (depth >= reader.shallowest) yield* expression(found);
    if (!reader.insideFirst && !reader.pruned) yield* inside();
  };
  for (const path of paths.length === 0 ? ['.'] : paths) {
    try {
      yield* visit(path, resolvePath(process.cwd, path), 0);
    } catch (error) {
      if (error instanceof Quit) break;
      if (!(error instanceof FileError)) throw error;
      yield* complain(process, `‘${path}’: ${error.message}`);
      status = 1;
    }
  }
  for (const [command, collected] of reader.collected)
    if (collected.length > 0 && (yield* launchAndWait(process, [...command, ...collected])) !== 0) status = 1;
  return status;
}

const KINDS: Readonly<Record<string, FileStat['type']>> = { f: 'file', d: 'directory', l: 'symlink' };

class Reader {
  deepest = Infinity;
  shallowest = 0;
  insideFirst = false;
  pruned = false;
  readonly collected: [command: readonly string[], paths: string[]][] = [];
  #acts = false;
  #at = 0;

  constructor(
    readonly process: Process,
    readonly words: readonly string[],
  ) {}

  whole(): Expression {
    const expression = this.words.length === 0 ? always : this.#either();
    const extra = this.words[this.#at];
    if (extra !== undefined) throw new Misuse(extra === ')' ? 'you have too many )' : `paths must precede expression: \`${extra}'`);
    return this.#acts ? expression : both(expression, this.#print('\n'));
  }

  #either(): Expression {
    let left = this.#all();
    while (this.words[this.#at] === '-o' || this.words[this.#at] === '-or') {
      this.#at++;
      const [first, second] = [left, this.#all()];
      left = function* (found) {
        return (yield* first(found)) || (yield* second(found));
      };
    }
    return left;
  }

  #all(): Expression {
    let left = this.#one();
    for (;;) {
      const next = this.words[this.#at];
      if (next === undefined || next === ')' || next === '-o' || next === '-or') return left;
      if (next === '-a' || next === '-and') this.#at++;
      left = both(left, this.#one());
    }
  }

  #one(): Expression {
    const word = this.words[this.#at++];
    if (word === undefined) throw new Misuse('expected an expression');
    if (word === '!' || word === '-not') {
      const of = this.#one();
      return function* (found) {
        return !(yield* of(found));
      };
    }
    if (word === '(') {
      const inner = this.#either();
      if (this.words[this.#at++] !== ')')
        throw new Misuse("invalid expression; I was expecting to find a ')' somewhere but did not see one.");
      return inner;
    }
    if (!word.startsWith('-')) throw new Misuse(`paths must precede expression: \`${word}'`);
    return this.#predicate(word);
  }

  #argument(word: string): string {
    const argument = this.words[this.#at++];
    if (argument === undefined) throw new Misuse(`missing argument to \`${word}'`);
    return argument;
  }

  #number(word: string): number {
    const argument = this.#argument(word);
    if (!/^\d+$/.test(argument)) throw new Misuse(`Expected a positive decimal integer argument to ${word}, but got ‘${argument}’`);
    return Number(argument);
  }

  #print(end: string): Expression {
    const { stdout } = this.process;
    return function* ({ path }) {
      yield* writeText(stdout, path + end);
      return true;
    };
  }

  #predicate(word: string): Expression {
    const { files } = this.process;
    switch (word) {
      case '-name':
      case '-iname': {
        const pattern = this.#argument(word);
        return word === '-name'
          ? when(({ name }) => matches(name, pattern))
          : when(({ name }) => matches(name.toLowerCase(), pattern.toLowerCase()));
      }
      case '-path':
      case '-wholename': {
        const pattern = this.#argument(word);
        return when(({ path }) => matches(path, pattern));
      }
      case '-type': {
        const letter = this.#argument(word);
        const kinds = letter.split(',').map((each) => KINDS[each]);
        if (kinds.includes(undefined)) throw new Misuse(`Unknown argument to -type: ${letter}`);
        return when(({ stat }) => kinds.includes(stat.type));
      }
      case '-maxdepth':
        this.deepest = this.#number(word);
        return always;
      case '-mindepth':
        this.shallowest = this.#number(word);
        return always;
      case '-depth':
        this.insideFirst = true;
        return always;
      case '-true':
        return always;
      case '-false':
        return when(() => false);
      case '-empty':
        return when(({ stat, full }) =>
          stat.type === 'directory' ? files.list(full).length === 0 : stat.type === 'file' && stat.size === 0,
        );
      case '-size':
        return this.#size(this.#argument(word));
      case '-mmin':
      case '-mtime':
        return this.#age(word, this.#argument(word));
      case '-newer': {
        const than = files.stat(resolvePath(this.process.cwd, this.#argument(word))).modified;
        return when(({ stat }) => stat.modified > than);
      }
      case '-perm': {
        const mode = Number.parseInt(this.#argument(word).replace(/^-/, ''), 8);
        const least = (this.words[this.#at - 1] as string).startsWith('-');
        return when(({ stat }) => (least ? (stat.mode & mode) === mode : (stat.mode & 0o7777) === mode));
      }
      case '-prune':
        return function* (this: Reader) {
          this.pruned = true;
          return true;
        }.bind(this) as Expression;
      case '-regex':
      case '-iregex': {
        const pattern = posixRegExp(`^\\(${this.#argument(word)}\\)$`, false, word === '-iregex' ? 'i' : '');
        return when(({ path }) => pattern.test(path));
      }
      case '-user':
      case '-group': {
        const user = this.#argument(word);
        return when(({ stat }) => (word === '-user' ? stat.user : stat.group) === user);
      }
      case '-executable':
        return when(({ stat }) => (stat.mode & 0o111) !== 0);
      case '-readable':
        return always;
      case '-quit':
        this.#acts = true;
        return function* () {
          throw new Quit();
        };
      case '-printf': {
        this.#acts = true;
        const format = this.#argument(word);
        const { stdout } = this.process;
        return function* (found) {
          yield* writeText(stdout, printed(format, found));
          return true;
        };
      }
      case '-ls':
      case '-links': {
        const [, sign, digits] = /^([+-]?)(\d+)$/.exec(this.#argument(word)) ?? [];
        return when(() => compared(sign, 1, Number(digits)));
      }
      case '-ok':
      case '-execdir':
      case '-fprint':
        throw new Misuse(`predicate \`${word}' is not modelled here`);
      case '-print':
      case '-print0':
        this.#acts = true;
        return this.#print(word === '-print' ? '\n' : '\0');
      case '-delete':
        this.#acts = true;
        this.insideFirst = true;
        return when(({ full }) => {
          files.remove(full);
          return true;
        });
      case '-exec':
        return this.#exec();
      default:
        throw new Misuse(`unknown predicate \`${word}'`);
    }
  }

  #size(text: string): Expression {
    const [, sign, digits, unit = 'b'] = /^([+-]?)(\d+)([bckMG])?$/.exec(text) ?? [];
    if (digits === undefined)
      throw new Misuse(/^[+-]?\d+/.test(text) ? `Invalid argument \`${text}' to -size` : `invalid -size type \`${text.slice(-1)}'`);
    const bytes = { b: 512, c: 1, k: 1024, M: 1024 ** 2, G: 1024 ** 3 }[unit] as number;
    return when(({ stat }) => compared(sign, Math.ceil(stat.size / bytes), Number(digits)));
  }

  #age(word: string, text: string): Expression {
    const [, sign, digits] = /^([+-]?)(\d+)$/.exec(text) ?? [];
    if (digits === undefined) throw new Misuse(`invalid argument \`${text}' to \`${word}'`);
    const unit = word === '-mmin' ? 60_000 : 86_400_000;
    return when(({ stat }) => compared(sign, Math.floor((this.process.now() - stat.modified) / unit), Number(digits)));
  }

  #exec(): Expression {
    this.#acts = true;
    const from = this.#at;
    const end = this.words.findIndex((word, i) => i >= from && (word === ';' || (word === '+' && this.words[i - 1] === '{}')));
    if (end < 0) throw new Misuse("missing argument to `-exec'");
    this.#at = end + 1;
    const command = this.words.slice(from, end);
    const { process } = this;
    if (this.words[end] === '+') {
      const paths: string[] = [];
      this.collected.push([command.slice(0, -1), paths]);
      return when(({ path }) => paths.push(path) > 0);
    }
    return function* ({ path }) {
      return (
        (yield* launchAndWait(
          process,
          command.map((word) => word.replaceAll('{}', path)),
        )) === 0
      );
    };
  }
}

/** `-printf`: the directives people use. */
function printed(format: string, { path, name, depth, stat }: Found): string {
  const directives: Readonly<Record<string, string>> = {
    p: path, f: name, s: String(stat.size), d: String(depth), m: (stat.mode & 0o7777).toString(8), u: stat.user, g: stat.group,
    y: stat.type === 'directory' ? 'd' : stat.type === 'symlink' ? 'l' : 'f', h: path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.',
    P: depth === 0 ? '' : path.split('/').slice(-depth).join('/'), t: strftime('%a %b %e %H:%M:%S.0000000000 %Y', stat.modified), '%': '%',
  }; // prettier-ignore
  return unescape(format, false).text.replace(/%T(.)|%([-\d]*)([a-zA-Z%])/g, (all, time: string | undefined, width: string, c: string) => {
    if (time !== undefined)
      return time === '@'
        ? `${stat.modified / 1000}`
        : time === '+'
          ? strftime('%F+%T', stat.modified)
          : strftime(`%${time}`, stat.modified);
    const text = directives[c];
    return text === undefined ? all : width.startsWith('-') ? text.padEnd(Number(width.slice(1))) : text.padStart(Number(width));
  });
}

class Quit extends Error {}

const compared = (sign: string | undefined, is: number, than: number): boolean =>
  sign === '+' ? is > than : sign === '-' ? is < than : is === than;

const when = (test: (found: Found) => boolean): Expression =>
  // eslint-disable-next-line require-yield
  function* (found) {
    return test(found);
  };
const always = when(() => true);
const both = (first: Expression, second: Expression): Expression =>
  function* (found) {
    return (yield* first(found)) && (yield* second(found));
  };
