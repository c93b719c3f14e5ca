import { load } from 'js-yaml';
import { expect, it } from 'vitest';
import { parseYaml } from './go-yaml.ts';

const read = (text: string): unknown => parseYaml(text).value;

function fault(text: string): string {
  try {
    return JSON.stringify(read(text));
  } catch (error) {
    return (error as Error).message;
  }
}

it('reads YAML 1.1', () => {
  expect(read('yes: no\n1: 2\n1.5: x\n010: z\n0x10: y\n2001-01-01: 1:30\n')).toEqual({
    true: false, 1: 2, '1.5': 'x', 8: 'z', 16: true, '2001-01-01': '1:30',
  }); // prettier-ignore
  expect(read('a: !!str 5\nb: !!float 1\nc: !!binary aGk=\nd: !x y\ne: ! 5\nf: !!int "6"\n')).toEqual({ a: '5', b: 1, c: 'hi', d: 'y', e: '5', f: 6 }); // prettier-ignore
  expect(read('# nothing\n')).toBeNull();
});

it('reads scalars of every style', () => {
  const text = `a: |2
    x
   y
b: >
  foo
  bar

  baz
    more
  end
c: |+
  k

d: |-
  z

e: "x\\
  y
  z

  w\\u00e9"
f: 'it''s
  ok'
g: plain text
  over lines

  and gap # not this
`;
  expect(read(text)).toEqual({
    a: '  x\n y\n', b: 'foo bar\nbaz\n  more\nend\n', c: 'k\n\n', d: 'z', e: 'xy z\nwé', f: "it's ok", g: 'plain text over lines\nand gap',
  }); // prettier-ignore
});

it('reads blocks, flows and keys of every form', () => {
  expect(read('? a\n: b\n? c\nd:\n- e\n-\n- - f\n  - g\n-\n  h: i\n  j:\n   - k\n')).toEqual({
    a: 'b', c: null, d: ['e', null, ['f', 'g'], { h: 'i', j: ['k'] }],
  }); // prettier-ignore
  expect(read('a: [b: c, ? d : e, {f: g, h}, "i":j, k: ]\nl: {m: , ? o, "p":q}\n')).toEqual({
    a: [{ b: 'c' }, { d: 'e' }, { f: 'g', h: null }, { i: 'j' }, { k: null }], l: { m: null, o: null, p: 'q' },
  }); // prettier-ignore
  expect(read('a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\nc:\n  q: 3\n  <<: [*x, {r: 9, q: 7}]\n')).toEqual({
    a: { p: 1, q: 2 }, b: { p: 1, q: 3 }, c: { p: 1, q: 2, r: 9 },
  }); // prettier-ignore
});

it('reads what any YAML reader reads alike', () => {
  const text = '# c\napiVersion: v1\nkind: Pod\nmetadata:\n  name: "a"\n  labels: {x: z}\nspec:\n  containers:\n  - name: c\n    args: ["-c", \'echo $A; sleep 1\']\n    env:\n    - {name: A, value: "1"}\n'; // prettier-ignore
  expect(read(text)).toEqual(load(text));
});

// As `kubectl create -f` words them, without what stands before.
it.each([
  ['a:\n  - b: c d\n      e: f\n', 'line 3: mapping values are not allowed in this context'],
  ['a: b: c\n', 'mapping values are not allowed in this context'],
  ['foo\nbar: 1\n', 'line 2: mapping values are not allowed in this context'],
  ['a: "b"\n  c: d\n', 'line 1: did not find expected key'],
  ['a:\n  b: 1\n c: 2\n', 'line 2: did not find expected key'],
  ['key: value\n- item\n', 'line 1: did not find expected key'],
  ['a: [b] c\n', 'did not find expected key'],
  ['- a\nb: c\n', "line 1: did not find expected '-' indicator"],
  ['a: - b\n', 'block sequence entries are not allowed in this context'],
  ['a: ? b\n', 'mapping keys are not allowed in this context'],
  ['a: [1, 2\nb: 3\n', "line 1: did not find expected ',' or ']'"],
  ['a: {b: [1, 2}\n', "did not find expected ',' or ']'"],
  ['a: {b: 1\nc: 3\n', "line 1: did not find expected ',' or '}'"],
  ['a: ]\n', 'did not find expected node content'],
  ['- a\nb\n', "line 3: could not find expected ':'"],
  ['kind: Pod\n\tx: 1\n', 'line 2: found a tab character that violates indentation'],
  ['a:\n\tb: 1\n', 'line 2: found character that cannot start any token'],
  ['a: |\n\tb\n', 'line 2: found a tab character where an indentation space is expected'],
  ['a: @x\n', 'found character that cannot start any token'],
  ['a: "x\nb: c\n', 'line 3: found unexpected end of stream'],
  ['a: "\\q"\n', 'found unknown escape character'],
  ['a: >x\n b\n', 'did not find expected comment or line break'],
  ['a: \x01\n', 'control characters are not allowed'],
  ['a: & b\n', 'did not find expected alphabetic or numeric character'],
  ['a: *x\n', "unknown anchor 'x' referenced"],
  ['a: &x {b: *x}\n', "anchor 'x' value contains itself"],
  ['a: !!int x\n', 'cannot decode !!str `x` as a !!int'],
  ['a: !f!x y\n', 'found undefined tag handle'],
  ['a:\n  <<: 3\n', 'map merge requires map or sequence of maps as the value'],
  ['? a\n: b\n{c}: d\n', 'invalid map key: map[interface {}]interface {}{"c":interface {}(nil)}'],
  ['%YAML 3.0\n---\na: 1\n', 'found incompatible YAML document'],
])('complains of %j as go-yaml does', (text, complaint) => {
  expect(fault(text)).toBe(`yaml: ${complaint}`);
});

it('complains of what JSON cannot say', () => {
  expect(fault('a: .nan\n')).toBe('json: unsupported value: NaN');
});

it('is not led astray by a short text that stands for a huge value, nor by a deep one', () => {
  const laughs = ['a: &a [x, x, x, x, x, x, x, x, x]'];
  for (const letter of 'bcdefgh') laughs.push(`${letter}: &${letter} [${Array(9).fill(`*${String.fromCharCode(letter.charCodeAt(0) - 1)}`).join(', ')}]`); // prettier-ignore
  expect(fault(laughs.join('\n'))).toBe('yaml: document contains excessive aliasing');
  expect(fault('['.repeat(100_000))).toMatch(/^yaml: exceeded max depth/);
});

it('tells strict readers of keys that come twice', () => {
  expect(parseYaml('a: 1\nb: {c: 1, c: 2}\na:\n  x\n')).toEqual({
    value: { a: 'x', b: { c: 2 } },
    repeated: 'yaml: unmarshal errors:\n  line 2: key "c" already set in map\n  line 4: key "a" already set in map',
  });
});
