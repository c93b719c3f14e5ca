import { compile, mentions, type Program } from '../../cel/compile.ts';
import { OVER_BUDGET, OVER_LIMIT, REQUEST_COST, type Budget } from '../../cel/budget.ts';
import type { Environment } from '../../cel/evaluate.ts';
import { optionalOf } from '../../cel/types.ts';
import { CelError, CostError, Optional, type Value } from '../../cel/values.ts';
import type { Json } from '../meta.ts';
import type { Findings } from '../validation.ts';
import { celType, celValue } from './cel-types.ts';
import { child, correlated, isEmbedded, isRecord, sameJson, valuesOf, type Rule, type Structural } from './schema.ts';

const MAX_MESSAGE = 5 << 10;

/** A rule ready to be evaluated. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly program?: Program;
  /** Why there is none. */
  readonly fault?: string;
  readonly message?: Program;
  readonly messageFault?: string;
  /** It speaks of `oldSelf`, and so is about updates only. */
  readonly transition: boolean;
}

const known = new WeakMap<Structural, readonly CompiledRule[]>();

/** The rules of one place in a schema, compiled once. */
export function rulesOf(schema: Structural, root: boolean): readonly CompiledRule[] {
  const rules = schema['x-kubernetes-validations'];
  if (rules === undefined || rules.length === 0) return [];
  let made = known.get(schema);
  if (made === undefined) known.set(schema, (made = rules.map((rule) => compiledRule(rule, schema, root))));
  return made;
}

function compiledRule(rule: Rule, schema: Structural, root: boolean): CompiledRule {
  const self = celType(schema, root);
  const variables = new Map([
    ['self', self],
    ['oldSelf', rule.optionalOldSelf === true ? optionalOf(self) : self],
  ]);
  const main = compile(rule.rule, variables);
  const message =
    rule.messageExpression === undefined || rule.messageExpression === '' ? undefined : compile(rule.messageExpression, variables);
  const program = 'program' in main ? main.program : undefined;
  return {
    rule,
    transition: program !== undefined && mentions(program.expression, 'oldSelf'),
    ...(program === undefined ? { fault: (main as { fault: string }).fault } : { program }),
    ...(message === undefined ? {} : 'program' in message ? { message: message.program } : { messageFault: message.fault }),
  };
}

/**
 * Checks the rules of `x-kubernetes-validations`, from the root down. What an update left as it was may go on failing: it is told
 * in the warnings given back.
 */
export function validateRules(value: Json, schema: Structural, findings: Findings, old?: Json): string[] {
  const walk = new Walk(findings);
  walk.visit(value, schema, true, '', old);
  return walk.warnings;
}

class Walk {
  readonly warnings: string[] = [];
  readonly #budget: Budget = { left: REQUEST_COST };
  /** A rule was too expensive: no other is looked at. */
  #stopped = false;

  constructor(readonly findings: Findings) {}

  visit(value: Json, schema: Structural, root: boolean, path: string, old: Json | undefined): void {
    if (value === null || this.#stopped) return;
    const object = root || isEmbedded(schema);
    for (const rule of rulesOf(schema, object)) this.#check(rule, value, schema, object, path, old);
    if (Array.isArray(value)) {
      const { items } = schema;
      if (items !== undefined)
        for (const [index, item] of value.entries()) this.visit(item, items, false, `${path}[${index}]`, correlated(item, old, schema));
      return;
    }
    if (!isRecord(value)) return;
    const before = isRecord(old) ? old : {};
    const values = valuesOf(schema);
    for (const key of Object.keys(value).sort()) {
      if (object && key === 'metadata') continue;
      const property = schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
      const next = property ?? values;
      const at = property === undefined ? `${path}[${key}]` : child(path, key);
      if (next !== undefined) this.visit(value[key] as Json, next, false, at, before[key]);
    }
  }

  #check(
    { rule, program, message, transition }: CompiledRule,
    value: Json,
    schema: Structural,
    root: boolean,
    path: string,
    old: Json | undefined,
  ): void {
    if (program === undefined || this.#stopped) return;
    const optional = rule.optionalOldSelf === true;
    if (transition && old === undefined && !optional) return;
    const before = old === undefined ? undefined : celValue(old, schema, root);
    const environment: Environment = new Map<string, Value>([
      ['self', celValue(value, schema, root)],
      ['oldSelf', optional ? new Optional(before) : (before ?? null)],
    ]);
    const at = path === '' ? '<nil>' : path;
    let failure: {
      field: string;
      body: string;
      type: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
    };
    try {
      if (program.evaluate(environment, this.#budget) === true) return;
      failure = refusal(rule, path, value, this.#message(rule, message, environment));
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      const what = (rule.message ?? '') === '' ? rule.rule.trim() : (rule.message as string).trim();
      this.#stopped = error instanceof CostError;
      const why = explained(error.message, what);
      failure = { type: 'FieldValueInvalid', field: at, body: `Invalid value: ${JSON.stringify(schema.type ?? '')}: ${why}` };
    }
    if (old !== undefined && !transition && sameJson(value, old)) this.warnings.push(`${failure.field}: ${failure.body}`);
    else this.findings.add(failure.type, failure.field, failure.body);
  }

  #message(rule: Rule, message: Program | undefined, environment: Environment): string {
    if (message !== undefined) {
      try {
        const made = message.evaluate(environment, this.#budget);
        if (typeof made === 'string' && made.trim() !== '' && !made.includes('\n') && made.length <= MAX_MESSAGE) return made.trim();
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
      }
    }
    const given = (rule.message ?? '').trim();
    return given === '' ? `failed rule: ${rule.rule.trim()}` : given;
  }
}

/** What is told of a rule that could not be evaluated. */
function explained(failure: string, rule: string): string {
  if (failure === OVER_BUDGET) return failure;
  if (failure.startsWith('no such overload'))
    return `'${failure}': call arguments did not match a supported operator, function or macro signature for rule: ${rule}`;
  if (failure.startsWith(OVER_LIMIT))
    return `'${failure}': no further validation rules will be run due to call cost exceeds limit for rule: ${rule}`;
  return `${failure} evaluating rule: ${rule}`;
}

type Refusal = {
  field: string;
  body: string;
  type: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired' | 'FieldValueDuplicate';
};

function refusal({ reason, fieldPath }: Rule, path: string, value: Json, detail: string): Refusal {
  const below = (fieldPath ?? '').replace(/^\./, '');
  const field = below === '' ? (path === '' ? '<nil>' : path) : child(path, below);
  // Values that are no scalars are not shown.
  const shown = typeof value === 'object' || below !== '' ? '' : `${typeof value === 'string' ? JSON.stringify(value) : String(value)}: `;
  switch (reason) {
    case 'FieldValueForbidden':
      return { type: reason, field, body: `Forbidden: ${detail}` };
    case 'FieldValueRequired':
      return { type: reason, field, body: `Required value: ${detail}` };
    case 'FieldValueDuplicate':
      return { type: reason, field, body: `Duplicate value: ${shown.replace(/: $/, '')}` };
    default:
      return { type: 'FieldValueInvalid', field, body: `Invalid value: ${shown}${detail}` };
  }
}
