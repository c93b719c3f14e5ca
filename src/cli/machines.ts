import type { ControlPlanePki } from '../engine/api/x509/control-plane-pki.ts';

/** A machine as those see it who can touch it. */
export interface MachineFacts {
  readonly name: string;
  readonly address: string;
  readonly powered: boolean;
  /** It belongs to the cluster: its kubelet and proxy run when it has power. */
  readonly joined: boolean;
  readonly controlPlane: boolean;
  readonly cpu: string;
  readonly memory: string;
  readonly runtime: string;
  /** Version of the installed package: `v1.36.3`. */
  readonly kubeadm: string;
}

export interface NewMachine {
  readonly name: string;
  /** Nothing of Kubernetes runs on it before it joins. */
  readonly bare: boolean;
  readonly cpu?: string;
  readonly memory?: string;
  readonly runtime?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * What `lab node`, kubeadm and minikube may do to machines: the one thing that no protocol of Kubernetes does. The composition hands it over;
 * what is typed is the input that a recording holds. Each says in one sentence why it cannot.
 */
export interface MachineControl {
  all(): readonly MachineFacts[];
  add(machine: NewMachine): string | undefined;
  /** Out of the rack for good. */
  remove(name: string): string | undefined;
  power(name: string, on: boolean): string | undefined;
  /** Starts kubelet and proxy on a bare machine; their credentials are its own. */
  join(name: string): string | undefined;
  /** Whose certificates a control plane on the machine would have; a sentence where it cannot have one. */
  controlPlane(name: string): ControlPlanePki | string;
  /** The same for a further control plane, beside the one that is there. */
  joinControlPlane(name: string): ControlPlanePki | string;
  /** Ends them and every container. */
  leave(name: string): string | undefined;
}
