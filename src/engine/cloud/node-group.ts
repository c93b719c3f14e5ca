import type { Node } from '../api/generated/types.ts';
import type { MachineOptions } from '../node/machine.ts';
import type { Millis } from '../sim/time.ts';
import type { Instance, InstanceError } from './instance.ts';

/** What every machine of a group is like. */
export type MachineTemplate = Pick<
  MachineOptions,
  'cpu' | 'memory' | 'ephemeralStorage' | 'evictionHard' | 'kubelet' | 'runtime' | 'maxPods' | 'labels' | 'taints' | 'images'
>;

/** A node group as a scenario has it: equal machines, of which the cloud keeps as many as it is told. */
export interface NodeGroupSpec {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Machines that run from the start. */
  readonly size: number;
  /** From the order to the moment at which the machine runs. */
  readonly bootTime: Millis;
  /** Of one machine an hour. */
  readonly price: number;
  /** How many the cloud has to give; more are refused for want of capacity. Unset: as many as one likes. */
  readonly stock?: number;
  readonly template: MachineTemplate;
}

/** What clients of the cloud see of a group. Sizes are how many machines there are to be. */
export interface NodeGroup {
  readonly spec: NodeGroupSpec;
  readonly targetSize: number;
  readonly instances: readonly Instance[];
  /** A Node as a machine of this group would register. */
  templateNode(): Node;
  /** Orders machines. Throws `CloudError`. */
  increaseSize(delta: number): void;
  /** Orders fewer, where machines that were ordered have not come. Throws `CloudError`. */
  decreaseTargetSize(delta: number): void;
  /** Gives machines back and orders as many fewer. Throws `CloudError`. */
  deleteInstances(providerIDs: readonly string[]): void;
}

/** What its console and whoever breaks it have of a group besides. */
export interface ConsoleGroup extends NodeGroup {
  /** Somebody ends a machine behind everybody's back; the group orders another in its place. False where there is none of that name. */
  terminate(name: string): boolean;
  /** How many it has to give, and how long one takes to boot, in place of what its description says. */
  readonly limits: { stock?: number; bootTime?: Millis };
}

/** The cloud refuses. */
export class CloudError extends Error {}

/** AWS's code and words, of which all clouds have some. */
export function outOfCapacity(group: string): InstanceError {
  return {
    errorClass: 'OutOfResource',
    code: 'InsufficientInstanceCapacity',
    message: `There is no capacity left for machines of node group ${group}`,
  };
}
