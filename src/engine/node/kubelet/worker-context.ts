import type { Pod, Service } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Network } from '../../os/process.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { RuntimeService } from '../runtime/cri.ts';
import type { Backoff } from './backoff.ts';
import type { DevicePlugin } from './device-plugin.ts';
import type { ImageManager } from './image-manager.ts';
import type { ProbeMetrics } from './metrics/probe-metrics.ts';
import type { PodApi } from './pod-api.ts';
import type { Allocation } from './resize/allocation.ts';
import type { Resizes } from './resize/resizes.ts';
import type { VolumeContext } from './volumes.ts';

/** What every pod worker of a node shares. */
export interface WorkerContext extends VolumeContext {
  sim: Simulation;
  client: Client;
  actor: string;
  nodeName: string;
  runtime: RuntimeService;
  imageManager: ImageManager;
  recorder: EventRecorder;
  restarts: Backoff;
  api: PodApi;
  allocation: Allocation;
  resizes: Resizes;
  net: Network;
  /** Bytes. */
  machineMemory: number;
  random: Random;
  services(namespace: string): readonly Service[];
  /** Nameserver of pods with dnsPolicy ClusterFirst. */
  clusterDNS: string;
  /** Who counts probes. */
  probes: ProbeMetrics;
  /** Drivers of devices that have registered with this kubelet. */
  devicePlugins: ReadonlyMap<string, DevicePlugin>;
  /** The worker has nothing more to do. */
  done(uid: string): void;
}

/** `web_default(3f1c…)`, as the kubelet names a pod in its messages. */
export function formatPod({ metadata }: Pod): string {
  return `${metadata.name ?? ''}_${metadata.namespace ?? ''}(${metadata.uid ?? ''})`;
}
