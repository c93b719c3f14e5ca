import { CommandError } from './errors.ts';
import { goJson, goQuote, goValue } from './gotext.ts';
import { FUNCTIONS, TemplateError, callFunction, truth } from './template-functions.ts';
import type { Value } from './template-functions.ts';
import { isObject, sortedKeys } from './values.ts';
import type { Json, JsonObject } from './values.ts';

// The part of Go's text/template that people use with `-o go-template`: fields, variables, pipes, if, range, with, and the
// built-in functions. `define`, `template` and `block` are refused.

type Node =
  | { is: 'text'; text: string }
  | { is: 'print'; pipe: Pipe; at: number }
  | { is: 'if' | 'with'; pipe: Pipe; body: Node[]; otherwise: Node[] }
  | { is: 'range'; names: string[]; pipe: Pipe; body: Node[]; otherwise: Node[] };

interface Pipe {
  readonly assign?: string;
  readonly commands: readonly Operand[][];
}

type Operand =
  | { is: 'field'; path: string[]; text: string; at: number }
  | { is: 'variable'; name: string; path: string[] }
  | { is: 'literal'; value: Json }
  | { is: 'function'; name: string; at: number; text: string }
  | { is: 'pipe'; pipe: Pipe; path: string[] };

/** A printer that goes by the template. What came out before a failure is printed, as kubectl does. */
export function printTemplate(source: string, allowMissing: boolean): { print(object: JsonObject): string } {
  let nodes: Node[];
  try {
    nodes = new Parser(source).parse();
  } catch (error) {
    if (error instanceof TemplateError) throw new CommandError(`error parsing template ${source}, template: output:${error.message}`);
    throw error;
  }
  return {
    print(object) {
      const evaluator = new Evaluator(object, allowMissing, source);
      try {
        evaluator.run(nodes, object);
        return evaluator.out;
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        throw new TemplateFailure(
          `${evaluator.out}Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${source}\n\traw data was:\n\t\t${goJson(object)}\n\tobject given to template engine was:\n\t\t${goValue(object)}\n\n`,
          `error executing template ${JSON.stringify(source)}: ${error.message}`,
        );
      }
    },
  };
}

/** Fails with text that belongs on standard output first. */
export class TemplateFailure extends CommandError {
  constructor(
    readonly output: string,
    message: string,
  ) {
    super(message);
  }
}

class Parser {
  #at = 0;
  constructor(readonly source: string) {}

  parse(): Node[] {
    const [nodes, ended] = this.#block();
    if (ended !== '') throw new TemplateError(`${this.#line()}: unexpected {{${ended}}}`);
    return nodes;
  }

  #line(at = this.#at): number {
    return this.source.slice(0, at).split('\n').length;
  }

  /** Nodes up to `end`, `else …` or the end of the template. */
  #block(): [Node[], string] {
    const nodes: Node[] = [];
    for (;;) {
      const open = this.source.indexOf('{{', this.#at);
      let text = this.source.slice(this.#at, open < 0 ? undefined : open);
      if (this.#trimNext) text = text.trimStart();
      this.#trimNext = false;
      if (open < 0) {
        if (text !== '') nodes.push({ is: 'text', text });
        this.#at = this.source.length;
        return [nodes, ''];
      }
      if (this.source.startsWith('{{- ', open)) text = text.trimEnd();
      if (text !== '') nodes.push({ is: 'text', text });
      const { body, at } = this.#action(open);
      if (body.startsWith('/*')) continue;
      const [word = '', ...rest] = body.split(/\s+/);
      const argument = rest.join(' ') === '' ? '' : body.slice(word.length).trim();
      if (word === 'end' || word === 'else') return [nodes, body];
      if (word === 'if' || word === 'with' || word === 'range') nodes.push(this.#branch(word, argument, at));
      else if (['define', 'template', 'block', 'break', 'continue'].includes(word))
        throw new TemplateError(`${this.#line(at)}: {{${word}}} is not modelled by this kubectl`);
      else nodes.push({ is: 'print', pipe: this.#pipe(body, at), at });
    }
  }
  #trimNext = false;

  #action(open: number): { body: string; at: number } {
    const start = open + (this.source.startsWith('{{- ', open) ? 3 : 2);
    let quote = '';
    for (let i = start; i < this.source.length; i++) {
      const c = this.source[i] as string;
      if (quote !== '') {
        if (c === '\\' && quote === '"') i++;
        else if (c === quote) quote = '';
      } else if (c === '"' || c === '`') quote = c;
      else if (this.source.startsWith('}}', i)) {
        let body = this.source.slice(start, i);
        this.#trimNext = body.endsWith(' -');
        if (this.#trimNext) body = body.slice(0, -2);
        this.#at = i + 2;
        return { body: body.trim(), at: start + (/^\s*/.exec(body)?.[0].length ?? 0) };
      }
    }
    throw new TemplateError(`${this.#line(open)}: unclosed action`);
  }

  #branch(word: 'if' | 'with' | 'range', argument: string, at: number): Node {
    if (argument === '') throw new TemplateError(`${this.#line(at)}: missing value for ${word}`);
    const [body, ended] = this.#block();
    let otherwise: Node[] = [];
    if (ended === '') throw new TemplateError(`${this.#line()}: unexpected EOF`);
    if (ended === 'else') {
      const [nodes, last] = this.#block();
      if (last !== 'end') throw new TemplateError(`${this.#line()}: unexpected EOF`);
      otherwise = nodes;
    } else if (ended !== 'end') {
      const [, chained = '', condition = ''] = /^else\s+(if|with)\s+(.*)$/s.exec(ended) ?? [];
      if (chained !== 'if' && chained !== 'with') throw new TemplateError(`${this.#line()}: unexpected {{${ended}}}`);
      otherwise = [this.#branch(chained, condition, this.#at)];
    }
    if (word !== 'range') return { is: word, pipe: this.#pipe(argument, at), body, otherwise };
    const match = /^(\$\w*)(?:\s*,\s*(\$\w*))?\s*:=\s*(.*)$/s.exec(argument);
    const names = match === null ? [] : [match[1], match[2]].filter((name) => name !== undefined);
    return { is: 'range', names, pipe: this.#pipe(match?.[3] ?? argument, at), body, otherwise };
  }

  #pipe(source: string, at: number): Pipe {
    const assign = /^(\$\w+)\s*:?=\s*(.*)$/s.exec(source);
    const body = assign?.[2] ?? source;
    const offset = at + source.length - body.length;
    const words = tokens(body);
    if (words.length === 0) throw new TemplateError(`${this.#line(at)}: missing value for command`);
    const commands: Operand[][] = [[]];
    for (const word of words) {
      if (word.text === '|') commands.push([]);
      else (commands.at(-1) as Operand[]).push(this.#operand(word.text, offset + word.at));
    }
    return { commands, ...(assign === null ? {} : { assign: assign[1] as string }) };
  }

  #operand(word: string, at: number): Operand {
    if (word.startsWith('(')) {
      const close = word.lastIndexOf(')');
      return {
        is: 'pipe',
        pipe: this.#pipe(word.slice(1, close), at + 1),
        path: word
          .slice(close + 1)
          .split('.')
          .filter(Boolean),
      };
    }
    if (word.startsWith('"'))
      return { is: 'literal', value: JSON.parse(word.replace(/\\x([\da-f]{2})/gi, '\\u00$1').replace(/\t/g, '\\t')) as string };
    if (word.startsWith('`')) return { is: 'literal', value: word.slice(1, -1) };
    if (/^[-+]?[\d.]*\d/.test(word)) return { is: 'literal', value: Number(word) };
    if (word === 'true' || word === 'false') return { is: 'literal', value: word === 'true' };
    if (word === 'nil') return { is: 'literal', value: null };
    if (word.startsWith('$')) {
      const [name = '$', ...path] = word.split('.');
      return { is: 'variable', name, path };
    }
    if (word.startsWith('.')) return { is: 'field', path: word.split('.').filter(Boolean), text: word, at };
    if (!/^[A-Za-z_]\w*$/.test(word)) throw new TemplateError(`${this.#line(at)}: unexpected ${JSON.stringify(word)} in operand`);
    if (!FUNCTIONS.has(word)) throw new TemplateError(`${this.#line(at)}: function "${word}" not defined`);
    return { is: 'function', name: word, at, text: word };
  }
}

function tokens(source: string): { text: string; at: number }[] {
  const found: { text: string; at: number }[] = [];
  for (let i = 0; i < source.length;) {
    if (/\s/.test(source[i] as string)) {
      i++;
      continue;
    }
    const start = i;
    if (source[i] === '|') i++;
    else {
      for (let depth = 0; i < source.length; i++) {
        const c = source[i] as string;
        if (c === '"' || c === '`') for (i++; i < source.length && source[i] !== c; i++) if (source[i] === '\\' && c === '"') i++;
        if (c === '(') depth++;
        if (c === ')') depth--;
        if (depth === 0 && (/\s/.test(c) || c === '|')) break;
      }
    }
    found.push({ text: source.slice(start, i), at: start });
  }
  return found;
}

class Evaluator {
  out = '';
  readonly #scopes: Map<string, Value>[];
  constructor(
    root: JsonObject,
    readonly allowMissing: boolean,
    readonly source: string,
  ) {
    this.#scopes = [new Map<string, Value>([['$', root]])];
  }

  run(nodes: readonly Node[], dot: Value): void {
    for (const node of nodes) {
      if (node.is === 'text') this.out += node.text;
      else if (node.is === 'print') {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.assign === undefined) this.out += value === undefined ? '<no value>' : printed(value);
      } else this.#branch(node, dot);
    }
  }

  #branch(node: Exclude<Node, { is: 'text' | 'print' }>, dot: Value): void {
    this.#scopes.push(new Map());
    const value = this.#pipe(node.pipe, dot);
    if (node.is !== 'range') {
      if (truth(value)) this.run(node.body, node.is === 'with' ? value : dot);
      else this.run(node.otherwise, dot);
    } else {
      const entries: [Value, Value][] = Array.isArray(value)
        ? value.map((item, i) => [i, item])
        : isObject(value ?? null)
          ? sortedKeys(value as JsonObject).map((key) => [key, (value as JsonObject)[key]])
          : typeof value === 'number'
            ? Array.from({ length: value }, (_, i) => [i, i])
            : [];
      if (typeof value === 'string' || typeof value === 'boolean')
        throw new TemplateError(`template: output:1: range can't iterate over ${String(value)}`);
      for (const [key, item] of entries) {
        const scope = this.#scopes.at(-1) as Map<string, Value>;
        if (node.names.length === 1) scope.set(node.names[0] as string, item);
        if (node.names.length === 2) {
          scope.set(node.names[0] as string, key);
          scope.set(node.names[1] as string, item);
        }
        this.run(node.body, item);
      }
      if (entries.length === 0) this.run(node.otherwise, dot);
    }
    this.#scopes.pop();
  }

  #pipe(pipe: Pipe, dot: Value): Value {
    let value: Value;
    pipe.commands.forEach((command, i) => {
      value = this.#command(command, dot, i > 0 ? [value] : []);
    });
    if (pipe.assign !== undefined) {
      const holder = this.#scopes.findLast((scope) => scope.has(pipe.assign as string)) ?? (this.#scopes.at(-1) as Map<string, Value>);
      holder.set(pipe.assign, value);
    }
    return value;
  }

  #command(command: readonly Operand[], dot: Value, piped: Value[]): Value {
    const [first, ...rest] = command as [Operand, ...Operand[]];
    if (first.is !== 'function') return this.#operand(first, dot);
    const values = [...rest.map((operand) => this.#operand(operand, dot)), ...piped];
    const said = [
      first.name,
      ...rest.map((operand) => ('text' in operand ? operand.text : operand.is === 'literal' ? JSON.stringify(operand.value) : '')),
    ]
      .join(' ')
      .trim();
    try {
      return callFunction(first.name, values);
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const place = this.#place(rest[0] !== undefined && 'at' in rest[0] ? rest[0].at : first.at);
      if (error.message.startsWith('function '))
        throw new TemplateError(`template: output:${place.split(':')[0] as string}: ${error.message}`);
      throw new TemplateError(
        `template: output:${this.#place(first.at + 1)}: executing "output" at <${said}>: error calling ${first.name}: ${error.message}`,
      );
    }
  }

  #place(at: number): string {
    const before = this.source.slice(0, at).split('\n');
    return `${before.length}:${(before.at(-1) as string).length - 1}`;
  }

  #operand(operand: Operand, dot: Value): Value {
    if (operand.is === 'literal') return operand.value;
    if (operand.is === 'function') return callFunction(operand.name, []);
    if (operand.is === 'field') return this.#follow(dot, operand.path, operand);
    if (operand.is === 'pipe') return this.#follow(this.#pipe(operand.pipe, dot), operand.path);
    const scope = this.#scopes.findLast((each) => each.has(operand.name));
    if (scope === undefined) throw new TemplateError(`template: output:1: undefined variable "${operand.name}"`);
    return this.#follow(scope.get(operand.name), operand.path);
  }

  #follow(start: Value, path: readonly string[], operand?: { text: string; at: number }): Value {
    let value = start;
    // Go's parser places a chain of fields at the second of them.
    const place = (): string => this.#place((operand?.at ?? 0) + 1 + (path.length > 1 ? (path[0] as string).length + 1 : 0));
    for (const name of path) {
      if (value === undefined || value === null) return undefined;
      if (!isObject(value)) {
        throw new TemplateError(
          `template: output:${place()}: executing "output" at <${operand?.text ?? name}>: can't evaluate field ${name} in type interface {}`,
        );
      }
      if (!(name in value) && !this.allowMissing)
        throw new TemplateError(
          `template: output:${place()}: executing "output" at <${operand?.text ?? name}>: map has no entry for key ${goQuote(name)}`,
        );
      value = value[name];
    }
    return value;
  }
}

function printed(value: Json): string {
  return value === null ? '<no value>' : goValue(value);
}
