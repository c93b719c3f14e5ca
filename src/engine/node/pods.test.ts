import { describe, expect, it } from 'vitest';
import { containerPrograms } from '../../shell/flavours.ts';
import type { Event, Pod } from '../api/generated/types.ts';
import type { RemoteCommandStream } from '../apiserver/types.ts';
import { OutsideClient } from '../client/client.ts';
import { CONFIG_MAPS, EVENTS, PODS } from '../client/resources.ts';
import { ADMIN, openCluster } from '../cluster.ts';
import { run } from '../os/task.ts';
import { decode, encode } from '../os/text.ts';
import { parseScenario } from '../scenario.ts';
import { SECOND } from '../sim/time.ts';

function world() {
  const scenario = parseScenario({ name: 'pods', controlPlane: false, systemPods: false, nodes: [{ name: 'node-1' }] }, 'test');
  const cluster = openCluster({ scenario, programs: containerPrograms, freeze: true });
  const { sim } = cluster;
  const client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  const get = (name: string): Pod => client.get(PODS, 'default', name);
  return {
    sim,
    client,
    get,
    make: (name: string, spec: object, metadata: object = {}): void =>
      void client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...metadata }, spec } as Pod),
    events: (name: string): string[] =>
      client
        .list(EVENTS, { namespace: 'default' })
        .items.filter((event: Event) => event.involvedObject.name === name && event.source?.component === 'kubelet')
        .map(({ reason, message }) => `${reason} ${message}`),
    server: () => {
      const server = cluster.machines.get('node-1')?.dial();
      if (server === undefined) throw new Error('the kubelet is down');
      return server;
    },
    exec(name: string, container: string, ...command: string[]): string {
      let shown = '';
      const take = (bytes: Uint8Array): void => void (shown += decode(bytes));
      const options = { command, stdin: false, stdout: true, stderr: true, tty: false };
      this.server()
        .exec('default', name, container, options)
        .start({ stdout: take, stderr: take, status: () => {} });
      sim.runFor(SECOND);
      return shown;
    },
  };
}

const busybox = (name: string, script: string, more: object = {}): object => ({
  name,
  image: 'busybox:1.36',
  command: ['sh', '-c', script],
  ...more,
});
const states = (pod: Pod): string[] =>
  [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].map(
    ({ name, state }) => `${name} ${state?.terminated?.reason ?? state?.waiting?.reason ?? 'Running'}`,
  );

describe('a pod ends', () => {
  it('with its last ordinary container: sidecars go in reverse order and do not come back', () => {
    const { sim, make, get, events } = world();
    const side = (name: string): object => busybox(name, 'trap "exit 0" TERM; while :; do sleep 1; done', { restartPolicy: 'Always' });
    make('job', { restartPolicy: 'Never', initContainers: [side('first'), side('second')], containers: [busybox('main', 'sleep 3')] });
    sim.runFor(60 * SECOND);
    expect(get('job').status?.phase).toBe('Succeeded');
    expect(states(get('job'))).toEqual(['first Completed', 'second Completed', 'main Completed']);
    const ends = get('job').status?.initContainerStatuses?.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? '')) ?? [];
    expect(ends[1]).toBeLessThanOrEqual(ends[0] as number);
    expect(get('job').status?.initContainerStatuses?.map(({ restartCount }) => restartCount)).toEqual([0, 0]);
    const killings = events('job').filter((line) => line.startsWith('Killing'));
    expect(killings.sort()).toEqual(['Killing Stopping container first', 'Killing Stopping container second']);
  });

  it('when an init container fails for good, and at its deadline', () => {
    const { sim, make, get, events } = world();
    make('stuck', { restartPolicy: 'Never', initContainers: [busybox('bad', 'exit 1')], containers: [busybox('main', 'sleep 9')] });
    make('late', { activeDeadlineSeconds: 5, containers: [{ name: 'c', image: 'nginx:1.27' }] });
    sim.runFor(30 * SECOND);
    expect(get('stuck').status?.phase).toBe('Failed');
    expect(states(get('stuck'))).toEqual(['bad Error', 'main PodInitializing']);
    expect(get('late').status).toMatchObject({
      phase: 'Failed',
      reason: 'DeadlineExceeded',
      message: 'Pod was active on the node longer than the specified deadline',
    });
    expect(events('late').at(-1)).toBe('Killing Stopping container c');
  });

  it('and keeps saying how while a finalizer holds its object', () => {
    const { sim, client, make, get } = world();
    make('held', { containers: [{ name: 'c', image: 'nginx:1.27' }] }, { finalizers: ['example.com/hold'] });
    sim.runFor(20 * SECOND);
    client.delete(PODS, 'default', 'held');
    sim.runFor(60 * SECOND);
    expect(get('held').status?.phase).toBe('Succeeded');
    expect(states(get('held'))).toEqual(['c Completed']);
    client.patch(PODS, 'default', 'held', { metadata: { finalizers: null } }, { type: 'merge' });
    sim.runFor(SECOND);
    expect(() => get('held')).toThrow('not found');
  });

  it('with last words from the file, or else from the log', () => {
    const { sim, make, get } = world();
    const fallback = { terminationMessagePolicy: 'FallbackToLogsOnError' };
    make('words', {
      restartPolicy: 'Never',
      containers: [
        busybox('file', 'echo log; echo bye > /dev/termination-log; exit 3', fallback),
        busybox('log', 'echo from the log; exit 1', fallback),
        busybox('mute', 'echo from the log; exit 1'),
        { name: 'none', image: 'busybox:1.36', command: ['nothere'] },
      ],
    });
    sim.runFor(20 * SECOND);
    const ended = (name: string) => get('words').status?.containerStatuses?.find((each) => each.name === name)?.state?.terminated;
    expect([ended('file')?.message, ended('log')?.message, ended('mute')?.message]).toEqual(['bye\n', 'from the log\n', undefined]);
    expect(ended('none')).toMatchObject({ reason: 'StartError', exitCode: 128 });
  });
});

describe('a container is held back', () => {
  it('where it would run as root or lacks its configuration', () => {
    const { sim, make, get } = world();
    make('root', {
      securityContext: { runAsNonRoot: true },
      containers: [
        { name: 'a', image: 'nginx:1.27' },
        { name: 'b', image: 'curlimages/curl:8.8.0', args: ['sleep', '9'] },
      ],
    });
    make('env', { containers: [{ name: 'c', image: 'nginx:1.27', envFrom: [{ configMapRef: { name: 'missing' } }] }] });
    sim.runFor(20 * SECOND);
    const waiting = (name: string): unknown[] => get(name).status?.containerStatuses?.map(({ state }) => state?.waiting) ?? [];
    const where = (container: string): string => `(pod: "root_default(${get('root').metadata.uid ?? ''})", container: ${container})`;
    expect(waiting('root')).toEqual([
      { reason: 'CreateContainerConfigError', message: `container has runAsNonRoot and image will run as root ${where('a')}` },
      {
        reason: 'CreateContainerConfigError',
        message: `container has runAsNonRoot and image has non-numeric user (curl_user), cannot verify user is non-root ${where('b')}`,
      },
    ]);
    expect(waiting('env')).toEqual([{ reason: 'CreateContainerConfigError', message: 'configmap "missing" not found' }]);
  });

  it('by a pull that fails, and by a volume that is not there, with growing patience', () => {
    const { sim, client, make, get, events } = world();
    make('typo', { containers: [{ name: 'c', image: 'nginx:doesnotexist' }] });
    make('vol', { containers: [{ name: 'c', image: 'nginx:1.27' }], volumes: [{ name: 'v', configMap: { name: 'conf' } }] });
    sim.runFor(8 * SECOND);
    expect(events('typo').map((line) => line.slice(0, 30))).toEqual([
      'Pulling Pulling image "nginx:d',
      'Failed Failed to pull image "n',
      'Failed Error: ErrImagePull',
      'BackOff Back-off pulling image',
      'Failed Error: ImagePullBackOff',
    ]);
    expect(events('vol')).toEqual(['FailedMount MountVolume.SetUp failed for volume "v" : configmap "conf" not found']);
    expect(get('vol').status?.conditions?.[0]).toMatchObject({ type: 'PodReadyToStartContainers', status: 'False' });
    client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'conf', namespace: 'default' }, data: { k: '1' } });
    sim.runFor(20 * SECOND);
    expect(get('vol').status?.phase).toBe('Running');
  });
});

describe('a running container', () => {
  it('sees its volumes: shared, refreshed, but for a subPath, and its root as it was asked for', () => {
    const world_ = world();
    const { sim, client, make } = world_;
    client.create(CONFIG_MAPS, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'conf', namespace: 'default' },
      data: { k: 'one' },
    });
    make('files', {
      containers: [
        busybox('a', 'sleep 9999', {
          volumeMounts: [
            { name: 'conf', mountPath: '/etc/conf' },
            { name: 'conf', mountPath: '/etc/one', subPath: 'k' },
            { name: 'share', mountPath: '/data' },
          ],
        }),
        busybox('b', 'sleep 9999', {
          securityContext: { readOnlyRootFilesystem: true, runAsUser: 1000 },
          volumeMounts: [{ name: 'share', mountPath: '/data' }],
        }),
      ],
      volumes: [
        { name: 'conf', configMap: { name: 'conf' } },
        { name: 'share', emptyDir: {} },
      ],
    });
    sim.runFor(20 * SECOND);
    expect(world_.exec('files', 'b', 'sh', '-c', 'id -u; echo hi > /data/x; echo no > /x')).toBe(
      "1000\nsh: can't create /x: Read-only file system\n",
    );
    expect(world_.exec('files', 'a', 'sh', '-c', 'cat /data/x /etc/conf/k /etc/one')).toBe('hi\noneone');
    client.patch(CONFIG_MAPS, 'default', 'conf', { data: { k: 'two' } }, { type: 'merge' });
    sim.runFor(5 * SECOND);
    expect(world_.exec('files', 'a', 'cat', '/etc/conf/k')).toBe('one');
    sim.runFor(90 * SECOND);
    expect(world_.exec('files', 'a', 'cat', '/etc/conf/k', '/etc/one')).toBe('twoone');
  });

  it('starts again when its image is changed', () => {
    const { sim, client, make, get, events } = world();
    make('web', { containers: [{ name: 'c', image: 'nginx:1.26' }] });
    sim.runFor(20 * SECOND);
    const pod = get('web');
    const [container] = pod.spec?.containers ?? [];
    client.update(PODS, { ...pod, spec: { ...pod.spec, containers: [{ ...container, image: 'nginx:1.27' }] } } as Pod);
    sim.runFor(20 * SECOND);
    expect(events('web')).toContain('Killing Container c definition changed, will be restarted');
    expect(get('web').status?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      image: 'docker.io/library/nginx:1.27',
      ready: true,
    });
  });

  it('waits for the readiness gates that others open', () => {
    const { sim, client, make, get } = world();
    make('gated', { readinessGates: [{ conditionType: 'example.com/ready' }], containers: [{ name: 'c', image: 'nginx:1.27' }] });
    sim.runFor(20 * SECOND);
    const ready = () => get('gated').status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready()?.message).toBe('corresponding condition of pod readiness gate "example.com/ready" does not exist.');
    const open = (status: string): void => {
      const pod = get('gated');
      const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== 'example.com/ready');
      client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions: [...others, { type: 'example.com/ready', status }] } });
      sim.runFor(SECOND);
    };
    open('False');
    expect(ready()?.message).toBe('the status of pod readiness gate "example.com/ready" is not "True", but False');
    open('True');
    expect(ready()).toMatchObject({ status: 'True' });
  });

  it('has a terminal for exec -it: lines, ^C to the foreground, a size', () => {
    const { sim, make, server } = world();
    make('sh', { containers: [busybox('c', 'sleep 9999')] });
    sim.runFor(20 * SECOND);
    let shown = '';
    let ended = '';
    const stream: RemoteCommandStream = server().exec('default', 'sh', 'c', {
      command: ['sh'],
      stdin: true,
      stdout: true,
      stderr: false,
      tty: true,
    });
    const session = stream.start({
      stdout: (bytes) => void (shown += decode(bytes)),
      stderr: () => {},
      status: (status) => void (ended = status.message ?? status.status ?? ''),
    });
    const type = (text: string): void => {
      session.stdin(encode(text));
      sim.runFor(SECOND);
    };
    type('echx\x7fo hello\r');
    type('sleep 1000\r');
    type('\x03');
    type('exit 3\r');
    expect(shown).toMatch(/hello\n/);
    expect(ended).toContain('exit code 3');
  });

  it('is reached through port-forward on the loopback of its pod', () => {
    const { sim, make, server } = world();
    make('web', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
    sim.runFor(20 * SECOND);
    const forward = server().portForward('default', 'web', [80, 81]);
    const { input, output, error } = forward.open(80);
    expect(error).toBeUndefined();
    let answer = '';
    run(
      input.write(encode('GET / HTTP/1.0\r\n\r\n')),
      () => {},
      () => {},
    );
    run(
      (function* () {
        for (let bytes = yield* output.read(); bytes !== undefined; bytes = yield* output.read()) answer += decode(bytes);
      })(),
      () => {},
      () => {},
    );
    sim.runFor(SECOND);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*Welcome to nginx/);
    expect(forward.open(81).error).toMatch(/failed to connect to localhost:81 inside namespace .*connection refused/);
  });
});
