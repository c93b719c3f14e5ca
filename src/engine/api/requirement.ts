import { isLabelValue, isQualifiedName } from './names.ts';

/** One term of a label selector. */

export type Operator = 'in' | 'notin' | '=' | '==' | '!=' | 'exists' | '!' | '>' | '<';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/** Makes a checked requirement; throws an `Error` with the server's sentence. */
export function newRequirement(key: string, operator: Operator, values: Iterable<string>): Requirement {
  const sorted = [...new Set(values)].sort();
  const problems: string[] = [];
  const keyProblems = isQualifiedName(key);
  if (keyProblems.length > 0) problems.push(`<nil>: Invalid value: ${JSON.stringify(key)}: ${keyProblems.join('; ')}`);
  const shown = JSON.stringify(sorted);
  if (operator === 'in' || operator === 'notin') {
    if (sorted.length === 0) problems.push(`values: Invalid value: ${shown}: for 'in', 'notin' operators, values set can't be empty`);
  } else if (operator === '=' || operator === '==' || operator === '!=') {
    if (sorted.length !== 1) problems.push(`values: Invalid value: ${shown}: exact-match compatibility requires one single value`);
  } else if (operator === 'exists' || operator === '!') {
    if (sorted.length !== 0) problems.push(`values: Invalid value: ${shown}: values set must be empty for exists and does not exist`);
  } else {
    if (sorted.length !== 1) problems.push(`values: Invalid value: ${shown}: for 'Gt', 'Lt' operators, exactly one value is required`);
    sorted.forEach((value, index) => {
      if (integerOf(value) === undefined) {
        problems.push(`values[${index}]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`);
      }
    });
  }
  sorted.forEach((value, index) => {
    const wrong = isLabelValue(value);
    if (wrong.length > 0) problems.push(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${wrong.join('; ')}`);
  });
  if (problems.length > 0) throw new Error(problems.length === 1 ? (problems[0] as string) : `[${problems.join(', ')}]`);
  return { key, operator, values: sorted };
}

export function matchesRequirement({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>> | undefined): boolean {
  const value = labels?.[key];
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value);
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case '>':
    case '<': {
      const actual = value === undefined ? undefined : integerOf(value);
      const bound = integerOf(values[0] ?? '');
      if (actual === undefined || bound === undefined) return false;
      return operator === '>' ? actual > bound : actual < bound;
    }
  }
}

export function formatRequirement({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    default:
      return `${key}${operator}${values.join(',')}`;
  }
}

/** A whole number of 64 bits, as Go's ParseInt reads it. */
export function integerOf(text: string): bigint | undefined {
  if (!/^[-+]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace(/^\+/, ''));
  return number >= -(1n << 63n) && number < 1n << 63n ? number : undefined;
}
