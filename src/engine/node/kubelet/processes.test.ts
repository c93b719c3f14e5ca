import { describe, expect, it } from 'vitest';
import type { Pod } from '../../api/generated/types.ts';
import { PODS } from '../../client/resources.ts';
import { busybox, kubeletWorld } from './test-world.ts';

describe('processes', () => {
  it('are seen by all containers of a pod that shares them, with pause as the first', () => {
    const { make, wait, exec, get } = kubeletWorld();
    const two = (shareProcessNamespace: boolean): object => ({
      shareProcessNamespace,
      terminationGracePeriodSeconds: 1,
      containers: [busybox({}, 'sleep 9999', 'a'), busybox({}, 'sleep 8888', 'b')],
    });
    make('shared', two(true));
    make('alone', two(false));
    wait(20);
    expect(exec('shared', 'a', 'ps')).toMatch(/\b1 .*\/pause[^]*sleep 9999[^]*sleep 8888/);
    expect(exec('alone', 'a', 'ps')).not.toContain('8888');
    // What is not process 1 any more is ended by a signal that it does not handle.
    const pid = /(\d+) .*sleep 8888/.exec(exec('shared', 'a', 'ps'))?.[1] ?? '';
    exec('shared', 'a', 'kill', pid);
    wait(5);
    expect(get('shared').status?.containerStatuses?.find(({ name }) => name === 'b')?.restartCount).toBe(1);
  });

  it('of a container are open to the ephemeral one that debugs it', () => {
    const { make, wait, exec, get, client, status } = kubeletWorld();
    make('web', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
    wait(20);
    const debug = (name: string, targetContainerName: string): void => {
      const pod: Pod = get('web');
      const { ephemeralContainers = [] } = pod.spec ?? {};
      const more = { name, image: 'busybox:1.36', command: ['sleep', '9999'], targetContainerName };
      const spec = { ...pod.spec, containers: pod.spec?.containers ?? [], ephemeralContainers: [...ephemeralContainers, more] };
      client.updateSub(PODS, { ...pod, spec }, 'ephemeralcontainers');
      wait(15);
    };
    debug('debugger', 'c');
    expect(status('web', 'debugger')?.state?.running).toBeDefined();
    expect(exec('web', 'debugger', 'ps')).toMatch(/\b1 .*nginx[^]*sleep 9999/);
    expect(get('web').status?.phase).toBe('Running');
  });

  it('get no more CPU than their limit, and are ended at the limit of memory', () => {
    const Mi = 1024 * 1024;
    const { make, wait, machine, get, status } = kubeletWorld({}, { images: [{ name: 'leak:1', memory: 10 * Mi, memoryGrowth: 10 * Mi }] });
    make('leak', { containers: [{ name: 'c', image: 'leak:1', resources: { limits: { memory: '60Mi', cpu: '500m' } } }] });
    wait(12);
    const ended = status('leak')?.lastState?.terminated ?? status('leak')?.state?.terminated;
    expect(ended).toMatchObject({ reason: 'OOMKilled', exitCode: 137 });
    make('busy', { containers: [busybox({ resources: { limits: { cpu: '200m' } } }, 'sleep 9999')] });
    wait(20);
    const [container] = machine.runtime.podContainers(get('busy').metadata.uid ?? '');
    const id = container?.id ?? '';
    machine.runtime.exec(id, ['burn'], {
      *program(process) {
        process.use({ cpu: 1000 });
        yield* process.sleep(10_000);
        return 0;
      },
    });
    wait(10);
    const stats = machine.runtime.stats(id);
    expect(stats.cpuTime).toBeCloseTo(2000, -2);
    expect(stats.throttled).toBeCloseTo(8000, -2);
  });
});
