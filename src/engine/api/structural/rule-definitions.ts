import type { Program } from '../../cel/compile.ts';
import { estimateCost } from '../../cel/estimate.ts';
import { UNBOUNDED } from '../../cel/ranges.ts';
import { typeText } from '../../cel/types.ts';
import type { Findings } from '../validation.ts';
import { mostOf, sizesIn } from './rule-sizes.ts';
import { rulesOf, type CompiledRule } from './rules.ts';
import { isEmbedded, isIntOrString, valuesOf, type Rule, type Structural } from './schema.ts';

/** What one rule may cost at most, as far as can be told beforehand (`StaticEstimatedCostLimit`). */
const RULE_COST = 10_000_000;
/** What all of a schema may (`StaticEstimatedCRDCostLimit`). */
const SCHEMA_COST = 100_000_000;
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

interface Expensive {
  readonly path: string;
  readonly cost: number;
}

/** Where in a schema a part of it stands. */
interface Place {
  readonly path: string;
  readonly root: boolean;
  /** How often a value can be there, undefined where nothing says so. */
  readonly times: number | undefined;
  /** The list or map around it whose items have no counterpart in the object before an update. */
  readonly loose: string | undefined;
}

/**
 * Refuses rules that make no sense, or could take too long, were objects as large as the schema lets them be. What is wrong with
 * the schema itself has been found by then: rules at or above such a place are not looked at.
 */
export function validateRuleDefinitions(schema: Structural, path: string, findings: Findings): void {
  const faulty = [...new Set(findings.list.map(({ field }) => field))].filter((field) => field.startsWith(path));
  new Definitions(findings, faulty).check(schema, path);
}

class Definitions {
  #total = 0;
  #most: Expensive[] = [];

  constructor(
    readonly findings: Findings,
    readonly faulty: readonly string[],
  ) {}

  check(schema: Structural, path: string): void {
    this.#visit(schema, { path, root: true, times: 1, loose: undefined });
    if (this.#total <= SCHEMA_COST) return;
    for (const one of this.#most)
      this.findings.forbidden(one.path, 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema');
    const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
    this.findings.forbidden(path, tooMuch(what, this.#total, SCHEMA_COST));
  }

  #visit(schema: Structural, place: Place): void {
    const { path, root, times, loose } = place;
    const { items, properties = {} } = schema;
    const values = valuesOf(schema);
    const factor = schema.type === 'array' ? schema.maxItems : values === undefined ? 1 : schema.maxProperties;
    const below = { root: false, times: times === undefined || factor === undefined ? undefined : cap(times * Math.max(0, factor)) };
    const atomic = schema['x-kubernetes-map-type'] === 'atomic' ? (loose ?? path) : loose;
    if (values !== undefined) this.#visit(values, { ...below, path: `${path}.additionalProperties`, loose: atomic });
    for (const [name, one] of Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)))
      this.#visit(one, { ...below, path: `${path}.properties[${name}]`, loose: atomic });
    if (items !== undefined) {
      const listed = schema['x-kubernetes-list-type'] === 'map' ? loose : (loose ?? path);
      this.#visit(items, { ...below, path: `${path}.items`, loose: listed });
    }
    if (!TYPES.includes(schema.type ?? '') && !isIntOrString(schema)) return;
    if (this.faulty.some((field) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`))) return;
    const object = root || isEmbedded(schema);
    const compiled = rulesOf(schema, object);
    if (compiled.length === 0) return;
    const sizes = sizesIn(schema, object);
    const estimate = (program: Program | undefined): number =>
      program === undefined ? 0 : estimateCost(program.expression, program.notes, sizes);
    for (const [index, rule] of compiled.entries())
      if (rule.rule.rule.trim() !== '') this.#rule(rule, index, place, estimate, times ?? mostOf(schema, object));
  }

  #rule(compiled: CompiledRule, index: number, place: Place, estimate: (program: Program | undefined) => number, times: number): void {
    const { rule, program, fault, message, messageFault, transition } = compiled;
    const { findings } = this;
    const at = (field: string): string => `${place.path}.x-kubernetes-validations[${index}].${field}`;
    const refuse = (field: string, why: string): void =>
      findings.add('FieldValueInvalid', at(field), `Invalid value: ${shown(rule)}: ${why}`);
    const sound = program !== undefined && typeText(program.type) === 'bool';
    const once = sound ? estimate(program) : 0;
    const cost = once === 0 ? 0 : cap(once * times);
    if (cost > RULE_COST) findings.forbidden(at('rule'), tooMuch('estimated rule cost', cost, RULE_COST));
    this.#observe({ path: at('rule'), cost });
    if (!sound) return refuse('rule', fault === undefined ? 'cel expression must evaluate to a bool' : `compilation failed: ${fault}`);
    if (messageFault !== undefined) refuse('messageExpression', `messageExpression compilation failed: ${messageFault}`);
    else if (message !== undefined && typeText(message.type) !== 'string')
      refuse('messageExpression', 'messageExpression must evaluate to a string');
    else if (message !== undefined) {
      const told = estimate(message);
      if (told > RULE_COST) findings.forbidden(at('messageExpression'), tooMuch('estimated messageExpression cost', told, RULE_COST));
      this.#observe({ path: at('messageExpression'), cost: told });
    }
    if (transition && place.loose !== undefined)
      findings.invalid(at('rule'), rule.rule, `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.loose}`);
    else if (!transition && rule.optionalOldSelf !== undefined)
      findings.invalid(at('optionalOldSelf'), rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule');
  }

  /** The four most expensive are told, where they matter. */
  #observe(one: Expensive): void {
    this.#total = cap(this.#total + one.cost);
    if (one.cost < SCHEMA_COST / 100) return;
    this.#most = [...this.#most, one].sort((a, b) => b.cost - a.cost).slice(0, 4);
  }
}

const cap = (value: number): number => Math.min(UNBOUNDED, value);

function tooMuch(what: string, cost: number, limit: number): string {
  const factor = cost / limit;
  const shownFactor = factor > 100 ? 'more than 100x' : factor < 1.5 ? `${factor.toFixed(6)}x` : `${factor.toFixed(1)}x`;
  return `${what} exceeds budget by factor of ${shownFactor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`;
}

/** The Go struct as JSON shows it. */
function shown({ rule, message = '', messageExpression = '', reason, fieldPath = '', optionalOldSelf }: Rule): string {
  const text = JSON.stringify({
    Rule: rule,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason ?? null,
    FieldPath: fieldPath,
    OptionalOldSelf: optionalOldSelf ?? null,
  });
  return text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026');
}
