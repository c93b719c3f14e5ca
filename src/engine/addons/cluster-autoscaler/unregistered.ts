import { CloudError, type NodeGroup } from '../../cloud/node-group.ts';
import type { Millis } from '../../sim/time.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Flags } from './flags.ts';
import type { Recorder } from './recorder.ts';

/** Gives back machines that were ordered and did not become nodes. */
export class Unregistered {
  constructor(
    readonly state: ClusterState,
    readonly flags: Flags,
    readonly recorder: Recorder,
  ) {}

  /** Machines that run and whose kubelets have not registered in good time. */
  remove(now: Millis): void {
    for (const group of this.state.cloud.groups)
      for (const { instance, since } of this.state.unregistered.values()) {
        if (instance.group !== group.spec.name || since + this.flags['max-node-provision-time'] >= now) continue;
        const problem = giveBack(group, instance.providerID);
        if (problem === undefined) this.recorder.status('Normal', 'DeleteUnregistered', `Removed unregistered node ${instance.name}`);
        else this.recorder.status('Warning', 'DeleteUnregisteredFailed', `Failed to remove node ${instance.name}: ${problem}`);
      }
  }

  /** Machines that the cloud could not deliver. */
  removeFailed(): void {
    for (const group of this.state.cloud.groups)
      for (const { providerID } of this.state.failedInstances(group)) giveBack(group, providerID);
  }

  /** A group of which fewer nodes have come than were ordered, for long: so many are no longer wanted. */
  fixSizes(now: Millis): boolean {
    let fixed = false;
    for (const group of this.state.cloud.groups) {
      const delta = this.state.wrongSize(group, now - this.flags['max-node-provision-time']);
      if (delta === undefined || delta >= 0) continue;
      try {
        group.decreaseTargetSize(delta);
        fixed = true;
      } catch (error) {
        if (!(error instanceof CloudError)) throw error;
      }
    }
    return fixed;
  }
}

function giveBack(group: NodeGroup, providerID: string): string | undefined {
  try {
    group.deleteInstances([providerID]);
    return undefined;
  } catch (error) {
    if (!(error instanceof CloudError)) throw error;
    return error.message;
  }
}
