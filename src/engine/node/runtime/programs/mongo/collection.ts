import type { Document } from './values.ts';

/** Whether a document fits a filter: equality, and the operators that people write. */
export function fits(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([field, wanted]) => {
    if (field === '$and') return (wanted as Document[]).every((one) => fits(document, one));
    if (field === '$or') return (wanted as Document[]).some((one) => fits(document, one));
    const value = at(document, field);
    if (!isOperators(wanted)) return same(value, wanted) || (Array.isArray(value) && value.some((item) => same(item, wanted)));
    return Object.entries(wanted).every(([operator, operand]) => judge(operator, value, operand));
  });
}

function judge(operator: string, value: unknown, operand: unknown): boolean {
  switch (operator) {
    case '$eq':
      return same(value, operand);
    case '$ne':
      return !same(value, operand);
    case '$gt':
      return comparable(value, operand) && order(value, operand) > 0;
    case '$gte':
      return comparable(value, operand) && order(value, operand) >= 0;
    case '$lt':
      return comparable(value, operand) && order(value, operand) < 0;
    case '$lte':
      return comparable(value, operand) && order(value, operand) <= 0;
    case '$in':
      return (operand as unknown[]).some((one) => same(value, one));
    case '$nin':
      return !(operand as unknown[]).some((one) => same(value, one));
    case '$exists':
      return (value !== undefined) === Boolean(operand);
    case '$regex':
      return typeof value === 'string' && new RegExp(String(operand)).test(value);
    default:
      throw new Error(`unknown operator: ${operator}`);
  }
}

/** Applies `$set`, `$inc`, `$unset`, `$push`; without operators it is refused, as updateOne does. */
export function updated(document: Document, update: Document): Document {
  const result = structuredClone(document);
  for (const [operator, fields] of Object.entries(update)) {
    if (!operator.startsWith('$')) throw new Error('Update document requires atomic operators');
    for (const [field, value] of Object.entries(fields as Document)) {
      const before = at(result, field);
      if (operator === '$set') put(result, field, value);
      else if (operator === '$inc') put(result, field, (typeof before === 'number' ? before : 0) + Number(value));
      else if (operator === '$unset') put(result, field, undefined);
      else if (operator === '$push') put(result, field, [...(Array.isArray(before) ? (before as unknown[]) : []), value]);
      else
        throw new Error(`Unknown modifier: ${operator}. Expected a valid update modifier or pipeline-style update specified as an array`);
    }
  }
  return result;
}

export function order(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  const [a, b] = [String(one), String(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

export function at(document: Document, path: string): unknown {
  let value: unknown = document;
  for (const part of path.split('.')) value = typeof value === 'object' && value !== null ? (value as Document)[part] : undefined;
  return value;
}

function put(document: Document, path: string, value: unknown): void {
  const parts = path.split('.');
  let holder = document;
  for (const part of parts.slice(0, -1)) {
    if (typeof holder[part] !== 'object' || holder[part] === null) holder[part] = {};
    holder = holder[part] as Document;
  }
  const last = parts.at(-1) as string;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
}

function isOperators(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).some((key) => key.startsWith('$') && key !== '$oid' && key !== '$date')
  );
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function comparable(one: unknown, other: unknown): boolean {
  return typeof one === typeof other && one !== undefined;
}
