import { FileError, type Process } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode, readAll, writeText } from '../../../engine/os/text.ts';
import { evaluate, type World } from './evaluate.ts';
import { parseJq } from './parse.ts';
import { JqError, JqMistake, type Filter, type JsonValue } from './syntax.ts';
import { isTrue, toJson } from './values.ts';

interface Options {
  raw: boolean;
  join: boolean;
  compact: boolean;
  sort: boolean;
  ascii: boolean;
  tab: boolean;
  indent: number;
  exit: boolean;
  none: boolean;
  slurp: boolean;
  rawInput: boolean;
  filter?: string;
  files: string[];
  variables: Map<string, JsonValue>;
}

const LETTERS: Readonly<Record<string, keyof Options>> = {
  r: 'raw', j: 'join', c: 'compact', S: 'sort', a: 'ascii', e: 'exit', n: 'none', s: 'slurp', R: 'rawInput',
}; // prettier-ignore
const LONG: Readonly<Record<string, string>> = {
  'raw-output': 'r', 'join-output': 'j', 'compact-output': 'c', 'sort-keys': 'S', 'ascii-output': 'a', 'exit-status': 'e', 'null-input': 'n', slurp: 's',
  'raw-input': 'R',
}; // prettier-ignore

/** jq 1.7 without modules, labels, streaming forms, dates beyond ISO 8601 and SQL. What is not there is refused by name. */
export function* jq(process: Process): Task<number> {
  const options = yield* readArguments(process);
  if (typeof options === 'number') return options;
  let filter: Filter;
  try {
    filter = parseJq(options.filter ?? '.');
  } catch (error) {
    if (!(error instanceof JqMistake)) throw error;
    yield* writeText(
      process.stderr,
      `jq: error: ${error.message} (Unix shell quoting issues?) at <top-level>, line 1:\n${options.filter}\njq: 1 compile error\n`,
    );
    return 3;
  }
  let status = 0;
  let source = '';
  for (const file of options.files) {
    try {
      source += `${decode(process.files.read(resolvePath(process.cwd, file)))}\n`;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* writeText(process.stderr, `jq: error: Could not open ${file}: ${error.message}\n`);
      status = 2;
    }
  }
  if (options.files.length === 0 && !options.none) source = yield* readAll(process.stdin);
  else if (options.files.length === 0 && /\binputs?\b/.test(options.filter ?? '')) source = yield* readAll(process.stdin);
  const read = { lines: 0 };
  const inputs = options.rawInput ? rawValues(source, options.slurp) : jsonValues(source, options.slurp, read);
  const world: World = {
    variables: new Map([...options.variables, ['ENV', Object.fromEntries(process.env)]]),
    now: () => process.now() / 1000,
    next: () => inputs.next().value as JsonValue | undefined,
  };
  let last: JsonValue | undefined;
  try {
    for (let input = options.none ? null : world.next(); input !== undefined; input = options.none ? undefined : world.next()) {
      try {
        for (const value of evaluate(filter, input, world)) {
          last = value;
          yield* writeText(process.stdout, outputText(value, options));
        }
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        yield* writeText(
          process.stderr,
          `jq: error (at ${options.none ? '<unknown>' : `${options.files[0] ?? '<stdin>'}:${read.lines}`}): ${error.message}\n`,
        );
        status = 5;
      }
    }
  } catch (error) {
    if (error instanceof InvalidJson) {
      yield* writeText(process.stderr, `jq: parse error: ${error.message}\n`);
      return 2;
    }
    if (error instanceof RangeError) {
      yield* writeText(process.stderr, 'jq: error: the filter goes too deep\n');
      return 5;
    }
    if (!(error instanceof JqMistake)) throw error;
    yield* writeText(process.stderr, `jq: ${error.message} at <top-level>, line 1:\n${options.filter}\njq: 1 compile error\n`);
    return 3;
  }
  if (status !== 0) return status;
  return options.exit ? (last === undefined ? 4 : isTrue(last) ? 0 : 1) : 0;
}

function outputText(value: JsonValue, options: Options): string {
  const end = options.join ? '' : '\n';
  if ((options.raw || options.join) && typeof value === 'string') return value + end;
  const indent = options.compact ? '' : options.tab ? '\t' : ' '.repeat(options.indent);
  return toJson(value, { indent, sort: options.sort, ascii: options.ascii }) + end;
}

function* readArguments(process: Process): Task<Options | number> {
  const args = process.argv.slice(1);
  const options: Options = {
    raw: false, join: false, compact: false, sort: false, ascii: false, tab: false, indent: 2, exit: false, none: false, slurp: false, rawInput: false,
    files: [], variables: new Map(),
  }; // prettier-ignore
  const named: Record<string, JsonValue> = {};
  const unknown = function* (arg: string): Task<number> {
    yield* writeText(
      process.stderr,
      `jq: Unknown option: ${arg}\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq\n`,
    );
    return 2;
  };
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    if (!/^-./.test(arg)) {
      if (options.filter === undefined) options.filter = arg;
      else options.files.push(arg);
    } else if (arg === '--arg' || arg === '--argjson') {
      const [name, value] = [args.shift(), args.shift()];
      if (name === undefined || value === undefined) {
        yield* writeText(process.stderr, `jq: ${arg} takes two parameters (e.g. ${arg} varname ${arg === '--arg' ? 'value' : 'text'})\n`);
        return 2;
      }
      try {
        named[name] = arg === '--arg' ? value : (JSON.parse(value) as JsonValue);
      } catch {
        yield* writeText(process.stderr, `jq: Invalid JSON text passed to --argjson\n`);
        return 2;
      }
      options.variables.set(name, named[name] as JsonValue);
    } else if (arg === '--tab') options.tab = true;
    else if (arg === '--indent') options.indent = Number(args.shift() ?? 2);
    else if (arg === '--monochrome-output' || arg === '-M') continue;
    else if (arg.startsWith('--')) {
      const letter = LONG[arg.slice(2)];
      if (letter === undefined) return yield* unknown(arg);
      Object.assign(options, { [LETTERS[letter] as string]: true });
    } else
      for (const c of arg.slice(1)) {
        const option = LETTERS[c];
        if (option === undefined) return yield* unknown(arg);
        Object.assign(options, { [option]: true });
      }
  }
  if (options.indent === 0) options.compact = true;
  options.variables.set('ARGS', { positional: [], named });
  return options;
}

class InvalidJson extends Error {}

function* rawValues(source: string, slurp: boolean): Generator<JsonValue> {
  if (slurp) return yield source;
  if (source !== '') yield* source.replace(/\n$/, '').split('\n');
}

/** The values of a text, one after the other: `{…}{…}` needs nothing between. */
function* jsonValues(source: string, slurp: boolean, read: { lines: number }): Generator<JsonValue> {
  if (slurp) return yield [...jsonValues(source, false, read)];
  for (let at = 0; ;) {
    at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0;
    if (at >= source.length) return;
    const end = endOfValue(source, at);
    let value: JsonValue;
    try {
      value = JSON.parse(source.slice(at, end)) as JsonValue;
    } catch {
      const line = source.slice(0, end).split('\n').length;
      throw new InvalidJson(`Invalid JSON text at line ${line}`);
    }
    // jq reads by lines.
    read.lines = source.slice(0, end).split('\n').length - (source.includes('\n', end) ? 0 : 1);
    yield value;
    at = end;
  }
}

function endOfValue(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const c = source[at] as string;
    if (c === '"') {
      for (at++; at < source.length && source[at] !== '"'; at++) if (source[at] === '\\') at++;
      if (depth === 0) return at + 1;
    } else if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') {
      if (--depth <= 0) return at + 1;
    } else if (depth === 0) {
      const word = /^[^\s"{}[\],:]+/.exec(source.slice(at))?.[0];
      return at + (word?.length ?? 1);
    }
  }
  return source.length;
}
