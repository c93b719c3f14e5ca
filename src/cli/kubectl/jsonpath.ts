import { goJson, goQuote, goSyntax, goValue } from './gotext.ts';
import { CommandError } from './errors.ts';
import { isObject, sortedKeys } from './values.ts';
import type { Json } from './values.ts';

// client-go's JSONPath: text with expressions in braces, `range`/`end`, filters, slices, unions and recursive descent.

type Node =
  | { readonly is: 'text' | 'identifier' | 'field'; readonly text: string }
  | { readonly is: 'value'; readonly value: number | boolean }
  | { readonly is: 'array'; readonly start?: number; readonly end?: number; readonly single: boolean; readonly step?: number }
  | { readonly is: 'filter'; readonly left: readonly Node[]; readonly operator: string; readonly right: readonly Node[] }
  | { readonly is: 'union'; readonly paths: readonly (readonly Node[])[] }
  | { readonly is: 'wildcard' | 'recursive' };

export class JsonPathError extends Error {}

export interface JsonPath {
  /** One list of results an expression, in order; ranges expanded, text as results of its own. */
  find(value: Json, allowMissing: boolean): Json[][];
}

export function parseJsonPath(template: string): JsonPath {
  const lists = parseTemplate(template);
  return { find: (value, allowMissing) => new Evaluator(lists, allowMissing).run(0, value, false).found };
}

/** The template, or kubectl's complaint about it. */
export function checkedJsonPath(template: string): JsonPath {
  try {
    return parseJsonPath(template);
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(`error parsing jsonpath ${template}, ${error.message}`);
    throw error;
  }
}

/** `-o jsonpath`: the text that comes out, or kubectl's long complaint. `show` prints the results of one expression. */
export function printJsonPath(template: string, value: Json, allowMissing: boolean, show = textOf): string {
  const path = checkedJsonPath(template);
  try {
    return path.find(value, allowMissing).map(show).join('');
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new CommandError(
      `error executing jsonpath ${goQuote(template)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(value)}\n\n\n`,
    );
  }
}

function textOf(results: readonly Json[]): string {
  return results.map(resultText).join(' ');
}

/** `metadata.name`, `.metadata.name` and `{.metadata.name}` mean the same in columns and sort keys. */
export function relaxed(expression: string): string {
  if (expression === '') return '';
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(expression);
  if (match === null) {
    throw new CommandError(`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`);
  }
  return `{.${(match[1] ?? match[2] ?? '').replace(/^\./, '')}}`;
}

export function resultText(value: Json): string {
  if (value === null) return '<nil>';
  return typeof value === 'object' ? goJson(value) : typeof value === 'string' ? value : goJson(value);
}

/** Text, and what stands in braces, each a list of nodes. */
function parseTemplate(source: string): Node[][] {
  const lists: Node[][] = [];
  let at = 0;
  while (at < source.length) {
    const brace = source.indexOf('{', at);
    const end = brace < 0 ? source.length : brace;
    if (end > at) lists.push([{ is: 'text', text: source.slice(at, end) }]);
    if (brace < 0) break;
    const action = new Action(source, brace + 1);
    lists.push(action.parse());
    at = action.at;
  }
  return lists;
}

/** An expression on its own: a side of a filter, a member of a union. */
function parseExpression(source: string): Node[] {
  return new Action(`${source}}`, 0).parse();
}

const ALPHANUMERIC = /[\p{L}\p{Nd}_]/u;

/** What stands in braces, up to the closing one. */
class Action {
  readonly #nodes: Node[] = [];

  constructor(
    readonly source: string,
    public at: number,
  ) {}

  parse(): Node[] {
    for (;;) {
      const c = this.source[this.at] ?? '\n';
      if (c === '}') {
        this.at++;
        return this.#nodes;
      }
      if (this.source.startsWith('[?(', this.at)) this.#filter();
      else if (this.source.startsWith('..', this.at)) this.#recursive();
      else if (c === '\n' || c === '\r') throw new JsonPathError('unclosed action');
      else if (c === ' ' || c === '@' || c === '$') this.at++;
      else if (c === '[') this.#brackets();
      else if (c === '"' || c === "'") this.#nodes.push({ is: 'text', text: unquote(this.#quoted()) });
      else if (c === '.') this.#field(this.at + 1);
      else if (/[-+\d]/.test(c)) this.#number();
      else if (ALPHANUMERIC.test(c)) this.#identifier();
      else throw new JsonPathError(`unrecognized character in action: ${goUnicode(this.source, this.at)}`);
    }
  }

  #take(pattern: RegExp): string {
    const sticky = new RegExp(pattern, 'uy');
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.source)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  #field(from: number): void {
    this.at = from;
    const name = this.#take(/(?:\\[^]|[^\\\s.,[\]$@{}])*/);
    this.#nodes.push(name === '*' ? { is: 'wildcard' } : { is: 'field', text: name.replaceAll('\\', '') });
  }

  #recursive(): void {
    if (this.#nodes.at(-1)?.is === 'recursive') throw new JsonPathError('invalid multiple recursive descent');
    this.at += 2;
    this.#nodes.push({ is: 'recursive' });
    if (ALPHANUMERIC.test(this.source[this.at] ?? '')) this.#field(this.at);
  }

  #number(): void {
    const text = this.#take(/[-+]?[\d.]*/);
    if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(text)) throw new JsonPathError(`cannot parse number ${text}`);
    this.#nodes.push({ is: 'value', value: Number(text) });
  }

  #identifier(): void {
    const word = this.#take(/[^\s.,[\]$@{}]*/);
    if (word === 'true' || word === 'false') this.#nodes.push({ is: 'value', value: word === 'true' });
    else this.#nodes.push({ is: 'identifier', text: word });
  }

  #quoted(): string {
    const quote = this.source[this.at] as string;
    const start = this.at++;
    for (; ; this.at++) {
      const c = this.source[this.at];
      if (c === undefined || c === '\n') throw new JsonPathError('unterminated quoted string');
      if (c === quote && this.source[this.at - 1] !== '\\') return this.source.slice(start, ++this.at);
    }
  }

  #brackets(): void {
    const inner = this.#take(/\[[^\]\n]*\]/);
    if (inner === '') throw new JsonPathError('unterminated array');
    const text = inner.slice(1, -1);
    const members = text.split(',');
    if (members.length > 1) {
      this.#nodes.push({ is: 'union', paths: members.map((member) => parseExpression(`[${member.trim()}]`)) });
      return;
    }
    const key = /^'([^']*)'$/.exec(text);
    if (key !== null) this.#nodes.push(...parseExpression(`.${key[1] as string}`));
    else this.#nodes.push(parseSlice(text === '*' ? ':' : text));
  }

  #filter(): void {
    const start = (this.at += 3);
    let quote = '';
    let closed = false;
    for (; ; this.at++) {
      const c = this.source[this.at];
      if (c === undefined || c === '\n') throw new JsonPathError('unterminated filter');
      if (c === '"' || c === "'") {
        if (quote === '') quote = c;
        else if (c === quote && this.source[this.at - 1] !== '\\') closed = true;
      } else if (c === ')' && (quote !== '') === closed) break;
    }
    const text = this.source.slice(start, this.at++);
    if (this.source[this.at++] !== ']') throw new JsonPathError('unclosed array expect ]');
    const [, left, operator = 'exists', right = ''] = /^([^!<>=]+)([!<>=]+)([^\n]+)$/.exec(text) ?? [];
    this.#nodes.push({ is: 'filter', left: parseExpression(left ?? text), operator, right: right === '' ? [] : parseExpression(right) });
  }
}

function parseSlice(text: string): Node {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (match === null) throw new JsonPathError(`invalid array index ${text}`);
  const [start, end, step] = match.slice(1).map((part) => part?.replace(':', '') ?? '') as [string, string, string];
  const wrong = [start, end, step].find((part) => part === '-');
  if (wrong !== undefined) throw new JsonPathError(`array index ${wrong} is not a number`);
  return {
    is: 'array',
    single: match[2] === undefined,
    ...(start === '' ? {} : { start: Number(start) }),
    ...(end === '' ? {} : { end: Number(end) }),
    ...(step === '' ? {} : { step: Number(step) }),
  };
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' };

/** Go's unquoting, for which `'it'` is a string too. */
function unquote(source: string): string {
  const quote = source[0] as string;
  const text = source.slice(1, -1);
  const wrong = (): never => {
    throw new JsonPathError(`unquote string ${source} error invalid syntax`);
  };
  return text.replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|[^]|$)/g, (_, escape: string) => {
    if (escape === quote) return quote;
    if (/^[xuU]./.test(escape)) return String.fromCodePoint(Number.parseInt(escape.slice(1), 16));
    if (/^[0-7]{3}$/.test(escape)) return String.fromCharCode(Number.parseInt(escape, 8));
    return ESCAPES[escape] ?? wrong();
  });
}

/** `%#U`. */
function goUnicode(source: string, at: number): string {
  const point = source.codePointAt(at) as number;
  const code = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  return point < 32 ? code : `${code} '${String.fromCodePoint(point)}'`;
}

class Evaluator {
  constructor(
    readonly lists: readonly (readonly Node[])[],
    readonly allowMissing: boolean,
  ) {}

  /** From one list on, up to the `end` of the range that it stands in, which is told if there is one. */
  run(from: number, value: Json, inRange: boolean): { found: Json[][]; end?: number } {
    const found: Json[][] = [];
    for (let at = from; at < this.lists.length; at++) {
      const list = this.lists[at] as readonly Node[];
      if (!inRange && list.some(isWord('end'))) throw new JsonPathError('not in range, nothing to end');
      const results = this.walk(list, [value]);
      if (list.some(isWord('end'))) return { found, end: at };
      if (!list.some(isWord('range'))) {
        found.push(results);
        continue;
      }
      const rounds = results.map((result) => this.run(at + 1, result, true));
      for (const round of rounds) found.push(...round.found);
      // A range over nothing is gone through all the same, to find where it ends.
      at = (rounds.at(-1) ?? this.run(at + 1, null, true)).end ?? at;
    }
    return { found };
  }

  walk(nodes: readonly Node[], start: readonly Json[]): Json[] {
    let values: Json[] = [...start];
    for (const node of nodes) values = this.step(node, values);
    return values;
  }

  step(node: Node, values: readonly Json[]): Json[] {
    switch (node.is) {
      case 'text':
        return [node.text];
      case 'value':
        return values.map(() => node.value);
      case 'identifier':
        if (node.text === 'range') return [...values];
        if (node.text === 'end') return [];
        throw new JsonPathError(`unrecognized identifier ${node.text}`);
      case 'wildcard':
        return values.flatMap(membersOf);
      case 'recursive':
        return values.flatMap(descend);
      case 'union':
        return node.paths.flatMap((path) => this.walk(path, values));
      case 'field': {
        const found = values.flatMap((value) => (isObject(value) && Object.hasOwn(value, node.text) ? [value[node.text] as Json] : []));
        if (found.length === 0 && values.length > 0 && !this.allowMissing) throw new JsonPathError(`${node.text} is not found`);
        return found;
      }
      case 'array':
        return values.flatMap((value) => (value === null ? [] : slice(node, value)));
      case 'filter':
        return values.flatMap((value) => {
          if (!Array.isArray(value)) throw new JsonPathError(`${goValue(value)} is not array or slice and cannot be filtered`);
          return value.filter((item) => this.passes(node, item));
        });
    }
  }

  passes(node: Extract<Node, { is: 'filter' }>, item: Json): boolean {
    if (node.operator === 'exists') return new Evaluator([], true).walk(node.left, [item]).length > 0;
    const sides = [this.walk(node.left, [item]), this.walk(node.right, [item])];
    if (sides.some((side) => side.length > 1)) throw new JsonPathError('can only compare one element at a time');
    const [a, b] = sides.map((side) => side[0]);
    return a === undefined || b === undefined ? false : compares(a, node.operator, b);
  }
}

function isWord(word: string): (node: Node) => boolean {
  return (node) => node.is === 'identifier' && node.text === word;
}

function membersOf(value: Json): Json[] {
  if (Array.isArray(value)) return [...value];
  return isObject(value) ? sortedKeys(value).map((key) => value[key] as Json) : [];
}

function descend(value: Json): Json[] {
  const inner = membersOf(value);
  return inner.length === 0 ? [] : [value, ...inner.flatMap(descend)];
}

function slice(node: Extract<Node, { is: 'array' }>, value: Json): Json[] {
  if (!Array.isArray(value)) throw new JsonPathError(`${goType(value)} is not array or slice`);
  const { length } = value;
  const absolute = (index: number): number => (index < 0 ? index + length : index);
  const start = absolute(node.start ?? 0);
  const end = node.single ? start + 1 : absolute(node.end ?? length);
  if (start === end) return [];
  for (const [index, beyond] of [
    [start, start >= length || start < 0],
    [end - 1, end > length || end < 0],
  ] as const)
    if (beyond) throw new JsonPathError(`array index out of bounds: index ${index}, length ${length}`);
  if (start > end) throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
  if (node.step !== undefined && node.step <= 0) throw new JsonPathError('step must be > 0');
  return value.slice(start, end).filter((_, i) => i % (node.step ?? 1) === 0);
}

function goType(value: Json): string {
  if (isObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function compares(a: Json, operator: string, b: Json): boolean {
  for (const each of [a, b]) if (each === null || typeof each === 'object') throw new JsonPathError('invalid type for comparison');
  if (!['==', '!=', '<', '<=', '>', '>='].includes(operator)) throw new JsonPathError(`unrecognized filter operator ${operator}`);
  if (goType(a) !== goType(b)) throw new JsonPathError('incompatible types for comparison');
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  const [left, right] = [a as string, b as string];
  if (typeof a === 'boolean') throw new JsonPathError('invalid type for comparison');
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}
