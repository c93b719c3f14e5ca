import { StatusError } from '../api/errors.ts';
import type { ClusterRole, ClusterRoleBinding, Device, Node, ResourceResourceClaim, ResourceSlice } from '../api/generated/types.ts';
import type { Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { Informer } from '../client/informer.ts';
import { NODES, RESOURCE_SLICES } from '../client/resources.ts';
import { WorkQueue } from '../client/workqueue.ts';
import type { Component } from '../component.ts';
import type { Simulation } from '../sim/simulation.ts';

/** Devices of one node that one driver looks after. */
export interface NodeDevices {
  readonly driver: string;
  readonly node: string;
  readonly devices: readonly Device[];
}

export interface DeviceDriverOptions {
  readonly sim: Simulation;
  readonly transport: Transport;
  readonly driver: string;
  readonly nodes: readonly NodeDevices[];
  /** Registers the driver's plugin with the kubelet of a node, or takes it away. */
  readonly register: (node: string, prepare: Prepare | undefined) => void;
}

export type Prepare = (claim: ResourceResourceClaim, request: string, devices: readonly string[]) => Readonly<Record<string, string>>;

const USER = 'system:serviceaccount:kube-system:device-driver';

/** What a driver's account may do. */
export function deviceDriverAccess(): [ClusterRole, ClusterRoleBinding] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const name = 'device-driver';
  return [
    {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name },
      rules: [
        { apiGroups: ['resource.k8s.io'], resources: ['resourceslices'], verbs: ['get', 'list', 'watch', 'create', 'update', 'delete'] },
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'] },
      ],
    },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: 'kube-system' }],
    },
  ];
}

/** A driver of devices, with its plugins on the nodes: tells of the devices in ResourceSlices, and makes those ready that a claim was given. */
export class DeviceDriver implements Component {
  readonly name: string;
  readonly #client: Client;
  readonly #nodes: Informer<Node>;
  readonly #slices: Informer<ResourceSlice>;
  readonly #queue: WorkQueue;
  #running = false;

  constructor(readonly options: DeviceDriverOptions) {
    const { sim, transport, driver } = options;
    this.name = `device-driver@${driver}`;
    this.#client = new Client(transport, this.name, { kind: 'certificate', user: USER, groups: ['system:serviceaccounts'] });
    this.#nodes = new Informer(sim, this.#client, NODES);
    this.#slices = new Informer(sim, this.#client, RESOURCE_SLICES, { fieldSelector: `spec.driver=${driver}` });
    const publish = this.#publish.bind(this);
    this.#queue = new WorkQueue(sim, {
      actor: this.name,
      process: publish,
      latency: 1,
      onError: (_key, error) => {
        if (!(error instanceof StatusError)) throw error;
      },
    });
    this.#nodes.on({ added: ({ metadata }) => this.#queue.add(metadata.name ?? '') });
    // Somebody deleted what it had told.
    this.#slices.on({ deleted: ({ spec }) => this.#queue.add(spec.nodeName ?? '') });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.options.sim.append(this.name, 'component', { state: 'started' });
    for (const { node } of this.options.nodes) this.options.register(node, environmentOf);
    for (const part of [this.#slices, this.#nodes, this.#queue]) part.start();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    for (const { node } of this.options.nodes) this.options.register(node, undefined);
    for (const part of [this.#nodes, this.#slices, this.#queue]) part.stop();
    this.options.sim.append(this.name, 'component', { state: 'stopped' });
  }

  *#publish(name: string) {
    const { driver, nodes } = this.options;
    const own = nodes.find(({ node }) => node === name);
    const node = this.#nodes.get(name);
    if (own === undefined || node === undefined || [...this.#slices.list()].some(({ spec }) => spec.nodeName === name)) return;
    yield* this.#client.create(RESOURCE_SLICES, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceSlice',
      metadata: {
        generateName: `${name}-${driver}-`,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '', controller: true }],
      },
      spec: { driver, nodeName: name, pool: { name, generation: 1, resourceSliceCount: 1 }, devices: [...own.devices] },
    });
  }
}

/** As the example driver of Kubernetes does: each device is a variable of its own. */
function environmentOf(_claim: ResourceResourceClaim, request: string, devices: readonly string[]): Record<string, string> {
  const prefix = request.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
  return Object.fromEntries(devices.map((device, i) => [`${prefix}_DEVICE_${i}`, device]));
}
