import type { Component } from './component.ts';
import { EtcdCluster, type EtcdClusterOptions } from './etcd-server/cluster.ts';
import { CLIENT_PORT, DATA_DIR, PEER_PORT } from './etcd-server/member.ts';
import { toNumber, toText } from './network/address.ts';
import type { Machine } from './node/machine.ts';
import { MemoryFiles } from './os/files.ts';
import type { MachineSpec, Scenario } from './scenario.ts';

const FIRST_ADDRESS = '192.168.0.10';

/** The machines of an etcd outside the cluster: small ones, and no nodes. */
export function etcdSpecs({ externalEtcd }: Scenario): MachineSpec[] {
  return Array.from({ length: externalEtcd }, (_, i) => ({
    name: `etcd-${i + 1}`,
    cpu: '2',
    memory: '4Gi',
    ephemeralStorage: '50Gi',
    maxPods: 0,
    labels: {},
    taints: [],
    images: [],
  }));
}

/** Where the API server finds it, when it is outside. */
export function etcdServers({ externalEtcd }: Scenario, machinesBefore: number): string[] {
  const address = (i: number): string => toText((toNumber(FIRST_ADDRESS) ?? 0) + machinesBefore + i);
  return Array.from({ length: externalEtcd }, (_, i) => `https://${address(i)}:${CLIENT_PORT}`);
}

export interface OpenEtcdOptions extends Omit<EtcdClusterOptions, 'client'> {
  /** The control plane's machine. */
  readonly client: Machine;
  readonly external: readonly Machine[];
  /** Nothing of it is there before `kubeadm init`. */
  readonly absent: boolean;
}

/** etcd's members: one beside the API server, or some on machines of their own. */
export function openEtcd({ client, external, absent, ...options }: OpenEtcdOptions): {
  cluster: EtcdCluster;
  components: [string, Component][];
} {
  const { sim, pki } = options;
  const cluster = new EtcdCluster({ ...options, client: client.name });
  const machines = external.length === 0 ? [client] : external;
  const members = cluster.begin(
    machines.map((machine) => ({
      name: machine.name,
      machine: machine.name,
      peerURLs: [`https://${machine.address}:${PEER_PORT}`],
      clientURLs: [`https://${machine.address}:${CLIENT_PORT}`],
      ...(external.length === 0 ? { absent } : { powered: () => machine.powered }),
    })),
  );
  if (absent) cluster.raft.look();
  const components = members.map((member, i): [string, Component] => {
    const { host, name, address } = machines[i] as Machine;
    const certificate = () => (external.length === 0 ? pki.pair('etcd/server') : pki.member(name, address));
    host.open().serveHttp(CLIENT_PORT, member.handler, member.tls(certificate), () => member.alive);
    return [external.length === 0 ? 'etcd' : `etcd@${name}`, member];
  });
  const local = external.length === 0 ? members[0] : undefined;
  if (local !== undefined) {
    const data = new MemoryFiles(() => sim.now);
    local.install(data);
    client.kubelet.mountDirectory(DATA_DIR, data);
  }
  return { cluster, components };
}
