import type { Json } from '../meta.ts';
import { isRecord } from './schema.ts';

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly from: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'filter'; readonly path: readonly Step[]; readonly operator: string; readonly value: Json | undefined };

/** The part of JSONPath that columns and scale paths may use: fields, indexes, `[*]` and simple filters. */
export class JsonPath {
  readonly #steps: readonly Step[];

  constructor(text: string) {
    this.#steps = parse(text);
  }

  /** What a path finds, in order. */
  find(value: Json): Json[] {
    return walk([value], this.#steps);
  }

  first(value: Json): Json | undefined {
    return this.find(value)[0];
  }

  /** Names of fields on the way, for a path that has only those. */
  get fields(): readonly string[] {
    return this.#steps.map((step) => (step.kind === 'field' ? step.name : ''));
  }
}

function walk(values: readonly Json[], steps: readonly Step[]): Json[] {
  let found = [...values];
  for (const step of steps) found = found.flatMap((value) => next(value, step));
  return found;
}

function next(value: Json, step: Step): Json[] {
  switch (step.kind) {
    case 'field':
      return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name] as Json] : [];
    case 'index': {
      const item = Array.isArray(value) ? value.at(step.from) : undefined;
      return item === undefined ? [] : [item];
    }
    case 'all':
      return Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
    case 'filter':
      return Array.isArray(value) ? value.filter((item) => holds(item, step)) : [];
  }
}

function holds(item: Json, { path, operator, value }: Step & { kind: 'filter' }): boolean {
  const [left] = walk([item], path);
  if (operator === '') return left !== undefined;
  if (left === undefined || left === null || value === undefined || value === null) return operator === '!=' && left !== value;
  switch (operator) {
    case '==':
      return left === value;
    case '!=':
      return left !== value;
    case '<':
      return left < value;
    case '<=':
      return left <= value;
    case '>':
      return left > value;
    default:
      return left >= value;
  }
}

function parse(text: string): Step[] {
  const steps: Step[] = [];
  let at = 0;
  const name = (): void => {
    let field = '';
    while (at < text.length && text[at] !== '.' && text[at] !== '[') {
      if (text[at] === '\\') at++;
      field += text[at++] ?? '';
    }
    if (field === '*') steps.push({ kind: 'all' });
    else if (field !== '') steps.push({ kind: 'field', name: field });
  };
  while (at < text.length) {
    if (text[at] === '.') {
      at++;
      name();
    } else if (text[at] === '[') {
      const end = closing(text, at);
      steps.push(bracket(text.slice(at + 1, end)));
      at = end + 1;
    } else name();
  }
  return steps;
}

function closing(text: string, open: number): number {
  let quote = '';
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    const c = text[i] as string;
    if (quote !== '') {
      if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '[') depth++;
    else if (c === ']' && --depth === 0) return i;
  }
  return text.length;
}

function bracket(inside: string): Step {
  const quoted = /^\s*(['"])(.*)\1\s*$/.exec(inside);
  if (quoted !== null) return { kind: 'field', name: quoted[2] as string };
  if (inside.trim() === '*') return { kind: 'all' };
  const filter = /^\?\(\s*@(.*?)\s*(?:(==|!=|<=|>=|<|>)\s*(.*?)\s*)?\)$/.exec(inside.trim());
  if (filter === null) return { kind: 'index', from: Number(inside) };
  return { kind: 'filter', path: parse(filter[1] as string), operator: filter[2] ?? '', value: literal(filter[3]) };
}

function literal(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return quoted[2] as string;
  if (text === 'true' || text === 'false') return text === 'true';
  return Number.isNaN(Number(text)) ? text : Number(text);
}
