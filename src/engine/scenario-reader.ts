/** What is wrong with a scenario, where, and how to mend it. */
export class ScenarioError extends Error {
  constructor(
    readonly file: string,
    readonly path: string,
    readonly problem: string,
    line?: number,
  ) {
    super(`${file}${line === undefined ? '' : `:${line}`}: ${path === '' ? '' : `${path}: `}${problem}`);
  }
}

/** A value inside a scenario that knows where it stands. */
export class Reader {
  readonly value: Record<string, unknown>;

  constructor(
    readonly file: string,
    readonly path: string,
    readonly raw: unknown,
  ) {
    this.value = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Record<string, unknown>) : {};
  }

  fail(field: string, problem: string): never {
    throw new ScenarioError(this.file, [this.path, field].filter((part) => part !== '').join('.'), problem);
  }

  allow(fields: readonly string[]): void {
    this.mapping(fields.join(', '));
    for (const field of Object.keys(this.value))
      if (!fields.includes(field)) this.fail(field, `unknown; one of ${fields.join(', ')} was expected`);
  }

  mapping(what: string): void {
    if (typeof this.raw !== 'object' || this.raw === null || Array.isArray(this.raw)) this.fail('', `must be a mapping with ${what}`);
  }

  child(field: string, otherwise: object): Reader {
    return new Reader(this.file, [this.path, field].filter((part) => part !== '').join('.'), this.value[field] ?? otherwise);
  }

  list(field: string): Reader[] {
    const items = this.value[field];
    if (items === undefined) return [];
    if (!Array.isArray(items)) return this.fail(field, 'must be a list');
    return items.map((item, i) => new Reader(this.file, `${this.path === '' ? '' : `${this.path}.`}${field}[${i}]`, item));
  }

  text(field: string): string | undefined {
    const value = this.value[field];
    if (value === undefined) return undefined;
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : this.fail(field, 'must be text');
  }

  number(field: string): number | undefined {
    const value = this.value[field];
    return value === undefined
      ? undefined
      : typeof value === 'number' && Number.isFinite(value)
        ? value
        : this.fail(field, 'must be a number');
  }

  boolean(field: string): boolean | undefined {
    const value = this.value[field];
    return value === undefined ? undefined : typeof value === 'boolean' ? value : this.fail(field, 'must be true or false');
  }

  texts(field: string): Record<string, string> {
    const value = this.value[field];
    if (value === undefined) return {};
    const reader = this.child(field, {});
    return Object.fromEntries(Object.keys(reader.value).map((key) => [key, reader.text(key) ?? '']));
  }

  oneOf(field: string, choices: readonly string[]): string {
    const value = this.text(field);
    return value !== undefined && choices.includes(value) ? value : this.fail(field, `must be one of ${choices.join(', ')}`);
  }

  string(): string {
    return typeof this.raw === 'string' ? this.raw : this.fail('', 'must be text');
  }

  integer(): number {
    return typeof this.raw === 'number' ? this.raw : this.fail('', 'must be a number');
  }
}
