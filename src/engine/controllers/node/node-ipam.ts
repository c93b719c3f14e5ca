import type { Node } from '../../api/generated/types.ts';
import { NODES } from '../../client/resources.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler, SyncError } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';

// --node-cidr-mask-size for IPv4.
const NODE_MASK = 24;

/** Gives every node a range of addresses for its pods, the next free /24 of the cluster's. */
export class NodeIpamController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #base: number;
  readonly #size: number;
  /** Index of a range to the node that has it. */
  readonly #taken = new Map<number, string>();
  readonly #byNode = new Map<string, number>();
  #next = 0;

  constructor(context: ControllerContext) {
    super(context, 'controller/node-ipam');
    this.#informers = context.informers;
    this.#recorder = context.recorder('cidrAllocator');
    const [address = '', mask = '16'] = context.settings.clusterCidr.split('/');
    this.#base = toNumber(address);
    this.#size = 2 ** (NODE_MASK - Number(mask));
    this.watch(context.informers.nodes, {
      added: (node) => this.#see(node),
      updated: (node) => this.#see(node),
      deleted: (node) => this.#release(node),
    });
  }

  protected *sync(name: string): Task<void> {
    const node = this.#informers.nodes.get(name);
    if (node === undefined || (node.spec?.podCIDR ?? '') !== '') return;
    const index = this.#byNode.get(name) ?? this.#allocate(name);
    if (index === undefined) {
      this.#recorder.event(node, 'Normal', 'CIDRNotAvailable', `Node ${name} status is now: CIDRNotAvailable`);
      throw new SyncError(
        `failed to allocate cidr from cluster cidr at idx:0: CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range`,
      );
    }
    const cidr = this.#cidrAt(index);
    this.decide(`Gives node ${name} the pod range ${cidr}.`, node);
    yield* this.client.patch(NODES, undefined, name, { spec: { podCIDR: cidr, podCIDRs: [cidr] } });
  }

  #see(node: Node): void {
    const name = node.metadata.name ?? '';
    const { podCIDR = '' } = node.spec ?? {};
    if (podCIDR === '') return this.queue.add(name);
    const index = (toNumber(podCIDR.split('/')[0] ?? '') - this.#base) / 2 ** (32 - NODE_MASK);
    if (Number.isInteger(index) && index >= 0 && index < this.#size) this.#take(index, name);
  }

  #release(node: Node): void {
    const name = node.metadata.name ?? '';
    const index = this.#byNode.get(name);
    if (index !== undefined) this.#taken.delete(index);
    this.#byNode.delete(name);
  }

  #take(index: number, name: string): void {
    this.#taken.set(index, name);
    this.#byNode.set(name, index);
  }

  /** From where the last search ended, so that a range just given back is not given out at once (cidrset.AllocateNext). */
  #allocate(name: string): number | undefined {
    for (let i = 0; i < this.#size; i++) {
      const index = (this.#next + i) % this.#size;
      if (this.#taken.has(index)) continue;
      this.#take(index, name);
      this.#next = (index + 1) % this.#size;
      return index;
    }
    return undefined;
  }

  #cidrAt(index: number): string {
    const address = this.#base + index * 2 ** (32 - NODE_MASK);
    return `${[24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.')}/${NODE_MASK}`;
  }
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
