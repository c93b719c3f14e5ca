import type { Transport } from '../../apiserver/types.ts';
import type { Pod } from '../../api/generated/types.ts';
import type { NetworkNamespace } from '../../network/namespace.ts';
import type { MemoryFiles } from '../../os/files.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { MachineResources } from '../machine-resources.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { ImageStore } from '../runtime/image-store.ts';
import type { KubeletConfiguration } from './configuration.ts';

export interface KubeletOptions {
  sim: Simulation;
  transport: Transport;
  nodeName: string;
  address: string;
  capacity: Readonly<Record<string, string>>;
  allocatable: Readonly<Record<string, string>>;
  labels: Readonly<Record<string, string>>;
  taints: readonly { key: string; value?: string; effect: string }[];
  runtime: ContainerRuntime;
  images: ImageStore;
  resources: MachineResources;
  configuration: KubeletConfiguration;
  host: NetworkNamespace;
  staticPods: readonly Pod[];
  clusterDNS: string;
  ids: { machineID: string; systemUUID: string; bootID: string };
  /** Of the kubelet that is installed, which runs from the next start on; this world's own unless said. */
  installed?: () => string;
  /** What a cloud calls the machine. */
  providerID?: string;
  /** What stands on the node's disk besides: file systems by path, and files that are made when somebody first looks. */
  disk?: { readonly mounts: Readonly<Record<string, MemoryFiles>>; furnish(files: MemoryFiles): void };
}
