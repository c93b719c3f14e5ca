import type { NetworkNamespace } from '../../network/namespace.ts';
import type { Program } from '../../os/process.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { Millis } from '../../sim/time.ts';
import type { Observations } from '../kubelet/eviction/thresholds.ts';
import type { Kubelet } from '../kubelet/kubelet.ts';
import type { KubeProxy } from '../proxy/proxy.ts';
import type { ContainerRuntime } from '../runtime/container-runtime.ts';
import type { RuntimeFlavour } from '../runtime/flavour.ts';
import type { PackageBase } from './packages.ts';
import type { ImageStore } from '../runtime/image-store.ts';

/** What starts and ends a machine's services: the composition's faults, so that log and pictures show it. */
export interface UnitControl {
  start(unit: 'kubelet' | 'runtime'): void;
  stop(unit: 'kubelet' | 'runtime'): void;
  /** It died of a signal: systemd starts it again. */
  crash(unit: 'kubelet'): void;
  /** The whole machine. */
  powerOff(): void;
}

/** What a machine is made of, as its own Linux sees it. */
export interface HostParts {
  readonly sim: Simulation;
  readonly name: string;
  readonly host: NetworkNamespace;
  readonly kubelet: Kubelet;
  readonly proxy: KubeProxy;
  readonly runtime: ContainerRuntime;
  readonly images: ImageStore;
  readonly flavour: RuntimeFlavour;
  readonly random: Random;
  /** Shell and utilities of its distribution. */
  readonly utilities: () => Readonly<Record<string, Program>>;
  readonly control: UnitControl;
  /** When it was powered on. */
  readonly bootedAt: () => Millis;
  /** Whose signature its certificates bear, in PEM. */
  readonly authority: string;
  readonly apiserver: string;
  readonly clusterDNS: string;
  readonly clusterCidr: string;
  /** Its pods' addresses. */
  readonly podRange: string;
  readonly packages: PackageBase;
  /** Nothing of Kubernetes has been configured on it yet. */
  readonly bare: boolean;
  readonly cni: 'none' | undefined;
  /** The other machines. */
  readonly peers: () => readonly { readonly address: string; readonly podRange: string }[];
  /** What of its memory and disk is left. */
  readonly use: () => Observations;
  /** Processors at work. */
  readonly load: () => number;
}
