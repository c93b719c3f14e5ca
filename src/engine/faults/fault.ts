import type { Simulation } from '../sim/simulation.ts';
import type { ConsoleGroup } from '../cloud/node-group.ts';
import type { Component } from '../component.ts';
import type { VirtualNetwork } from '../network/network.ts';
import type { Machine } from '../node/machine.ts';
import type { Registry } from '../node/runtime/registry.ts';

/** Something broken on purpose: which fault, of what, and how. Plain JSON, so that it can be recorded and written in a scenario. */
export interface Fault {
  readonly fault: string;
  /** A component (`scheduler`, `kubelet@worker-1`), a node, a container (`default/web-1/app`), a registry. Each fault says what it wants. */
  readonly target: string;
  /** The fault's own parameters, as texts: `by: 10m`. */
  readonly [parameter: string]: string;
}

/** What faults lay their hands on. */
export interface FaultWorld {
  readonly sim: Simulation;
  readonly network: VirtualNetwork;
  readonly registry: Registry;
  readonly machines: ReadonlyMap<string, Machine>;
  readonly components: ReadonlyMap<string, Component>;
  /** The groups of machines that a cloud rents out. */
  readonly groups: readonly ConsoleGroup[];
  /** The machine that the control plane runs on. */
  readonly controlPlane: string | undefined;
}

export interface Parameter {
  readonly about: string;
  /** What its values look like, for help: `DURATION`, `SIZE`, `unreachable|slow`. */
  readonly form: string;
  readonly required?: boolean;
  /** What is wrong with a value, and what would be right. */
  problem(value: string): string | undefined;
}

/** How it is undone. A fault that is over as soon as it has happened has nothing to undo. */
export type Undo = () => void;

export interface FaultKind {
  readonly name: string;
  /** One line. */
  readonly about: string;
  /** What its target looks like, for help: `NODE`, `NAMESPACE/POD[/CONTAINER]`. */
  readonly target: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /** Finds what is to be broken, or throws `FaultProblem`. The returned function breaks it. */
  plan(world: FaultWorld, fault: Fault): () => Undo | undefined;
}

/** A fault that cannot be: what is wrong with which field, and how to mend it. */
export class FaultProblem extends Error {
  constructor(
    /** `fault`, `target` or a parameter. */
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}
