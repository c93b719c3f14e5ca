import type { Json } from '../../api/meta.ts';
import { goPrint } from '../patch/go-print.ts';
import { childOf, index, isObject } from './compare.ts';
import { pathText } from './field-set.ts';
import { deduced, itemStep, type Shape } from './shape.ts';

/** What does not fit the type, in the words of structured-merge-diff; undefined when all does. */
export function typeFaults(value: Json, shape: Shape): string | undefined {
  const faults: string[] = [];
  check(value, shape, [], faults);
  if (faults.length === 0) return undefined;
  return faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
}

function check(value: Json, given: Shape, path: string[], faults: string[]): void {
  const shape = deduced(given, value);
  if (value === null || shape.kind === 'any') return;
  const refuse = (why: string): void => {
    faults.push(path.length === 0 ? why : `${pathText(path)}: ${why}`);
  };
  if (shape.kind === 'scalar') {
    const wrong = scalarFault(value, shape.scalar);
    if (wrong !== undefined) refuse(wrong);
    return;
  }
  if (shape.kind === 'list') {
    if (!Array.isArray(value)) return refuse(`expected list, got ${shown(value)}`);
    if (shape.list !== 'atomic') {
      for (const [step, items] of index(value, shape)) {
        if (items.length > 1) refuse(`duplicate entries for key ${pathText([step])}`);
      }
    }
    value.forEach((item, at) => {
      path.push(shape.list === 'atomic' ? `i:${at}` : itemStep(shape, item));
      check(item, shape.element, path, faults);
      path.pop();
    });
    return;
  }
  if (!isObject(value)) return refuse(`expected map, got ${shown(value)}`);
  for (const [key, item] of Object.entries(value)) {
    path.push(`f:${key}`);
    if (shape.kind === 'struct' && shape.field(key) === undefined) faults.push(`${pathText(path)}: field not declared in schema`);
    else check(item, childOf(shape, key), path, faults);
    path.pop();
  }
}

function scalarFault(value: Json, scalar: 'string' | 'boolean' | 'numeric' | 'untyped'): string | undefined {
  switch (scalar) {
    case 'string':
      return typeof value === 'string' ? undefined : `expected string, got &value.valueUnstructured{Value:${literal(value)}}`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `expected boolean, got ${shown(value)}`;
    case 'numeric':
      return typeof value === 'number' ? undefined : 'expected numeric (int or float), got *value.valueUnstructured';
    default:
      return typeof value === 'object' ? `expected any scalar, got ${shown(value)}` : undefined;
  }
}

const shown = (value: Json): string => `&{${goPrint(value)}}`;

/** A value as Go's `%#v` prints it. */
function literal(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(literal).join(', ')}}`;
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const fields = Object.keys(value).sort();
  return `map[string]interface {}{${fields.map((field) => `${JSON.stringify(field)}:${literal(value[field] as Json)}`).join(', ')}}`;
}
