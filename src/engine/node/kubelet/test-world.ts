import { containerPrograms } from '../../../shell/flavours.ts';
import type { ContainerStatus, Event, Node, Pod } from '../../api/generated/types.ts';
import { OutsideClient } from '../../client/client.ts';
import { EVENTS, NODES, PODS } from '../../client/resources.ts';
import { ADMIN, openCluster } from '../../cluster.ts';
import { decode } from '../../os/text.ts';
import { parseScenario } from '../../scenario.ts';
import { SECOND } from '../../sim/time.ts';

/** A cluster of one node, for tests of its kubelet: `node` are fields of the scenario's machine, `more` of the scenario. */
export function kubeletWorld(node: object = {}, more: object = {}) {
  const scenario = parseScenario(
    { name: 'kubelet', controlPlane: false, systemPods: false, nodes: [{ name: 'node-1', ...node }], ...more },
    'test',
  );
  const cluster = openCluster({ scenario, programs: containerPrograms, freeze: true });
  const { sim } = cluster;
  const machine = cluster.machines.get('node-1');
  if (machine === undefined) throw new Error('there is no node-1');
  const client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  const get = (name: string): Pod => client.get(PODS, 'default', name);
  return {
    cluster,
    sim,
    machine,
    client,
    get,
    make: (name: string, spec: object, metadata: object = {}): void =>
      void client.create(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...metadata }, spec } as Pod),
    wait: (seconds: number): void => sim.runFor(seconds * SECOND),
    node: (): Node => client.get(NODES, undefined, 'node-1'),
    status: (name: string, container = 'c'): ContainerStatus | undefined => {
      const { status } = get(name);
      return [...(status?.containerStatuses ?? []), ...(status?.ephemeralContainerStatuses ?? [])].find((each) => each.name === container);
    },
    condition: (name: string, type: string) => get(name).status?.conditions?.find((each) => each.type === type),
    /** What the kubelet said about an object: reasons and messages. */
    events: (name: string): string[] =>
      client
        .list(EVENTS, { namespace: 'default' })
        .items.filter((event: Event) => event.involvedObject.name === name && event.source?.component === 'kubelet')
        .map(({ reason, message }) => `${reason} ${message}`),
    exec(name: string, container: string, ...command: string[]): string {
      let shown = '';
      const take = (bytes: Uint8Array): void => void (shown += decode(bytes));
      machine
        .dial()
        ?.exec('default', name, container, { command, stdin: false, stdout: true, stderr: true, tty: false })
        .start({ stdout: take, stderr: take, status: () => {} });
      sim.runFor(SECOND);
      return shown;
    },
  };
}

/** A container that sleeps, or does what a script says. */
export const busybox = (more: object = {}, script = 'trap "exit 0" TERM; while :; do sleep 1; done', name = 'c'): object => ({
  name,
  image: 'busybox:1.36',
  command: ['sh', '-c', script],
  ...more,
});
