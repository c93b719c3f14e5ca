import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../api/generated/types.ts';
import { PODS } from '../../../client/resources.ts';
import { busybox, kubeletWorld } from '../test-world.ts';

type Amounts = Record<string, string>;

function world(node: object = {}) {
  const the = kubeletWorld({ cpu: '2', memory: '2Gi', ...node }, { images: [{ name: 'hog:1', memory: 100 * 1024 * 1024 }] });
  return {
    ...the,
    resize(name: string, requests: Amounts, limits?: Amounts): void {
      const pod: Pod = the.get(name);
      const [container] = pod.spec?.containers ?? [];
      if (container === undefined) throw new Error('no container');
      const resources = { requests, ...(limits === undefined ? {} : { limits }) };
      the.client.updateSub(PODS, { ...pod, spec: { ...pod.spec, containers: [{ ...container, resources }] } }, 'resize');
    },
  };
}

const small = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } };

describe('an in-place resize', () => {
  it('changes limits of a running container, and tells how far it is', () => {
    const { make, wait, resize, get, status, events, condition, machine } = world();
    make('web', { containers: [busybox({ resources: small })] });
    wait(20);
    const uid = get('web').metadata.uid ?? '';
    const id = status('web')?.containerID;
    resize('web', { cpu: '300m', memory: '96Mi' }, { cpu: '400m', memory: '256Mi' });
    wait(5);
    expect(status('web')).toMatchObject({
      containerID: id,
      restartCount: 0,
      allocatedResources: { cpu: '300m', memory: '96Mi' },
      resources: { limits: { cpu: '400m', memory: '256Mi' }, requests: { cpu: '300m', memory: '96Mi' } },
    });
    expect(machine.runtime.podContainers(uid)[0]?.resources).toEqual({ cpuLimit: 400, memoryLimit: 256 * 1024 * 1024 });
    expect(condition('web', 'PodResizeInProgress')).toBeUndefined();
    const summary =
      '{"containers":[{"name":"c","resources":{"limits":{"cpu":"400m","memory":"256Mi"},"requests":{"cpu":"300m","memory":"96Mi"}}}],"generation":2}';
    expect(events('web').slice(-2)).toEqual([
      `ResizeStarted Pod resize started: ${summary}`,
      `ResizeCompleted Pod resize completed: ${summary}`,
    ]);
  });

  it('starts the container again where its policy says so', () => {
    const { make, wait, resize, status, events } = world();
    make('web', {
      containers: [busybox({ resources: small, resizePolicy: [{ resourceName: 'memory', restartPolicy: 'RestartContainer' }] })],
    });
    wait(20);
    resize('web', { cpu: '200m', memory: '64Mi' }, { cpu: '300m', memory: '128Mi' });
    wait(5);
    expect(status('web')?.restartCount).toBe(0);
    resize('web', { cpu: '200m', memory: '64Mi' }, { cpu: '300m', memory: '192Mi' });
    wait(10);
    expect(status('web')).toMatchObject({ restartCount: 1, resources: { limits: { memory: '192Mi' } } });
    expect(events('web')).toContain('Killing Container c resize requires restart');
    expect(events('web').at(-1)).toMatch(/^(ResizeCompleted|Started)/);
  });

  it('waits for room, and never comes where the node is too small', () => {
    const { make, wait, resize, status, condition, client, events } = world();
    make('one', { terminationGracePeriodSeconds: 0, containers: [busybox({ resources: { requests: { cpu: '1500m' } } })] });
    make('two', { containers: [busybox({ resources: { requests: { cpu: '100m' } } })] });
    wait(20);
    resize('two', { cpu: '1' });
    wait(2);
    expect(condition('two', 'PodResizePending')).toMatchObject({
      status: 'True',
      reason: 'Deferred',
      message: "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
      observedGeneration: 2,
    });
    expect(status('two')?.resources).toEqual({ requests: { cpu: '100m' } });
    expect(events('two').at(-1)).toMatch(/^ResizeDeferred Pod resize Deferred: \{"containers":.*"error":"Node didn't/);
    client.delete(PODS, 'default', 'one');
    wait(10);
    expect(condition('two', 'PodResizePending')).toBeUndefined();
    expect(status('two')?.resources).toEqual({ requests: { cpu: '1' } });
    resize('two', { cpu: '3' });
    wait(5);
    expect(condition('two', 'PodResizePending')).toMatchObject({
      reason: 'Infeasible',
      message: "Node didn't have enough capacity: cpu, requested: 3000, capacity: 2000",
    });
  });

  it('does not take memory that is in use', () => {
    const { make, wait, resize, status, condition, events } = world();
    make('hog', {
      containers: [{ name: 'c', image: 'hog:1', resources: { requests: { memory: '50Mi' }, limits: { memory: '200Mi' } } }],
    });
    wait(20);
    resize('hog', { memory: '50Mi' }, { memory: '80Mi' });
    wait(5);
    expect(condition('hog', 'PodResizeInProgress')).toMatchObject({ status: 'True', reason: 'Error' });
    expect(condition('hog', 'PodResizeInProgress')?.message).toContain('below current usage (104857600)');
    expect(status('hog')).toMatchObject({ restartCount: 0, resources: { limits: { memory: '200Mi' } } });
    expect(events('hog').at(-1)).toMatch(/^ResizeError Pod resize error/);
    resize('hog', { memory: '50Mi' }, { memory: '150Mi' });
    wait(15);
    expect(condition('hog', 'PodResizeInProgress')).toBeUndefined();
    expect(status('hog')?.resources?.limits).toEqual({ memory: '150Mi' });
  });

  it('of the pod as a whole is granted and told as any other, and its limit holds for all containers together', () => {
    const { make, wait, get, client, events, condition, status } = world();
    const hog = (name: string): object => ({ name, image: 'hog:1' });
    const whole = (memory: string): object => ({ requests: { memory: '64Mi', cpu: '100m' }, limits: { memory, cpu: '1' } });
    make('two', { resources: whole('300Mi'), containers: [hog('a'), hog('b')] });
    wait(20);
    expect(get('two').status).toMatchObject({ phase: 'Running', resources: { limits: { memory: '300Mi' } } });
    const resize = (memory: string): void => {
      const pod: Pod = get('two');
      client.updateSub(PODS, { ...pod, spec: { ...pod.spec, resources: whole(memory) } } as Pod, 'resize');
      wait(5);
    };
    resize('400Mi');
    expect(get('two').status?.resources?.limits).toMatchObject({ memory: '400Mi', cpu: '1' });
    expect(condition('two', 'PodResizeInProgress')).toBeUndefined();
    expect(events('two').at(-1)).toMatch(/^ResizeCompleted /);
    expect([status('two', 'a')?.restartCount, status('two', 'b')?.restartCount]).toEqual([0, 0]);
    make('full', { resources: whole('150Mi'), containers: [hog('a'), hog('b')] });
    wait(30);
    const ends = ['a', 'b'].map((name) => status('full', name)?.lastState?.terminated?.reason);
    expect(ends).toContain('OOMKilled');
  });
});
