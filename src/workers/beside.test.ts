import { expect, it } from 'vitest';
import { parseScenario } from '../engine/scenario.ts';
import { MINUTE } from '../engine/sim/time.ts';
import { Session } from './session.ts';

const TYPED = [
  'kubectl create deployment web --image=nginx --replicas=2',
  'kubectl expose deployment web --port=80',
  'lab clock +1m',
  'lab load web --rps 20 --for 10s',
  'lab node add minikube-m02',
  'lab node add spare --bare',
  'etcdctl put foo bar --lease=$(etcdctl lease grant 30 | cut -d" " -f2)',
  'etcdctl compact 40',
  'etcdctl del /registry/services/specs/default/web',
  'kubeadm token create',
  'minikube addons enable metrics-server',
  'minikube node delete m02',
  'lab component restart etcd',
  'minikube stop',
  'minikube start > /dev/null',
  'lab crash etcd-minikube -n kube-system',
  'lab clock +1m',
];

it('what the tools beside kubectl do replays to the same log, and the page can look back at all of it', () => {
  const scenario = parseScenario({ name: 'beside', controlPlane: { name: 'minikube', taints: [] }, nodes: [] }, 'beside');
  const session = new Session({ scenario, seed: 5, freeze: true });
  const { sim } = session.cluster;
  for (const line of TYPED) {
    session.line('main', line);
    sim.runUntilTrue(() => !session.terminal('main').busy, 10 * MINUTE);
  }
  expect(session.terminal('main').busy).toBe(false);
  // Also before the revision that was compacted.
  expect(session.object({ kind: 'Service', namespace: 'default', name: 'kubernetes' }, session.cluster.ready.seq)).toBeDefined();
  const twin = new Session({ scenario, seed: 5, freeze: true });
  twin.replay(session.recording());
  twin.cluster.sim.runUntil(sim.now);
  expect(twin.hash()).toBe(session.hash());
});
