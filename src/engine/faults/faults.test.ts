import { describe, expect, it } from 'vitest';
import { containerPrograms } from '../../shell/flavours.ts';
import type { Event, Lease, Node, Pod } from '../api/generated/types.ts';
import { OutsideClient } from '../client/client.ts';
import { DEPLOYMENTS, EVENTS, LEASES, NODES, PODS } from '../client/resources.ts';
import { ADMIN, Cluster, openCluster } from '../cluster.ts';
import { parseScenario } from '../scenario.ts';
import { MINUTE, SECOND } from '../sim/time.ts';
import type { Fault } from './fault.ts';

const web = (more: object = {}, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { nodeName: 'worker-1', containers: [{ name: 'c', image: 'nginx:1.27', ...more }], ...spec },
});

function world(manifests: object[] = [], more: object = {}) {
  const cluster = openCluster({
    scenario: parseScenario({ name: 'faults', nodes: [{ name: 'worker-1' }, { name: 'worker-2' }], manifests, ...more }, 'faults'),
    programs: containerPrograms,
    freeze: true,
  });
  const admin = new OutsideClient(cluster.apiserver, 'admin', ADMIN);
  return {
    cluster,
    admin,
    pod: (name = 'web') => admin.get<Pod>(PODS, 'default', name),
    status: (name = 'web') => admin.get<Pod>(PODS, 'default', name).status?.containerStatuses?.[0],
    ready: (name: string) => admin.get<Node>(NODES, undefined, name).status?.conditions?.find(({ type }) => type === 'Ready')?.status,
    messages: () =>
      admin.list<Event>(EVENTS, { namespace: 'default' }).items.map(({ reason, message }) => `${reason ?? ''} ${message ?? ''}`),
    run: (time: number) => cluster.sim.runFor(time),
    break: (fault: string, target: string, more: Record<string, string> = {}) => cluster.fault({ fault, target, ...more }),
    mend: (fault: string, target: string) => cluster.fault({ fault, target }, true),
  };
}

describe('faults', () => {
  it('crash a process: once, or until mended', () => {
    const { run, status, break: smash, mend } = world([web()]);
    smash('process-crashed', 'web', { signal: 'SEGV' });
    run(20 * SECOND);
    expect(status()).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 139, reason: 'Error' } }, ready: true });
    smash('process-crashed', 'default/we*/c', { after: '5s', signal: 'KILL' });
    run(3 * MINUTE);
    expect(status()?.restartCount).toBeGreaterThan(3);
    expect(status()?.state?.waiting?.reason).toBe('CrashLoopBackOff');
    mend('process-crashed', 'default/we*/c');
    run(6 * MINUTE);
    expect(status()?.ready).toBe(true);
  });

  it('shut a machine down in order, and back on', () => {
    const trap = 'trap "sleep 4; exit 0" TERM; while :; do sleep 1; done';
    const ordinary = web({ image: 'busybox:1.36', command: ['sh', '-c', trap] });
    const vital = web({}, { priorityClassName: 'system-node-critical' });
    Object.assign(vital, { metadata: { name: 'vital', namespace: 'default' } });
    const { admin, run, pod, ready, break: smash, mend } = world([ordinary, vital]);
    smash('node-shutdown', 'worker-1', { period: '30s', critical: '10s' });
    run(SECOND);
    const readyOf = () => admin.get<Node>(NODES, undefined, 'worker-1').status?.conditions?.find(({ type }) => type === 'Ready');
    expect(readyOf()).toMatchObject({ status: 'False', reason: 'KubeletNotReady', message: 'node is shutting down' });
    expect([pod().status?.phase, pod('vital').status?.phase]).toEqual(['Running', 'Running']);
    run(9 * SECOND);
    const ended = { phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' };
    for (const name of ['web', 'vital']) expect(pod(name).status).toMatchObject(ended);
    run(MINUTE);
    expect(readyOf()).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
    mend('node-shutdown', 'worker-1');
    run(20 * SECOND);
    expect(ready('worker-1')).toBe('True');
    // Without a period the kubelet holds nothing up; called off in time, the machine goes on.
    smash('node-shutdown', 'worker-2', { period: '20s' });
    run(SECOND);
    mend('node-shutdown', 'worker-2');
    run(15 * SECOND);
    expect(ready('worker-2')).toBe('True');
    smash('node-shutdown', 'worker-2');
    run(MINUTE);
    expect(ready('worker-2')).toBe('Unknown');
  });

  it('hang a program: it fails its probes, and goes on when it is mended', () => {
    const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 5 };
    const { run, status, messages, break: smash, mend } = world([web({ readinessProbe: probe })]);
    expect(status()?.ready).toBe(true);
    smash('process-hung', 'web');
    run(30 * SECOND);
    expect(status()).toMatchObject({ ready: false, restartCount: 0 });
    expect(messages().join('\n')).toMatch(/Unhealthy Readiness probe failed: Get "http:.*": context deadline exceeded/);
    mend('process-hung', 'web');
    run(10 * SECOND);
    expect(status()).toMatchObject({ ready: true, restartCount: 0 });
  });

  it('hang a program that has a liveness probe: KILL, and the next one runs', () => {
    const { run, status, break: smash } = world([web({ livenessProbe: { exec: { command: ['true'] }, periodSeconds: 5 } })]);
    smash('process-hung', 'web');
    run(2 * MINUTE);
    expect(status()).toMatchObject({ ready: true, restartCount: 1, lastState: { terminated: { exitCode: 137 } } });
  });

  it('fill the memory of a container: OOMKilled until mended', () => {
    const { run, status, break: smash, mend } = world([web({ resources: { limits: { memory: '64Mi' } } })]);
    smash('memory-filled', 'web');
    run(10 * SECOND);
    expect(status()?.lastState?.terminated ?? status()?.state?.terminated).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    mend('memory-filled', 'web');
    run(6 * MINUTE);
    expect(status()?.ready).toBe(true);
  });

  it('fill memory and disk of a machine, and give them back', () => {
    const { cluster, break: smash, mend } = world();
    const machine = cluster.machines.get('worker-1');
    if (machine === undefined) throw new Error('no worker-1');
    const { system, capacity } = machine.resources;
    const before = { ...system };
    smash('memory-filled', 'worker-1');
    smash('disk-filled', 'worker-1', { size: '7Gi' });
    expect(capacity.memory - system.memory - machine.runtime.memoryInUse).toBe(50 * 1024 * 1024);
    expect(system.disk - before.disk).toBe(7 * 1024 ** 3);
    mend('memory-filled', 'worker-1');
    mend('disk-filled', 'worker-1');
    expect(system).toEqual(before);
  });

  it.each([
    ['unreachable', 'connect: connection refused'],
    ['unauthorized', '401 Unauthorized'],
    ['missing', 'docker.io/library/nginx:1.27: not found'],
    ['rate-limited', '429 Too Many Requests'],
  ])('break a registry: %s', (how, text) => {
    const { cluster, admin, run, status, messages, break: smash, mend } = world();
    smash('registry-broken', 'docker.io', { how });
    admin.create<Pod>(PODS, web() as Pod);
    run(20 * SECOND);
    expect(status()?.state?.waiting?.reason).toMatch(/^(ErrImagePull|ImagePullBackOff)$/);
    expect(messages().join('\n')).toContain(text);
    mend('registry-broken', 'docker.io');
    run(2 * MINUTE);
    expect(status()?.ready).toBe(true);
    expect(cluster.faults.active).toEqual([]);
  });

  it('slow the pulls of a node', () => {
    const { admin, run, status, break: smash } = world();
    smash('pull-slowed', 'worker-1', { factor: '50' });
    admin.create<Pod>(PODS, web() as Pod);
    run(30 * SECOND);
    expect(status()?.state?.waiting?.reason).toBe('ContainerCreating');
    run(5 * MINUTE);
    expect(status()?.ready).toBe(true);
  });

  it('cut a node from the control plane: it is NotReady, its pods go on, and it comes back', () => {
    const { cluster, admin, run, ready, status, break: smash, mend } = world([web()]);
    smash('node-partitioned', 'worker-1');
    run(MINUTE);
    expect([ready('worker-1'), ready('worker-2')]).toEqual(['Unknown', 'True']);
    expect(cluster.machines.get('worker-1')?.dial()).toBeUndefined();
    admin.delete(PODS, 'default', 'web', { gracePeriodSeconds: 5 });
    run(MINUTE);
    // Nobody there has been told.
    expect(
      [...(cluster.machines.get('worker-1')?.runtime.listContainers() ?? [])].some(
        ({ image, state }) => image.includes('nginx') && state === 'running',
      ),
    ).toBe(true);
    expect(status()).toBeDefined();
    mend('node-partitioned', 'worker-1');
    run(2 * MINUTE);
    expect(ready('worker-1')).toBe('True');
    expect(() => status()).toThrow(/not found/);
  });

  it('skew a clock: the lease shows it, and beyond the certificate nothing gets through', () => {
    const { cluster, admin, run, ready, break: smash, mend } = world();
    const ahead = (): number => {
      const lease = admin.get<Lease>(LEASES, 'kube-node-lease', 'worker-1');
      return Math.round((Date.parse(lease.spec?.renewTime ?? '') - cluster.sim.now) / MINUTE) + 0;
    };
    smash('clock-skewed', 'worker-1', { by: '10m' });
    run(20 * SECOND);
    expect([ahead(), ready('worker-1')]).toEqual([10, 'True']);
    smash('clock-skewed', 'worker-1', { by: '400d' });
    run(MINUTE);
    expect(ready('worker-1')).toBe('Unknown');
    mend('clock-skewed', 'worker-1');
    run(MINUTE);
    expect([ahead(), ready('worker-1')]).toEqual([0, 'True']);
  });

  it('are inputs that replay, and entries in the log of causes', () => {
    const run = (replay?: Cluster): Cluster => {
      const { cluster, run: go, break: smash, mend } = world([web()]);
      if (replay !== undefined) {
        cluster.recorder.replay(replay.recorder.recording());
        return cluster;
      }
      smash('process-hung', 'web');
      go(30 * SECOND);
      smash('node-partitioned', 'worker-2', { from: 'all' });
      go(MINUTE);
      mend('process-hung', 'web');
      go(10 * SECOND);
      return cluster;
    };
    const first = run();
    expect(run(first).sim.log.hash()).toBe(first.sim.log.hash());
    const entries = first.sim.log.entries.filter((entry) => entry.verb === 'fault');
    expect(entries.map(({ detail }) => detail)).toEqual([
      { fault: 'process-hung web' },
      { fault: 'node-partitioned worker-2 from=all' },
      { fault: 'process-hung web', undone: true },
    ]);
    expect(entries.map(({ cause }) => first.sim.log.get(cause)?.verb)).toEqual(['input', 'input', 'input']);
  });

  it('stand in scenarios, and say where they are wrong', () => {
    const { run, ready } = world([], { faults: [{ fault: 'node-partitioned', target: 'worker-2', from: 'all' }] });
    run(MINUTE);
    expect(ready('worker-2')).toBe('Unknown');
    const wrong = (text: string): string => {
      try {
        parseScenario(`name: x\nnodes: [{ name: worker-1 }]\nfaults:\n${text}`, 'x.yaml');
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(wrong('  - fault: burnt\n    target: worker-1\n')).toMatch(/^x\.yaml:4: faults\[0\]\.fault: must be one of component-stopped, /);
    expect(wrong('  - fault: node-stopped\n    target: worker-9\n')).toBe(
      'x.yaml:5: faults[0].target: no node "worker-9"; there are control-plane, worker-1',
    );
    expect(wrong('  - fault: clock-skewed\n    target: worker-1\n')).toBe('x.yaml:4: faults[0].by: is missing; write ±DURATION');
    expect(wrong('  - fault: clock-skewed\n    target: worker-1\n    by: soon\n')).toBe(
      'x.yaml:6: faults[0].by: "soon" is no duration; write 30s, 5m or 1h30m',
    );
    expect(() => world([], { faults: [{ fault: 'process-hung', target: 'nobody' }] })).toThrow(
      /^scenario faults: faults\[0\]\.target: no container runs that "nobody" names/,
    );
  });
});

/** Breaks and mends at random, then mends everything: the cluster has to become quiet and be as it should. */
describe('after all faults are mended', () => {
  it.each([1, 2, 3, 4])('the cluster converges (seed %i)', (seed) => {
    const labels = { app: 'web' };
    const cluster = openCluster({
      scenario: parseScenario(
        {
          name: 'chaos',
          seed,
          nodes: [{ name: 'worker-1' }, { name: 'worker-2' }, { name: 'worker-3' }],
          manifests: [
            {
              apiVersion: 'apps/v1',
              kind: 'Deployment',
              metadata: { name: 'web', namespace: 'default' },
              spec: {
                replicas: 6,
                selector: { matchLabels: labels },
                template: {
                  metadata: { labels },
                  spec: { containers: [{ name: 'c', image: 'nginx:1.27', livenessProbe: { httpGet: { path: '/', port: 80 } } }] },
                },
              },
            },
          ],
        },
        'chaos',
      ),
    });
    const { sim, faults } = cluster;
    const random = sim.random('chaos');
    const node = (): string => `worker-${random.int(3) + 1}`;
    const choices: (() => Fault)[] = [
      () => ({
        fault: 'component-stopped',
        target: ['scheduler', 'controller-manager', `kubelet@${node()}`, `kube-proxy@${node()}`, 'apiserver'][random.int(5)] ?? '',
      }),
      () => ({ fault: 'node-stopped', target: node() }),
      () => ({ fault: 'node-partitioned', target: node(), from: ['control-plane', 'nodes', 'all'][random.int(3)] ?? '' }),
      () => ({ fault: 'process-crashed', target: 'web-*', ...(random.int(2) === 0 ? { after: '20s' } : {}) }),
      () => ({ fault: 'process-hung', target: 'web-*' }),
      () => ({ fault: 'memory-filled', target: random.int(2) === 0 ? node() : 'web-*' }),
      () => ({ fault: 'disk-filled', target: node() }),
      () => ({ fault: 'registry-broken', target: 'docker.io', how: 'unreachable' }),
      () => ({ fault: 'pull-slowed', target: node() }),
      () => ({ fault: 'clock-skewed', target: node(), by: ['10m', '-1h', '500d'][random.int(3)] ?? '' }),
    ];
    for (let i = 0; i < 12; i++) {
      const active = faults.active;
      if (active.length > 0 && random.int(3) === 0) cluster.fault(active[random.int(active.length)] as Fault, true);
      else {
        try {
          cluster.fault((choices[random.int(choices.length)] as () => Fault)());
        } catch (error) {
          // Nothing runs that could be hurt.
          if (!/no container runs/.test((error as Error).message)) throw error;
        }
      }
      sim.runFor(random.int(120) * SECOND);
    }
    for (const fault of faults.active) cluster.fault(fault, true);
    sim.runFor(20 * MINUTE);
    sim.runUntilQuiet();
    expect(faults.active).toEqual([]);
    const admin = new OutsideClient(cluster.apiserver, 'admin', ADMIN);
    for (const { metadata, status, spec } of admin.list<Node>(NODES).items) {
      expect([metadata.name, status?.conditions?.find(({ type }) => type === 'Ready')?.status]).toEqual([metadata.name, 'True']);
      expect((spec?.taints ?? []).filter(({ key }) => key.startsWith('node.kubernetes.io/'))).toEqual([]);
    }
    expect(admin.get(DEPLOYMENTS, 'default', 'web').status).toMatchObject({ replicas: 6, readyReplicas: 6, availableReplicas: 6 });
    const pods = admin.list<Pod>(PODS, { namespace: 'default' }).items;
    expect(pods.filter(({ status }) => status?.phase === 'Running')).toHaveLength(6);
  });
});
