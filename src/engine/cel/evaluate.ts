import { qualifiedName } from './check.ts';
import type { Library, Overload } from './declarations.ts';
import { contains, index } from './standard.ts';
import type { Expression } from './syntax.ts';
import type { Type } from './types.ts';
import {
  CelError,
  Duration,
  isList,
  isMap,
  keyOf,
  Opaque,
  Optional,
  Timestamp,
  typeName,
  TypeValue,
  Unsigned,
  type Key,
  type Value,
} from './values.ts';

/** What names stand for; a function is asked when the name is first used. */
export type Environment = ReadonlyMap<string, Value | (() => Value)>;

/** Steps that one evaluation, or several that share it, may take. */
export interface Budget {
  left: number;
}

export const OVER_BUDGET = 'operation cancelled: actual cost limit exceeded';

/** Evaluates an expression that was checked. Throws `CelError`. */
export function evaluate(expression: Expression, environment: Environment, library: Library, budget: Budget): Value {
  return new Interpreter(library, budget).run(expression, environment);
}

class Interpreter {
  constructor(
    readonly library: Library,
    readonly budget: Budget,
  ) {}

  run(expression: Expression, env: Environment): Value {
    if (--this.budget.left < 0) throw new CelError(OVER_BUDGET);
    switch (expression.kind) {
      case 'literal': {
        const { value } = expression;
        return typeof value === 'object' && value !== null && 'unsigned' in value ? new Unsigned(value.unsigned) : value;
      }
      case 'name': {
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
        return items;
      }
      case 'map':
        return this.#map(expression, env);
      case 'fold':
        return this.#fold(expression, env);
      case 'bind': {
        const value = this.run(expression.value, env);
        return this.run(expression.body, new Map(env).set(expression.name, value));
      }
      case 'optional-map': {
        const of = this.run(expression.of, env);
        if (!(of instanceof Optional)) throw new CelError('no such overload');
        if (of.value === undefined) return of;
        const result = this.run(expression.body, new Map(env).set(expression.name, of.value));
        return expression.flat ? result : new Optional(result);
      }
    }
  }

  #select({ of, field, test, optional }: Expression & { kind: 'select' }, env: Environment): Value {
    const given = this.run(of, env);
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
        if (!(of instanceof Optional)) return index(of, this.run(second as Expression, env));
        break;
      }
      case '@in':
        return contains(this.run(first as Expression, env), this.run(second as Expression, env));
      default:
    }
    const qualified = target?.kind === 'name' && !env.has(target.name) ? qualifiedName(expression) : undefined;
    const operands = qualified !== undefined || target === undefined ? args : [target, ...args];
    const values = operands.map((operand) => this.run(operand, env));
    const member = qualified === undefined && target !== undefined;
    const overload = this.library
      .get(qualified ?? name)
      ?.find((one) => one.member === member && one.parameters.length === values.length && fits(one, values));
    if (overload === undefined) throw new CelError('no such overload');
    this.budget.left -= costOf(values);
    return overload.call(...values);
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
        if (!(error instanceof CelError) || error.message === OVER_BUDGET) throw error;
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
    return out;
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
    const holds = (values: readonly Value[], expression: Expression): boolean => {
      const result = step(values, expression);
      if (typeof result !== 'boolean') throw new CelError('no such overload');
      return result;
    };
    switch (fold) {
      case 'map':
        return items.filter((values) => filter === undefined || holds(values, filter)).map((values) => step(values, body));
      case 'filter':
        return items.filter((values) => holds(values, body)).map(([item]) => item as Value);
      case 'exists_one':
        return items.filter((values) => holds(values, body)).length === 1;
      default: {
        const decides = fold === 'exists';
        let failure: CelError | undefined;
        for (const values of items) {
          try {
            if (holds(values, body) === decides) return decides;
          } catch (error) {
            if (!(error instanceof CelError) || error.message === OVER_BUDGET) throw error;
            failure ??= error;
          }
        }
        if (failure !== undefined) throw failure;
        return !decides;
      }
    }
  }
}

function noSuchOverload(): never {
  throw new CelError('no such overload');
}

/** Long texts and lists are more work than short ones. */
function costOf(values: readonly Value[]): number {
  let cost = 0;
  for (const value of values) if (typeof value === 'string' || isList(value)) cost += value.length / 10;
  return cost;
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
