import type { Node, Pod } from '../../src/engine/api/generated/types.ts';
import { KINDS } from '../../src/engine/api/kinds/index.ts';
import { ApiServer } from '../../src/engine/apiserver/server.ts';
import { OutsideClient } from '../../src/engine/client/client.ts';
import { NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS } from '../../src/engine/client/resources.ts';
import { Store } from '../../src/engine/etcd/store.ts';
import { Algorithm } from '../../src/engine/scheduler/algorithm.ts';
import { attempt } from '../../src/engine/scheduler/attempt.ts';
import { Cache } from '../../src/engine/scheduler/cache.ts';
import { Nominator } from '../../src/engine/scheduler/nominator.ts';
import type { DisruptionBudget } from '../../src/engine/scheduler/plugins/defaultpreemption.ts';
import { newProfile } from '../../src/engine/scheduler/plugins/registry.ts';
import { PodInfo } from '../../src/engine/scheduler/pod-info.ts';
import { Scheduler } from '../../src/engine/scheduler/scheduler.ts';
import { Random } from '../../src/engine/sim/random.ts';
import { Simulation } from '../../src/engine/sim/simulation.ts';
import { measure, type Phase, type Row } from '../measure.ts';

const NODE_COUNT = 5000;
const POD_COUNT = 10_000;

/** The shapes of the reference measurement of a real scheduler: nodes of 4 CPUs and 32 GiB in three zones, pods of 100m and 500 MiB. */
export const row: Row = {
  title: 'scheduling throughput',
  lines: [
    // The real scheduler filtered and scored a plain pod at 5,000 nodes in 2.161 ms, and bound 443 a second beside its API server and
    // etcd on two cores. `real` of the cycles is from its mean time of the algorithm.
    { phase: 'plain, 5,000 nodes', field: 'value', unit: 'pods/s', goal: 10_000, real: 463 },
    { phase: 'plain, 1,000 nodes', field: 'value', unit: 'pods/s', real: 613 },
    { phase: 'plain, 100 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'spread, 5,000 nodes', field: 'value', unit: 'pods/s', real: 169 },
    { phase: 'spread, 1,000 nodes', field: 'value', unit: 'pods/s', real: 327 },
    { phase: 'spread, 100 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'anti-affinity, 5,000 nodes', field: 'value', unit: 'pods/s', real: 66 },
    { phase: 'anti-affinity, 1,000 nodes', field: 'value', unit: 'pods/s', real: 190 },
    { phase: 'anti-affinity, 100 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'preferred affinity, 5,000 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'preferred affinity, 1,000 nodes', field: 'value', unit: 'pods/s', real: 120 },
    { phase: 'preemption, 5,000 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'preemption, 1,000 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'preemption, 100 nodes', field: 'value', unit: 'pods/s' },
    { phase: 'with API server', field: 'value', unit: 'pods/s', real: 443 },
  ],
  run: () => [...[5000, 1000, 100].flatMap((nodes) => SHAPES.map((shape) => cyclesOnly(shape, nodes))), wholePath()],
};

interface Shape {
  readonly name: string;
  /** How many pods are scheduled on so many nodes. */
  readonly pods: (nodes: number) => number;
  readonly spec: (i: number) => Partial<NonNullable<Pod['spec']>>;
}

const spread = (key: string, whenUnsatisfiable: string) => ({
  maxSkew: 1,
  topologyKey: key,
  whenUnsatisfiable,
  labelSelector: { matchLabels: { app: 'web' } },
});
const few = (nodes: number): number => Math.min(2000, nodes * 5);

const SHAPES: readonly Shape[] = [
  { name: 'plain', pods: (nodes) => Math.min(POD_COUNT, nodes * 20), spec: () => ({}) },
  {
    name: 'spread',
    pods: few,
    spec: () => ({
      topologySpreadConstraints: [
        spread('topology.kubernetes.io/zone', 'DoNotSchedule'),
        spread('kubernetes.io/hostname', 'ScheduleAnyway'),
      ],
    }),
  },
  {
    name: 'anti-affinity',
    pods: few,
    // Twenty groups, no two of a group on one machine.
    spec: (i) => ({
      affinity: {
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [
            { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { group: `g${i % 20}` } } },
          ],
        },
      },
    }),
  },
  {
    name: 'preferred affinity',
    pods: few,
    // Twenty groups: each likes its own zone, and rather not its own machine.
    spec: (i) => {
      const term = (topologyKey: string) => ({
        weight: 50,
        podAffinityTerm: { topologyKey, labelSelector: { matchLabels: { group: `g${i % 20}` } } },
      });
      return {
        affinity: {
          podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [term('topology.kubernetes.io/zone')] },
          podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [term('kubernetes.io/hostname')] },
        },
      };
    },
  },
  // Every node is full of less important pods; each newcomer has to find a victim.
  { name: 'preemption', pods: (nodes) => Math.min(200, nodes), spec: () => ({ priority: 1000 }) },
];

/** Filter, score, choose and assume; no API server. */
function cyclesOnly({ name, pods, spec }: Shape, nodes: number): Phase {
  const cache = new Cache();
  const nominator = new Nominator();
  const random = new Random(1);
  const algorithm = new Algorithm(cache, nominator, random);
  const budgets: readonly DisruptionBudget[] = [];
  let preempted = 0;
  const profile = newProfile(
    { schedulerName: 'default-scheduler' },
    {
      namespaceLabels: () => undefined,
      defaultSelector: () => undefined,
      preemption: { nodes: cache, nominator, random, profileOf: () => profile, budgets: () => budgets, preempt: () => preempted++ },
    },
  );
  const preempting = name === 'preemption';
  for (let i = 0; i < nodes; i++) {
    cache.setNode(node(i));
    // Forty pods of 100m fill four CPUs.
    for (let j = 0; preempting && j < 40; j++) cache.assume(new PodInfo(shaped(`full-${i}-${j}`, {}, { priority: 0 })), `node-${i}`);
  }
  const count = pods(nodes);
  return measure(`${name}, ${nodes.toLocaleString('en')} nodes`, () => {
    const start = performance.now();
    for (let i = 0; i < count; i++) {
      const info = new PodInfo(shaped(`pod-${i}`, { group: `g${i % 20}` }, spec(i)));
      const { chosen, nominatedNodeName } = attempt(algorithm, profile, info, false);
      if (chosen !== undefined) cache.assume(info, chosen.name);
      else if (!preempting || nominatedNodeName === undefined) throw new Error(`pod ${i} found no node`);
    }
    if (preempting && preempted !== count) throw new Error(`only ${preempted} pods found a victim`);
    return rate(performance.now() - start, count);
  });
}

function shaped(name: string, labels: Record<string, string>, spec: Partial<NonNullable<Pod['spec']>>): Pod {
  const plain = pod(0);
  return {
    ...plain,
    metadata: { ...plain.metadata, name, uid: name, labels: { ...plain.metadata.labels, ...labels } },
    spec: { ...(plain.spec as NonNullable<Pod['spec']>), ...spec },
  };
}

/** Pods are there first; measured from the scheduler's start to the last binding, API server and watches included. */
function wholePath(): Phase {
  const sim = new Simulation({ seed: 1, log: false });
  const store = new Store(sim, 1000);
  const server = new ApiServer({ sim, store, kinds: KINDS, kubelets: () => undefined });
  const admin = new OutsideClient(server, 'bench', { kind: 'certificate', user: 'bench', groups: ['system:masters'] });
  for (const name of ['default', 'kube-system']) admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  admin.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } });
  for (let i = 0; i < NODE_COUNT; i++) {
    const wanted = node(i);
    // Admission taints a new node until it is ready; here nobody else would take the taint away.
    const made = admin.update(NODES, { ...admin.create(NODES, wanted), spec: {} });
    admin.updateStatus(NODES, { ...made, ...(wanted.status === undefined ? {} : { status: wanted.status }) });
  }
  for (let i = 0; i < POD_COUNT; i++) admin.create(PODS, pod(i));
  const scheduler = new Scheduler({ sim, transport: server });
  return measure('with API server', () => {
    const start = performance.now();
    const from = sim.now;
    scheduler.start();
    let slice = performance.now() - start;
    const bound = (): boolean => scheduler.queue.size === 0;
    while (!bound()) {
      const before = performance.now();
      if (!sim.step()) throw new Error('the simulation ran out of events');
      slice = Math.max(slice, performance.now() - before);
    }
    return { slice, virtual: sim.now - from, ...rate(performance.now() - start, POD_COUNT) };
  });
}

function rate(ms: number, pods: number): { value: number; note: string } {
  const value = Math.round((pods / ms) * 1000);
  return { value, note: `${value} pods/s` };
}

function node(i: number): Node {
  const size = { cpu: '4', memory: '32Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${i}`, labels: { 'kubernetes.io/hostname': `node-${i}`, 'topology.kubernetes.io/zone': `zone-${i % 3}` } },
    status: { capacity: size, allocatable: size, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

function pod(i: number): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${i}`, namespace: 'default', labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '100m', memory: '500Mi' } } }] },
  };
}
