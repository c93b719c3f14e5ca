import { CALL_COST, OVER_BUDGET, OVER_LIMIT, REQUEST_COST, type Budget } from './budget.ts';
import { qualifiedName } from './check.ts';
import type { Library, Overload } from './declarations.ts';
import { callCost, compared, LIST_COST, MAP_COST, sizeOf, STRUCT_COST } from './costs.ts';
import { sortedBy } from './lists.ts';
import { contains, index } from './standard.ts';
import type { Expression, Fold } from './syntax.ts';
import type { Type } from './types.ts';
import {
  CelError,
  CostError,
  Duration,
  isList,
  isMap,
  keyOf,
  Opaque,
  Optional,
  Struct,
  Timestamp,
  typeName,
  TypeValue,
  Unsigned,
  type Key,
  type Value,
} from './values.ts';

/** What names stand for; a function is asked when the name is first used. */
export type Environment = ReadonlyMap<string, Value | (() => Value)>;

/** Evaluates an expression that was checked. Throws `CelError`. */
export function evaluate(
  expression: Expression,
  environment: Environment,
  library: Library,
  budget: Budget = { left: REQUEST_COST },
  limit = CALL_COST,
): Value {
  const interpreter = new Interpreter(library, limit);
  try {
    return interpreter.run(expression, environment);
  } finally {
    budget.left -= interpreter.cost;
    if (budget.left < 0) outOfBudget();
  }
}

function outOfBudget(): never {
  throw new CostError(OVER_BUDGET);
}

class Interpreter {
  cost = 0;

  constructor(
    readonly library: Library,
    readonly limit: number,
  ) {}

  #spend(units: number): void {
    this.cost += units;
    if (this.cost > this.limit) throw new CostError(OVER_LIMIT);
  }

  run(expression: Expression, env: Environment): Value {
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return typeof value === 'object' && value !== null && 'unsigned' in value ? new Unsigned(value.unsigned) : value;
      }
      case 'name': {
        this.#spend(1);
        const found = env.get(expression.name);
        if (typeof found === 'function') return found();
        return found === undefined ? new TypeValue(expression.name) : found;
      }
      case 'select':
        return this.#select(expression, env);
      case 'call':
        return this.#call(expression, env);
      case 'list': {
        const items: Value[] = [];
        expression.items.forEach((item, at) => {
          const value = this.run(item, env);
          if (!expression.optional.has(at)) items.push(value);
          else if (value instanceof Optional && value.value !== undefined) items.push(value.value);
        });
        // A list of literals is made once, when the expression is read.
        if (!isConstant(expression)) this.#spend(LIST_COST);
        return items;
      }
      case 'map':
        return this.#map(expression, env);
      case 'struct':
        return this.#struct(expression, env);
      case 'fold':
        return this.#fold(expression, env);
      case 'bind': {
        const value = this.run(expression.value, env);
        return this.run(expression.body, new Map(env).set(expression.name, value));
      }
      case 'optional-map': {
        const of = this.run(expression.of, env);
        if (!(of instanceof Optional)) throw new CelError('no such overload');
        this.#spend(of.value === undefined ? 2 : 4);
        if (of.value === undefined) return of;
        const result = this.run(expression.body, new Map(env).set(expression.name, of.value));
        return expression.flat ? result : new Optional(result);
      }
    }
  }

  #select({ of, field, test, optional }: Expression & { kind: 'select' }, env: Environment): Value {
    const dotted = of.kind === 'name' && !test ? env.get(`${of.name}.${field}`) : undefined;
    if (dotted !== undefined) {
      this.#spend(1);
      return typeof dotted === 'function' ? dotted() : dotted;
    }
    const given = this.run(of, env);
    if (!test) this.#spend(isAttribute(of) ? 1 : 2);
    const operand = given instanceof Optional ? given.value : given;
    const loose = optional || given instanceof Optional;
    if (operand === undefined) return test ? false : new Optional(undefined);
    if (!isMap(operand)) throw new CelError('no such overload');
    const found = operand.get(field);
    if (test) return found !== undefined;
    if (loose) return new Optional(found);
    if (found === undefined) throw new CelError(`no such key: ${field}`);
    return found;
  }

  #call(expression: Expression & { kind: 'call' }, env: Environment): Value {
    const { name, target, args } = expression;
    const [first, second, third] = args;
    switch (name) {
      case '_&&_':
        return this.#either(first as Expression, second as Expression, env, false);
      case '_||_':
        return this.#either(first as Expression, second as Expression, env, true);
      case '_?_:_': {
        const condition = this.run(first as Expression, env);
        if (typeof condition !== 'boolean') throw new CelError('no such overload');
        return this.run((condition ? second : third) as Expression, env);
      }
      case '_[_]': {
        const of = this.run(first as Expression, env);
        const at = this.run(second as Expression, env);
        if (!(of instanceof Optional)) {
          this.#spend(isAttribute(first as Expression) ? 1 : 2);
          return index(of, at);
        }
        this.#spend(1);
        return this.#apply(name, false, [of, at]);
      }
      case '@in': {
        const [item, of] = [this.run(first as Expression, env), this.run(second as Expression, env)];
        if (!isConstant(second as Expression)) this.#spend(isList(of) ? sizeOf(of) : 1);
        return contains(item, of);
      }
      default:
    }
    const qualified = target?.kind === 'name' && !env.has(target.name) ? qualifiedName(expression) : undefined;
    const operands = qualified !== undefined || target === undefined ? args : [target, ...args];
    const values = operands.map((operand) => this.run(operand, env));
    return this.#apply(qualified ?? name, qualified === undefined && target !== undefined, values);
  }

  #apply(name: string, member: boolean, values: readonly Value[]): Value {
    const overload = this.library
      .get(name)
      ?.find((one) => one.member === member && one.parameters.length === values.length && fits(one, values));
    if (overload === undefined) throw new CelError('no such overload');
    const result = overload.call(...values);
    this.#spend(callCost(name, overload, values, result));
    return result;
  }

  /** `&&` and `||`: one side that decides is enough, even when the other fails. */
  #either(left: Expression, right: Expression, env: Environment, decides: boolean): boolean {
    let failure: CelError | undefined;
    for (const side of [left, right]) {
      try {
        const value = this.run(side, env);
        if (typeof value !== 'boolean') failure ??= new CelError('no such overload');
        else if (value === decides) return decides;
      } catch (error) {
        if (!(error instanceof CelError) || error instanceof CostError) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decides;
  }

  #map({ entries }: Expression & { kind: 'map' }, env: Environment): Value {
    const out = new Map<Key, Value>();
    for (const [key, value, optional] of entries) {
      const at = keyOf(this.run(key, env));
      if (at === undefined) throw new CelError('unsupported key type');
      const item = this.run(value, env);
      if (!optional) out.set(at, item);
      else if (item instanceof Optional && item.value !== undefined) out.set(at, item.value);
    }
    this.#spend(MAP_COST);
    return out;
  }

  #struct({ name, fields }: Expression & { kind: 'struct' }, env: Environment): Value {
    const out: [Key, Value][] = [];
    for (const field of fields) {
      const value = this.run(field.value, env);
      if (!field.optional) out.push([field.name, value]);
      else if (value instanceof Optional && value.value !== undefined) out.push([field.name, value.value]);
    }
    this.#spend(STRUCT_COST);
    return new Struct(name, out);
  }

  #fold({ fold, range, names, filter, body }: Expression & { kind: 'fold' }, env: Environment): Value {
    const over = this.run(range, env);
    const items: readonly (readonly Value[])[] = isList(over)
      ? over.map((item, at) => (names.length === 1 ? [item] : [BigInt(at), item]))
      : isMap(over)
        ? [...over].map(([key, item]) => (names.length === 1 ? [key] : [key, item]))
        : noSuchOverload();
    const inner = new Map(env);
    const step = (values: readonly Value[], expression: Expression): Value => {
      names.forEach((name, at) => inner.set(name, values[at] as Value));
      return this.run(expression, inner);
    };
    // What the loop costs that the macro stands for: looking at its result so far, and adding to it.
    const { each, added, passed, end } = LOOPS[fold];
    const holds = (values: readonly Value[], expression: Expression): boolean => {
      const result = step(values, expression);
      if (typeof result !== 'boolean') throw new CelError('no such overload');
      this.#spend(each + (result ? added : passed));
      return result;
    };
    const chosen = (): (readonly Value[])[] => items.filter((values) => filter === undefined || holds(values, filter));
    // Without a filter every item is added.
    const make = (values: readonly Value[]): Value => {
      if (filter === undefined) this.#spend(each + added);
      return step(values, body);
    };
    switch (fold) {
      case 'map':
      case 'transformList': {
        const made = chosen().map(make);
        this.#spend(end);
        return made;
      }
      case 'transformMap': {
        this.#spend(MAP_COST + end);
        return new Map(chosen().map((values) => [keyOf(names.length === 1 ? 0n : (values[0] as Value)) as Key, make(values)]));
      }
      case 'transformMapEntry': {
        this.#spend(MAP_COST + end);
        const out = new Map<Key, Value>();
        for (const values of chosen()) {
          const entry = make(values);
          if (!isMap(entry)) throw new CelError('no such overload');
          for (const [key, value] of entry) {
            if (out.has(key)) throw new CelError(`insert failed: key ${String(key)} already exists`);
            out.set(key, value);
          }
        }
        return out;
      }
      case 'sortBy': {
        const keys = items.map(make);
        this.#spend(end + compared(keys));
        return sortedBy(
          items.map(([item]) => item as Value),
          keys,
        );
      }
      case 'filter': {
        const kept = items.filter((values) => holds(values, body)).map(([item]) => item as Value);
        this.#spend(end);
        return kept;
      }
      case 'exists_one': {
        const found = items.filter((values) => holds(values, body)).length;
        this.#spend(end);
        return found === 1;
      }
      default: {
        const decides = fold === 'exists';
        this.#spend(end);
        let failure: CelError | undefined;
        for (const values of items) {
          try {
            if (holds(values, body) === decides) return decides;
          } catch (error) {
            if (!(error instanceof CelError) || error instanceof CostError) throw error;
            failure ??= error;
          }
        }
        if (failure !== undefined) throw failure;
        return !decides;
      }
    }
  }
}

interface Loop {
  readonly each: number;
  readonly added: number;
  readonly passed: number;
  readonly end: number;
}
// A list is looked at, made, filled with one item and added: 1 + 10 + 1.
const COLLECT = 1 + LIST_COST + 1;
const LOOPS: Readonly<Record<Fold, Loop>> = {
  all: { each: 3, added: 0, passed: 0, end: 1 },
  exists: { each: 4, added: 0, passed: 0, end: 1 },
  exists_one: { each: 0, added: 2, passed: 1, end: 2 },
  map: { each: 0, added: COLLECT, passed: 1, end: 1 },
  transformList: { each: 0, added: COLLECT, passed: 1, end: 1 },
  transformMap: { each: 0, added: 3, passed: 1, end: 1 },
  transformMapEntry: { each: 0, added: 2, passed: 1, end: 1 },
  sortBy: { each: 0, added: COLLECT, passed: 1, end: 3 },
  filter: { each: 0, added: COLLECT + 1, passed: 1, end: 1 },
};

/** Names, and what is reached from them by fields and indexes, are looked up as one. */
function isAttribute(expression: Expression): boolean {
  if (expression.kind === 'name') return true;
  if (expression.kind === 'select') return !expression.test && isAttribute(expression.of);
  return expression.kind === 'call' && expression.name === '_[_]' && isAttribute(expression.args[0] as Expression);
}

const isConstant = (expression: Expression): boolean =>
  expression.kind === 'list' && expression.items.every(({ kind }) => kind === 'literal');

function noSuchOverload(): never {
  throw new CelError('no such overload');
}

function fits(overload: Overload, values: readonly Value[]): boolean {
  return overload.parameters.every((wanted, at) => is(values[at] as Value, wanted));
}

function is(value: Value, wanted: Type): boolean {
  switch (wanted.kind) {
    case 'plain':
      if (wanted.name === 'google.protobuf.Timestamp') return value instanceof Timestamp;
      if (wanted.name === 'google.protobuf.Duration') return value instanceof Duration;
      return value instanceof Opaque ? value.type === wanted.name : typeName(value) === wanted.name;
    case 'list':
      return isList(value);
    case 'map':
      return isMap(value);
    case 'optional':
      return value instanceof Optional && (value.value === undefined || is(value.value, wanted.of));
    default:
      return true;
  }
}
