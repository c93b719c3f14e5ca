import type { Authority } from './api/x509/certificate-authority.ts';
import type { Balancer } from './apiserver/balancer.ts';
import type { ApiServer } from './apiserver/server.ts';
import type { Transport } from './apiserver/types.ts';
import { serveFrom } from './bootstrap.ts';
import { ControlPlane } from './control-plane.ts';
import type { ControllerManager } from './controllers/manager.ts';
import type { Reach } from './etcd/reach.ts';
import type { Store } from './etcd/store.ts';
import type { VirtualNetwork } from './network/network.ts';
import { API_PORT } from './node/apiserver-endpoint.ts';
import type { Machine } from './node/machine.ts';
import { run } from './os/task.ts';
import type { Scheduler } from './scheduler/scheduler.ts';
import type { Simulation } from './sim/simulation.ts';
import { SECOND } from './sim/time.ts';

/** A balancer that no cluster runs: what comes to its port of the API goes on to a machine whose API server answers. */
export const ENDPOINT = { name: 'cluster-endpoint', address: '192.168.0.9' };

// The endpoint reconciler of an API server looks when that starts, and every ten seconds.
const RECONCILE = 10 * SECOND;

export interface ControlPlanesOptions {
  readonly sim: Simulation;
  readonly store: Store;
  readonly network: VirtualNetwork;
  /** Before all API servers. */
  readonly front: Balancer;
  readonly authority: Authority;
  readonly clusterCidr: string;
  readonly newServer: (name: string, reach: Reach, machine: Machine) => ApiServer;
  readonly newManager: (name: string, transport: Transport, machine: Machine) => ControllerManager;
  readonly newScheduler: (name: string, transport: Transport, machine: Machine) => Scheduler;
}

interface Entry {
  readonly plane: ControlPlane;
  /** What answers at its machine's port. */
  readonly server: Pick<ApiServer, 'handle' | 'running' | 'ready'>;
  /** Its machine is part of the control plane now: `kubeadm reset` ends that, and `join` may begin it again. */
  active: boolean;
}

/** The machines that have a control plane: the first one, and those that joined it. Each has a server of its own over the one store. */
export class ControlPlanes {
  readonly #all = new Map<string, Entry>();
  #first: string | undefined;
  #reconciling = false;
  #next = 0;

  constructor(readonly options: ControlPlanesOptions) {}

  /** The one that is there from the start. `door`: what answers at its machine's port. */
  begin(plane: ControlPlane, door: ApiServer | Balancer, balanced: boolean): void {
    this.#all.set(plane.machine.name, { plane, server: door, active: true });
    this.#first = plane.machine.name;
    const { network } = this.options;
    if (!balanced) return;
    network.machines.set(ENDPOINT.name, ENDPOINT.address);
    network.addBalancer(ENDPOINT.address, (port) => (port === API_PORT ? this.#turn() : undefined));
  }

  on(machine: string): ControlPlane | undefined {
    const entry = this.#all.get(machine);
    return entry?.active === true ? entry.plane : undefined;
  }

  /** One more, of which nothing runs before its pods do. */
  add(machine: Machine): ControlPlane {
    const before = this.#all.get(machine.name);
    if (before !== undefined) {
      before.active = true;
      return before.plane;
    }
    const { options } = this;
    const { sim, store, network, front, authority, clusterCidr } = options;
    const first = [...this.#all.values()][0]?.plane.etcd;
    if (first === undefined) throw new Error('a control plane joins one that has etcd');
    const reach = first.reachFrom(machine.name);
    const at = `@${machine.name}`;
    const server = options.newServer(`apiserver${at}`, reach, machine);
    front.servers.push(server);
    const plane = new ControlPlane({
      sim,
      store,
      network,
      transport: server,
      server,
      reach,
      manager: options.newManager(`kube-controller-manager${at}`, server, machine),
      scheduler: options.newScheduler(`scheduler${at}`, server, machine),
      machine,
      etcd: first,
      etcdMachines: [],
      etcdServers: [],
      absent: true,
      clusterCidr,
      authority,
      served: () => this.#reconcile(),
    });
    this.#all.set(machine.name, { plane, server, active: true });
    if (!this.#reconciling) this.#again();
    this.#reconciling = true;
    return plane;
  }

  /** Its machine is none of the control plane any more, or (`gone`) no machine at all. The last one stays: there another cluster may begin. */
  leave(machine: string, gone: boolean): void {
    const entry = this.#all.get(machine);
    if (entry === undefined) return;
    if ([...this.#all.values()].some((other) => other !== entry && other.active)) entry.active = false;
    if (!gone) return;
    const { servers } = this.options.front;
    servers.splice(servers.indexOf(entry.server as ApiServer), 1);
    this.#all.delete(machine);
  }

  /** How the daemons of a machine reach the API: where it has a server of its own through that one, as kubeadm configures them. */
  way(machine: string): Transport {
    const { front } = this.options;
    return { handle: (request) => (this.#joined(machine) ?? front).handle(request) };
  }

  /** The machine whose API server another one reaches, the first one if none. */
  reachedFrom(machine: string): string | undefined {
    if (this.#all.size > 1) {
      if (this.#joined(machine) !== undefined) return machine;
      const { network } = this.options;
      for (const [name, { server }] of this.#all) if (server.ready && network.joined(machine, name)) return name;
    }
    return this.#first;
  }

  /** What answers at `HOST:PORT`, by its name or its address; and that address. */
  doorAt(place: string): { readonly server: Transport; readonly address: string } | undefined {
    const [host, port] = place.split(':');
    if (port !== String(API_PORT)) return undefined;
    for (const [name, { plane, server }] of this.#all) {
      const { address } = plane.machine;
      if (host === name || host === address) return { server, address };
    }
    const { front, network } = this.options;
    const { name, address } = ENDPOINT;
    return (host === name || host === address) && network.machines.has(name) ? { server: front, address } : undefined;
  }

  #joined(machine: string): Transport | undefined {
    if (this.#all.size < 2) return undefined;
    const entry = this.#all.get(machine);
    return entry?.active === true ? entry.server : undefined;
  }

  /** The address of the next machine whose server answers. */
  #turn(): string | undefined {
    const able = [...this.#all.values()].filter(({ server }) => server.running);
    return able[this.#next++ % able.length]?.plane.machine.address;
  }

  /** The Service `kubernetes` leads to the servers that run. */
  #reconcile(): void {
    const running = [...this.#all.values()].filter(({ server }) => server.ready);
    const [writer] = running;
    const addresses = running.map(({ plane }) => plane.machine.address).sort();
    if (writer !== undefined) run(serveFrom(writer.server, addresses), () => {}, thrown);
  }

  #again(): void {
    this.#reconcile();
    this.options.sim.after(RECONCILE, () => this.#again(), { background: true });
  }
}

function thrown(error: unknown): void {
  throw error;
}
