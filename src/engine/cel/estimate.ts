import type { Notes } from './check.ts';
import {
  ACCESS_COST,
  FOLDING,
  isNamed,
  isText,
  LIST_COST,
  MAP_COST,
  NOMINAL,
  PATTERN,
  REQUIREMENTS,
  SETS,
  STRUCT_COST,
  TRAVERSAL,
  TRAVERSING,
} from './costs.ts';
import type { Overload } from './declarations.ts';
import {
  add,
  allocating,
  cap,
  fixed,
  multiply,
  NOTHING,
  patternCost,
  replaced,
  times,
  union,
  UNBOUNDED,
  UNKNOWN,
  type Call,
  type Entries,
  type Local,
  type Range,
} from './ranges.ts';
import { isScalar, isTextList, literalSize, slicedSize, whole } from './static-sizes.ts';
import type { Expression } from './syntax.ts';

/** How large what a path leads to can be: `['self', 'items', '@items', 'name']`. Undefined where that is not known. */
export type Sizes = (path: readonly string[]) => number | undefined;

/** The most that evaluating an expression can cost (`checker.Cost`), before anything is known of the values but their largest size. */
export function estimateCost(expression: Expression, notes: Notes, sizes: Sizes): number {
  return new Estimator(notes, sizes).cost(expression).max;
}

class Estimator {
  readonly #paths = new Map<Expression, readonly string[]>();
  readonly #sizes = new Map<Expression, Range>();
  readonly #entries = new Map<Expression, Entries>();
  readonly #locals = new Map<string, Local[]>();

  constructor(
    readonly notes: Notes,
    readonly known: Sizes,
  ) {}

  cost(expression: Expression): Range {
    switch (expression.kind) {
      case 'literal':
        return NOTHING;
      case 'name':
        this.#paths.set(expression, this.#local(expression.name)?.path ?? [expression.name]);
        return fixed(1);
      case 'select':
        return this.#select(expression);
      case 'call':
        return this.#call(expression);
      case 'list': {
        const sum = add(...expression.items.map((item) => this.cost(item)));
        this.#entries.set(expression, { list: true, key: fixed(1), value: this.#joined(expression.items) });
        return add(sum, fixed(LIST_COST));
      }
      case 'map': {
        const sum = add(...expression.entries.flatMap(([key, value]) => [this.cost(key), this.cost(value)]));
        const key = this.#joined(expression.entries.map(([one]) => one));
        const value = this.#joined(expression.entries.map(([, one]) => one));
        this.#entries.set(expression, { list: false, key, value });
        return add(sum, fixed(MAP_COST));
      }
      case 'struct':
        return add(...expression.fields.map(({ value }) => this.cost(value)), fixed(STRUCT_COST));
      case 'bind': {
        const sum = add(fixed(LIST_COST), this.cost(expression.value));
        const local = {
          path: this.#path(expression.value),
          size: this.#size(expression.value),
          entries: this.#entriesOf(expression.value),
        };
        const body = this.#with([[expression.name, local]], () => this.cost(expression.body));
        this.#copy(expression, expression.body);
        return add(sum, body);
      }
      case 'optional-map': {
        const of = this.cost(expression.of);
        const local = { path: [], size: undefined, entries: undefined };
        const body = this.#with([[expression.name, local]], () => this.cost(expression.body));
        const present = add(fixed((expression.flat ? 0 : 1) + LIST_COST + 1), of, body);
        return add(fixed(1), of, union(present, fixed(1)));
      }
      case 'fold':
        return this.#fold(expression);
    }
  }

  #select(expression: Expression & { kind: 'select' }): Range {
    const { of, field, test, optional } = expression;
    const sum = this.cost(of);
    // Asking whether something is there costs nothing of its own.
    if (test) return sum;
    if (optional) return add(sum, fixed(1));
    this.#paths.set(expression, [...this.#path(of), field]);
    const type = this.notes.types.get(of);
    return type !== undefined && (type.kind === 'map' || type.kind === 'object') ? add(sum, fixed(1)) : sum;
  }

  #call(expression: Expression & { kind: 'call' }): Range {
    const { name, target, args } = expression;
    const costs = args.map((arg) => this.cost(arg));
    const [first = NOTHING, second = NOTHING, third = NOTHING] = costs;
    const [one, other, last] = args;
    switch (name) {
      case 'dyn':
        this.#copy(expression, one as Expression);
        return add(fixed(1), first);
      case '_&&_':
      case '_||_':
        return { min: first.min, max: add(first, second).max };
      case '_?_:_': {
        const size = union(this.#sizeOf(other as Expression), this.#sizeOf(last as Expression));
        this.#join(expression, this.#entriesOf(other as Expression), this.#entriesOf(last as Expression));
        this.#sizes.set(expression, size);
        return add(first, union(second, third));
      }
      default:
    }
    const overloads = this.notes.overloads.get(expression) ?? [];
    if (overloads.length === 0) return NOTHING;
    const member = overloads.some((overload) => overload.member);
    const targetCost = member && target !== undefined ? this.cost(target) : NOTHING;
    const qualified = !member && target?.kind === 'name' ? `${target.name}.${name}` : name;
    let range: Range = { min: UNBOUNDED, max: 0 };
    let size: Range | undefined;
    for (const overload of overloads) {
      const call = this.#function(expression, qualified, overload, member ? target : undefined, args);
      range = union(range, add(call.cost, ...costs));
      if (call.size !== undefined) size = size === undefined ? call.size : union(size, call.size);
      const container = overload.parameters[0];
      if (name === '_[_]' && one !== undefined && (container?.kind === 'list' || container?.kind === 'map')) {
        size = this.#entriesOf(one)?.value;
        this.#paths.set(expression, [...this.#path(one), container.kind === 'list' ? '@items' : '@values']);
      }
      size ??= this.#size(expression);
    }
    if (size !== undefined) this.#sizes.set(expression, size);
    return add(targetCost, range);
  }

  /** The cost of one way to call a function, without that of its arguments. */
  #function(call: Expression, name: string, overload: Overload, target: Expression | undefined, args: readonly Expression[]): Call {
    const [first, second] = args;
    const sizeOf = (part: Expression | undefined): Range => (part === undefined ? UNKNOWN : this.#sizeOf(part));
    const own = target ?? first;
    const size = sizeOf(own);
    const argument = target === undefined ? second : first;
    if (NOMINAL.has(name)) return { cost: fixed(1) };
    if (FOLDING.has(name) && target !== undefined) return { cost: this.#traversal(target) };
    if (TRAVERSING.has(name)) {
      if (isNamed(overload, 0, 'net.CIDR')) return { cost: fixed(1) };
      const cost = times(size, TRAVERSAL);
      return ['lowerAscii', 'upperAscii', 'substring', 'trim', 'url', 'jsonpatch.escapeKey'].includes(name) ? { cost, size } : { cost };
    }
    const sets = SETS[name];
    if (sets !== undefined) return { cost: add(times(multiply(sizeOf(first), sizeOf(second)), sets), fixed(1)) };
    switch (name) {
      case 'check':
        return { cost: fixed(ACCESS_COST) };
      case 'fieldSelector':
      case 'labelSelector': {
        const length = sizeOf(first);
        return { cost: add(fixed(LIST_COST), times(length, TRAVERSAL), times(times(length, REQUIREMENTS), LIST_COST + STRUCT_COST)) };
      }
      case 'replace':
        return { cost: times(size, 2 * TRAVERSAL), size: replaced(size, sizeOf(first), sizeOf(second)) };
      case 'split': {
        const most = second?.kind === 'literal' && typeof second.value === 'bigint' ? Number(BigInt.asUintN(64, second.value)) : size.max;
        return { cost: times(size, 2 * TRAVERSAL), size: { min: 0, max: most } };
      }
      case 'join': {
        const joined = this.#joinedText(target, first);
        return { cost: times(joined, TRAVERSAL), size: joined };
      }
      case 'find':
      case 'findAll':
        return { cost: patternCost(size, sizeOf(first)), size: { min: 0, max: size.max } };
      case 'matches':
        return target === undefined ? { cost: fixed(1) } : { cost: patternCost(size, sizeOf(first)) };
      case 'ip.isCanonical':
        return { cost: times(size, 2 * TRAVERSAL) };
      case 'containsIP':
      case 'containsCIDR': {
        const bytes: Range = { min: 4, max: 16 };
        const compared = times(add(bytes, bytes), TRAVERSAL);
        const masked = name === 'containsCIDR' ? add(times(bytes, TRAVERSAL), fixed(1)) : NOTHING;
        return { cost: add(compared, masked, isText(overload, 1) ? times(sizeOf(argument), TRAVERSAL) : NOTHING) };
      }
      case 'validate':
        return { cost: times(times(sizeOf(first), TRAVERSAL), 128 * PATTERN) };
      case 'slice':
        return allocating(slicedSize(size, first, second), 1);
      case 'reverse':
        return allocating(size, 1);
      case 'lists.range':
        return allocating(fixed(whole(first) ?? UNBOUNDED), 1);
      case 'flatten':
        return allocating(size, first === undefined ? 1 : (whole(first) ?? UNBOUNDED));
      case 'distinct':
        return allocating(multiply(size, size), 2);
      case 'sort':
        return allocating(multiply(size, size), 2 + (isTextList(overload.parameters[0]) ? TRAVERSAL : 0));
      case 'format':
        return { cost: times(size, TRAVERSAL) };
      case 'strings.quote':
        return { cost: times(size, TRAVERSAL), size: { min: size.min + 2, max: cap(size.max * 2 + 2) } };
      case 'bytes':
        return isText(overload, 0) ? { cost: times(size, TRAVERSAL), size: { min: size.min, max: cap(size.max * 4) } } : { cost: fixed(1) };
      case 'string':
        return isNamed(overload, 0, 'bytes')
          ? { cost: times(size, TRAVERSAL), size: { min: Math.floor(size.min / 4), max: size.max } }
          : { cost: fixed(1) };
      case 'startsWith':
      case 'endsWith':
        return { cost: times(sizeOf(first), TRAVERSAL) };
      case 'contains':
        return { cost: multiply(times(size, TRAVERSAL), times(sizeOf(first), TRAVERSAL)) };
      case '@in':
        return { cost: overload.parameters[1]?.kind === 'list' ? sizeOf(second) : fixed(1) };
      case '_+_':
        return this.#sum(call, overload, first as Expression, second as Expression);
      case '_==_':
      case '_!=_':
      case '_<_':
      case '_<=_':
      case '_>_':
      case '_>=_':
        return { cost: this.#comparison(name, overload, first as Expression, second as Expression) };
      default:
        return { cost: fixed(1) };
    }
  }

  #sum(call: Expression, overload: Overload, first: Expression, second: Expression): Call {
    const isList = overload.parameters[0]?.kind === 'list';
    if (!isList && !isText(overload, 0)) return { cost: fixed(1) };
    const size = add(this.#sizeOf(first), this.#sizeOf(second));
    this.#join(call, this.#entriesOf(first), this.#entriesOf(second));
    return { cost: isList ? fixed(1) : times(size, TRAVERSAL), size };
  }

  #comparison(name: string, overload: Overload, first: Expression, second: Expression): Range {
    const equality = name === '_==_' || name === '_!=_';
    if (!equality && !isText(overload, 0)) return fixed(1);
    const type = this.notes.types.get(first);
    if (name === '_==_' && type?.kind === 'plain' && /^(kubernetes|net)\./.test(type.name)) return fixed(1);
    const most = Math.min(this.#sizeOf(first).max, this.#sizeOf(second).max);
    return times({ min: most > 0 ? 1 : 0, max: most }, TRAVERSAL);
  }

  /** Every item is looked at; texts among them from end to end. */
  #traversal(target: Expression): Range {
    const type = this.notes.types.get(target);
    const size = this.#sizeOf(target);
    if (type?.kind !== 'list') return times(size, TRAVERSAL);
    const text = type.of.kind === 'plain' && (type.of.name === 'string' || type.of.name === 'bytes');
    return multiply(size, text ? add(fixed(1), times(this.#itemSize(target), TRAVERSAL)) : fixed(1));
  }

  #itemSize(list: Expression): Range {
    const path = this.#path(list);
    const most = path.length === 0 ? undefined : this.known([...path, '@items']);
    return most === undefined ? UNKNOWN : { min: 0, max: most };
  }

  #joinedText(target: Expression | undefined, separator: Expression | undefined): Range {
    if (target === undefined) return UNKNOWN;
    const count = this.#sizeOf(target);
    const text = multiply(count, this.#itemSize(target));
    if (separator === undefined) return text;
    const between: Range = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) };
    return add(text, multiply(this.#sizeOf(separator), between));
  }

  #fold(expression: Expression & { kind: 'fold' }): Range {
    const { fold, range, names, filter, body } = expression;
    const over = this.cost(range);
    const [first = '', second] = names;
    const entries = this.#entriesOf(range);
    const isList = entries === undefined ? this.notes.types.get(range)?.kind === 'list' : entries.list;
    const path = this.#path(range);
    const key = (): Local => ({ path: [...path, isList ? '@indices' : '@keys'], size: entries?.key, entries: undefined });
    const value = (): Local => ({ path: [...path, isList ? '@items' : '@values'], size: entries?.value, entries: undefined });
    const locals: [string, Local][] =
      second === undefined
        ? [[first, isList ? value() : key()]]
        : [
            [first, key()],
            [second, value()],
          ];
    let made: Range = UNKNOWN;
    const { init, step, end } = this.#with(locals, () => {
      const when = filter === undefined ? undefined : this.cost(filter);
      const inner = this.cost(body);
      made = fold === 'filter' ? (this.#local(first)?.size ?? this.#sizeOfPath(this.#local(first)?.path) ?? UNKNOWN) : this.#sizeOf(body);
      // With a filter an item is added, or what there is stays.
      const chosen = (added: Range): Range => (when === undefined ? added : add(when, union(added, fixed(1))));
      switch (fold) {
        case 'all':
          return { init: 0, step: add(fixed(2), { min: 1, max: cap(1 + inner.max) }), end: 1 };
        case 'exists':
          return { init: 0, step: add(fixed(3), { min: 1, max: cap(1 + inner.max) }), end: 1 };
        case 'exists_one':
          return { init: 0, step: add(inner, { min: 1, max: 2 }), end: 2 };
        case 'filter':
          return { init: LIST_COST, step: add(inner, { min: 1, max: 3 + LIST_COST }), end: 1 };
        case 'transformMap':
          return { init: MAP_COST, step: chosen(add(fixed(3), inner)), end: 1 };
        case 'transformMapEntry':
          return { init: MAP_COST, step: chosen(add(fixed(2), inner)), end: 1 };
        default:
          return { init: LIST_COST, step: chosen(add(fixed(2 + LIST_COST), inner)), end: 1 };
      }
    });
    const count = this.#sizeOf(range);
    const collects = init > 0;
    this.#sizes.set(expression, collects ? count : fixed(1));
    if (collects) this.#entries.set(expression, { list: init === LIST_COST, key: { min: 0, max: 1 }, value: { min: 0, max: made.max } });
    const loop = add(over, fixed(init + end), multiply(count, step));
    if (fold !== 'sortBy') return loop;
    const { cost } = allocating(multiply(count, count), 2);
    return add(loop, fixed(LIST_COST + 3), cost);
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1);
  }

  #with<T>(locals: readonly (readonly [string, Local])[], act: () => T): T {
    for (const [name, local] of locals) this.#locals.set(name, [...(this.#locals.get(name) ?? []), local]);
    const result = act();
    for (const [name] of locals) this.#locals.get(name)?.pop();
    return result;
  }

  #path(expression: Expression): readonly string[] {
    if (expression.kind === 'name') {
      const local = this.#local(expression.name);
      if (local !== undefined) return local.path;
    }
    return this.#paths.get(expression) ?? [];
  }

  #sizeOf(expression: Expression): Range {
    return this.#size(expression) ?? UNKNOWN;
  }

  #size(expression: Expression): Range | undefined {
    const known = this.#sizes.get(expression) ?? literalSize(expression) ?? this.#sizeOfPath(this.#path(expression));
    if (known !== undefined) return known;
    const type = this.notes.types.get(expression);
    if (type !== undefined && isScalar(type)) return fixed(1);
    return expression.kind === 'name' ? this.#local(expression.name)?.size : undefined;
  }

  #sizeOfPath(path: readonly string[] | undefined): Range | undefined {
    const most = path === undefined || path.length === 0 ? undefined : this.known(path);
    return most === undefined ? undefined : { min: 0, max: most };
  }

  #entriesOf(expression: Expression): Entries | undefined {
    return this.#entries.get(expression) ?? (expression.kind === 'name' ? this.#local(expression.name)?.entries : undefined);
  }

  #join(call: Expression, a: Entries | undefined, b: Entries | undefined): void {
    if (a === undefined || b === undefined) return;
    this.#entries.set(call, { list: a.list, key: union(a.key, b.key), value: union(a.value, b.value) });
  }

  #joined(parts: readonly Expression[]): Range {
    if (parts.length === 0) return NOTHING;
    return parts.map((part) => this.#sizeOf(part)).reduce(union);
  }

  #copy(to: Expression, from: Expression): void {
    const size = this.#size(from);
    if (size !== undefined) this.#sizes.set(to, size);
    const entries = this.#entriesOf(from);
    if (entries !== undefined) this.#entries.set(to, entries);
  }
}
