import type { Dialect } from './dialect.ts';
import type { Expression, Value } from './syntax.ts';

export type Row = Readonly<Record<string, Value>>;

/** What an expression may ask beside the row. */
export interface Scope {
  readonly dialect: Dialect;
  /** The columns there are; undefined without a table. */
  readonly columns: ReadonlySet<string> | undefined;
  readonly table: string;
  /** `now()`, `version()` … */
  readonly functions: Readonly<Record<string, () => Value>>;
}

const AGGREGATES = new Set(['count', 'sum', 'min', 'max', 'avg']);

export function isAggregate(expression: Expression): boolean {
  switch (expression.kind) {
    case 'call':
      return AGGREGATES.has(expression.name) || expression.args.some(isAggregate);
    case 'binary':
      return isAggregate(expression.left) || isAggregate(expression.right);
    case 'unary':
    case 'is-null':
    case 'in':
      return isAggregate(expression.operand);
    default:
      return false;
  }
}

/** The value of an expression for a row, or for a group of rows. SQL's three values: what has to do with NULL is NULL. */
export function evaluate(expression: Expression, row: Row, scope: Scope, group?: readonly Row[]): Value {
  const of = (part: Expression): Value => evaluate(part, row, scope, group);
  switch (expression.kind) {
    case 'value':
      return expression.value;
    case 'star':
      return null;
    case 'column': {
      if (scope.columns?.has(expression.name) !== true) throw scope.dialect.noColumn(expression.name, expression.at, scope.table);
      return row[expression.name] ?? null;
    }
    case 'is-null':
      return (of(expression.operand) === null) !== expression.negated;
    case 'in': {
      const value = of(expression.operand);
      if (value === null) return null;
      return expression.list.some((item) => compare(value, of(item)) === 0) !== expression.negated;
    }
    case 'unary': {
      const value = of(expression.operand);
      if (value === null) return null;
      return expression.operator === '-' ? -number(value) : !truth(value);
    }
    case 'binary':
      return binary(expression.operator, of(expression.left), () => of(expression.right), scope);
    case 'call':
      return call(expression, of, scope, row, group);
  }
}

function binary(operator: string, left: Value, rightOf: () => Value, { dialect }: Scope): Value {
  if (operator === 'AND' && left !== null && !truth(left)) return false;
  if (operator === 'OR' && left !== null && truth(left)) return true;
  const right = rightOf();
  if (operator === 'AND') return right !== null && !truth(right) ? false : left === null || right === null ? null : true;
  if (operator === 'OR') return right !== null && truth(right) ? true : left === null || right === null ? null : false;
  if (left === null || right === null) return null;
  switch (operator) {
    case '+':
      return number(left) + number(right);
    case '-':
      return number(left) - number(right);
    case '*':
      return number(left) * number(right);
    case '/':
    case '%': {
      if (number(right) === 0) {
        if (dialect.divisionByZero === undefined) return null;
        throw dialect.divisionByZero;
      }
      if (operator === '%') return number(left) % number(right);
      const quotient = number(left) / number(right);
      return dialect.integerDivision && Number.isInteger(number(left)) && Number.isInteger(number(right)) ? Math.trunc(quotient) : quotient;
    }
    case '||':
      return `${String(left)}${String(right)}`;
    case 'LIKE':
    case 'ILIKE':
      return like(String(left), String(right), operator === 'ILIKE' || dialect.likeIgnoresCase);
    case '=':
      return compare(left, right) === 0;
    case '<>':
      return compare(left, right) !== 0;
    case '<':
      return compare(left, right) < 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>':
      return compare(left, right) > 0;
    default:
      return compare(left, right) >= 0;
  }
}

function call(
  { name, args, at }: Extract<Expression, { kind: 'call' }>,
  of: (part: Expression) => Value,
  scope: Scope,
  row: Row,
  group: readonly Row[] | undefined,
): Value {
  if (AGGREGATES.has(name)) {
    const rows = group ?? [row];
    const argument = args[0];
    if (argument === undefined || argument.kind === 'star') return rows.length;
    const values = rows.map((each) => evaluate(argument, each, scope)).filter((value) => value !== null);
    if (name === 'count') return values.length;
    if (values.length === 0) return null;
    if (name === 'min') return values.reduce((a, b) => (compare(a, b) <= 0 ? a : b));
    if (name === 'max') return values.reduce((a, b) => (compare(a, b) >= 0 ? a : b));
    const sum = values.reduce<number>((total, value) => total + number(value), 0);
    return name === 'sum' ? sum : sum / values.length;
  }
  const known = scope.functions[name];
  if (known !== undefined) return known();
  const values = args.map(of);
  const [first = null] = values;
  switch (name) {
    case 'upper':
      return first === null ? null : String(first).toUpperCase();
    case 'lower':
      return first === null ? null : String(first).toLowerCase();
    case 'length':
    case 'char_length':
      return first === null ? null : String(first).length;
    case 'coalesce':
    case 'ifnull':
      return values.find((value) => value !== null) ?? null;
    case 'concat':
      return values.map((value) => (value === null ? '' : String(value))).join('');
    case 'abs':
      return first === null ? null : Math.abs(number(first));
    case 'round':
      return first === null ? null : Number(number(first).toFixed(number(values[1] ?? 0)));
    default:
      throw scope.dialect.noFunction(name, at);
  }
}

export function truth(value: Value): boolean {
  return value === true || (value !== false && value !== null && number(value) !== 0);
}

function number(value: Value): number {
  return typeof value === 'number' ? value : value === true ? 1 : value === false || value === null ? 0 : Number.parseFloat(value) || 0;
}

/** NULL comes last. */
export function compare(one: Value, other: Value): number {
  if (one === null || other === null) return one === other ? 0 : one === null ? 1 : -1;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  return number(one) - number(other);
}

function like(text: string, pattern: string, ignoreCase: boolean): boolean {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '[\\s\\S]*')
    .replaceAll('_', '[\\s\\S]');
  return new RegExp(`^${source}$`, ignoreCase ? 'i' : '').test(text);
}
