import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import type { Informer } from '../../client/informer.ts';
import { Tallies } from './tally.ts';

const owner = (labels: Record<string, string>): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'rs', namespace: 'default', uid: 'rs' },
  spec: { selector: { matchLabels: { app: 'a' } }, template: { metadata: { labels: { app: 'a', ...labels } } } },
});

const state = fc.record({
  phase: fc.constantFrom('Pending', 'Running', 'Succeeded'),
  ready: fc.boolean(),
  going: fc.boolean(),
  app: fc.constantFrom('a', 'a', 'b'),
  tier: fc.constantFrom('x', 'y'),
  controlled: fc.constantFrom(true, true, true, false),
});
type State = typeof state extends fc.Arbitrary<infer T> ? T : never;

function podOf(name: string, { phase, ready, going, app, tier, controlled }: State): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      namespace: 'default',
      labels: { app, tier },
      ...(going ? { deletionTimestamp: '2026-01-05T09:00:00Z' } : {}),
      ...(controlled ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid: 'rs', controller: true }] } : {}),
    },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  };
}

it('counts kept up to date are those of a count from the beginning', () => {
  const change = fc.record({ name: fc.constantFrom('p', 'q', 'r'), to: fc.option(state), relabel: fc.nat(9) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const pods = new Map<string, Pod>();
      const informer = {
        by: (_index: string, uid: string) => [...pods.values()].filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === uid),
      } as unknown as Informer<Pod>;
      const tallies = new Tallies(informer);
      let rs = owner({ tier: 'x' });
      for (const { name, to, relabel } of changes) {
        const old = pods.get(name);
        if (to === null) {
          pods.delete(name);
          if (old !== undefined) tallies.removed(old);
        } else {
          const pod = podOf(name, to);
          pods.set(name, pod);
          tallies.changed(pod, old);
        }
        // A new template asks for other labels.
        if (relabel === 0) rs = owner({ tier: 'y' });
        expect(tallies.of(rs)).toEqual(new Tallies(informer).of(rs));
      }
    }),
  );
});
