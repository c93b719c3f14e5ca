import type { Json } from '../meta.ts';
import { Findings, type FieldError } from '../validation.ts';
import { fitsFormat } from './formats.ts';
import { child, correlated, isEmbedded, isIntOrString, isRecord, sameJson, valuesOf, type Structural } from './schema.ts';

/**
 * Checks a value against a schema, with the sentences of kube-openapi. `at` is the field that the value stands in, for findings
 * about values that are no whole object. What an update leaves as it was is not found fault with (KEP-4008).
 */
export function validateValue(value: Json, schema: Structural, findings: Findings, old?: Json, at = ''): void {
  const checker = new Checker(at);
  checker.check(value, schema, '', old);
  for (const { type, field, body } of checker.errors) findings.add(type, field, body);
}

class Checker {
  errors: FieldError[] = [];
  /** How much of a schema a value fits, to tell which of several alternatives it comes nearest to. */
  matches = 0;

  constructor(readonly at: string) {}

  check(value: Json, schema: Structural, path: string, old: Json | undefined): void {
    if (old !== undefined && sameJson(value, old)) return;
    this.#type(value, schema, path);
    this.#combined(value, schema, path, old);
    if (typeof value === 'string') this.#text(value, schema, path);
    if (typeof value === 'number') this.#number(value, schema, path);
    if (Array.isArray(value)) this.#items(value, schema, path, old);
    this.#enum(value, schema, path);
    if (isRecord(value)) this.#object(value, schema, path, old);
  }

  #type(value: Json, schema: Structural, path: string): void {
    const wanted =
      isIntOrString(schema) && schema.type === undefined ? ['integer', 'string'] : schema.type === undefined ? [] : [schema.type];
    if (wanted.length === 0) return;
    const actual = typeOf(value);
    if (value === null ? schema.nullable === true : wanted.includes(actual) || (actual === 'integer' && wanted.includes('number'))) {
      this.matches++;
      // A text that is no text of its format is of a wrong type.
      if (typeof value === 'string' && schema.format !== undefined && !fitsFormat(value, schema.format))
        this.#typeInvalid(path, value, `${path} in body must be of type ${schema.format}: ${JSON.stringify(value)}`);
      return;
    }
    this.#typeInvalid(path, actual, `${path} in body must be of type ${wanted.join(',')}: ${JSON.stringify(actual)}`);
  }

  #combined(value: Json, { anyOf, oneOf, allOf, not }: Structural, path: string, old: Json | undefined): void {
    const tried = (schema: Structural): Checker => {
      const checker = new Checker(this.at);
      checker.check(value, schema, path, old);
      return checker;
    };
    const nearest = (all: readonly Checker[]): Checker | undefined =>
      all.reduce<Checker | undefined>((best, one) => (best === undefined || one.matches > best.matches ? one : best), undefined);
    if (anyOf !== undefined && anyOf.length > 0) {
      const all = anyOf.map(tried);
      if (!all.some(({ errors }) => errors.length === 0)) {
        this.#nameless(`${JSON.stringify(path)} must validate at least one schema (anyOf)`);
        this.errors.push(...(nearest(all)?.errors ?? []));
      }
    }
    if (oneOf !== undefined && oneOf.length > 0) {
      const all = oneOf.map(tried);
      const valid = all.filter(({ errors }) => errors.length === 0).length;
      if (valid !== 1) {
        const found = valid === 0 ? 'Found none valid' : `Found ${valid} valid alternatives`;
        this.#nameless(`${JSON.stringify(path)} must validate one and only one schema (oneOf). ${found}`);
        if (valid === 0) this.errors.push(...(nearest(all)?.errors ?? []));
      }
    }
    if (allOf !== undefined && allOf.length > 0) {
      const all = allOf.map(tried);
      const valid = all.filter(({ errors }) => errors.length === 0).length;
      for (const { errors } of all) this.errors.push(...errors);
      if (valid !== allOf.length)
        this.#nameless(`${JSON.stringify(path)} must validate all the schemas (allOf)${valid === 0 ? '. None validated' : ''}`);
    }
    if (not !== undefined && tried(not).errors.length === 0) this.#nameless(`${JSON.stringify(path)} must not validate the schema (not)`);
  }

  /** Only the first fault of a text is told. */
  #text(value: string, { maxLength, minLength, pattern }: Structural, path: string): void {
    const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length;
    if (maxLength !== undefined && length > maxLength)
      this.#add('FieldValueTooLong', path, `Too long: may not be more than ${maxLength} bytes`);
    else if (minLength !== undefined && length < minLength)
      this.#invalid(path, value, `${path} in body should be at least ${minLength} chars long`);
    else if (pattern !== undefined && pattern !== '' && compiled(pattern)?.test(value) === false)
      this.#invalid(path, value, `${path} in body should match '${pattern}'`);
  }

  #number(value: number, schema: Structural, path: string): void {
    const { type, format, multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema;
    const whole = Number.isInteger(value);
    const range = format === 'int32' ? [-(2 ** 31), 2 ** 31 - 1] : [-(2 ** 63), 2 ** 63];
    if (type === 'integer' && (!whole || value < (range[0] as number) || value > (range[1] as number)))
      this.#nameless(
        `Checked value must be of type integer${format === 'int32' || format === 'int64' ? ` with format ${format}` : ' (default format)'} in ${path}`,
      );
    if (multipleOf !== undefined) {
      // A whole number is divided by the whole part of the factor.
      const factor = whole ? Math.trunc(multipleOf) : multipleOf;
      if (factor <= 0) this.#invalid(path, factor, `factor MultipleOf declared for ${path} must be positive: ${factor}`);
      else if (!Number.isInteger(value / factor)) this.#invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`);
    }
    if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum))
      this.#invalid(path, value, `${path} in body should be less than ${exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`);
    if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum))
      this.#invalid(path, value, `${path} in body should be greater than ${exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`);
  }

  #items(value: readonly Json[], schema: Structural, path: string, old: Json | undefined): void {
    const { items, minItems, maxItems, uniqueItems } = schema;
    if (items !== undefined)
      for (const [index, item] of value.entries()) this.check(item, items, `${path}[${index}]`, correlated(item, old, schema));
    if (minItems !== undefined && value.length < minItems)
      this.#invalid(path, value.length, `${path} in body should have at least ${minItems} items`);
    if (maxItems !== undefined && value.length > maxItems) this.#tooMany(path, value.length, maxItems);
    if (uniqueItems === true && value.some((item, index) => value.slice(0, index).some((other) => sameJson(item, other))))
      this.#invalid(path, value, `${path} in body shouldn't contain duplicates`);
  }

  #enum(value: Json, { enum: allowed, nullable }: Structural, path: string): void {
    if (allowed === undefined || allowed.length === 0 || (value === null && nullable === true)) return;
    if (allowed.some((one) => sameJson(one, value))) return;
    const shown = allowed.map((one) => (typeof one === 'string' ? JSON.stringify(one) : JSON.stringify(JSON.stringify(one)))).join(', ');
    this.#add('FieldValueNotSupported', path, `Unsupported value: ${show(value)}: supported values: ${shown}`);
  }

  #object(value: Record<string, Json>, schema: Structural, path: string, old: Json | undefined): void {
    const { properties = {}, required = [], minProperties, maxProperties } = schema;
    const before = isRecord(old) ? old : {};
    const keys = Object.keys(value);
    if (minProperties !== undefined && keys.length < minProperties)
      this.#invalid(path, keys.length, `${path} in body should have at least ${minProperties} properties`);
    if (maxProperties !== undefined && keys.length > maxProperties) this.#tooMany(path, keys.length, maxProperties);
    const values = valuesOf(schema);
    for (const key of keys.sort()) {
      const property = Object.hasOwn(properties, key) ? properties[key] : values;
      // The envelope of an embedded object has rules of its own.
      if (property === undefined || (isEmbedded(schema) && key === 'metadata')) continue;
      this.check(value[key] as Json, property, child(path, key), before[key]);
    }
    for (const name of required) {
      if (Object.hasOwn(value, name)) this.matches++;
      else this.#add('FieldValueRequired', child(path, name), 'Required value');
    }
  }

  #tooMany(path: string, actual: number, maximum: number): void {
    this.#add('FieldValueTooMany', path, `Too many: ${actual}: must have at most ${maximum} items`);
  }

  #invalid(path: string, value: unknown, detail: string): void {
    this.#add('FieldValueInvalid', path, `Invalid value: ${show(value)}: ${detail}`);
  }

  #typeInvalid(path: string, value: unknown, detail: string): void {
    this.#add('FieldValueTypeInvalid', path, `Invalid value: ${show(value)}: ${detail}`);
  }

  /** Errors that come without the name of a field. */
  #nameless(text: string): void {
    this.errors.push({ type: 'FieldValueInvalid', field: this.at === '' ? '<nil>' : this.at, body: `Invalid value: "": ${text}` });
  }

  #add(type: FieldError['type'], path: string, body: string): void {
    const field = this.at === '' ? (path === '' ? '<nil>' : path) : child(this.at, path).replace(/\.$/, '');
    this.errors.push({ type, field, body });
  }
}

const show = (value: unknown): string => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value));

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const patterns = new Map<string, RegExp | undefined>();

/** A regular expression in Go's syntax, as far as JavaScript's goes; undefined when it is none. */
export function compiled(pattern: string): RegExp | undefined {
  if (patterns.has(pattern)) return patterns.get(pattern);
  let made: RegExp | undefined;
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const source = (flags === null ? pattern : pattern.slice(flags[0].length))
    .replace(/\\z/g, '$')
    .replace(/\\A/g, '^')
    .replace(/\(\?P</g, '(?<');
  for (const unicode of ['u', '']) {
    try {
      made = new RegExp(source, `${flags?.[1] ?? ''}${unicode}`);
      break;
    } catch {
      made = undefined;
    }
  }
  patterns.set(pattern, made);
  return made;
}
