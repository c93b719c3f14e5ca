import { expect, it } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import { ApiServer } from '../apiserver/server.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { SECOND } from '../sim/time.ts';
import { Client, OutsideClient } from './client.ts';
import { LeaderElection } from './leader-election.ts';
import { LEASES } from './resources.ts';

function election(releaseOnStop: boolean): {
  sim: Simulation;
  client: OutsideClient;
  candidate: (identity: string) => LeaderElection;
  told: string[];
} {
  const sim = new Simulation({ seed: 1 });
  const server = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: () => undefined });
  const client = new OutsideClient(server, 'test', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  const told: string[] = [];
  const candidate = (identity: string): LeaderElection =>
    new LeaderElection({
      sim,
      client: new Client(server, 'test', client.credentials),
      namespace: 'default',
      name: 'it',
      identity,
      releaseOnStop,
      onStartedLeading: () => told.push(`${identity} leads`),
      onStoppedLeading: () => told.push(`${identity} stopped`),
    });
  client.create(
    { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
  );
  return { sim, client, candidate, told };
}

it.each([
  ['released', true, 0, 5],
  ['not released', false, 13, 20],
])('a Lease that is %s is taken over in good time', (_how, release, least, most) => {
  const { sim, client, candidate, told } = election(release);
  const [a, b] = [candidate('a'), candidate('b')];
  a.start();
  b.start();
  sim.runFor(60 * SECOND);
  expect(told).toEqual(['a leads']);
  expect(client.get(LEASES, 'default', 'it').spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
  a.stop();
  const since = sim.now;
  sim.runUntilTrue(() => b.leading, 60 * SECOND);
  expect(told).toEqual(['a leads', 'a stopped', 'b leads']);
  expect((sim.now - since) / SECOND).toBeGreaterThanOrEqual(least);
  expect((sim.now - since) / SECOND).toBeLessThanOrEqual(most);
});

it('who stands alone renews every two seconds, in the background', () => {
  const { sim, client, candidate } = election(false);
  candidate('a').start();
  const revision = (): string | undefined => client.get(LEASES, 'default', 'it').metadata.resourceVersion;
  const versions = new Set<string | undefined>();
  for (let i = 0; i < 5; i++) {
    versions.add(revision());
    sim.runFor(2 * SECOND);
  }
  expect(versions.size).toBe(5);
  expect(sim.foreground).toBe(0);
});
