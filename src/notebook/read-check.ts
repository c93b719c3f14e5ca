import type { Check, Condition, Query } from './check.ts';
import type { Field } from './field.ts';

/** Reads one check of a task. */
export function readCheck(field: Field): Check {
  field.mapping(['name', 'wanted', 'when', 'nudge'], ['mistakes']);
  const mistakes = field
    .at('mistakes')
    .list()
    .map((mistake) => {
      mistake.mapping(['when', 'nudge']);
      return { when: readCondition(mistake.at('when')), nudge: mistake.at('nudge').text() };
    });
  return {
    name: field.at('name').text(),
    wanted: field.at('wanted').text(),
    when: readCondition(field.at('when')),
    ...(mistakes.length === 0 ? {} : { mistakes }),
    nudge: field.at('nudge').text(),
  };
}

const FORMS = 'a condition is {count, of}, {component, running}, {all}, {any} or {not}';

/** Reads a statement about the cluster's state. */
export function readCondition(field: Field): Condition {
  const has = (key: string): boolean => field.at(key).given;
  if (has('count')) {
    field.mapping(['count', 'of']);
    return { count: readCount(field.at('count')), of: readQuery(field.at('of')) };
  }
  if (has('component')) {
    field.mapping(['component', 'running']);
    const running = field.at('running');
    if (typeof running.value !== 'boolean') return running.fail('must be true or false');
    return { component: field.at('component').text(), running: running.value };
  }
  if (has('all')) {
    field.mapping(['all']);
    return { all: field.at('all').some('name at least one condition').map(readCondition) };
  }
  if (has('any')) {
    field.mapping(['any']);
    return { any: field.at('any').some('name at least one condition').map(readCondition) };
  }
  if (has('not')) {
    field.mapping(['not']);
    return { not: readCondition(field.at('not')) };
  }
  return field.fail(FORMS);
}

function readCount(field: Field): number | { min?: number; max?: number } {
  if (typeof field.value === 'number') return field.value;
  field.mapping([], ['min', 'max']);
  const bounds: { min?: number; max?: number } = {};
  for (const key of ['min', 'max'] as const) {
    const bound = field.at(key);
    if (!bound.given) continue;
    if (typeof bound.value !== 'number') return bound.fail('must be a number');
    bounds[key] = bound.value;
  }
  return Object.keys(bounds).length === 0 ? field.fail('must be a number, or {min, max}') : bounds;
}

function readQuery(field: Field): Query {
  field.mapping(['resource'], ['namespace', 'name', 'labels', 'where']);
  return { ...(field.value as Query), resource: field.at('resource').text() };
}
