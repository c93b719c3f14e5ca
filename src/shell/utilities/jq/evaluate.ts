import { NATIVE, formatText } from './builtins.ts';
import { parseJq } from './parse.ts';
import { PRELUDE } from './prelude.ts';
import { JqError, JqMistake, type Filter, type JsonValue, type Pattern } from './syntax.ts';
import { arithmetic, get, isArray, isObject, isTrue, remove, set, shown, toJson, typeOf, type Path } from './values.ts';

/** A value on its way through a filter; `path` where it came from, while paths are asked for. */
interface Item {
  readonly value: JsonValue;
  readonly path?: Path;
}

interface Closure {
  readonly parameters: readonly string[];
  readonly body: Filter;
  readonly scope: Scope;
  /** An argument, whose names are those of the caller; a definition knows itself too. */
  readonly isArgument?: boolean;
}

interface Scope {
  readonly variables?: readonly [string, JsonValue];
  readonly functions?: readonly [string, Closure];
  readonly above?: Scope;
}

/** What the filter may ask of the world. */
export interface World {
  readonly variables: ReadonlyMap<string, JsonValue>;
  /** Virtual seconds. */
  now(): number;
  next(): JsonValue | undefined;
}

const MOST_STEPS = 3_000_000;
let prelude: Scope | undefined;

/** All outputs of a filter for an input. */
export function* evaluate(filter: Filter, input: JsonValue, world: World): Generator<JsonValue> {
  const machine = new Machine(world);
  let scope = (prelude ??= machine.definitions(parseJq(`${PRELUDE} .`)));
  for (const variables of world.variables) scope = { variables, above: scope };
  for (const { value } of machine.run(filter, scope, { value: input })) yield value;
}

class Machine {
  #steps = 0;

  constructor(readonly world: World) {}

  definitions(filter: Filter, scope: Scope = {}): Scope {
    if (filter.kind !== 'define') return scope;
    return this.definitions(filter.rest, define(filter, scope));
  }

  *values(filter: Filter, scope: Scope, value: JsonValue): Generator<JsonValue> {
    for (const item of this.run(filter, scope, { value })) yield item.value;
  }

  *run(filter: Filter, scope: Scope, input: Item): Generator<Item> {
    if (++this.#steps > MOST_STEPS) throw new JqMistake('stopped after three million steps');
    switch (filter.kind) {
      case 'identity':
        return yield input;
      case 'recurse':
        return yield* recurse(input);
      case 'literal':
        return yield { value: filter.value, ...(input.path && { path: [] }) };
      case 'string':
        return yield* this.#string(filter.parts, filter.format, scope, input.value);
      case 'format':
        return yield { value: formatText(filter.name, input.value) };
      case 'index':
        for (const base of this.run(filter.of, scope, input))
          for (const key of this.values(filter.key, scope, input.value)) yield step(base, key as string);
        return;
      case 'slice':
        for (const base of this.run(filter.of, scope, input))
          for (const end of filter.to === undefined ? [null] : this.values(filter.to, scope, input.value))
            for (const start of filter.from === undefined ? [null] : this.values(filter.from, scope, input.value)) {
              if ((start !== null && typeof start !== 'number') || (end !== null && typeof end !== 'number'))
                throw new JqError('Start and end indices of an array slice must be numbers');
              yield step(base, { start, end });
            }
        return;
      case 'each':
        for (const base of this.run(filter.of, scope, input)) yield* children(base);
        return;
      case 'pipe':
        for (const left of this.run(filter.left, scope, input)) yield* this.run(filter.right, scope, left);
        return;
      case 'comma':
        yield* this.run(filter.left, scope, input);
        return yield* this.run(filter.right, scope, input);
      case 'alternative': {
        let any = false;
        try {
          for (const item of this.run(filter.left, scope, input)) {
            if (!isTrue(item.value)) continue;
            any = true;
            yield item;
          }
        } catch (error) {
          if (!(error instanceof JqError)) throw error;
        }
        if (!any) yield* this.run(filter.right, scope, input);
        return;
      }
      case 'and':
      case 'or':
        for (const left of this.values(filter.left, scope, input.value)) {
          if (isTrue(left) === (filter.kind === 'or')) yield { value: filter.kind === 'or' };
          else for (const right of this.values(filter.right, scope, input.value)) yield { value: isTrue(right) };
        }
        return;
      case 'binary':
        for (const right of this.values(filter.right, scope, input.value))
          for (const left of this.values(filter.left, scope, input.value)) yield { value: arithmetic(filter.operator, left, right) };
        return;
      case 'negate':
        for (const value of this.values(filter.of, scope, input.value)) {
          if (typeof value !== 'number') throw new JqError(`${typeOf(value)} (${shown(value)}) cannot be negated`);
          yield { value: -value };
        }
        return;
      case 'assign':
        return yield* this.#assign(filter, scope, input.value);
      case 'array':
        return yield { value: filter.of === undefined ? [] : [...this.values(filter.of, scope, input.value)] };
      case 'object':
        for (const value of this.#object(filter.entries, scope, input.value)) yield { value };
        return;
      case 'try':
        try {
          yield* this.run(filter.body, scope, input);
        } catch (error) {
          if (!(error instanceof JqError)) throw error;
          if (filter.handler !== undefined) yield* this.run(filter.handler, scope, { value: error.value });
        }
        return;
      case 'if':
        return yield* this.#if(filter.branches, filter.otherwise, scope, input);
      case 'as':
        for (const value of this.values(filter.source, scope, input.value))
          for (const bound of this.#bind(filter.pattern, value, scope, input.value)) yield* this.run(filter.body, bound, input);
        return;
      case 'reduce': {
        let state: JsonValue = null;
        for (const start of this.values(filter.start, scope, input.value)) state = start;
        for (const value of this.values(filter.source, scope, input.value))
          for (const bound of this.#bind(filter.pattern, value, scope, input.value)) {
            let last: JsonValue = null;
            for (const next of this.values(filter.update, bound, state)) last = next;
            state = last;
          }
        return yield { value: state };
      }
      case 'foreach':
        for (const start of this.values(filter.start, scope, input.value)) {
          let state = start;
          for (const value of this.values(filter.source, scope, input.value))
            for (const bound of this.#bind(filter.pattern, value, scope, input.value))
              for (const next of this.values(filter.update, bound, state)) {
                state = next;
                if (filter.extract === undefined) yield { value: state };
                else yield* this.run(filter.extract, bound, { value: state });
              }
        }
        return;
      case 'variable': {
        const value = filter.name === 'ENV' ? this.world.variables.get('ENV') : variable(scope, filter.name);
        if (value === undefined) throw new JqMistake(`error: $${filter.name} is not defined`);
        return yield { value };
      }
      case 'define':
        return yield* this.run(filter.rest, define(filter, scope), input);
      case 'call':
        return yield* this.#call(filter.name, filter.args, scope, input);
    }
  }

  *#string(parts: readonly (string | Filter)[], format: string | undefined, scope: Scope, value: JsonValue): Generator<Item> {
    const [first, ...rest] = parts;
    if (first === undefined) return yield { value: '' };
    for (const tail of this.#string(rest, format, scope, value))
      for (const head of typeof first === 'string' ? [first] : this.values(first, scope, value)) {
        const text =
          typeof first === 'string'
            ? first
            : format !== undefined
              ? formatText(format, head)
              : typeof head === 'string'
                ? head
                : toJson(head);
        yield { value: text + (tail.value as string) };
      }
  }

  *#object(entries: readonly { key: Filter; value: Filter }[], scope: Scope, input: JsonValue): Generator<{ [key: string]: JsonValue }> {
    const last = entries.at(-1);
    if (last === undefined) return yield {};
    for (const rest of this.#object(entries.slice(0, -1), scope, input))
      for (const key of this.values(last.key, scope, input)) {
        if (typeof key !== 'string') throw new JqError(`Object keys must be strings`);
        for (const value of this.values(last.value, scope, input)) yield { ...rest, [key]: value };
      }
  }

  *#if(branches: readonly { test: Filter; yes: Filter }[], otherwise: Filter | undefined, scope: Scope, input: Item): Generator<Item> {
    const [first, ...rest] = branches;
    if (first === undefined) return yield* otherwise === undefined ? [input] : this.run(otherwise, scope, input);
    for (const test of this.values(first.test, scope, input.value)) {
      if (isTrue(test)) yield* this.run(first.yes, scope, input);
      else yield* this.#if(rest, otherwise, scope, input);
    }
  }

  *#bind(pattern: Pattern, value: JsonValue, scope: Scope, input: JsonValue): Generator<Scope> {
    if (pattern.kind === 'name') return yield { variables: [pattern.name, value], above: scope };
    if (pattern.kind === 'array') {
      let scopes = [scope];
      pattern.items.forEach((item, i) => {
        scopes = scopes.flatMap((each) => [...this.#bind(item, get(value, i), each, input)]);
      });
      return yield* scopes;
    }
    let scopes = [scope];
    for (const { key, name, value: inner } of pattern.entries)
      scopes = scopes.flatMap((each) =>
        [...this.values(key, each, input)].flatMap((found) => {
          const part = get(value, found);
          const named = name === undefined ? each : { variables: [name, part] as const, above: each };
          return inner === undefined ? [named] : [...this.#bind(inner, part, named, input)];
        }),
      );
    yield* scopes;
  }

  *#paths(filter: Filter, scope: Scope, value: JsonValue): Generator<Path> {
    for (const { path } of this.run(filter, scope, { value, path: [] })) {
      if (path === undefined) throw new JqError('Invalid path expression');
      yield path;
    }
  }

  *#assign({ operator, left, right }: Filter & { kind: 'assign' }, scope: Scope, input: JsonValue): Generator<Item> {
    if (operator === '|=') {
      let value = input;
      const gone: Path[] = [];
      for (const path of this.#paths(left, scope, input)) {
        let any = false;
        value = set(value, path, (old) => {
          const [first] = take(this.values(right, scope, old), 1);
          any = first !== undefined;
          return first ?? old;
        });
        if (!any) gone.push(path);
      }
      for (const path of gone.toReversed()) value = remove(value, path);
      return yield { value };
    }
    for (const by of this.values(right, scope, input)) {
      let value = input;
      for (const path of this.#paths(left, scope, input))
        value = set(value, path, (old) => {
          if (operator === '=') return by;
          return operator === '//=' ? (isTrue(old) ? old : by) : arithmetic(operator.slice(0, -1), old, by);
        });
      yield { value };
    }
  }

  *#call(name: string, args: readonly Filter[], scope: Scope, input: Item): Generator<Item> {
    const closure = lookUp(scope, `${name}/${args.length}`);
    if (closure !== undefined) {
      let inner: Scope =
        closure.isArgument === true ? closure.scope : { functions: [`${name}/${args.length}`, closure], above: closure.scope };
      const byValue: [string, Filter][] = [];
      closure.parameters.forEach((parameter, i) => {
        const arg = args[i] as Filter;
        const plain = parameter.replace(/^\$/, '');
        inner = { functions: [`${plain}/0`, { parameters: [], body: arg, scope, isArgument: true }], above: inner };
        if (parameter.startsWith('$')) byValue.push([plain, arg]);
      });
      return yield* this.#withValues(byValue, closure.body, inner, scope, input);
    }
    const { value } = input;
    const arg = (i: number): Generator<JsonValue> => this.values(args[i] as Filter, scope, value);
    switch (`${name}/${args.length}`) {
      case 'empty/0':
        return;
      case 'error/0':
        throw new JqError(value);
      case 'error/1':
        for (const each of arg(0)) throw new JqError(each);
        return;
      case 'path/1':
        for (const path of this.#paths(args[0] as Filter, scope, value)) yield { value: path as JsonValue };
        return;
      case 'getpath/1':
        for (const path of arg(0)) {
          if (!isArray(path)) throw new JqError('Path must be specified as an array');
          let item = input;
          for (const key of path)
            item =
              item.value === null ? { value: null, ...(item.path && { path: [...item.path, key as string] }) } : step(item, key as string);
          yield item;
        }
        return;
      case 'first/1':
        return yield* take(this.run(args[0] as Filter, scope, input), 1);
      case 'limit/2':
        for (const count of arg(0)) yield* take(this.run(args[1] as Filter, scope, input), Number(count));
        return;
      case 'range/2':
        for (const from of arg(0))
          for (const to of arg(1)) for (let i = Number(from); i < Number(to); i++) yield { value: this.#counted(i) };
        return;
      case 'range/3':
        for (const from of arg(0))
          for (const to of arg(1))
            for (const by of arg(2)) {
              const [a, b, c] = [Number(from), Number(to), Number(by)];
              for (let i = a; c > 0 ? i < b : c < 0 && i > b; i += c) yield { value: this.#counted(i) };
            }
        return;
      case 'env/0':
        return yield { value: this.world.variables.get('ENV') ?? {} };
      case 'now/0':
        return yield { value: this.world.now() };
      case 'input/0': {
        const next = this.world.next();
        if (next === undefined) throw new JqError('No more inputs');
        return yield { value: next };
      }
      case 'inputs/0':
        for (let next = this.world.next(); next !== undefined; next = this.world.next()) yield { value: next };
        return;
    }
    const native = NATIVE[`${name}/${args.length}`];
    if (native === undefined) throw new JqMistake(`error: ${name}/${args.length} is not defined`);
    for (const given of combinations(args.map((_, i) => [...arg(i)]))) yield { value: native(value, ...given) };
  }

  #counted(value: number): number {
    if (++this.#steps > MOST_STEPS) throw new JqMistake('stopped after three million steps');
    return value;
  }

  *#withValues(parameters: readonly [string, Filter][], body: Filter, inner: Scope, outer: Scope, input: Item): Generator<Item> {
    const [first, ...rest] = parameters;
    if (first === undefined) return yield* this.run(body, inner, input);
    for (const value of this.values(first[1], outer, input.value))
      yield* this.#withValues(rest, body, { variables: [first[0], value], above: inner }, outer, input);
  }
}

function define({ name, parameters, body }: Filter & { kind: 'define' }, scope: Scope): Scope {
  return { functions: [`${name}/${parameters.length}`, { parameters, body, scope }], above: scope };
}

function variable(scope: Scope | undefined, name: string): JsonValue | undefined {
  for (let at = scope; at !== undefined; at = at.above) if (at.variables?.[0] === name) return at.variables[1];
  return undefined;
}

function lookUp(scope: Scope | undefined, key: string): Closure | undefined {
  for (let at = scope; at !== undefined; at = at.above) if (at.functions?.[0] === key) return at.functions[1];
  return undefined;
}

function step(base: Item, key: Path[number]): Item {
  return { value: get(base.value, key), ...(base.path && { path: [...base.path, key] }) };
}

function* children(base: Item): Generator<Item> {
  const { value, path } = base;
  if (isArray(value)) for (let i = 0; i < value.length; i++) yield { value: value[i] as JsonValue, ...(path && { path: [...path, i] }) };
  else if (isObject(value)) for (const [key, each] of Object.entries(value)) yield { value: each, ...(path && { path: [...path, key] }) };
  else throw new JqError(`Cannot iterate over ${typeOf(value)}${value === null ? '' : ` (${shown(value)})`}`);
}

function* recurse(item: Item): Generator<Item> {
  yield item;
  if (isArray(item.value) || isObject(item.value)) for (const child of children(item)) yield* recurse(child);
}

function* take<T>(items: Iterable<T>, count: number): Generator<T> {
  if (count <= 0) return;
  let left = count;
  for (const item of items) {
    yield item;
    if (--left <= 0) return;
  }
}

function* combinations(lists: readonly (readonly JsonValue[])[]): Generator<JsonValue[]> {
  const last = lists.at(-1);
  if (last === undefined) return yield [];
  for (const value of last) for (const rest of combinations(lists.slice(0, -1))) yield [...rest, value];
}
