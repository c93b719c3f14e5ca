import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copy, freeze, same, share } from './values.ts';

// Few names and few leaves: values that have much in common.
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', 1, true, null),
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('x', 'y', 'z'), tie('tree'), { maxKeys: 3 }),
  ),
}));

describe('share', () => {
  it('changes no value, and nothing of what it shares with', () => {
    fc.assert(
      fc.property(tree, tree, tree, fc.boolean(), (now, before, sibling, frozen) => {
        const [wanted, old, other] = [copy(now), freeze(copy(before)), freeze(copy(sibling))];
        const shared = share(frozen ? freeze(copy(now)) : copy(now), old, other);
        expect(shared).toEqual(wanted);
        expect([old, other]).toEqual([before, sibling]);
        if (typeof now === 'object' && now !== null) {
          if (same(now, before)) expect(shared).toBe(old);
          else if (same(now, sibling)) expect(shared).toBe(other);
        }
      }),
    );
  });

  it('takes a part from where it is equal', () => {
    const before = { a: { n: 1 }, b: { n: 2 } };
    const sibling = { a: { n: 3 }, b: { n: 4 }, c: [{ n: 5 }] };
    const shared = share({ a: { n: 1 }, b: { n: 4 }, c: [{ n: 5 }] }, before, sibling);
    expect(shared.a).toBe(before.a);
    expect(shared.b).toBe(sibling.b);
    expect(shared.c).toBe(sibling.c);
  });
});
