import type { Library, Overload } from './declarations.ts';
import { NAMESPACES } from './declarations.ts';
import type { Expression, Fault, Literal } from './syntax.ts';
import {
  assignable,
  BOOL,
  BYTES,
  DOUBLE,
  DYN,
  ERROR,
  INT,
  isLoose,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  plain,
  STRING,
  substitute,
  typeText,
  UINT,
  type Bindings,
  type Type,
} from './types.ts';

export type Variables = ReadonlyMap<string, Type>;
/** The type of a struct that an expression makes, by its name. */
export type Structs = (name: string) => Type | undefined;
const TYPE_NAMES = new Set(['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'null_type', 'type']);

/** What the checker found out about the parts of an expression. */
export interface Notes {
  readonly types: ReadonlyMap<Expression, Type>;
  /** Of calls: all ways to call the function that fit. */
  readonly overloads: ReadonlyMap<Expression, readonly Overload[]>;
}

/** Finds the type of an expression, and all that cannot be, with the sentences of cel-go's checker. */
export function check(
  expression: Expression,
  variables: Variables,
  library: Library,
  structs?: Structs,
): { type: Type; faults: Fault[]; notes: Notes } {
  const checker = new Checker(library, structs);
  const type = checker.type(expression, variables);
  return { type, faults: checker.faults, notes: checker };
}

class Checker {
  readonly faults: Fault[] = [];
  readonly types = new Map<Expression, Type>();
  readonly overloads = new Map<Expression, readonly Overload[]>();

  constructor(
    readonly library: Library,
    readonly structs: Structs | undefined,
  ) {}

  type(expression: Expression, variables: Variables): Type {
    const type = this.#type(expression, variables);
    this.types.set(expression, type);
    return type;
  }

  #type(expression: Expression, variables: Variables): Type {
    switch (expression.kind) {
      case 'literal':
        return literalType(expression.value);
      case 'name': {
        const known = variables.get(expression.name);
        if (known !== undefined) return known;
        return TYPE_NAMES.has(expression.name) ? plain('type') : this.#undeclared(expression.name, expression.at);
      }
      case 'select':
        return this.#select(expression, variables);
      case 'call':
        return this.#call(expression, variables);
      case 'list':
        return listOf(this.#joined(expression.items.map((item, at) => this.#inside(item, expression.optional.has(at), variables))));
      case 'map':
        return mapOf(
          this.#joined(expression.entries.map(([key]) => this.type(key, variables))),
          this.#joined(expression.entries.map(([, value, optional]) => this.#inside(value, optional, variables))),
        );
      case 'struct':
        return this.#struct(expression, variables);
      case 'fold':
        return this.#fold(expression, variables);
      case 'bind':
        return this.type(expression.body, new Map(variables).set(expression.name, this.type(expression.value, variables)));
      case 'optional-map': {
        const of = this.type(expression.of, variables);
        const inner = this.type(expression.body, new Map(variables).set(expression.name, of.kind === 'optional' ? of.of : DYN));
        return expression.flat ? inner : optionalOf(inner);
      }
    }
  }

  #fault(at: number, text: string): Type {
    this.faults.push({ at, text });
    return ERROR;
  }

  #undeclared(name: string, at: number): Type {
    return this.#fault(at, `undeclared reference to '${name}' (in container '')`);
  }

  /** What is in a list, a map or a struct where `?` says that it may be left out. */
  #inside(expression: Expression, optional: boolean, variables: Variables): Type {
    const type = this.type(expression, variables);
    if (!optional || type.kind !== 'optional') {
      if (optional && !isLoose(type))
        this.#fault(expression.at, `expected type '${typeText(optionalOf(type))}' but found '${typeText(type)}'`);
      return type;
    }
    return type.of;
  }

  #struct({ name, fields, at }: Expression & { kind: 'struct' }, variables: Variables): Type {
    const type = this.structs?.(name);
    if (type?.kind !== 'object') return this.#undeclared(name, at);
    for (const field of fields) {
      const given = this.#inside(field.value, field.optional, variables);
      const wanted = type.field(field.name);
      if (wanted === undefined) this.#fault(field.at, `undefined field '${field.name}'`);
      else if (!assignable(given, wanted, new Map()))
        this.#fault(field.at, `expected type of field '${field.name}' is '${typeText(wanted)}' but provided type is '${typeText(given)}'`);
    }
    return type;
  }

  #select({ of, field, test, optional, at }: Expression & { kind: 'select' }, variables: Variables): Type {
    const dotted = of.kind === 'name' && !test ? variables.get(`${of.name}.${field}`) : undefined;
    if (dotted !== undefined) return dotted;
    const given = this.type(of, variables);
    const operand = given.kind === 'optional' ? given.of : given;
    const wrap = (type: Type): Type => (test ? BOOL : optional || given.kind === 'optional' ? optionalOf(type) : type);
    if (isLoose(operand) || operand.kind === 'parameter') return wrap(DYN);
    if (operand.kind === 'map') return wrap(operand.of);
    if (operand.kind === 'object') {
      const found = operand.field(field);
      return found === undefined ? this.#fault(at, `undefined field '${field}'`) : wrap(found);
    }
    return this.#fault(at, `type '${typeText(operand)}' does not support field selection`);
  }

  #call(expression: Expression & { kind: 'call' }, variables: Variables): Type {
    const { name, target, args, at } = expression;
    if (name === '_&&_' || name === '_||_') {
      const types = args.map((arg) => this.type(arg, variables));
      return types.every((type) => assignable(type, BOOL, new Map())) ? BOOL : this.#noOverload(name, types, at, false);
    }
    if (name === '_?_:_') {
      const [condition, yes, no] = args.map((arg) => this.type(arg, variables)) as [Type, Type, Type];
      if (!assignable(condition, BOOL, new Map()) || !(assignable(yes, no, new Map()) || assignable(no, yes, new Map())))
        return this.#noOverload(name, [condition, yes, no], at, false);
      return isLoose(yes) ? no : yes;
    }
    const qualified = qualifiedName(expression);
    const shadowed = target?.kind === 'name' && variables.has(target.name);
    if (qualified !== undefined && !shadowed)
      return this.#resolve(
        qualified,
        args.map((arg) => this.type(arg, variables)),
        false,
        expression,
      );
    const types = [...(target === undefined ? [] : [target]), ...args].map((arg) => this.type(arg, variables));
    return this.#resolve(name, types, target !== undefined, expression);
  }

  #resolve(name: string, types: readonly Type[], member: boolean, call: Expression): Type {
    const { at } = call;
    const overloads = this.library.get(name);
    if (overloads === undefined) return this.#undeclared(name, at);
    const results: Type[] = [];
    const fitting: Overload[] = [];
    this.overloads.set(call, fitting);
    for (const overload of overloads) {
      const result = match(overload, types, member);
      if (result !== undefined) fitting.push(overload);
      if (result !== undefined && !results.some((one) => typeText(one) === typeText(result))) results.push(result);
    }
    if (results.length === 0) return this.#noOverload(name, types, at, member);
    return results.length === 1 ? (results[0] as Type) : DYN;
  }

  #noOverload(name: string, types: readonly Type[], at: number, member: boolean): Type {
    if (types.some(({ kind }) => kind === 'error')) return ERROR;
    const shown = types.map(typeText);
    const applied = member ? `'${shown[0]}.(${shown.slice(1).join(', ')})'` : `'(${shown.join(', ')})'`;
    return this.#fault(at, `found no matching overload for '${name}' applied to ${applied}`);
  }

  #fold({ fold, range, names, filter, body, at }: Expression & { kind: 'fold' }, variables: Variables): Type {
    const over = this.type(range, variables);
    const inner = new Map(variables);
    const [first = '', second] = names;
    if (over.kind === 'list') {
      inner.set(first, second === undefined ? over.of : INT);
      if (second !== undefined) inner.set(second, over.of);
    } else if (over.kind === 'map') {
      inner.set(first, over.key);
      if (second !== undefined) inner.set(second, over.of);
    } else {
      if (!isLoose(over))
        this.#fault(range.at, `expression of type '${typeText(over)}' cannot be range of a comprehension (must be list, map, or dynamic)`);
      for (const name of names) inner.set(name, DYN);
    }
    if (filter !== undefined) this.#bool(this.type(filter, inner), filter.at);
    const result = this.type(body, inner);
    if (fold === 'map' || fold === 'transformList') return listOf(result);
    if (fold === 'sortBy') return over.kind === 'list' ? over : DYN;
    if (fold === 'transformMap') return mapOf(inner.get(first) ?? DYN, result);
    if (fold === 'transformMapEntry') {
      if (result.kind === 'map' || isLoose(result)) return result;
      return this.#noOverload('cel.@mapInsert', [mapOf(DYN, DYN), result], at, false);
    }
    if (fold === 'filter') {
      this.#bool(result, body.at);
      return listOf(inner.get(first) ?? DYN);
    }
    if (!assignable(result, BOOL, new Map())) {
      const operator = fold === 'all' ? '_&&_' : fold === 'exists' ? '_||_' : '_?_:_';
      this.#noOverload(operator, fold === 'exists_one' ? [result, INT, INT] : [BOOL, result], at, false);
    }
    return BOOL;
  }

  #bool(type: Type, at: number): void {
    if (!assignable(type, BOOL, new Map()))
      this.#fault(at, `found no matching overload for '_?_:_' applied to '(${typeText(type)}, list(dyn), list(dyn))'`);
  }

  #joined(types: readonly Type[]): Type {
    const [first, ...rest] = types;
    if (first === undefined) return DYN;
    return rest.every((type) => typeText(type) === typeText(first)) ? first : DYN;
  }
}

function match(overload: Overload, types: readonly Type[], member: boolean): Type | undefined {
  if (overload.member !== member || overload.parameters.length !== types.length) return undefined;
  const bindings: Bindings = new Map();
  return overload.parameters.every((wanted, index) => assignable(types[index] as Type, wanted, bindings))
    ? substitute(overload.result, bindings)
    : undefined;
}

/** `sets.contains(…)`: a function whose name has a dot. */
export function qualifiedName({ name, target }: Expression & { kind: 'call' }): string | undefined {
  return target?.kind === 'name' && NAMESPACES.has(target.name) ? `${target.name}.${name}` : undefined;
}

function literalType(value: Literal): Type {
  if (value === null) return NULL;
  switch (typeof value) {
    case 'boolean':
      return BOOL;
    case 'bigint':
      return INT;
    case 'number':
      return DOUBLE;
    case 'string':
      return STRING;
    default:
      return value instanceof Uint8Array ? BYTES : UINT;
  }
}
