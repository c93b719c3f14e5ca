import { AUTHORIZATION } from './authorizer.ts';
import { check, type Variables } from './check.ts';
import { library } from './declarations.ts';
import { evaluate, type Budget, type Environment } from './evaluate.ts';
import { KUBERNETES } from './kubernetes.ts';
import { parse } from './parser.ts';
import { STANDARD } from './standard.ts';
import { COLLECTIONS } from './strings.ts';
import { showFaults, type Expression } from './syntax.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** An expression that was read and checked, to be evaluated as often as wanted. */
export interface Program {
  readonly type: Type;
  readonly expression: Expression;
  /** Throws `CelError`. */
  evaluate(environment: Environment, budget?: Budget): Value;
}

export type Compiled = { readonly program: Program } | { readonly fault: string };

const LIBRARY = library(STANDARD, COLLECTIONS, KUBERNETES, AUTHORIZATION);
/** What one expression may cost (`PerCallLimit`). */
export const CALL_COST = 1_000_000;

/** Reads and checks an expression; `fault` is cel-go's text. */
export function compile(source: string, variables: Variables): Compiled {
  const parsed = parse(source);
  if ('faults' in parsed) return { fault: showFaults(source, parsed.faults) };
  const { type, faults } = check(parsed.expression, variables, LIBRARY);
  if (faults.length > 0) return { fault: showFaults(source, faults) };
  return { program: programOf(parsed.expression, type) };
}

function programOf(expression: Expression, type: Type): Program {
  return {
    type,
    expression,
    evaluate: (environment, budget = { left: CALL_COST }) => evaluate(expression, environment, LIBRARY, budget),
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
    case 'fold':
      return [expression.range, expression.filter, expression.body].some((part) => part !== undefined && mentions(part, name));
    case 'bind':
      return mentions(expression.value, name) || mentions(expression.body, name);
    case 'optional-map':
      return mentions(expression.of, name) || mentions(expression.body, name);
  }
}
