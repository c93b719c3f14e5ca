import { describe, expect, it } from 'vitest';
import type { Event } from '../../../api/generated/types.ts';
import { EVENTS } from '../../../client/resources.ts';
import { binaryQuantity } from './binary-quantity.ts';
import { busybox, kubeletWorld } from '../test-world.ts';

const Mi = 1024 * 1024;

describe('a node that runs short', () => {
  it('of memory evicts who uses more than it asked for, the less important first', () => {
    const { make, wait, get, node, machine, events, client, condition } = kubeletWorld(
      { memory: '2Gi' },
      { images: [{ name: 'hog:1', memory: 300 * Mi }] },
    );
    const hog = (resources: object): object => ({ containers: [{ name: 'c', image: 'hog:1', resources }] });
    make('polite', hog({ requests: { memory: '320Mi' } }));
    make('greedy', hog({ requests: { memory: '100Mi' } }));
    wait(30);
    machine.resources.system.memory += 1024 * Mi;
    wait(15);
    expect(get('greedy').status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
    const left = (2048 - 350 - 1024 - 600) * Mi;
    const message = `The node was low on resource: memory. Threshold quantity: 100Mi, available: ${binaryQuantity(left)}. Container c was using 300Mi, request is 100Mi, has larger consumption of memory. `;
    expect(get('greedy').status?.message).toBe(message);
    expect(events('greedy')).toContain(`Evicted ${message}`);
    expect(condition('greedy', 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'TerminationByKubelet', message });
    expect(get('polite').status?.phase).toBe('Running');
    wait(10);
    const pressure = () => node().status?.conditions?.find(({ type }) => type === 'MemoryPressure');
    expect(pressure()).toMatchObject({ status: 'True', reason: 'KubeletHasInsufficientMemory' });
    expect(node().spec?.taints).toMatchObject([{ key: 'node.kubernetes.io/memory-pressure', effect: 'NoSchedule' }]);
    const told = client.list(EVENTS, { namespace: 'default' }).items.filter((event: Event) => event.involvedObject.kind === 'Node');
    expect(told.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['EvictionThresholdMet', 'NodeHasInsufficientMemory']));
    // A pod without requests is not let in even where nobody asked the scheduler.
    make('late', { nodeName: 'node-1', containers: [busybox()] });
    wait(2);
    expect(get('late').status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Pod was rejected: The node had condition: [MemoryPressure]. ',
    });
    wait(330);
    expect(pressure()).toMatchObject({ status: 'False', reason: 'KubeletHasSufficientMemory' });
  });

  it('tells of a pod that it does not let in once the server hears it again', () => {
    const { make, wait, get, machine, cluster } = kubeletWorld({ memory: '2Gi' });
    machine.resources.system.memory += 1600 * Mi;
    wait(25);
    const wrong = { fault: 'clock-skewed', target: 'node-1', by: '-1h' };
    cluster.fault(wrong);
    make('late', { nodeName: 'node-1', containers: [busybox()] });
    wait(30);
    expect(get('late').status?.phase).toBe('Pending');
    cluster.fault(wrong, true);
    wait(15);
    expect(get('late').status).toMatchObject({ phase: 'Failed', reason: 'Evicted' });
  });

  it('of memory under a soft threshold gives its grace, and the pod its own', () => {
    const { make, wait, get, machine } = kubeletWorld(
      {
        memory: '2Gi',
        kubelet: {
          evictionSoft: { 'memory.available': '500Mi' },
          evictionSoftGracePeriod: { 'memory.available': '1m' },
          evictionMaxPodGracePeriod: 20,
        },
      },
      { images: [{ name: 'hog:1', memory: 300 * Mi }] },
    );
    make('greedy', { containers: [{ name: 'c', image: 'hog:1' }] });
    wait(30);
    machine.resources.system.memory += 1000 * Mi;
    wait(45);
    expect(get('greedy').status?.phase).toBe('Running');
    wait(40);
    expect(get('greedy').status?.reason).toBe('Evicted');
  });

  it('of disk first clears away images that nobody uses', () => {
    const { make, wait, get, machine, node } = kubeletWorld(
      { ephemeralStorage: '10Gi', images: ['nginx:1.25', 'redis:7'] },
      { images: [{ name: 'big:1', size: 1500 * Mi, ports: [80] }] },
    );
    make('web', { restartPolicy: 'Never', containers: [busybox({}, 'exit 0')] });
    make('stays', { containers: [busybox()] });
    wait(30);
    const names = (): string => JSON.stringify(node().status?.images);
    const free = (gibibytes: number): void => {
      machine.resources.system.disk = 10 * 1024 * Mi - gibibytes * 1024 * Mi;
    };
    free(1.55);
    wait(400);
    expect(get('stays').status?.phase).toBe('Running');
    expect(names()).not.toContain('redis');
    expect(names()).toContain('busybox');
  });

  it('of disk evicts, when there is nothing to clear away', () => {
    const { make, wait, get, machine, node } = kubeletWorld({ ephemeralStorage: '10Gi' });
    make('stays', { containers: [busybox()] });
    wait(30);
    machine.resources.system.disk = 9.5 * 1024 * Mi;
    wait(15);
    expect(get('stays').status?.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: 1073741824|^The node was low on resource: ephemeral-storage\. Threshold quantity: 1Gi, available: /,
    );
    wait(10);
    expect(node().status?.conditions?.find(({ type }) => type === 'DiskPressure')).toMatchObject({
      status: 'True',
      reason: 'KubeletHasDiskPressure',
      message: 'kubelet has disk pressure',
    });
  });
});

describe('a pod that writes too much', () => {
  it('is evicted at the limit of its emptyDir, and of its ephemeral storage', () => {
    const { make, wait, get } = kubeletWorld();
    const write = (path: string): string => `i=0; while [ $i -lt 40 ]; do seq 900 > ${path}/$i; i=$((i+1)); done; sleep 9999`;
    make('dir', {
      containers: [busybox({ volumeMounts: [{ name: 'v', mountPath: '/data' }] }, write('/data'))],
      volumes: [{ name: 'v', emptyDir: { sizeLimit: '100Ki' } }],
    });
    make('layer', { containers: [busybox({ resources: { limits: { 'ephemeral-storage': '100Ki' } } }, write('/tmp'))] });
    make('within', { containers: [busybox({ resources: { limits: { 'ephemeral-storage': '1Mi' } } }, write('/tmp'))] });
    wait(40);
    expect(get('dir').status).toMatchObject({
      phase: 'Failed',
      reason: 'Evicted',
      message: 'Usage of EmptyDir volume "v" exceeds the limit "100Ki". ',
    });
    expect(get('layer').status?.message).toBe('Pod ephemeral local storage usage exceeds the total limit of containers 100Ki. ');
    expect(get('within').status?.phase).toBe('Running');
  });
});
