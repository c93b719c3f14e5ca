import { describe, expect, it } from 'vitest';
import { corednsImage } from '../addons/coredns.ts';
import { KINDS } from '../api/kinds/index.ts';
import type { Event, Pod } from '../api/generated/types.ts';
import { ApiServer } from '../apiserver/server.ts';
import { bootstrap } from '../bootstrap.ts';
import { OutsideClient } from '../client/client.ts';
import { EVENTS, PODS, SERVICES } from '../client/resources.ts';
import { ControllerManager } from '../controllers/manager.ts';
import { Store } from '../etcd/store.ts';
import type { NetworkNamespace } from '../network/namespace.ts';
import { VirtualNetwork } from '../network/network.ts';
import type { Program } from '../os/process.ts';
import { run } from '../os/task.ts';
import { writeText } from '../os/text.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import { Simulation } from '../sim/simulation.ts';
import { SECOND } from '../sim/time.ts';
import { Machine } from './machine.ts';
import { ImageFiles } from './runtime/image-files.ts';
import { Registry } from './runtime/registry.ts';

const sleep: Program = function* sleep(process) {
  yield* process.sleep(Number(process.argv[1]) * SECOND);
  return 0;
};
const fail: Program = function* fail(process) {
  yield* writeText(process.stdout, `failing, ${process.env.get('GREETING') ?? ''}\n`);
  return 3;
};

function world(systemPods = false) {
  const sim = new Simulation({ seed: 1 });
  const machines = new Map<string, Machine>();
  const transport = new ApiServer({ sim, store: new Store(sim), kinds: KINDS, kubelets: (node) => machines.get(node)?.dial() });
  const network = new VirtualNetwork({ sim });
  const registry = new Registry([], [corednsImage({ sim, transport })]);
  const shape = {
    sim,
    transport,
    network,
    registry,
    cpu: '4',
    memory: '8Gi',
    ephemeralStorage: '100Gi',
    maxPods: 110,
    labels: {},
    taints: [],
    images: [],
    imageFiles: new ImageFiles({ sleep, fail }, sim.start),
    clusterDNS: '10.96.0.10',
  };
  for (const [index, name] of ['node-1', 'node-2'].entries()) machines.set(name, new Machine({ ...shape, index, name }));
  bootstrap({ apiserver: transport, scenario: { systemPods }, authority: '' }, [...machines.keys()], '192.168.0.10');
  new ControllerManager({ sim, transport, name: 'kube-controller-manager' }).start();
  new Scheduler({ sim, transport }).start();
  for (const machine of machines.values()) machine.start();
  const client = new OutsideClient(transport, 'kubectl/test', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  sim.runFor(60 * SECOND);
  const pod = (name: string, spec: object): void =>
    void client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: name } },
      spec,
    } as Pod);
  const get = (name: string): Pod => client.get(PODS, 'default', name);
  const events = (name: string): string[] =>
    client
      .list(EVENTS, { namespace: 'default' })
      .items.filter((event: Event) => event.involvedObject.name === name && event.source?.component === 'kubelet')
      .map(({ type, reason, message }) => `${type} ${reason} ${message}`);
  return { sim, client, machines, network, pod, get, events };
}

describe('a pod on a machine', () => {
  it('starts, tells its steps, becomes ready, and goes gracefully', () => {
    const { sim, client, pod, get, events } = world();
    pod('web', { containers: [{ name: 'c', image: 'nginx:1.27', readinessProbe: { httpGet: { port: 80 } } }] });
    sim.runFor(30 * SECOND);
    expect(get('web').status?.phase).toBe('Running');
    expect(get('web').status?.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
    expect(events('web').map((line) => line.replace(/in \S+ \(\S+ including/, 'in <t> (<t> including'))).toEqual([
      'Normal Pulling Pulling image "nginx:1.27"',
      'Normal Pulled Successfully pulled image "nginx:1.27" in <t> (<t> including waiting). Image size: 72000000 bytes.',
      'Normal Created Container created',
      'Normal Started Container started',
    ]);
    client.delete(PODS, 'default', 'web');
    sim.runFor(5 * SECOND);
    expect(() => get('web')).toThrow('pods "web" not found');
    expect(events('web')).toContain('Normal Killing Stopping container c');
  });

  it('backs off between restarts of a failing container and keeps its log', () => {
    const { sim, machines, pod, get } = world();
    pod('crash', {
      containers: [
        {
          name: 'c',
          image: 'busybox:1.36',
          command: ['fail'],
          env: [
            { name: 'NAME', value: 'you' },
            { name: 'GREETING', value: 'hello $(NAME)' },
          ],
        },
      ],
    });
    sim.runFor(90 * SECOND);
    const status = get('crash').status?.containerStatuses?.[0];
    expect(status?.state?.waiting?.reason).toBe('CrashLoopBackOff');
    expect(status?.state?.waiting?.message).toMatch(/^back-off (40s|1m20s) restarting failed container=c pod=crash_default\(/);
    expect(status?.lastState?.terminated?.exitCode).toBe(3);
    expect(status?.restartCount).toBeGreaterThanOrEqual(3);
    const server = machines.get(get('crash').spec?.nodeName ?? '')?.dial();
    expect(server?.logs('default', 'crash', 'c', { follow: false, previous: false, timestamps: false })).toBe('failing, hello you\n');
  });

  it('says why an image cannot be pulled', () => {
    const { sim, pod, get } = world();
    pod('typo', { containers: [{ name: 'c', image: 'nginx:doesnotexist' }] });
    sim.runFor(20 * SECOND);
    const waiting = get('typo').status?.containerStatuses?.[0]?.state?.waiting;
    expect(['ErrImagePull', 'ImagePullBackOff']).toContain(waiting?.reason);
    expect(waiting?.message).toContain(
      'failed to resolve reference "docker.io/library/nginx:doesnotexist": docker.io/library/nginx:doesnotexist: not found',
    );
  });

  it('runs the same way twice', () => {
    const hash = (): string => {
      const { sim, pod } = world();
      pod('web', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
      sim.runFor(30 * SECOND);
      return sim.log.hash();
    };
    expect(hash()).toBe(hash());
  });

  it('refuses what there is no room for', () => {
    const { sim, pod, get } = world();
    pod('big', { nodeName: 'node-1', containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu: '5' } } }] });
    sim.runFor(5 * SECOND);
    expect(get('big').status).toMatchObject({
      phase: 'Failed',
      reason: 'OutOfcpu',
      message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 0, capacity: 4000",
    });
  });

  it('brings up CoreDNS, and a request travels by name through the rules to a pod', () => {
    const { client, sim, network, pod, get } = world(true);
    pod('web', { containers: [{ name: 'c', image: 'nginx:1.27' }] });
    pod('client', { containers: [{ name: 'c', image: 'busybox:1.36', command: ['sleep', '3600'] }] });
    client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    });
    client.create(SERVICES, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'nobody', namespace: 'default' },
      spec: { selector: { app: 'nobody' }, ports: [{ port: 80 }] },
    });
    sim.runFor(60 * SECOND);
    const dns = client.list(PODS, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' }).items;
    expect(dns.map((each) => each.status?.conditions?.find(({ type }) => type === 'Ready')?.status)).toEqual(['True', 'True']);

    const ask = (url: string): string => {
      const socket = (network.at(get('client').status?.podIP ?? '') as NetworkNamespace).open();
      let outcome = 'pending';
      run(
        socket.http({ method: 'GET', url, timeout: 10 * SECOND }),
        (response) => void (outcome = String(response.status)),
        (error) => void (outcome = (error as Error).message),
      );
      sim.runFor(15 * SECOND);
      return outcome;
    };
    const before = sim.log.entries.length;
    expect(ask('http://web/')).toBe('200');
    const packets = sim.log.entries
      .slice(before)
      .flatMap((entry) => (entry.verb === 'packet' ? [entry.detail.hop] : []))
      .slice(0, 8);
    expect(packets).toEqual(['dns-query', 'rule', 'forward', 'dns-answer', 'request', 'rule', 'forward', 'response']);
    expect(ask('http://nobody/')).toMatch(/^dial tcp 10\.\S+:80: connect: connection refused$/);
    expect(ask('http://missing/')).toBe('lookup missing: server misbehaving');
    expect(ask(`http://${get('web').status?.podIP ?? ''}:81/`)).toMatch(/connection refused$/);
    expect(ask('http://10.244.0.250/')).toMatch(/no route to host$/);
  });
});
