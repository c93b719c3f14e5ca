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
    ['cel.bind(x, n + 1, x * x == 16)'],
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
    ['yes!', "ERROR: <input>:1:4: Syntax error: extraneous input '!' expecting <EOF>\n | yes!\n | ...^"],
    [
      'n.all(x, x)',
      "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | n.all(x, x)\n | ^",
    ],
  ])('%s', (source, text) => expect(fault(source)).toBe(text));
});
