import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/generated/types.ts';
import { quantityValue } from '../../api/quantity.ts';
import { PODS } from '../../client/resources.ts';
import { encode } from '../../os/text.ts';
import { busybox, kubeletWorld } from './test-world.ts';

const MANIFEST = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  terminationGracePeriodSeconds: 2
  containers:
  - {name: c, image: "nginx:1.27"}
`;

describe('a static pod', () => {
  it('runs from a manifest; its mirror only shows it', () => {
    const { machine, wait, get, client } = kubeletWorld();
    machine.kubelet.manifests.write('/web.yaml', encode(MANIFEST));
    wait(30);
    const mirror = get('web-node-1');
    expect(mirror.status?.phase).toBe('Running');
    expect(mirror.metadata.annotations?.['kubernetes.io/config.mirror']).toBe(mirror.metadata.annotations?.['kubernetes.io/config.hash']);
    expect(mirror.metadata.ownerReferences?.[0]).toMatchObject({ kind: 'Node', name: 'node-1', controller: true });
    const id = mirror.status?.containerStatuses?.[0]?.containerID;
    client.delete(PODS, 'default', 'web-node-1');
    wait(15);
    // The mirror is made anew; the container never noticed.
    expect(get('web-node-1').metadata.uid).not.toBe(mirror.metadata.uid);
    expect(get('web-node-1').status?.containerStatuses?.[0]?.containerID).toBe(id);
    machine.kubelet.manifests.write('/web.yaml', encode(MANIFEST.replace('1.27', '1.26')));
    wait(30);
    expect(get('web-node-1').status?.containerStatuses?.[0]).toMatchObject({ image: 'docker.io/library/nginx:1.26', ready: true });
    machine.kubelet.manifests.remove('/web.yaml');
    wait(30);
    expect(() => get('web-node-1')).toThrow('not found');
    expect([...machine.runtime.listContainers()].filter(({ state }) => state === 'running')).toEqual([]);
  });

  it('runs without an API server to ask', () => {
    const { machine, cluster, wait } = kubeletWorld({ images: ['nginx:1.27'] });
    cluster.apiserver.stop();
    machine.kubelet.manifests.write('/web.yaml', encode(MANIFEST));
    wait(30);
    expect([...machine.runtime.listContainers()].map(({ state }) => state)).toEqual(['running']);
  });
});

describe('a graceful shutdown of the machine', () => {
  const kubelet = { shutdownGracePeriod: '30s', shutdownGracePeriodCriticalPods: '10s' };

  it('ends ordinary pods first, then critical ones, and lets nobody in', () => {
    const { machine, make, wait, get, node, condition, sim } = kubeletWorld({ kubelet });
    make('web', { containers: [busybox({}, 'trap "sleep 3; exit 0" TERM; while :; do sleep 1; done')] });
    make('vital', { priorityClassName: 'system-node-critical', containers: [busybox()] });
    wait(20);
    let released = false;
    machine.kubelet.shutdown(() => (released = true));
    wait(1);
    make('late', { nodeName: 'node-1', containers: [busybox()] });
    wait(1);
    expect(get('late').status).toMatchObject({
      phase: 'Failed',
      reason: 'NodeShutdown',
      message: 'Pod was rejected: Pod was rejected as the node is shutting down.',
    });
    expect(node().status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject({
      status: 'False',
      message: 'node is shutting down',
    });
    expect(released).toBe(false);
    sim.runUntilTrue(() => released, 60_000);
    const message = 'Pod was terminated in response to imminent node shutdown.';
    for (const name of ['web', 'vital']) expect(get(name).status).toMatchObject({ phase: 'Failed', reason: 'Terminated', message });
    expect(condition('web', 'DisruptionTarget')).toMatchObject({ reason: 'TerminationByKubelet', message });
    const ended = (name: string): number => Date.parse(get(name).status?.containerStatuses?.[0]?.state?.terminated?.finishedAt ?? '');
    expect(ended('web')).toBeLessThanOrEqual(ended('vital'));
  });

  it('happens at once where the kubelet was not told to wait', () => {
    let released = false;
    kubeletWorld().machine.kubelet.shutdown(() => (released = true));
    expect(released).toBe(true);
  });
});

describe('what a machine has', () => {
  it('is less for pods where something is reserved', () => {
    const { node } = kubeletWorld({
      cpu: '4',
      memory: '8Gi',
      ephemeralStorage: '100Gi',
      kubelet: {
        kubeReserved: { cpu: '200m', memory: '512Mi' },
        systemReserved: { cpu: '100m' },
        evictionHard: { 'memory.available': '5%' },
      },
    });
    expect(node().status?.capacity).toMatchObject({ cpu: '4', memory: '8Gi' });
    const { allocatable = {} } = node().status ?? {};
    expect(allocatable).toMatchObject({ cpu: '3700m', 'ephemeral-storage': String(100 * 1024 ** 3) });
    expect(quantityValue(allocatable['memory']) / 1024).toBe(8388608 - 512 * 1024 - Math.ceil(8388608 / 20));
    expect(() => kubeletWorld({ kubelet: { evictionSoft: { 'memory.available': '1Gi' } } })).toThrow(
      'grace period must be specified for the soft eviction threshold memory.available',
    );
  });

  it('ends where all memory is gone: the kernel takes who has asked for least', () => {
    const Mi = 1024 * 1024;
    const { make, wait, status, events, machine } = kubeletWorld(
      { memory: '2Gi', kubelet: { evictionHard: { 'memory.available': '1Mi' } } },
      { images: [{ name: 'hog:1', memory: 400 * Mi }] },
    );
    make('safe', {
      containers: [{ name: 'c', image: 'hog:1', resources: { requests: { memory: '500Mi' }, limits: { memory: '500Mi' } } }],
    });
    make('greedy', { containers: [{ name: 'c', image: 'hog:1', startupDelay: 1 }] });
    wait(20);
    machine.resources.system.memory = 1000 * Mi;
    make('last', { containers: [{ name: 'c', image: 'hog:1', resources: { requests: { memory: '300Mi' } } }] });
    wait(3);
    expect(status('greedy')?.lastState?.terminated ?? status('greedy')?.state?.terminated).toMatchObject({
      reason: 'OOMKilled',
      exitCode: 137,
    });
    expect(status('safe')?.restartCount).toBe(0);
    expect(events('node-1').some((line) => line.startsWith('SystemOOM System OOM encountered, victim process: '))).toBe(true);
  });

  it('does not last for more pods than the node has addresses', () => {
    const { make, wait, events, machine } = kubeletWorld({ maxPods: 300 });
    const taken: string[] = [];
    for (let i = 0; i < 253; i++) taken.push(machine.runtime.runPodSandbox(sandbox(i)).ip);
    expect(new Set(taken).size).toBe(253);
    make('late', { containers: [busybox()] });
    wait(5);
    expect(events('late')[0]).toMatch(
      /^FailedCreatePodSandBox Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "[0-9a-f]{64}": plugin type="bridge" failed \(add\): failed to allocate for range 0: no IP addresses available in range set: 10\.244\.0\.1-10\.244\.0\.254$/,
    );
  });

  it('is made free for a critical pod', () => {
    const { make, wait, get, events } = kubeletWorld({ cpu: '1' });
    make('plain', { containers: [busybox({ resources: { requests: { cpu: '800m' } } })] });
    wait(20);
    make('vital', {
      nodeName: 'node-1',
      priorityClassName: 'system-node-critical',
      containers: [busybox({ resources: { requests: { cpu: '500m' } } })],
    });
    wait(60);
    expect(get('plain').status).toMatchObject({ phase: 'Failed', reason: 'Preempting' });
    expect(events('plain')).toContain('Preempting Preempted in order to admit critical pod');
    expect(get('vital').status?.phase).toBe('Running');
  });
});

function sandbox(i: number) {
  const resolver = { nameservers: [], search: [], ndots: 1 };
  const name = `filler-${i}`;
  return {
    uid: name,
    name,
    namespace: 'default',
    attempt: 0,
    hostname: name,
    hostNetwork: false,
    resolver,
    hostAliases: {},
    portMappings: [],
  };
}

describe('dead containers', () => {
  it('go as soon as a newer one is noticed', () => {
    const { make, wait, get, machine } = kubeletWorld();
    make('crash', { containers: [busybox({}, 'exit 1')] });
    wait(10);
    const { metadata } = get('crash');
    const runs = machine.runtime.podContainers(metadata.uid ?? '');
    expect(runs.map(({ state, config }) => [state, config.attempt])).toEqual([['exited', 1]]);
  });

  it('are cleared away but for the newest of each', () => {
    const { make, wait, get, machine } = kubeletWorld();
    make('crash', { containers: [busybox({}, 'exit 1')] });
    wait(200);
    const pod: Pod = get('crash');
    expect(pod.status?.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(4);
    expect(machine.runtime.podContainers(pod.metadata.uid ?? '').length).toBeLessThanOrEqual(2);
    expect(pod.status?.containerStatuses?.[0]?.lastState?.terminated?.exitCode).toBe(1);
  });
});
