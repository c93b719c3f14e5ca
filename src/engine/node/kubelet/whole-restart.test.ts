import { expect, it } from 'vitest';
import { busybox, kubeletWorld } from './test-world.ts';

const rule = {
  restartPolicy: 'Never',
  restartPolicyRules: [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [88] } }],
};

it('a rule begins the whole pod anew, in its sandbox and with its volumes, whatever the policy', () => {
  const { make, wait, get, status, condition, events } = kubeletWorld();
  const mount = { volumeMounts: [{ name: 'v', mountPath: '/v' }] };
  make('p', {
    restartPolicy: 'Never',
    initContainers: [busybox(mount, 'echo once >> /v/runs', 'setup')],
    containers: [
      // Without handling TERM it would take thirty seconds to stop: it is not asked.
      busybox({ ...mount, lifecycle: { preStop: { exec: { command: ['touch', '/v/stopped'] } } } }, 'sleep 9999', 'main'),
      busybox(
        { ...mount, ...rule },
        'sleep 20; [ $(wc -l < /v/runs) = 1 ] && exit 88; ls /v > /dev/termination-log; sleep 9999',
        'watcher',
      ),
    ],
    volumes: [{ name: 'v', emptyDir: {} }],
  });
  wait(15);
  const { podIP } = get('p').status ?? {};
  expect(condition('p', 'AllContainersRestarting')).toMatchObject({ status: 'False' });
  wait(15);
  expect(get('p').status).toMatchObject({ phase: 'Running', podIP });
  expect([status('p', 'main')?.restartCount, status('p', 'watcher')?.restartCount]).toEqual([1, 1]);
  expect(get('p').status?.initContainerStatuses?.[0]?.restartCount).toBe(1);
  expect(status('p', 'main')?.lastState?.terminated?.exitCode).toBe(137);
  expect(status('p', 'watcher')?.lastState?.terminated?.exitCode).toBe(88);
  expect(condition('p', 'Ready')?.status).toBe('True');
  expect(condition('p', 'AllContainersRestarting')).toMatchObject({ status: 'False' });
  expect(events('p').filter((event) => event.startsWith('Killing'))).toEqual(['Killing Stopping container main']);
  wait(60);
  expect(status('p', 'watcher')?.restartCount).toBe(1);
});

it('a pod that sets it off again and again waits longer and longer', () => {
  const { make, wait, get, status } = kubeletWorld();
  make('p', { restartPolicy: 'Never', containers: [busybox({}, 'sleep 9999', 'main'), busybox(rule, 'exit 88', 'watcher')] });
  wait(60);
  expect(get('p').status?.phase).toBe('Running');
  expect(status('p', 'watcher')?.restartCount).toBeLessThan(5);
  expect(status('p', 'watcher')?.state?.waiting?.reason).toBe('CrashLoopBackOff');
});
