import { StatusError, isNotFound } from '../api/errors.ts';
import type { ClusterRole, ClusterRoleBinding, Node } from '../api/generated/types.ts';
import type { Credentials, Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { EventRecorder } from '../client/events.ts';
import { Informer } from '../client/informer.ts';
import { NODES } from '../client/resources.ts';
import type { Component } from '../component.ts';
import { run, type Running, type Task } from '../os/task.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { Cloud } from './cloud.ts';

const USER = 'system:cloud-controller-manager';
const CREDENTIALS: Credentials = { kind: 'certificate', user: USER, groups: ['system:authenticated'] };
// --node-monitor-period of the cloud-controller-manager.
const PERIOD: Millis = 5 * SECOND;
const SHUTDOWN = { key: 'node.cloudprovider.kubernetes.io/shutdown', effect: 'NoSchedule' };

/** What the cloud-controller-manager may do, as far as it is here. */
export function cloudControllerAccess(): [ClusterRole, ClusterRoleBinding] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const rules = [
    { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch', 'update', 'patch', 'delete'] },
    { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch', 'update'] },
  ];
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: USER }, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: USER },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: USER },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
    },
  ];
}

/**
 * The node lifecycle controller of a cloud-controller-manager: a Node that is not ready and whose machine the cloud no longer has
 * is deleted; one whose machine is powered off gets a taint, which goes when the Node is ready again.
 */
export class CloudNodeLifecycle implements Component {
  readonly name = 'cloud-controller-manager';
  readonly #client: Client;
  readonly #recorder: EventRecorder;
  readonly #nodes: Informer<Node>;
  #timer: Timer | undefined;
  #turn: Running | undefined;
  #running = false;

  constructor(readonly options: { readonly sim: Simulation; readonly transport: Transport; readonly cloud: Cloud }) {
    const { sim, transport } = options;
    this.#client = new Client(transport, this.name, CREDENTIALS);
    this.#recorder = new EventRecorder(sim, this.#client, { component: 'cloud-node-lifecycle-controller' });
    this.#nodes = new Informer(sim, this.#client, NODES);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.options.sim.append(this.name, 'component', { state: 'started' });
    this.#nodes.start();
    this.#again();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#timer?.cancel();
    this.#turn?.kill();
    this.#nodes.stop();
    this.options.sim.append(this.name, 'component', { state: 'stopped' });
  }

  #again(): void {
    const { sim } = this.options;
    const look = (): void => {
      this.#turn = run(
        this.#monitor(),
        () => this.#again(),
        (error) => {
          throw error;
        },
      );
    };
    this.#timer = sim.causedBy(0, () => sim.after(PERIOD, look, { background: true }));
  }

  *#monitor(): Task<void> {
    for (const node of Array.from(this.#nodes.list())) {
      if (!this.options.cloud.owns(node.spec?.providerID)) continue;
      try {
        yield* this.#check(node);
      } catch (error) {
        // Looked at again in five seconds.
        if (!(error instanceof StatusError)) throw error;
      }
    }
  }

  *#check(node: Node): Task<void> {
    const { sim, cloud } = this.options;
    const name = node.metadata.name ?? '';
    const taints = node.spec?.taints ?? [];
    const tainted = taints.some(({ key }) => key === SHUTDOWN.key);
    if (node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True') {
      if (tainted) yield* this.#setTaints(node, taints.filter(({ key }) => key !== SHUTDOWN.key)); // prettier-ignore
      return;
    }
    const instance = cloud.instance(node.spec?.providerID ?? '');
    if (instance === undefined) {
      const text = `Deleting node ${name} because it does not exist in the cloud provider`;
      const seq = sim.append(this.name, 'decide', { text: `${text}.` }, { ref: { kind: 'Node', name } });
      sim.causedBy(seq || sim.cause, () => this.#recorder.event(node, 'Normal', 'DeletingNode', text));
      try {
        yield* this.#client.delete(NODES, undefined, name);
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    } else if (instance.state === 'stopped' && !tainted) yield* this.#setTaints(node, [...taints, SHUTDOWN]);
  }

  *#setTaints(node: Node, taints: NonNullable<NonNullable<Node['spec']>['taints']>): Task<void> {
    yield* this.#client.update(NODES, { ...node, spec: { ...node.spec, taints } });
  }
}
