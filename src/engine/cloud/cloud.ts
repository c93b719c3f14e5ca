import type { Node } from '../api/generated/types.ts';
import type { Machine } from '../node/machine.ts';
import type { Random } from '../sim/random.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { Instance } from './instance.ts';
import { CloudError, outOfCapacity, type ConsoleGroup, type NodeGroup, type NodeGroupSpec } from './node-group.ts';
import { templateNode } from './template-node.ts';

export interface CloudOptions {
  readonly sim: Simulation;
  readonly groups: readonly NodeGroupSpec[];
  /** A machine was delivered: it is put together and powered on. */
  readonly deliver: (name: string, group: NodeGroupSpec, providerID: string) => Machine;
  /** A machine was given back: it is powered off and gone. */
  readonly scrap: (machine: Machine) => void;
}

interface Entry {
  readonly providerID: string;
  readonly name: string;
  readonly group: Group;
  machine: Machine | undefined;
  error: Instance['error'];
  deleting: boolean;
}

const SCHEME = 'cloud://';
/** From the order to give it back until the plug is pulled. */
const SHUTDOWN: Millis = 5 * SECOND;
/** Until the cloud knows that it cannot deliver. */
const REFUSAL: Millis = 3 * SECOND;

/** Who rents out machines: groups of equal ones, which boot and are given back in virtual time. Each change is an entry of the log. */
export class Cloud {
  readonly #groups: Group[];

  constructor(options: CloudOptions) {
    const names = options.sim.random('cloud');
    this.#groups = options.groups.map((spec) => new Group(spec, options, names));
  }

  get groups(): readonly NodeGroup[] {
    return this.#groups;
  }

  /** The same as its console has them. */
  get console(): readonly ConsoleGroup[] {
    return this.#groups;
  }

  /** By `spec.providerID` of its Node. */
  instance(providerID: string): Instance | undefined {
    for (const group of this.#groups) {
      const found = group.instances.find((instance) => instance.providerID === providerID);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The group that a Node's machine belongs to, also when the machine is gone. */
  groupOf(providerID: string | undefined): NodeGroup | undefined {
    const [, , group] = ownID(providerID) ?? [];
    return this.#groups.find(({ spec }) => spec.name === group);
  }

  /** Whether it is for this cloud to say if the machine exists. */
  owns(providerID: string | undefined): boolean {
    return ownID(providerID) !== undefined;
  }

  /** Machines that run from the start: not ordered, there. */
  open(): void {
    for (const group of this.#groups) group.open();
  }
}

function ownID(providerID: string | undefined): RegExpExecArray | undefined {
  return /^cloud:\/\/\/([^/]*)\/([^/]+)\/[^/]+$/.exec(providerID ?? '') ?? undefined;
}

class Group implements ConsoleGroup {
  readonly #entries = new Map<string, Entry>();
  #target = 0;
  readonly limits: { stock?: number; bootTime?: Millis } = {};

  constructor(
    readonly spec: NodeGroupSpec,
    readonly options: CloudOptions,
    readonly names: Random,
  ) {}

  get targetSize(): number {
    return this.#target;
  }

  get instances(): readonly Instance[] {
    return Array.from(this.#entries.values(), ({ providerID, name, machine, error, deleting }) => ({
      providerID,
      name,
      group: this.spec.name,
      state: deleting ? 'deleting' : machine === undefined ? 'creating' : machine.powered ? 'running' : 'stopped',
      ...(error === undefined ? {} : { error }),
    }));
  }

  templateNode(): Node {
    return templateNode(this.spec);
  }

  open(): void {
    for (let i = 0; i < this.spec.size; i++) this.#deliver(this.#register());
    this.#target = this.spec.size;
  }

  increaseSize(delta: number): void {
    if (delta <= 0) throw new CloudError('size increase must be positive');
    const size = this.#target + delta;
    if (size > this.spec.max) throw new CloudError(`size increase too large - desired:${size} max:${this.spec.max}`);
    this.#target = size;
    for (let i = 0; i < delta; i++) this.#order();
  }

  decreaseTargetSize(delta: number): void {
    if (delta >= 0) throw new CloudError('size decrease must be negative');
    const coming = [...this.#entries.values()].filter(({ machine, deleting }) => machine === undefined && !deleting);
    const there = this.#target - coming.length;
    if (this.#target + delta < there)
      throw new CloudError(`attempt to delete existing nodes targetSize:${this.#target} delta:${delta} existingNodes: ${there}`);
    this.#target += delta;
    for (const entry of coming.slice(delta)) this.#cancel(entry);
  }

  deleteInstances(providerIDs: readonly string[]): void {
    if (this.#target <= this.spec.min) throw new CloudError('min size reached, nodes will not be deleted');
    for (const id of providerIDs) {
      const entry = this.#entries.get(id);
      if (entry === undefined) throw new CloudError(`node ${id} does not belong to node group ${this.spec.name}`);
      if (entry.deleting) continue;
      this.#target--;
      if (entry.machine === undefined) this.#cancel(entry);
      else this.#shutDown(entry, entry.machine);
    }
  }

  terminate(name: string): boolean {
    const entry = [...this.#entries.values()].find((each) => each.name === name);
    if (entry?.machine === undefined || entry.deleting) return false;
    this.#shutDown(entry, entry.machine);
    this.#order();
    return true;
  }

  #register(): Entry {
    const { name, template } = this.spec;
    const zone = template.labels['topology.kubernetes.io/zone'] ?? '';
    const machine = `${name}-${this.names.hex(5)}`;
    const entry: Entry = {
      providerID: `${SCHEME}/${zone}/${name}/${machine}`,
      name: machine,
      group: this,
      machine: undefined,
      error: undefined,
      deleting: false,
    };
    this.#entries.set(entry.providerID, entry);
    return entry;
  }

  #order(): void {
    const { sim } = this.options;
    const { stock, bootTime, name } = { ...this.spec, ...this.limits };
    const given = [...this.#entries.values()].filter(({ error }) => error === undefined).length;
    const entry = this.#register();
    const ordered = this.#log(entry, 'ordered');
    sim.causedBy(ordered, () => {
      if (stock !== undefined && given >= stock)
        sim.after(REFUSAL, () => {
          if (!this.#entries.has(entry.providerID)) return;
          entry.error = outOfCapacity(name);
          this.#log(entry, 'refused', entry.error.message);
        });
      else sim.after(bootTime, () => this.#entries.has(entry.providerID) && this.#deliver(entry));
    });
  }

  #deliver(entry: Entry): void {
    const { sim } = this.options;
    sim.causedBy(this.#log(entry, 'running') || sim.cause, () => {
      entry.machine = this.options.deliver(entry.name, this.spec, entry.providerID);
    });
  }

  #cancel(entry: Entry): void {
    this.#entries.delete(entry.providerID);
    this.#log(entry, 'gone');
  }

  #shutDown(entry: Entry, machine: Machine): void {
    const { sim, scrap } = this.options;
    entry.deleting = true;
    sim.causedBy(this.#log(entry, 'shutting down'), () =>
      sim.after(SHUTDOWN, () => {
        this.#entries.delete(entry.providerID);
        sim.causedBy(this.#log(entry, 'gone') || sim.cause, () => scrap(machine));
      }),
    );
  }

  #log({ name }: Entry, state: 'ordered' | 'running' | 'refused' | 'shutting down' | 'gone', why?: string): number {
    const { sim } = this.options;
    if (!sim.log.enabled) return 0;
    const detail = { machine: name, group: this.spec.name, state, ...(why === undefined ? {} : { why }) };
    return sim.append('cloud', 'machine', detail, { ref: { kind: 'Node', name } });
  }
}
