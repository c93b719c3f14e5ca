import type { ApiObject } from '../engine/api/meta.ts';

/** Which objects a condition looks at. */
export interface Query {
  /** Plural resource name: `pods`, `deployments`. */
  resource: string;
  namespace?: string;
  name?: string;
  labels?: Record<string, string>;
  /** Fields by path (`spec.nodeName`, `status.phase`); `null` means: not set; a list means: one of. */
  where?: Record<string, string | number | boolean | null | (string | number)[]>;
}

/** A statement about the cluster's state, never about what was typed. */
export type Condition =
  | { count: number | { min?: number; max?: number }; of: Query }
  | { component: string; running: boolean }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition };

/** A named assertion of a task. */
export interface Check {
  name: string;
  wanted: string;
  when: Condition;
  /** Sentences for mistakes that can be told from the state, first match wins. */
  mistakes?: { when: Condition; nudge: string }[];
  /** For when no mistake matches. */
  nudge: string;
}

export interface CheckResult {
  name: string;
  pass: boolean;
  wanted: string;
  saw: string;
  /** The objects or components that decided it. */
  because: string[];
  nudge?: string;
}

/** What checks may look at. */
export interface CheckedWorld {
  objects(resource: string): readonly ApiObject[];
  stopped(): ReadonlySet<string>;
}

export function runCheck(check: Check, world: CheckedWorld): CheckResult {
  const pass = holds(check.when, world);
  const seen = evidence(check.when, world);
  const nudge = pass ? undefined : (check.mistakes?.find((mistake) => holds(mistake.when, world))?.nudge ?? check.nudge);
  return {
    name: check.name,
    pass,
    wanted: check.wanted,
    saw: seen.map((item) => item.text).join('; '),
    because: seen.flatMap((item) => item.names),
    ...(nudge === undefined ? {} : { nudge }),
  };
}

export function holds(condition: Condition, world: CheckedWorld): boolean {
  if ('all' in condition) return condition.all.every((part) => holds(part, world));
  if ('any' in condition) return condition.any.some((part) => holds(part, world));
  if ('not' in condition) return !holds(condition.not, world);
  if ('component' in condition) return world.stopped().has(condition.component) !== condition.running;
  const found = select(condition.of, world).length;
  const { count } = condition;
  return typeof count === 'number' ? found === count : found >= (count.min ?? 0) && found <= (count.max ?? Number.POSITIVE_INFINITY);
}

function select(query: Query, world: CheckedWorld): ApiObject[] {
  return world.objects(query.resource).filter((object) => {
    const { metadata } = object;
    if (query.namespace !== undefined && metadata.namespace !== query.namespace) return false;
    if (query.name !== undefined && metadata.name !== query.name) return false;
    for (const [key, value] of Object.entries(query.labels ?? {})) if (metadata.labels?.[key] !== value) return false;
    return Object.entries(query.where ?? {}).every(([path, wanted]) => matches(read(object, path), wanted));
  });
}

function matches(actual: unknown, wanted: string | number | boolean | null | (string | number)[]): boolean {
  if (wanted === null) return actual === undefined || actual === null || actual === '';
  if (Array.isArray(wanted)) return wanted.includes(actual as string);
  return actual === wanted;
}

/** Follows a path of field names; `conditions[Ready]` picks the list item whose `type` or `name` is that, `[0]` the first. */
function read(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const part of path.match(/[^.[\]]+|\[[^\]]*\]/g) ?? []) {
    if (part.startsWith('[')) {
      const key = part.slice(1, -1);
      if (!Array.isArray(value)) return undefined;
      value = /^\d+$/.test(key)
        ? value[Number(key)]
        : value.find((item: { type?: string; name?: string }) => item.type === key || item.name === key);
    } else value = (value as Record<string, unknown> | undefined)?.[part];
  }
  return value;
}

function evidence(condition: Condition, world: CheckedWorld): { text: string; names: string[] }[] {
  if ('all' in condition) return condition.all.flatMap((part) => evidence(part, world));
  if ('any' in condition) return condition.any.flatMap((part) => evidence(part, world));
  if ('not' in condition) return evidence(condition.not, world);
  if ('component' in condition) {
    return [
      {
        text: `${condition.component} is ${world.stopped().has(condition.component) ? 'stopped' : 'running'}`,
        names: [condition.component],
      },
    ];
  }
  const found = select(condition.of, world);
  const { where: _where, ...loose } = condition.of;
  const candidates = select(loose, world);
  const fields = Object.keys(condition.of.where ?? {});
  const names = (found.length > 0 ? found : candidates).map((object) => `${object.kind} ${object.metadata.name ?? ''}`);
  const detail =
    fields.length === 0 || candidates.length === 0
      ? ''
      : ` (${candidates
          .slice(0, 3)
          .map((object) => `${object.metadata.name ?? ''}: ${fields.map((field) => `${field} ${show(read(object, field))}`).join(', ')}`)
          .join('; ')})`;
  return [{ text: `${found.length} ${fields.length === 0 ? '' : 'such '}${condition.of.resource}${detail}`, names }];
}

function show(value: unknown): string {
  return value === undefined || value === '' ? 'unset' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
