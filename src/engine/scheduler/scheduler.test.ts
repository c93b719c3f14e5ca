import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Node, PersistentVolumeClaim, Pod, StorageClass } from '../api/generated/types.ts';
import { KINDS } from '../api/kinds/index.ts';
import type { ApiObject } from '../api/meta.ts';
import { ApiServer } from '../apiserver/server.ts';
import { OutsideClient } from '../client/client.ts';
import {
  DEVICE_CLASSES,
  EVENTS,
  NAMESPACES,
  NODES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
  SERVICE_ACCOUNTS,
  STORAGE_CLASSES,
} from '../client/resources.ts';
import { Store } from '../etcd/store.ts';
import type { LogEntry } from '../sim/log.ts';
import { Simulation } from '../sim/simulation.ts';
import { Scheduler } from './scheduler.ts';

/** A real API server and a scheduler, without kubelets and controllers: as the facts were recorded. */
class Bench {
  readonly sim = new Simulation({ seed: 1 });
  readonly store = new Store(this.sim);
  readonly server = new ApiServer({
    sim: this.sim,
    store: this.store,
    kinds: KINDS,
    kubelets: () => undefined,
    freeze: true,
    disableAdmissionPlugins: ['TaintNodesByCondition'],
  });
  readonly admin = new OutsideClient(this.server, 'admin', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  readonly scheduler = new Scheduler({ sim: this.sim, transport: this.server, leaderElect: false });

  constructor(nodes: readonly Node[] = [], pods: readonly Pod[] = []) {
    for (const name of ['default', 'kube-system']) {
      this.admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      this.admin.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } });
    }
    for (const node of nodes) this.node(node);
    for (const pod of pods) this.pod(pod);
    this.scheduler.start();
    this.sim.runFor(100);
  }

  node(raw: Node): Node {
    const node = { ...raw, apiVersion: 'v1', kind: 'Node' } as Node;
    const made = this.admin.create(NODES, node);
    return this.admin.updateStatus(NODES, { ...made, ...(node.status === undefined ? {} : { status: node.status }) });
  }

  pod(raw: Pod): Pod {
    const { priorityClassName, priority: _priority, ...spec } = raw.spec as NonNullable<Pod['spec']>;
    const important = priorityClassName === 'high' ? { priorityClassName: 'system-cluster-critical' } : {};
    return this.admin.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'default', ...raw.metadata },
      spec: { ...spec, ...important },
    });
  }

  get(name: string): Pod {
    return this.admin.get(PODS, 'default', name);
  }

  condition(name: string): { reason?: string; message?: string } | undefined {
    return this.get(name).status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  }

  entries<V extends 'schedule' | 'queue'>(verb: V, name: string): LogEntry<V>[] {
    return this.sim.log.entries.filter((entry): entry is LogEntry<V> => entry.verb === verb && entry.ref?.name === name);
  }
}

const worker = (name: string, cpu = '4'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { capacity: { cpu, memory: '8Gi', pods: '110' }, allocatable: { cpu, memory: '8Gi', pods: '110' } },
});
const simple = (name: string, cpu?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'c', image: 'app:1', ...(cpu === undefined ? {} : { resources: { requests: { cpu } } }) }] },
});

describe('scheduler', () => {
  test('binds a pod, says so in an event, and logs every verdict with its cause', () => {
    const bench = new Bench([worker('n1'), worker('n2', '1')]);
    bench.pod(simple('p1', '2'));
    bench.sim.runFor(1000);
    expect(bench.get('p1').spec?.nodeName).toBe('n1');
    const events = bench.admin.list(EVENTS, { namespace: 'default' }).items;
    expect(events.map(({ type, reason, message }) => [type, reason, message])).toEqual([
      ['Normal', 'Scheduled', 'Successfully assigned default/p1 to n1'],
    ]);
    const [entry] = bench.entries('schedule', 'p1');
    expect(entry?.detail).toEqual({
      filters: { n2: { plugin: 'NodeResourcesFit', reasons: ['Insufficient cpu'], unresolvable: true } },
      scores: { n1: {} },
      chosen: 'n1',
      profile: 'default-scheduler',
      attempt: 1,
      because: 'PodAdd',
      nodes: 2,
    });
    expect(bench.sim.log.why(entry?.seq ?? 0).at(-1)).toMatchObject({ verb: 'request', actor: 'admin' });
  });

  test('a pod that fits nowhere gets a condition and an event', () => {
    const bench = new Bench([worker('n1', '1')]);
    bench.pod(simple('p1', '2'));
    bench.sim.runFor(1000);
    const message =
      '0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    expect(bench.condition('p1')).toMatchObject({ reason: 'Unschedulable', message, observedGeneration: 1 });
    expect(bench.admin.list(EVENTS, { namespace: 'default' }).items).toMatchObject([
      { type: 'Warning', reason: 'FailedScheduling', message },
    ]);
  });

  test('a more important pod makes room for itself', () => {
    const bench = new Bench(
      [worker('n1', '1')],
      [{ ...simple('b1', '1'), spec: { ...(simple('b1', '1').spec as NonNullable<Pod['spec']>), nodeName: 'n1' } }],
    );
    bench.pod({ ...simple('p1', '1'), spec: { ...(simple('p1', '1').spec as NonNullable<Pod['spec']>), priorityClassName: 'high' } });
    bench.sim.runFor(50);
    const victim = bench.get('b1');
    expect(victim.status?.conditions).toMatchObject([{ type: 'DisruptionTarget', reason: 'PreemptionByScheduler' }]);
    expect(victim.metadata.deletionTimestamp).toBeDefined();
    expect(bench.get('p1').status?.nominatedNodeName).toBe('n1');
    bench.admin.delete(PODS, 'default', 'b1', { gracePeriodSeconds: 0 });
    bench.sim.runFor(50);
    expect(bench.get('p1').spec?.nodeName).toBe('n1');
  });

  test('a pod that has nothing to wait for is bound without a word in its status', () => {
    const bench = new Bench([worker('n1')]);
    const seen: unknown[] = [];
    bench.admin.watch(PODS).subscribe({ event: (event) => seen.push(event), end: () => {} });
    bench.pod(simple('p1'));
    bench.sim.runFor(2000);
    expect(JSON.stringify(seen)).toContain('"nodeName":"n1"');
    expect(JSON.stringify(seen)).not.toContain('nominatedNodeName');
  });

  test('devices that somebody has to make ready hold the pod back; those that fail are given back', () => {
    const bench = new Bench([worker('n1')]);
    const device = (name: string) => ({ name, bindingConditions: ['Attached'], bindingFailureConditions: ['Broken'] });
    const metadata = { name: 'gpu' };
    const claimed = () => bench.admin.get(RESOURCE_CLAIMS, 'default', 'gpu');
    bench.admin.create(DEVICE_CLASSES, { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata, spec: {} });
    bench.admin.create(RESOURCE_SLICES, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceSlice',
      metadata,
      spec: { driver: 'gpu.io', nodeName: 'n1', pool: { name: 'n1', generation: 1, resourceSliceCount: 1 }, devices: [device('a')] },
    });
    bench.admin.create(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { ...metadata, namespace: 'default' },
      spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 } }] } },
    });
    const { spec, ...rest } = simple('p1');
    bench.pod({
      ...rest,
      spec: { ...spec, containers: spec?.containers ?? [], resourceClaims: [{ name: 'g', resourceClaimName: 'gpu' }] },
    });
    const say = (type: string): void => {
      const condition = { type, status: 'True', reason: 'Said', message: 'so', lastTransitionTime: '2026-01-01T00:00:00Z' };
      const devices = [{ driver: 'gpu.io', pool: 'n1', device: 'a', conditions: [condition] }];
      const now = claimed();
      bench.admin.updateStatus(RESOURCE_CLAIMS, { ...now, status: { ...now.status, devices } });
    };
    bench.sim.runFor(2000);
    expect(bench.get('p1').spec?.nodeName).toBeUndefined();
    expect(bench.get('p1').status?.nominatedNodeName).toBe('n1');
    expect(claimed().status?.allocation?.allocationTimestamp).toMatch(/Z$/);
    const messages = () => bench.admin.list(EVENTS, { namespace: 'default' }).items.map(({ reason, message }) => `${reason}: ${message}`);
    expect(messages()).toEqual(['BindingConditionsPending: waiting for binding conditions for device on node n1']);
    say('Broken');
    bench.sim.runFor(5000);
    expect(messages().join()).toContain('device binding failed: claim=gpu, reason=Said, message="so"');
    // The next attempt gives the device back, and the one after has it anew.
    bench.sim.runFor(10_000);
    expect(claimed().status?.devices ?? []).toEqual([]);
    bench.sim.runFor(30_000);
    say('Attached');
    bench.sim.runFor(5000);
    expect(bench.get('p1').spec?.nodeName).toBe('n1');
  });

  test('a pod whose claim is not there is not even queued, and nothing is told', () => {
    const bench = new Bench([worker('n1')]);
    const pod = simple('p1');
    bench.pod({
      ...pod,
      spec: { ...(pod.spec as NonNullable<Pod['spec']>), resourceClaims: [{ name: 'gpu', resourceClaimName: 'gpu' }] },
    });
    bench.sim.runFor(1000);
    expect(bench.condition('p1')).toBeUndefined();
    expect(bench.scheduler.queue.counts()).toMatchObject({ gated: 1, unschedulable: 0 });
  });

  test('stopped, it binds nothing; started again, it reads anew', () => {
    const bench = new Bench([worker('n1')]);
    bench.scheduler.stop();
    bench.pod(simple('p1'));
    bench.sim.runFor(60_000);
    expect(bench.get('p1').spec?.nodeName).toBeUndefined();
    bench.scheduler.start();
    bench.sim.runFor(100);
    expect(bench.get('p1').spec?.nodeName).toBe('n1');
  });
});

interface Step {
  create?: Pod;
  apply?: [string, ApiObject];
  patch?: [string, string | null, string, object, string?];
  delete?: [string, string, string];
  waitMs?: number;
}
interface Seen {
  newAttempts: number;
  bound: string | null;
  moves?: { event: string; queue: string }[];
  message?: string;
}
interface QueueFact {
  id: string;
  world: { nodes: Node[]; pods?: Pod[]; storageClasses?: StorageClass[] };
  steps: Step[];
  expect: { bound?: string | null; message?: string; pods?: Record<string, Seen> }[];
}

const FACTS = `${process.env['KUBERNOTES_ORACLE'] ?? '../shared/oracle'}/scheduler/queue.jsonl`;

describe.runIf(existsSync(FACTS))('recorded facts: queue', () => {
  const lines = existsSync(FACTS) ? readFileSync(FACTS, 'utf8').trim().split('\n') : [];
  for (const fact of lines.map((line) => JSON.parse(line) as QueueFact)) test(fact.id, () => playSteps(fact));
});

function playSteps({ world, steps, expect: expected }: QueueFact): void {
  const bench = new Bench(world.nodes, world.pods);
  for (const each of world.storageClasses ?? [])
    bench.admin.create(STORAGE_CLASSES, { ...each, apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass' });
  steps.forEach((step, i) => {
    const wanted = expected[i] ?? {};
    const before = bench.sim.log.entries.length;
    take(bench, step);
    bench.sim.runFor(step.create === undefined ? (step.waitMs ?? 2500) : 50);
    if (step.create !== undefined) {
      const name = step.create.metadata.name ?? '';
      expect(bench.get(name).spec?.nodeName ?? null).toBe(wanted.bound);
      expect(bench.condition(name)?.message).toBe(wanted.message);
      return;
    }
    for (const [name, { newAttempts, bound, moves = [], message }] of Object.entries(wanted.pods ?? {})) {
      const later = ({ seq }: LogEntry): boolean => seq > before;
      expect(bench.entries('schedule', name).filter(later), `attempts of ${name}`).toHaveLength(newAttempts);
      expect(bench.get(name).spec?.nodeName ?? null).toBe(bound);
      if (message !== undefined) expect(bench.condition(name)?.message).toBe(message);
      const seen = bench.entries('queue', name).filter(later);
      const unique = moves.filter(({ event }, at) => event !== moves[at - 1]?.event);
      expect(
        seen.map(({ detail }) => ({ event: detail.because, queue: `${detail.to.charAt(0).toUpperCase()}${detail.to.slice(1)}` })),
      ).toEqual(unique);
    }
  });
}

function take(bench: Bench, step: Step): void {
  if (step.create !== undefined) bench.pod(step.create);
  if (step.apply?.[0] === 'nodes') bench.node(step.apply[1] as Node);
  if (step.apply?.[0] === 'pods') bench.pod(step.apply[1] as Pod);
  if (step.apply?.[0] === 'persistentVolumeClaims') {
    const claim = step.apply[1] as PersistentVolumeClaim;
    const metadata = { namespace: 'default', ...claim.metadata };
    bench.admin.create(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata, apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
  }
  if (step.patch !== undefined) {
    const [kind, namespace, name, patch, sub] = step.patch;
    const options = { type: 'merge' as const, ...(sub === undefined ? {} : { sub }) };
    if (kind === 'nodes') bench.admin.patch(NODES, undefined, name, patch, options);
    else bench.admin.patch(PODS, namespace ?? undefined, name, patch, options);
  }
  if (step.delete !== undefined) bench.admin.delete(PODS, step.delete[1], step.delete[2], { gracePeriodSeconds: 0 });
}
