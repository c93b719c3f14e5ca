import { describe, expect, it } from 'vitest';
import { Random } from '../sim/random.ts';
import { SortedKeys } from './keys.ts';

describe('SortedKeys', () => {
  it('holds what a sorted set holds, however writes and reads follow each other', () => {
    const random = new Random(7);
    const keys = new SortedKeys();
    const expected = new Set<string>();
    for (let round = 0; round < 400; round++) {
      // Sometimes a few between two reads, sometimes more than a run has room for.
      const writes = random.int(10) === 0 ? random.int(2000) : random.int(40);
      for (let i = 0; i < writes; i++) {
        const key = `/registry/${random.int(4)}/${random.int(20_000)}`;
        if (random.int(4) === 0) {
          keys.delete(key);
          expected.delete(key);
        } else {
          keys.add(key);
          expected.add(key);
        }
      }
      const [start, end] = [`/registry/${random.int(4)}/${random.int(9)}`, `/registry/${random.int(5)}/`];
      const within = [...expected].filter((key) => key >= start && key < end).sort();
      const skip = random.int(3);
      expect([...keys.range(start, end, skip)]).toEqual(within.slice(skip));
      expect(keys.count(start, end)).toBe(within.length);
      expect(keys.size).toBe(expected.size);
    }
  });
});
