import { StatusError } from '../../api/errors.ts';
import type { Lease, Node } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { LEASES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { formatMicroTime } from '../../sim/time.ts';

// The kubelet's node-lease-duration; it is renewed every quarter of it.
const LEASE_SECONDS = 40;

/** The node's heartbeat: its Lease in kube-node-lease. */
export class NodeLease {
  #lease: Lease | undefined;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
    readonly nodeName: string,
    readonly actor: string,
    readonly node: () => Node | undefined,
    /** By the machine's own clock. */
    readonly now: () => number = () => sim.now,
  ) {}

  *renew(): Task<void> {
    const { sim, nodeName, client } = this;
    const renewTime = formatMicroTime(this.now());
    try {
      // client-go's lease controller writes over what it wrote last; only when that fails it reads.
      this.#lease ??= yield* client.get(LEASES, 'kube-node-lease', nodeName);
      this.#lease = yield* client.update(LEASES, { ...this.#lease, spec: { ...this.#lease.spec, renewTime } });
    } catch (error) {
      this.#lease = undefined;
      if (error instanceof StatusError && error.reason === 'Conflict') return yield* this.renew();
      if (!(error instanceof StatusError) || error.reason !== 'NotFound') throw error;
      this.#lease = yield* client.create(LEASES, this.#made(renewTime));
    }
    if (sim.log.enabled) sim.append(this.actor, 'heartbeat', { lease: `kube-node-lease/${nodeName}` });
  }

  forget(): void {
    this.#lease = undefined;
  }

  #made(renewTime: string): Lease {
    const { nodeName } = this;
    const owner = this.node();
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: nodeName,
        namespace: 'kube-node-lease',
        ...(owner === undefined
          ? {}
          : { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: nodeName, uid: owner.metadata.uid ?? '' }] }),
      },
      spec: { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime },
    };
  }
}
