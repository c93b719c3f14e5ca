import { expect, test } from 'vitest';
import type { AnyPlugin } from '../framework.ts';
import { selectPlugins } from './plugin-sets.ts';
import type { PluginSets } from './types.ts';

const filter = (): undefined => undefined;
const score = (): number => 0;
const PLUGINS: readonly AnyPlugin[] = [
  { name: 'Sort', less: () => true },
  { name: 'A', filter, score },
  { name: 'B', filter, score },
  { name: 'C', score },
];
const MORE: AnyPlugin = { name: 'Mine', filter };

function select(plugins: PluginSets): { filters: string[]; scores: string[] } {
  const defaults = PLUGINS.map(({ name }) => ({ name, weight: name === 'A' ? 3 : 1 }));
  const { at, weights } = selectPlugins(
    { schedulerName: 'x', plugins },
    defaults,
    new Map([...PLUGINS, MORE].map((one) => [one.name, one])),
  );
  return { filters: at.filter.map(({ name }) => name), scores: at.score.map(({ name }) => `${name}*${weights.get(name) ?? 0}`) };
}

test('without a word the defaults run in their order', () => {
  expect(select({})).toEqual({ filters: ['A', 'B'], scores: ['A*3', 'B*1', 'C*1'] });
});

test('an extension point can drop one plugin or all, and multiPoint drops it everywhere', () => {
  expect(select({ score: { disabled: [{ name: 'A' }] } })).toEqual({ filters: ['A', 'B'], scores: ['B*1', 'C*1'] });
  expect(select({ score: { disabled: [{ name: '*' }], enabled: [{ name: 'C', weight: 5 }] } }).scores).toEqual(['C*5']);
  expect(select({ multiPoint: { disabled: [{ name: 'A' }] } })).toEqual({ filters: ['B'], scores: ['B*1', 'C*1'] });
});

test('what is named again keeps its place and takes the new weight; without one it is 1', () => {
  expect(select({ multiPoint: { enabled: [{ name: 'A', weight: 7 }, { name: 'Mine' }] } })).toEqual({
    filters: ['A', 'B', 'Mine'],
    scores: ['A*7', 'B*1', 'C*1'],
  });
  expect(select({ multiPoint: { enabled: [{ name: 'A' }] } }).scores[0]).toBe('A*1');
  // Named at the point itself, it goes before what multiPoint brings.
  expect(select({ score: { enabled: [{ name: 'C', weight: 9 }] } }).scores).toEqual(['C*9', 'A*3', 'B*1']);
});

test('a name nobody has, and one at the wrong point, are refused', () => {
  expect(() => select({ filter: { enabled: [{ name: 'Nobody' }] } })).toThrow('FilterPlugin "Nobody" does not exist');
  expect(() => select({ filter: { enabled: [{ name: 'C' }] } })).toThrow('plugin "C" does not extend FilterPlugin plugin');
  expect(() => select({ multiPoint: { disabled: [{ name: '*' }] } })).toThrow('only one queue sort plugin required');
});
