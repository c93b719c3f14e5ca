import { expect, test } from 'vitest';
import { toKyaml } from './kyaml.ts';

test('quotes every string, and keys that could be read as something else', () => {
  expect(toKyaml({ name: 'web', no: 'yes', 'a.b/c': 1, '8080': true, 'x y': null, empty: {}, none: [] })).toBe(`---
{
  "8080": true,
  a.b/c: 1,
  empty: {},
  name: "web",
  "no": "yes",
  none: [],
  "x y": null,
}
`);
});

test('sets the brackets of a list of objects beside theirs', () => {
  expect(toKyaml({ items: [{ a: 1 }, { b: ['x'] }] })).toBe(`---
{
  items: [{
    a: 1,
  }, {
    b: [
      "x",
    ],
  }],
}
`);
});

test('goes on after each line of a text, keeping leading space', () => {
  expect(toKyaml({ text: 'one\n  two\n' })).toBe('---\n{\n  text: "\\\n     one\\n\\\n    \\  two\\n\\\n    ",\n}\n');
});
