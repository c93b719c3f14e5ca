import { expect, it } from 'vitest';
import { estimateCost } from '../../cel/estimate.ts';
import { Findings } from '../validation.ts';
import { validateRuleDefinitions } from './rule-definitions.ts';
import { sizesIn } from './rule-sizes.ts';
import { rulesOf } from './rules.ts';
import type { Structural } from './schema.ts';

const item = (type: string): Structural =>
  type === 'int-or-string'
    ? { 'x-kubernetes-int-or-string': true }
    : ['duration', 'date', 'date-time'].includes(type)
      ? { type: 'string', format: type }
      : { type };
const text = (maxLength?: number): Structural => ({ type: 'string', ...(maxLength === undefined ? {} : { maxLength }) });
type Made = (max?: number) => Structural;
const array =
  (items: Structural): Made =>
  (max) => ({ type: 'array', items, ...(max === undefined ? {} : { maxItems: max }) });
const map =
  (values: Structural): Made =>
  (max) => ({ type: 'object', additionalProperties: values, ...(max === undefined ? {} : { maxProperties: max }) });
const record = { type: 'object', properties: { required: text(), optional: text() }, required: ['required'] } satisfies Structural;
const texts: Made = (max) => array(text(max))(max);

function cost(schema: Structural, rule: string): number {
  const ruled = { ...schema, 'x-kubernetes-validations': [{ rule }] };
  const [compiled] = rulesOf(ruled, false);
  if (compiled?.program === undefined) throw new Error(compiled?.fault ?? 'no rule');
  return estimateCost(compiled.program.expression, compiled.program.notes, sizesIn(ruled, false));
}

// What the real server comes to (its TestCostEstimation): without a bound, and with one.
it.each<[Made, string, number, number, number]>([
  [array(item('number')), 'self.all(x, true)', 4718591, 10, 32],
  [array(item('string')), 'self.all(x, true)', 3145727, 20, 62],
  [array(item('boolean')), 'self.all(x, true)', 1887437, 5, 17],
  [array(array(item('number'))()), 'self.all(x, true)', 3145727, 100, 302],
  [array(record), 'self.all(x, true)', 555128, 50, 152],
  [map(item('number')), 'self.all(x, true)', 1348169, 10, 32],
  [map(item('string')), 'self.all(x, true)', 1179647, 3, 11],
  [text, "self.contains('test')", 314574, 10, 5],
  [text, "self.startsWith('test')", 2, 15, 2],
  [text, 'size(self + "hello") > size("hello")', 314578, 4, 7],
  [array(item('number')), 'self[1] == 0.0', 2, 5000, 2],
  [array(item('string')), 'self[1] == self[1]', 314577, 8, 314577],
  [text, 'self.matches("x")', 314574, 50, 22],
  [text, '"".matches("(((((((((())))))))))[0-9]")', 7, 10, 7],
  [text, 'self.matches("")', 1, 100, 1],
  [(max) => map(text(max))(max), 'self.all(x, x.contains(self[x]))', 2752507, 10, 72],
  [text, 'self == "x"', 2, 0, 1],
  [array(item('number')), 'self.all(x, x == 0.0)', 6291454, 3 * 1024 * 2048, 25165826],
  [array(item('int-or-string')), 'self[0] == 5', 3, 10, 3],
  [array(record), 'self[0] == null', 2, 422, 2],
  [array(map(item('number'))()), 'self.all(x, x.y == 25.2)', 6291452, 12, 74],
  [array(map(item('number'))()), 'self[0].x > 2.0', 4, 3000, 4],
  [array(item('duration')), 'self[0].getHours() == 2', 4, 525, 4],
  [array(item('date')), 'self.all(x, true)', 725936, 15, 47],
  [map(item('date-time')), 'self.all(x, true)', 349526, 25, 77],
  [text, "self.find('[0-9]+') == ''", 629147, 10, 11],
  [texts, "self.join(' ') == 'aa bb'", 329853068905, 10, 43],
  [texts, 'self.isSorted() == true', 329854432052, 10, 52],
  [
    (max) => ({ type: 'object', properties: { str: text(max), before: text(2), after: text(4) } }),
    "self.str.replace(self.before, self.after) == 'does not matter'",
    629154,
    4,
    12,
  ],
  [(max) => ({ type: 'object', properties: { str: text(max), sep: text(max) } }), 'self.str.split(self.sep) == []', 629160, 10, 22],
  [text, "self.lowerAscii() == 'lower!'", 314575, 10, 6],
  [map(item('integer')), 'oldSelf.size() == self.size()', 5, 10, 5],
  [map(item('date-time')), 'self["a"] == self["b"]', 8, 7, 8],
  [(max) => ({ ...text(max), enum: ['A', 'B', 'LongValue'] }), "self.contains('A')", 2, 1000, 401],
  [array(item('number')), 'self.all(x, self.all(y, true))', Number.NaN, 10, 352],
])('%# %s', (made, rule, unbounded, max, bounded) => {
  if (!Number.isNaN(unbounded)) expect(cost(made(), rule)).toBe(unbounded);
  expect(cost(made(max), rule)).toBe(bounded);
});

it('refuses rules that could take too long, and tells which make up the total', () => {
  const schema = {
    type: 'object',
    properties: { a: { ...array(array(text())())(), 'x-kubernetes-validations': [{ rule: 'self.all(x, x.all(y, y == y))' }] } },
  };
  const findings = new Findings();
  validateRuleDefinitions(schema, 'schema', findings);
  const at = 'schema.properties[a].x-kubernetes-validations[0].rule';
  expect(findings.list.map(({ field }) => field)).toEqual([at, at, 'schema']);
  expect(findings.list[0]?.body).toContain('estimated rule cost exceeds budget by factor of more than 100x (try simplifying');
  const bounded = { ...schema.properties.a, maxItems: 5, items: { ...array(text(5))(5) } };
  const none = new Findings();
  validateRuleDefinitions({ type: 'object', properties: { a: bounded } }, 'schema', none);
  expect(none.list).toEqual([]);
});

it('refuses rules that compare with what has no counterpart', () => {
  const told = (list: Structural): string[] => {
    const findings = new Findings();
    validateRuleDefinitions({ type: 'object', properties: { a: list } }, 'schema', findings);
    return findings.list.map(({ field, body }) => `${field}: ${body}`);
  };
  const items = { ...record, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] };
  expect(told({ type: 'array', maxItems: 2, items: { ...items, properties: { required: text(5) } } })).toEqual([
    'schema.properties[a].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[a]',
  ]);
  expect(told({ type: 'array', maxItems: 2, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['required'], items })).toEqual(
    [],
  );
  expect(told({ ...text(3), 'x-kubernetes-validations': [{ rule: 'self == "a"', optionalOldSelf: true }] })).toEqual([
    'schema.properties[a].x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
  ]);
});
