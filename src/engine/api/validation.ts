import { failure, qualified, type StatusError } from './errors.ts';

export type FieldErrorType =
  | 'FieldValueInvalid'
  | 'FieldValueRequired'
  | 'FieldValueDuplicate'
  | 'FieldValueForbidden'
  | 'FieldValueNotSupported'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError';

/** One finding of a validation: `detail` is the message without the path in front. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** The whole sentence after the field, as `field.Error.ErrorBody()` prints it: `Invalid value: "x": must be …`. */
  readonly body: string;
}

/**
 * Collects findings. Paths are texts (`spec.containers[0].name`). The methods write the sentences of apimachinery's
 * `field` package.
 */
export class Findings {
  readonly list: FieldError[] = [];

  get empty(): boolean {
    return this.list.length === 0;
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.add('FieldValueInvalid', field, `Invalid value: ${show(value)}: ${detail}`);
  }
  required(field: string, detail = ''): void {
    this.add('FieldValueRequired', field, detail === '' ? 'Required value' : `Required value: ${detail}`);
  }
  duplicate(field: string, value: unknown): void {
    this.add('FieldValueDuplicate', field, `Duplicate value: ${show(value)}`);
  }
  forbidden(field: string, detail: string): void {
    this.add('FieldValueForbidden', field, detail === '' ? 'Forbidden' : `Forbidden: ${detail}`);
  }
  /** `supported` is printed in the order given; upstream sorts it. */
  notSupported(field: string, value: unknown, supported: readonly string[]): void {
    const values = supported.map((s) => JSON.stringify(s)).join(', ');
    this.add(
      'FieldValueNotSupported',
      field,
      `Unsupported value: ${show(value)}${supported.length === 0 ? '' : `: supported values: ${values}`}`,
    );
  }
  notFound(field: string, value: unknown): void {
    this.add('FieldValueNotFound', field, `Not found: ${show(value)}`);
  }
  tooLong(field: string, maximum: number): void {
    this.add('FieldValueTooLong', field, `Too long: may not be more than ${maximum} bytes`);
  }
  tooMany(field: string, actual: number, maximum: number): void {
    this.add('FieldValueTooMany', field, `Too many: ${actual}: must have at most ${maximum} items`);
  }
  typeInvalid(field: string, value: unknown, detail: string): void {
    this.add('FieldValueTypeInvalid', field, `Invalid value: ${show(value)}: ${detail}`);
  }
  add(type: FieldErrorType, field: string, body: string): void {
    this.list.push({ type, field, body });
  }
}

/** How `field.Error` prints a value: texts quoted, numbers and booleans bare, the rest as JSON. */
function show(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value === undefined ? 'null' : JSON.stringify(value);
}

/** The 422 answer: `Deployment.apps "web" is invalid: spec.replicas: Invalid value: …` with one cause a finding. */
export function invalid(kind: string, group: string, name: string, findings: readonly FieldError[]): StatusError {
  const sentences = [...new Set(findings.map(({ field, body }) => `${field}: ${body}`))];
  const all = sentences.length === 1 ? (sentences[0] as string) : `[${sentences.join(', ')}]`;
  return failure(422, 'Invalid', `${qualified(kind, group)} "${name}" is invalid: ${all}`, {
    ...(name === '' ? {} : { name }),
    ...(group === '' ? {} : { group }),
    kind,
    causes: findings.map(({ type, field, body }) => ({ reason: type, message: body, field })),
  });
}
