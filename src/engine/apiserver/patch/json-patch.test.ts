import { describe, expect, it } from 'vitest';
import type { Json } from '../../api/meta.ts';
import { applyJsonPatch } from './json-patch.ts';

const patched = (patch: Json): unknown => {
  try {
    return applyJsonPatch({ a: { b: 1 }, list: [1, 2, 3] }, patch);
  } catch (error) {
    return (error as Error).message;
  }
};
const REJECTED = 'the server rejected our request due to an error in our request';

describe('JSON patch', () => {
  it('sets what is not there, where the standard would refuse', () => {
    expect(patched([{ op: 'replace', path: '/a/new', value: 2 }])).toEqual({ a: { b: 1, new: 2 }, list: [1, 2, 3] });
    expect(patched([{ op: 'copy', from: '/a/none', path: '/a/c' }])).toEqual({ a: { b: 1, c: null }, list: [1, 2, 3] });
    expect(patched([{ op: 'replace', path: '/list/3', value: 2 }])).toBe(REJECTED);
  });

  it('counts from the end, and knows the whole document', () => {
    expect(patched([{ op: 'add', path: '/list/-1', value: 9 }])).toEqual({ a: { b: 1 }, list: [1, 2, 3, 9] });
    expect(
      patched([
        { op: 'test', path: '', value: { a: { b: 1 }, list: [1, 2, 3] } },
        { op: 'replace', path: '', value: { a: 1 } },
      ]),
    ).toEqual({ a: 1 });
    expect(patched([{ op: 'replace', path: '', value: [] }])).toBe(REJECTED);
    expect(patched([{ op: 'add', path: '', value: {} }])).toBe(REJECTED);
  });

  it('does nothing of a patch of which one test fails', () => {
    expect(patched([{ op: 'remove', path: '/a/b' }, { op: 'test', path: '/list/0', value: 2 }])).toBe(REJECTED); // prettier-ignore
    expect(patched([{ op: 'add', path: 'ab', value: 2 }])).toBe(REJECTED);
  });

  it('takes names that objects have of their own as names', () => {
    const made = patched([{ op: 'add', path: '/__proto__', value: { x: 1 } }]) as object;
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect(Object.keys(made)).toContain('__proto__');
  });
});
