import { compile, type Compiled } from '../../cel/compile.ts';
import { estimateCost } from '../../cel/estimate.ts';
import { BOOL, DYN, isLoose, mapOf, plain, STRING, typeText, type Type } from '../../cel/types.ts';
import type { DeviceSelector } from '../generated/types.ts';
import type { Findings } from '../validation.ts';

const MAX_EXPRESSION = 10 * 1024;
const MAX_SELECTORS = 32;

/** An attribute may be of any type. */
const ANY: Type = { kind: 'dyn', shown: 'any' };
const FIELDS: Readonly<Record<string, Type>> = {
  driver: STRING,
  allowMultipleAllocations: BOOL,
  attributes: mapOf(STRING, mapOf(STRING, ANY)),
  capacity: mapOf(STRING, mapOf(STRING, plain('kubernetes.Quantity'))),
};
const DEVICE: Type = {
  kind: 'object',
  name: 'kubernetes.DRADevice',
  field: (name) => (Object.hasOwn(FIELDS, name) ? (FIELDS[name] ?? DYN) : undefined),
};
const VARIABLES: ReadonlyMap<string, Type> = new Map([['device', DEVICE]]);

/** An expression that chooses devices. It may name what it works with: `cel.bind(dra, device.attributes["dra.example.com"], …)`. */
export function compileSelector(expression: string): Compiled {
  return compile(expression, VARIABLES, { bindings: true });
}

export function validateSelectors(selectors: readonly DeviceSelector[], path: string, findings: Findings, stored = false): void {
  if (selectors.length > MAX_SELECTORS) return findings.tooMany(path, selectors.length, MAX_SELECTORS);
  for (const [index, { cel }] of selectors.entries()) {
    const at = `${path}[${index}].cel`;
    if (cel === undefined) findings.required(at);
    else if (!stored) validateExpression(cel.expression ?? '', `${at}.expression`, findings);
  }
}

function validateExpression(expression: string, path: string, findings: Findings): void {
  if (expression.length > MAX_EXPRESSION) return findings.tooLong(path, MAX_EXPRESSION);
  const compiled = compileSelector(expression);
  if ('fault' in compiled) return findings.invalid(path, expression, `compilation failed: ${compiled.fault}`);
  const { type } = compiled.program;
  if (typeText(type) !== 'bool' && !(isLoose(type) && typeText(type) === 'any'))
    findings.invalid(path, expression, `must evaluate to bool or the unknown type, not ${typeText(type)}`);
  else if (estimateCost(compiled.program.expression, compiled.program.notes, sizes) > MAX_COST)
    findings.forbidden(path, 'too complex, exceeds cost limit');
}

const MAX_COST = 1_000_000;
const ATTRIBUTES = 32;
const ATTRIBUTE = 64;
const DOMAIN = 63;

/** How large the parts of a device can be. */
function sizes([, field, ...rest]: readonly string[]): number | undefined {
  const [domain, id, ...more] = rest;
  if (field === undefined || field === 'driver' || field === 'allowMultipleAllocations')
    return rest.length > 0 ? undefined : field === undefined ? 0 : field === 'driver' ? DOMAIN : 1;
  if (field !== 'attributes' && field !== 'capacity') return undefined;
  if (domain === undefined) return ATTRIBUTES;
  if (domain === '@keys') return DOMAIN;
  if (domain !== '@values' || more.length > 0) return undefined;
  if (id === undefined || id === '@keys') return ATTRIBUTES;
  if (field === 'capacity') return id === '@values' ? 0 : undefined;
  return ATTRIBUTE;
}
