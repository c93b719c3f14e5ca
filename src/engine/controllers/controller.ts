import type { Authority } from '../api/x509/certificate-authority.ts';
import type { Client } from '../client/client.ts';
import type { EventRecorder } from '../client/events.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Informers } from './informers.ts';
import type { ManagerMetrics } from './metrics.ts';

/** One control loop of the controller manager. */
export interface Controller {
  /** Called once every cache the controller asked for at its making has been filled. */
  start(): void;
  /** Leaves no timer and no subscription behind. */
  stop(): void;
}

/** Settings of the manager that controllers read; names follow kube-controller-manager's flags. */
export interface ControllerSettings {
  /** `--cluster-cidr`: the range of which every node gets a /24. */
  readonly clusterCidr: string;
  /** `--service-cluster-ip-range`: kept out of the nodes' ranges. */
  readonly serviceCidr: string;
  /** `--cluster-signing-cert-file` and `--cluster-signing-key-file`: the CA that signs certificates. */
  readonly authority: Authority;
  /** `--root-ca-file`: what goes into `kube-root-ca.crt` of each namespace. */
  readonly rootCa: string;
  /** `--node-monitor-grace-period` in ms: silence after which a node is Unknown. */
  readonly nodeMonitorGracePeriod: number;
  /** `--terminated-pod-gc-threshold`. */
  readonly terminatedPodThreshold: number;
  /** `--enable-hostpath-provisioner`: makes volumes for classes of `kubernetes.io/host-path`. */
  readonly hostPathProvisioner?: boolean;
}

/** What a controller gets at its making. */
export interface ControllerContext {
  readonly sim: Simulation;
  readonly settings: ControllerSettings;
  /** One cache a resource, shared by all controllers of the manager. */
  readonly informers: Informers;
  /** The manager's identity under the controller's address in the log. */
  client(actor: string): Client;
  recorder(component: string): EventRecorder;
  /** What is counted, where somebody counts. */
  readonly metrics?: ManagerMetrics;
}
