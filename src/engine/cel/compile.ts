import { AUTHORIZATION } from './authorizer.ts';
import { check, type Notes, type Structs, type Variables } from './check.ts';
import { library, type Library } from './declarations.ts';
import type { Budget } from './budget.ts';
import { evaluate, type Environment } from './evaluate.ts';
import { FORMATS } from './format.ts';
import { KUBERNETES } from './kubernetes.ts';
import { parse } from './parser.ts';
import { literalFaults } from './literals.ts';
import { SEMVER } from './semver.ts';
import { STANDARD } from './standard.ts';
import { LISTS } from './lists.ts';
import { COLLECTIONS } from './strings.ts';
import { showFaults, type Expression } from './syntax.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** An expression that was read and checked, to be evaluated as often as wanted. */
export interface Program {
  readonly type: Type;
  readonly expression: Expression;
  readonly notes: Notes;
  /** Throws `CelError`. What it costs is taken from the budget; `limit` is what it may cost by itself. */
  evaluate(environment: Environment, budget?: Budget, limit?: number): Value;
}

export type Compiled = { readonly program: Program } | { readonly fault: string };

const LIBRARY = library(STANDARD, COLLECTIONS, LISTS, KUBERNETES, FORMATS, SEMVER, AUTHORIZATION);

/** What an environment has beside its variables. */
export interface Extras {
  /** Structs that may be made. */
  readonly structs?: Structs;
  readonly functions?: Library;
  /** Whether it has `cel.bind`. */
  readonly bindings?: boolean;
}

/** Reads and checks an expression; `fault` is cel-go's text. */
export function compile(source: string, variables: Variables, { structs, functions, bindings }: Extras = {}): Compiled {
  const parsed = parse(source, bindings);
  if ('faults' in parsed) return { fault: showFaults(source, parsed.faults) };
  const { expression } = parsed;
  const all: Library = functions === undefined ? LIBRARY : new Map([...LIBRARY, ...functions]);
  const { type, faults, notes } = check(expression, variables, all, structs);
  if (faults.length > 0) return { fault: showFaults(source, faults) };
  const second = literalFaults(expression, notes);
  if (second.length > 0) return { fault: showFaults(source, second) };
  return {
    program: { type, expression, notes, evaluate: (environment, budget, limit) => evaluate(expression, environment, all, budget, limit) },
  };
}

/** Whether an expression speaks of a variable. */
export function mentions(expression: Expression, name: string): boolean {
  switch (expression.kind) {
    case 'literal':
      return false;
    case 'name':
      return expression.name === name;
    case 'select':
      return mentions(expression.of, name);
    case 'call':
      return (expression.target !== undefined && mentions(expression.target, name)) || expression.args.some((arg) => mentions(arg, name));
    case 'list':
      return expression.items.some((item) => mentions(item, name));
    case 'map':
      return expression.entries.some(([key, value]) => mentions(key, name) || mentions(value, name));
    case 'struct':
      return expression.fields.some(({ value }) => mentions(value, name));
    case 'fold':
      return [expression.range, expression.filter, expression.body].some((part) => part !== undefined && mentions(part, name));
    case 'bind':
      return mentions(expression.value, name) || mentions(expression.body, name);
    case 'optional-map':
      return mentions(expression.of, name) || mentions(expression.body, name);
  }
}
