import { CORE_SCHEMA, YAMLException, dump, loadAll } from 'js-yaml';
import { FileError, type Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, readAll, writeText } from '../../engine/os/text.ts';
import { evaluate, type World } from './jq/evaluate.ts';
import { parseJq } from './jq/parse.ts';
import { JqError, JqMistake, type Filter, type JsonValue } from './jq/syntax.ts';
import { isTrue, toJson } from './jq/values.ts';

interface Options {
  output: 'yaml' | 'json';
  inPlace: boolean;
  none: boolean;
  exit: boolean;
  wrapped: boolean;
  noSeparators: boolean;
  indent: number;
  expression: string;
  files: string[];
}

class Refusal extends Error {}

/**
 * mikefarah's yq 4 for the expressions that it shares with jq: `yq '.spec.replicas' f.yaml`, `yq -i '.a = 1' f.yaml`, `-o json`, `-n`, `-e`.
 * Comments and styles of what is written anew are not kept. Its own operators (`env`, `load`, `documentIndex`, `*+`) are refused.
 */
export function* yq(process: Process): Task<number> {
  try {
    const options = readArguments(process);
    const filter = parse(options.expression);
    let some = false;
    const edit = function* (text: string | undefined, name: string): Task<string> {
      const documents = text === undefined ? [null] : read(text, name);
      const shown: string[] = [];
      const world: World = {
        variables: new Map([['ENV', Object.fromEntries(process.env)]]),
        now: () => process.now() / 1000,
        next: () => undefined,
      };
      for (const document of documents) {
        for (const value of evaluate(filter, document, world)) {
          some ||= isTrue(value);
          shown.push(written(value, options));
        }
      }
      return shown.join(options.noSeparators || options.output === 'json' || documents.length < 2 ? '' : '---\n');
    };
    if (options.none) yield* writeText(process.stdout, yield* edit(undefined, ''));
    else if (options.files.length === 0) yield* writeText(process.stdout, yield* edit(yield* readAll(process.stdin), '-'));
    for (const [i, file] of options.files.entries()) {
      const full = resolvePath(process.cwd, file);
      const text = yield* edit(file === '-' ? yield* readAll(process.stdin) : contentOf(process, file), file);
      if (options.inPlace) process.files.write(full, encode(text));
      else yield* writeText(process.stdout, (i > 0 && options.output === 'yaml' ? '---\n' : '') + text);
    }
    if (options.exit && !some) throw new Refusal('no matches found');
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof JqError || error instanceof JqMistake || error instanceof RangeError)) throw error;
    yield* writeText(process.stderr, `Error: ${error.message}\n`);
    return 1;
  }
}

function contentOf(process: Process, file: string): string {
  try {
    return decode(process.files.read(resolvePath(process.cwd, file)));
  } catch (error) {
    if (error instanceof FileError) throw new Refusal(`open ${file}: ${error.message.toLowerCase()}`);
    throw error;
  }
}

function read(text: string, name: string): JsonValue[] {
  try {
    const documents = loadAll(text, { schema: CORE_SCHEMA }) as (JsonValue | undefined)[];
    return documents.map((document) => document ?? null);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new Refusal(`bad file '${name}': yaml: line ${(error.mark?.line ?? 0) + 1}: ${error.reason}`);
  }
}

function written(value: JsonValue, { output, indent, wrapped }: Options): string {
  if (typeof value === 'string' && !wrapped) return `${value}\n`;
  if (output === 'json') return `${toJson(value, { indent: ' '.repeat(indent), sort: false, ascii: false })}\n`;
  if (value === null) return 'null\n';
  return dump(value, { schema: CORE_SCHEMA, indent, lineWidth: -1, noRefs: true, quoteStyle: 'double' });
}

function parse(expression: string): Filter {
  const own = /\b(env|strenv|envsubst|load\w*|documentIndex|document_index|fileIndex|filename|style|tag|anchor|alias|line|column|\w+_comment)\b(?!")/.exec(expression)?.[0]; // prettier-ignore
  if (own !== undefined && !new RegExp(`[."]${own}`).test(expression)) throw new Refusal(`the operator '${own}' is not modelled here`);
  return parseJq(expression);
}

function readArguments(process: Process): Options {
  const options: Options = { output: 'yaml', inPlace: false, none: false, exit: false, wrapped: false, noSeparators: false, indent: 2, expression: '.', files: [] }; // prettier-ignore
  const words: string[] = [];
  const args = process.argv.slice(1);
  for (let arg = args.shift(); arg !== undefined; arg = args.shift()) {
    const [, long, value] = /^--([\w-]+)(?:=(.*))?$/.exec(arg) ?? [];
    const [, letters, stuck] = /^-([iInePrNMCoI]+)=?(.*)$/.exec(arg) ?? [];
    if (arg === '-' || !arg.startsWith('-')) words.push(arg);
    else if (long !== undefined)
      set(options, { 'output-format': 'o', inplace: 'i', 'null-input': 'n', 'exit-status': 'e', prettyPrint: 'P', unwrapScalar: 'r', 'no-doc': 'N', 'no-colors': 'M', indent: 'I' }[long], arg, () => value ?? args.shift()); // prettier-ignore
    else if (letters === undefined) throw new Refusal(`unknown shorthand flag: '${arg[1]}' in ${arg}`);
    else for (const letter of letters) set(options, letter, arg, () => (stuck === '' ? args.shift() : stuck));
  }
  if (words[0] === 'eval' || words[0] === 'e') words.shift();
  if (words[0] === 'eval-all' || words[0] === 'ea') throw new Refusal('eval-all is not modelled here');
  const [first] = words;
  // A lone word that names a file is one.
  const isFile = words.length === 1 && first !== undefined && (first === '-' || isPlainFile(process, resolvePath(process.cwd, first)));
  if (!isFile && first !== undefined) options.expression = words.shift() as string;
  options.files = words;
  return options;
}

function isPlainFile({ files }: Process, path: string): boolean {
  return files.exists(path) && files.stat(path).type === 'file';
}

function set(options: Options, letter: string | undefined, arg: string, value: () => string | undefined): void {
  switch (letter) {
    case 'o': {
      const format = value() ?? '';
      if (!/^(y|yaml|j|json|auto|a)$/.test(format)) throw new Refusal(`the output format '${format}' is not modelled here`);
      options.output = format.startsWith('j') ? 'json' : 'yaml';
      if (options.output === 'json') options.wrapped = true;
      return;
    }
    case 'I':
      options.indent = Number(value() ?? 2);
      return;
    case 'i':
      options.inPlace = true;
      return;
    case 'n':
      options.none = true;
      return;
    case 'e':
      options.exit = true;
      return;
    case 'N':
      options.noSeparators = true;
      return;
    case 'r':
      options.wrapped = false;
      return;
    case 'P':
    case 'M':
    case 'C':
      return;
    default:
      throw new Refusal(`unknown flag: ${arg}`);
  }
}
