import { goJson, goSyntax } from './gotext.ts';
import { CommandError } from './errors.ts';
import { isObject, sortedKeys } from './values.ts';
import type { Json } from './values.ts';

// client-go's JSONPath: text with expressions in braces, `range`/`end`, filters, slices, unions and recursive descent.

type Node =
  | { is: 'text'; text: string }
  | { is: 'field'; name: string }
  | { is: 'array'; start?: number; end?: number; step: number; single: boolean }
  | { is: 'filter'; left: Node[]; operator: string; right: Node[] }
  | { is: 'wildcard' }
  | { is: 'recursive' }
  | { is: 'union'; paths: Node[][] }
  | { is: 'literal'; value: Json }
  | { is: 'root' }
  | { is: 'list'; nodes: Node[] }
  | { is: 'range'; nodes: Node[]; body: Node[] };

export class JsonPathError extends Error {}

export interface JsonPath {
  /** One list of results an expression, in order; ranges expanded, text as results of its own. */
  find(value: Json, allowMissing: boolean): Json[][];
}

export function parseJsonPath(template: string): JsonPath {
  const { nodes } = parseTemplate(template);
  return { find: (value, allowMissing) => new Evaluator(value, allowMissing).run(nodes, value) };
}

/** `-o jsonpath`: the text that comes out, or kubectl's long complaint. */
export function printJsonPath(template: string, value: Json, allowMissing: boolean): string {
  let path: JsonPath;
  try {
    path = parseJsonPath(template);
  } catch (error) {
    if (error instanceof JsonPathError) throw new CommandError(`error parsing jsonpath ${template}, ${error.message}`);
    throw error;
  }
  try {
    return path
      .find(value, allowMissing)
      .map((results) => results.map(resultText).join(' '))
      .join('');
  } catch (error) {
    if (!(error instanceof JsonPathError)) throw error;
    throw new CommandError(
      `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(value)}\n\n\n`,
    );
  }
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
  if (value === null) return '';
  return typeof value === 'object' ? goJson(value) : typeof value === 'string' ? value : goJson(value);
}

class Parser {
  at = 0;
  constructor(readonly source: string) {}
  get done(): boolean {
    return this.at >= this.source.length;
  }
  get here(): string {
    return this.source[this.at] ?? '';
  }
}

function parseTemplate(source: string): { nodes: Node[] } {
  const parser = new Parser(source);
  const nodes = parseBlock(parser, false);
  return { nodes };
}

function parseBlock(parser: Parser, inRange: boolean): Node[] {
  const nodes: Node[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') nodes.push({ is: 'text', text });
    text = '';
  };
  while (!parser.done) {
    if (parser.here !== '{') {
      text += parser.here;
      parser.at++;
      continue;
    }
    flush();
    const body = actionBody(parser);
    const trimmed = body.trim();
    if (trimmed === 'end') {
      if (!inRange) throw new JsonPathError('not in range, nothing to end');
      return nodes;
    }
    if (/^range\s/.test(trimmed)) nodes.push({ is: 'range', nodes: parsePath(trimmed.slice(5).trim()), body: parseBlock(parser, true) });
    else nodes.push({ is: 'list', nodes: parsePath(trimmed) });
  }
  flush();
  return nodes;
}

function actionBody(parser: Parser): string {
  const start = ++parser.at;
  let quote = '';
  for (; !parser.done; parser.at++) {
    const c = parser.here;
    if (quote !== '') {
      if (c === '\\') parser.at++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '}') return parser.source.slice(start, parser.at++);
  }
  throw new JsonPathError(quote === '' ? 'unclosed action' : 'unterminated quoted string');
}

/** One expression without its braces. */
function parsePath(source: string): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  while (at < source.length) {
    const c = source[at] as string;
    if (/\s/.test(c)) at++;
    else if (c === '"' || c === "'") {
      const end = closing(source, at);
      nodes.push({ is: 'literal', value: unquote(source.slice(at, end)) });
      at = end;
    } else if (c === '$') {
      nodes.push({ is: 'root' });
      at++;
    } else if (c === '@') at++;
    else if (source.startsWith('..', at)) {
      nodes.push({ is: 'recursive' });
      at += 2;
      const name = /^(?:\\.|[^\s.[\]{}(),'"$@?=!<>*])+/.exec(source.slice(at));
      if (name !== null) {
        nodes.push({ is: 'field', name: name[0].replace(/\\(.)/g, '$1') });
        at += name[0].length;
      } else if (source[at] === '*') {
        nodes.push({ is: 'wildcard' });
        at++;
      }
    } else if (c === '.') {
      at++;
      const name = /^(?:\\.|[^\s.[\]{}()'"$@?=!<>])+/.exec(source.slice(at));
      if (name === null) continue;
      nodes.push(name[0] === '*' ? { is: 'wildcard' } : { is: 'field', name: name[0].replace(/\\(.)/g, '$1') });
      at += name[0].length;
    } else if (c === '[') {
      const end = closingBracket(source, at);
      nodes.push(parseBrackets(source.slice(at + 1, end).trim()));
      at = end + 1;
    } else if (/[-+\d]/.test(c)) {
      const match = /^[-+]?\d+(\.\d+)?/.exec(source.slice(at));
      if (match === null) throw new JsonPathError(`cannot parse number ${source.slice(at)}`);
      nodes.push({ is: 'literal', value: Number(match[0]) });
      at += match[0].length;
    } else {
      const word = /^[A-Za-z_]\w*/.exec(source.slice(at))?.[0];
      if (word === 'true' || word === 'false') nodes.push({ is: 'literal', value: word === 'true' });
      else if (word === undefined)
        throw new JsonPathError(
          `unrecognized character in action: U+${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')} '${c}'`,
        );
      else throw new JsonPathError(`unrecognized identifier ${word}`);
      at += word.length;
    }
  }
  return nodes;
}

function parseBrackets(body: string): Node {
  if (body === '*') return { is: 'wildcard' };
  if (body.startsWith('?(') && body.endsWith(')')) {
    const inner = body.slice(2, -1);
    const match = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(inner);
    if (match === null) return { is: 'filter', left: parsePath(inner), operator: 'exists', right: [] };
    return {
      is: 'filter',
      left: parsePath((match[1] as string).trim()),
      operator: match[2] as string,
      right: parsePath((match[3] as string).trim()),
    };
  }
  const slice = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(body);
  if (slice !== null && body !== '') {
    const [, start = '', end, step] = slice;
    return {
      is: 'array',
      single: end === undefined,
      ...(start === '' ? {} : { start: Number(start) }),
      ...(end === undefined || end === '' ? {} : { end: Number(end) }),
      step: step === undefined || step === '' ? 1 : Number(step),
    };
  }
  const pieces = body.match(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  const paths = pieces.map((piece): Node[] => {
    const each = piece.trim();
    if (/^['"]/.test(each)) return [{ is: 'field', name: unquote(each) }];
    if (/^-?[\d:]+$/.test(each)) return [parseBrackets(each)];
    if (/^[.@$]/.test(each)) return parsePath(each);
    throw new JsonPathError(`invalid array index ${body}`);
  });
  if (paths.length === 0) throw new JsonPathError(`invalid array index ${body}`);
  return paths.length === 1 ? ((paths[0] as Node[])[0] as Node) : { is: 'union', paths };
}

function closing(source: string, at: number): number {
  for (let i = at + 1; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === source[at]) return i + 1;
  }
  throw new JsonPathError('unterminated quoted string');
}

function closingBracket(source: string, at: number): number {
  let depth = 0;
  for (let i = at; i < source.length; i++) {
    if (source[i] === '"' || source[i] === "'") i = closing(source, i) - 1;
    else if (source[i] === '[') depth++;
    else if (source[i] === ']' && --depth === 0) return i;
  }
  throw new JsonPathError('unterminated array');
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t', r: '\r' })[c] ?? c);
}

class Evaluator {
  constructor(
    readonly root: Json,
    readonly allowMissing: boolean,
  ) {}

  run(nodes: readonly Node[], context: Json): Json[][] {
    return nodes.flatMap((node) => {
      if (node.is === 'text') return [[node.text]];
      if (node.is === 'range') return this.walk(node.nodes, [context]).flatMap((item) => this.run(node.body, item));
      return [this.walk(node.is === 'list' ? node.nodes : [node], [context])];
    });
  }

  walk(nodes: readonly Node[], start: readonly Json[]): Json[] {
    let values: Json[] = [...start];
    for (const node of nodes) values = this.step(node, values);
    return values;
  }

  step(node: Node, values: readonly Json[]): Json[] {
    switch (node.is) {
      case 'root':
        return [this.root];
      case 'literal':
        return [node.value];
      case 'wildcard':
        return values.flatMap((value) =>
          Array.isArray(value) ? value : isObject(value) ? sortedKeys(value).map((key) => value[key] as Json) : [],
        );
      case 'recursive':
        return values.flatMap((value) => this.descend(value));
      case 'union':
        return node.paths.flatMap((path) => this.walk(path, values));
      case 'field': {
        const found = values.flatMap((value) => (isObject(value) && node.name in value ? [value[node.name] as Json] : []));
        if (found.length === 0 && values.length > 0 && !this.allowMissing) throw new JsonPathError(`${node.name} is not found`);
        return found;
      }
      case 'array':
        return values.flatMap((value) => this.slice(node, value));
      case 'filter':
        return values.flatMap((value) => (Array.isArray(value) ? value.filter((item) => this.passes(node, item)) : []));
      default:
        throw new JsonPathError(`unexpected node ${node.is}`);
    }
  }

  descend(value: Json): Json[] {
    const inner = Array.isArray(value) ? value : isObject(value) ? sortedKeys(value).map((key) => value[key] as Json) : [];
    return inner.length === 0 ? [] : [value, ...inner.flatMap((item) => this.descend(item))];
  }

  slice(node: Extract<Node, { is: 'array' }>, value: Json): Json[] {
    if (value === null) return [];
    if (!Array.isArray(value)) {
      if (this.allowMissing && !isObject(value) && typeof value !== 'string') return [];
      throw new JsonPathError(
        `${isObject(value) ? 'map[string]interface {}' : String(value)} is not array or slice`.replace(
          /^map.*$/,
          'map is not array or slice',
        ),
      );
    }
    const { length } = value;
    const absolute = (index: number): number => (index < 0 ? index + length : index);
    const start = absolute(node.start ?? 0);
    if (node.single) {
      if (start < 0 || start >= length) throw new JsonPathError(`array index out of bounds: index ${start}, length ${length}`);
      return [value[start] as Json];
    }
    const end = absolute(node.end ?? length);
    const picked: Json[] = [];
    for (let i = Math.max(0, start); i < Math.min(end, length); i += Math.max(1, node.step)) picked.push(value[i] as Json);
    return picked;
  }

  passes(node: Extract<Node, { is: 'filter' }>, item: Json): boolean {
    const side = (nodes: Node[]): Json[] => new Evaluator(this.root, true).walk(nodes, [item]);
    const left = side(node.left);
    if (node.operator === 'exists') return left.length > 0;
    const right = side(node.right);
    if (left.length === 0 || right.length === 0) return false;
    const [a, b] = [left[0] as Json, right[0] as Json];
    if (node.operator === '==') return a === b;
    if (node.operator === '!=') return a !== b;
    if (a === null || b === null || typeof a !== typeof b) throw new JsonPathError('incompatible types for comparison');
    if (node.operator === '<') return a < b;
    if (node.operator === '>') return a > b;
    if (node.operator === '<=') return a <= b;
    if (node.operator === '>=') return a >= b;
    throw new JsonPathError(`unrecognized filter operator ${node.operator}`);
  }
}
