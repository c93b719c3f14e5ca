import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { BOOL, DYN, INT, STRING, type Type } from './types.ts';
import { CelError, fromJson, type Value } from './values.ts';

const VARIABLES = new Map<string, Type>([
  ['self', DYN],
  ['n', INT],
  ['s', STRING],
  ['yes', BOOL],
]);

function run(source: string, self: unknown = null): Value {
  const compiled = compile(source, VARIABLES);
  if ('fault' in compiled) throw new Error(compiled.fault);
  return compiled.program.evaluate(
    new Map<string, Value>([
      ['self', fromJson(self)],
      ['n', 3n],
      ['s', 'abc'],
      ['yes', true],
    ]),
  );
}

function failure(source: string, self: unknown = null): string {
  try {
    run(source, self);
  } catch (error) {
    if (error instanceof CelError) return error.message;
    throw error;
  }
  return '';
}

function fault(source: string): string {
  const compiled = compile(source, VARIABLES);
  return 'fault' in compiled ? compiled.fault : '';
}

describe('evaluation', () => {
  it.each([
    ['1 + 2 * 3 == 7'],
    ['n > 2 ? yes : !yes'],
    ['"b" in ["a", "b"] && !("c" in {"a": 1})'],
    ['[1, 2, 3].all(x, x > 0) && [1, 2].exists(x, x == 2) && [1, 2, 2].exists_one(x, x == 1)'],
    ['[1, 2, 3].filter(x, x % 2 == 1).map(x, x * 2) == [2, 6]'],
    ['s.matches("^[a-c]+$") && s.size() == 3 && s.upperAscii() == "ABC"'],
    ['"a-b-c".split("-").join("/") == "a/b/c" && "x=%d %s".format([1, "y"]) == "x=1 y"'],
    ['quantity("1500m").isGreaterThan(quantity("1")) && cidr("10.0.0.0/8").containsIP("10.1.2.3") && ip("::1").family() == 6'],
    ['duration("1h30m") > duration("5400s") - duration("1s") && timestamp("2026-01-05T09:00:00Z").getFullYear() == 2026'],
    ['[1, 2, 3].sum() == 6 && sets.contains([1, 2], [2]) && "ab12".find("[0-9]+") == "12"'],
    ['url("https://a.b:80/c?d=e").getHost() == "a.b:80"'],
    ['dyn(1) == 1.0 && 1 < 1.5'],
    ['int("7") == 7 && string(7) == "7" && type(1) == int'],
    ['[3, 1, 2].sort() == [1, 2, 3] && ["b", "a"].sortBy(x, x) == ["a", "b"] && [[1], [2]].flatten() == [1, 2]'],
    ['lists.range(3) == [0, 1, 2] && [1, 1, 2].distinct() == [1, 2] && [1, 2, 3].slice(1, 2) == [2] && [1, 2].reverse() == [2, 1]'],
    ['[1, 2].first().value() == 1 && [1, 2].last().orValue(0) == 2 && ![].first().hasValue()'],
    ['[5, 7].transformList(i, v, i + v) == [5, 8] && {"a": 1}.transformMap(k, v, k + string(v)) == {"a": "a1"}'],
    ['{"a": "x", "b": "y"}.transformMapEntry(k, v, k != "b", {v: k}) == {"x": "a"} && {"a": 1}.all(k, v, v == 1)'],
    ['[2, 4].exists(i, v, i == 1 && v == 4) && [2, 4].existsOne(i, v, v > 2)'],
    ['semver("1.2.3").isLessThan(semver("1.10.0")) && isSemver("v1.2", true) && !isSemver("v1.2") && semver("1.0.0-a").patch() == 0'],
    [
      '!format.dns1123Label().validate("a-b").hasValue() && format.named("uuid").value().validate("x").value() == ["does not match the UUID format"]',
    ],
    ['cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8") && ip("169.254.0.1").isLinkLocalUnicast() && !isIP("::ffff:10.0.0.1")'],
    ['timestamp("2026-07-01T22:30:00Z").getHours("Europe/Berlin") == 0 && timestamp("2026-01-01T00:00:00Z").getHours("-01:00") == 23'],
    [`"%s %d %.2f %x %e".format([["a", 1], 7, 1234.5, "hi", 0.5]) == '["a", 1] 7 1,234.50 6869 5.000000 × 10⁻⁰¹'`],
    [`"%s".format([{"b": 1.5, "a": duration("5s")}]) == '{"a":duration("5s"), "b":1.500000}'`],
    ['string(1500000.0) == "1.5e+06" && string(0.25) == "0.25" && string(100000.0) == "100000"'],
    ['sets.intersects([1], [1, 2]) && "a1b22".findAll("[0-9]+") == ["1", "22"] && sign(quantity("-1")) == -1'],
    ['optional.of(1).orValue(2) == 1 && {"a": 1}[?"b"].orValue(5) == 5'],
  ])('%s', (source) => expect(run(source)).toBe(true));

  it('one side that decides is enough, though the other fails', () => {
    expect(run('1 / (n - 3) > 0 || yes')).toBe(true);
    expect(run('self.missing == 1 && !yes', {})).toBe(false);
  });

  it('tells failures in the words of cel-go', () => {
    expect(failure('self.a.b == 1', { a: {} })).toBe('no such key: b');
    expect(failure('1 / (n - 3) > 0')).toBe('division by zero');
    expect(failure('self.n == [1][n]', { n: 1 })).toBe('index out of bounds: 3');
    expect(failure('int(s) == 1')).toBe("type conversion error from 'string' to 'int'");
    expect(failure('n * 9223372036854775807 > 0')).toBe('integer overflow');
  });

  it.each([
    ['n + 1 == 4', 3],
    ['self.a.b == 1', 4],
    ['[1, 2, 3].all(x, x > 0)', 16],
    ['s.matches("^[a-c]+$")', 3],
    ['n in [1, 2, 3]', 1],
  ])('counts what %s costs as the real server does', (source, wanted) => {
    const budget = { left: 1000 };
    const compiled = compile(source, VARIABLES);
    if ('fault' in compiled) throw new Error(compiled.fault);
    const environment = new Map<string, Value>([['self', fromJson({ a: { b: 1 } })], ['n', 3n], ['s', 'abc']]); // prettier-ignore
    compiled.program.evaluate(environment, budget);
    expect(1000 - budget.left).toBe(wanted);
  });

  it('has cel.bind only where the environment has it', () => {
    const compiled = compile('cel.bind(x, n + 1, x * x == 16)', VARIABLES, { bindings: true });
    if ('fault' in compiled) throw new Error(compiled.fault);
    expect(compiled.program.evaluate(new Map([['n', 3n]]))).toBe(true);
    expect(fault('cel.bind(x, n + 1, x * x == 16)')).toContain("undeclared reference to 'cel'");
  });

  it('stops what costs too much', () => {
    const list = Array.from({ length: 400 }, (_, at) => at);
    expect(failure('self.all(a, self.all(b, self.all(c, a + b + c >= 0)))', list)).toContain('cost limit exceeded');
  });
});

describe('checking', () => {
  it.each([
    ['nope == 1', "ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope == 1\n | ^"],
    ['n.x > 1', "ERROR: <input>:1:2: type 'int' does not support field selection\n | n.x > 1\n | .^"],
    ['n + s == 1', "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | n + s == 1\n | ..^"],
    [
      'duration("1x") > duration("1s")',
      'ERROR: <input>:1:10: invalid duration argument\n | duration("1x") > duration("1s")\n | .........^',
    ],
    [
      '"%d".format([s]) == ""',
      'ERROR: <input>:1:14: error during formatting: decimal clause can only be used on integers, was given string\n | "%d".format([s]) == ""\n | .............^',
    ],
    ['[1, "a"].size() == 2', "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, \"a\"].size() == 2\n | ....^"],
    ['yes!', "ERROR: <input>:1:4: Syntax error: extraneous input '!' expecting <EOF>\n | yes!\n | ...^"],
    [
      'n.all(x, x)',
      "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | n.all(x, x)\n | ^",
    ],
  ])('%s', (source, text) => expect(fault(source)).toBe(text));
});
