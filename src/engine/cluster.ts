import { clusterAutoscalerImage } from './addons/cluster-autoscaler/image.ts';
import { clusterAutoscalerManifests } from './addons/cluster-autoscaler/manifests.ts';
import { corednsImage } from './addons/coredns.ts';
import { storageProvisionerImage } from './addons/minikube-storage.ts';
import { provisionersOf } from './addons/storage-provisioner.ts';
import type { MemoryFiles } from './os/files.ts';
import type { Network, Program } from './os/process.ts';
import type { Node, Pod } from './api/generated/types.ts';
import { KINDS } from './api/kinds/index.ts';
import { apiVersion, type Kind } from './api/kind.ts';
import type { ApiObject } from './api/meta.ts';
import type { Authority } from './api/x509/certificate-authority.ts';
import { practiceAuthority } from './api/x509/practice-authority.ts';
import { storagePrefix } from './apiserver/route.ts';
import { storeBootstrapObjects } from './apiserver/bootstrap-objects.ts';
import { outboundOver } from './control-plane-network.ts';
import type { NetworkNamespace } from './network/namespace.ts';
import { Balancer } from './apiserver/balancer.ts';
import { ApiServer } from './apiserver/server.ts';
import type { ApiRequest, ApiResponse, Credentials, Stream, Transport } from './apiserver/types.ts';
import { Cloud } from './cloud/cloud.ts';
import { Slots } from './cloud/slots.ts';
import type { Component } from './component.ts';
import { ControllerManager } from './controllers/manager.ts';
import { readyCondition } from './controllers/node/node-health.ts';
import { Reach } from './etcd/reach.ts';
import { Store } from './etcd/store.ts';
import { etcdImage } from './etcd-server/image.ts';
import { DNS_SERVICE_IP } from './api/bootstrap/kubeadm-addons.ts';
import { controlPlanePods } from './api/bootstrap/static-pods.ts';
import { bootstrap, labelNodes, staticKubeProxy } from './bootstrap.ts';
import { ControlPlane } from './control-plane.ts';
import { ControlPlanes } from './control-planes.ts';
import { controlPlaneImages } from './control-plane-images.ts';
import { Machine, type MachineOptions } from './node/machine.ts';
import { ImageFiles, type Utilities } from './node/runtime/image-files.ts';
import { Registry } from './node/runtime/registry.ts';
import { VirtualNetwork } from './network/network.ts';
import { FaultProblem, type Fault } from './faults/fault.ts';
import { etcdServers, etcdSpecs } from './open-etcd.ts';
import { describeFault, Faults } from './faults/faults.ts';
import { hostPathProvisioner, openCloud, openDeviceDrivers, openStorageDrivers } from './optional-parts.ts';
import { defaultScenario, type MachineSpec, type Scenario } from './scenario.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { Recorder, type Input } from './sim/recorder.ts';
import { Simulation } from './sim/simulation.ts';
import { SECOND, parseTime, type Millis } from './sim/time.ts';
import { ExternalClients } from './external.ts';
import { unitControl } from './unit-control.ts';

/** Of the first machine, which is the control plane's. */
const NODE = KINDS.find(({ kind }) => kind === 'Node') as Kind;
// A kubelet looks whether its node's status has changed every ten seconds.
const KUBELET_LOOK = 10 * SECOND;

const FIRST_ADDRESS = '192.168.0.10';

// Of a bounded history: a write comes with about so many entries of the log.
const ENTRIES_A_REVISION = 5;

/** Who opens a cluster is its administrator, as the kubeconfig of kubeadm is. */
export const ADMIN: Credentials = { kind: 'certificate', user: 'kubernetes-admin', groups: ['kubeadm:cluster-admins', 'system:masters'] };

export interface ClusterOptions {
  scenario?: Scenario;
  /** Workers of the default scenario; ignored when a scenario is given. */
  nodes?: number;
  /** Instead of the scenario's. */
  seed?: number;
  /** `false`: keep no log and little history (bulk runs). */
  log?: boolean;
  /** Programs that images' file systems offer beside their own daemons, by flavour: `sh` and utilities. */
  programs?: Utilities;
  /** Field documentation for the OpenAPI documents (`kubectl explain`); loaded by those who want it. */
  descriptions?: () => Record<string, Record<string, string>>;
  /** The CA that signs certificates; without it one that is the same everywhere. */
  authority?: Authority;
  /** Deep-freeze every stored object, so that a mutation throws. For tests. */
  freeze?: boolean;
}

export interface Rack {
  /** Powers on a new machine; a bare one is no node before it joins. */
  add(spec: MachineSpec, bare: boolean): Machine;
  remove(machine: Machine): void;
  /** Its kubelet and proxy run from now on. */
  join(machine: Machine): void;
  /** They run no more. */
  leave(machine: Machine): void;
  /** It may have a control plane beside the first one's: what of it runs are the static pods that it gets. */
  promote(machine: Machine): ControlPlane;
  /** Those that are there from the start, and stay. */
  readonly fixed: readonly string[];
}

/** Applies inputs of other rooms (terminals); the composition of a lab adds them. */
export type InputHandler = (input: Input) => unknown;

/** A whole cluster: every component, wired as in real life, in one deterministic world. */
export class Cluster {
  readonly sim: Simulation;
  readonly store: Store;
  /** The front door: the API server, or the balancer before several. */
  readonly apiserver: Balancer;
  readonly network: VirtualNetwork;
  readonly machines = new Map<string, Machine>();
  /** Who rents out machines. */
  readonly cloud: Cloud;
  /** All registries of images. */
  readonly registry: Registry;
  readonly recorder: Recorder;
  readonly clients: ExternalClients;
  readonly scenario: Scenario;
  /** By the names that faults use. */
  readonly components = new Map<string, Component>();
  readonly faults: Faults;
  /** Programs that nodes have besides their own; who brings a workstation adds to them. */
  readonly tools: Record<string, Program> = {};
  /** Machines that come and go while it runs. Who calls this does it for what was typed, or another recorded input. */
  readonly rack: Rack;
  /** Where there are machines. */
  readonly controlPlane: ControlPlane | undefined;
  readonly controlPlanes: ControlPlanes;
  /** Log entry and instant at which the start state was reached. */
  readonly ready: { readonly seq: number; readonly at: Millis };
  readonly #inputs = new Map<string, InputHandler>();
  readonly #server: ApiServer;

  constructor(options: ClusterOptions = {}) {
    const scenario = (this.scenario = options.scenario ?? defaultScenario(options.nodes));
    const start = parseTime(scenario.start);
    this.sim = new Simulation({
      seed: options.seed ?? scenario.seed,
      ...(Number.isNaN(start) ? {} : { start }),
      log: options.log ?? scenario.history ?? true,
    });
    const { sim } = this;
    this.store = new Store(sim, options.log === false ? 10_000 : scenario.history && Math.ceil(scenario.history / ENTRIES_A_REVISION));
    this.network = new VirtualNetwork({ sim });
    // Set once there are machines; nobody calls a webhook before.
    let way: NetworkNamespace | undefined;
    const reach = new Reach();
    const numbered = (name: string, i: number): string => (i === 0 ? name : `${name}-${i + 1}`);
    const replicas = Array.from({ length: scenario.controlPlaneReplicas }, (_, i) => i);
    const newServer = (name: string, etcd: Reach, machine?: Machine): ApiServer =>
      new ApiServer({
        name,
        sim,
        store: this.store,
        etcd,
        kinds: KINDS,
        kubelets: (node) => this.machines.get(node)?.dial(),
        outbound: outboundOver(() => machine?.host ?? way),
        inertWarnings: scenario.inertWarnings ?? true,
        ...(scenario.auditPolicy === undefined ? {} : { auditPolicy: scenario.auditPolicy }),
        ...(options.freeze === undefined ? {} : { freeze: options.freeze }),
        ...(options.descriptions === undefined ? {} : { descriptions: options.descriptions }),
      });
    const servers = replicas.map((i) => newServer(numbered('apiserver', i), reach));
    for (const each of servers) each.version = scenario.kubernetesVersion ?? each.version;
    const [server] = servers as [ApiServer];
    this.#server = server;
    this.apiserver = new Balancer(sim, servers);
    this.recorder = new Recorder(sim, scenario.name, (input) => this.#apply(input));
    this.clients = new ExternalClients(sim, this.apiserver);
    for (const kind of ['request', 'stream-close']) this.onInput(kind, (input) => this.clients.apply(input));
    this.onInput('fault', (input) => this.break(input['fault'] as Fault, input['undo'] === true));

    const specs = [...(scenario.controlPlane === undefined ? [] : [scenario.controlPlane]), ...scenario.nodes];
    const rentable = scenario.nodeGroups.reduce((sum, { max }) => sum + max, 0);
    // A /16 has a /24 for each of 256 nodes; a larger cluster has to be planned with a larger range.
    const clusterCidr = specs.length + rentable > 256 ? '10.128.0.0/9' : '10.244.0.0/16';
    const authority = options.authority ?? practiceAuthority();
    // The cluster begins with kubeadm init.
    const absent = scenario.controlPlane?.bare === true;
    for (const one of servers) this.components.set(one.name, one);
    // Behind a balancer that stands for one machine each asks any of the servers, else the one beside it.
    const near = servers.length === 1 ? server : this.apiserver;
    const host = scenario.controlPlane?.name ?? 'control-plane';
    const newManager = (name: string, transport: Transport, machine?: Machine): ControllerManager =>
      new ControllerManager({
        sim,
        transport,
        name,
        clusterCidr,
        hostPathProvisioner: provisionersOf(scenario.manifests).has('kubernetes.io/host-path'),
        authority,
        hostname: machine?.name ?? host,
      });
    const managers = replicas.map((i) => newManager(numbered('kube-controller-manager', i), near));
    const configured = scenario.schedulerConfiguration === undefined ? {} : { configuration: scenario.schedulerConfiguration };
    let hostNet: Network | undefined;
    const schedulerNet = (): Network => {
      hostNet ??= way?.open();
      if (hostNet === undefined) throw new Error('a cluster without machines has no network');
      return hostNet;
    };
    const newScheduler = (name: string, transport: Transport, machine?: Machine): Scheduler => {
      const at = machine === undefined ? { net: schedulerNet, host } : { net: () => machine.host.open(), host: machine.name };
      return new Scheduler({ sim, transport, name, ...at, ...configured });
    };
    const schedulers = replicas.map((i) => newScheduler(numbered('scheduler', i), near));
    const { store, network, apiserver: front } = this;
    const planes = (this.controlPlanes = new ControlPlanes({
      sim,
      store,
      network,
      front,
      authority,
      clusterCidr,
      newServer,
      newManager,
      newScheduler,
    }));
    managers.forEach((manager, i) => this.components.set(numbered('controller-manager', i), manager));
    for (const scheduler of schedulers) this.components.set(scheduler.name, scheduler);
    const world = { sim, transport: this.apiserver };
    const list = ({ name, parts }: Machine): void => {
      for (const [part, component] of parts) this.components.set(`${part}@${name}`, component);
    };
    const strike = ({ name, parts }: Machine): void => {
      for (const [part] of parts) this.components.delete(`${part}@${name}`);
    };
    const install = (spec: Omit<MachineOptions, keyof typeof surroundings | 'transport' | 'apiserver'>): Machine => {
      const apiserver = {
        get node() {
          return scenario.controlPlane && (planes.reachedFrom(spec.name) ?? scenario.controlPlane.name);
        },
        address: FIRST_ADDRESS,
      };
      const transport = planes.way(spec.name);
      const machine = new Machine({ ...surroundings, ...spec, transport, apiserver, control: unitControl(this, spec.name) });
      this.machines.set(spec.name, machine);
      if (machine.joined) list(machine);
      return machine;
    };
    const slots = new Slots(specs.length + scenario.externalEtcd, clusterCidr);
    const abandon = (machine: Machine, gone: boolean): void => {
      for (const [name, part] of planes.on(machine.name)?.components ?? [])
        if (this.components.get(name) === part && name.endsWith(`@${machine.name}`)) this.components.delete(name);
      planes.leave(machine.name, gone);
    };
    const scrap = (machine: Machine): void => {
      machine.remove();
      abandon(machine, true);
      slots.free(machine.name);
      this.machines.delete(machine.name);
      strike(machine);
    };
    const proxyPod = (name: string): { staticPods?: readonly Pod[] } =>
      scenario.systemPods && !absent && scenario.kubernetesVersion === undefined ? { staticPods: [staticKubeProxy(name)] } : {};
    this.rack = {
      add: (spec, bare) => {
        const machine = install({ ...spec, index: slots.take(spec.name), bare, ...proxyPod(spec.name) });
        machine.start();
        return machine;
      },
      remove: scrap,
      join: (machine) => {
        list(machine);
        machine.join();
      },
      leave: (machine) => {
        strike(machine);
        machine.leave();
        abandon(machine, false);
      },
      promote: (machine) => {
        const plane = planes.add(machine);
        for (const [name, component] of plane.components) this.components.set(name, component);
        return plane;
      },
      fixed: [...specs, ...etcdSpecs(scenario)].map(({ name }) => name),
    };
    const cloud = (this.cloud = new Cloud({
      sim,
      groups: scenario.nodeGroups,
      deliver: (name, { template }, providerID) => {
        const machine = install({ ...template, name, index: slots.take(name), providerID, ...proxyPod(name) });
        machine.start();
        return machine;
      },
      scrap,
    }));
    const images = [
      corednsImage(world),
      ...controlPlaneImages(world, (name, machine) => planes.on(machine)?.parts.get(name)),
      etcdImage(() => this.controlPlane?.etcd),
      clusterAutoscalerImage({ ...world, cloud }),
      storageProvisionerImage((name) => hostPathProvisioner(this, name)),
    ];
    const registry = (this.registry = new Registry(scenario.images, images, scenario.registries));
    const surroundings = {
      sim,
      network,
      imageFiles: new ImageFiles(options.programs ?? {}, sim.start),
      registry,
      tools: this.tools,
      clusterDNS: DNS_SERVICE_IP,
      clusterCidr,
      machines: (): Iterable<Machine> => this.machines.values(),
      authority,
      ...(scenario.kubernetesVersion === undefined ? {} : { kubernetesVersion: scenario.kubernetesVersion }),
      ...(absent ? { cni: 'none' as const } : {}),
    };
    const version = scenario.kubernetesVersion === undefined ? {} : { version: scenario.kubernetesVersion };
    const outside = etcdServers(scenario, specs.length);
    specs.forEach((spec, index) => {
      const own = index === 0 && scenario.controlPlane !== undefined && scenario.systemPods && !absent;
      const pods = controlPlanePods({ node: spec.name, address: FIRST_ADDRESS, clusterCidr, etcdServers: outside, ...version });
      const furnish = (files: MemoryFiles): void => this.controlPlane?.furnish(files);
      install({ ...spec, index, ...(own ? { staticPods: pods, furnish } : {}) });
    });
    const etcdMachines = etcdSpecs(scenario).map((spec, i) => install({ ...spec, index: specs.length + i, bare: true }));

    this.faults = new Faults({
      sim,
      network: this.network,
      registry,
      machines: this.machines,
      components: this.components,
      groups: cloud.console,
      controlPlane: scenario.controlPlane?.name,
    });

    const first = [...this.machines.values()][0];
    way = first?.host;
    if (first !== undefined) {
      this.controlPlane = new ControlPlane({
        sim,
        store: this.store,
        network: this.network,
        transport: near,
        server,
        reach,
        manager: managers[0] as ControllerManager,
        scheduler: schedulers[0] as Scheduler,
        machine: first,
        etcd: scenario.controlPlane !== undefined,
        etcdMachines,
        etcdServers: outside,
        absent,
        clusterCidr,
        authority,
      });
      planes.begin(this.controlPlane, near, absent);
      for (const [name, component] of this.controlPlane.components) this.components.set(name, component);
    }
    if (!absent) {
      storeBootstrapObjects(sim, this.store);
      bootstrap(
        { apiserver: this.apiserver, scenario, authority: authority.certificate },
        specs.map(({ name }) => name),
        first === undefined ? FIRST_ADDRESS : first.address,
      );
      for (const component of [...managers, ...schedulers]) component.start();
    }
    for (const machine of this.machines.values()) machine.start();
    openStorageDrivers(this);
    if (!absent) labelNodes(this, specs);
    openDeviceDrivers(this);
    openCloud(this, cloud);
    sim.runUntilQuiet();
    // Of a crowd of nodes most become Ready with their kubelets' next look.
    for (let looks = 0; looks < 3 && !allReady(this.observe(NODE) as readonly Node[]); looks++) {
      sim.runFor(KUBELET_LOOK);
      sim.runUntilQuiet();
    }
    if (scenario.clusterAutoscaler !== undefined) {
      for (const manifest of clusterAutoscalerManifests(scenario.clusterAutoscaler)) this.create(manifest);
      sim.runUntilQuiet();
    }
    for (const manifest of scenario.manifests) this.create(manifest);
    if (scenario.manifests.length > 0) sim.runUntilQuiet();
    scenario.faults.forEach((fault, i) => {
      try {
        this.faults.break(fault);
      } catch (error) {
        if (!(error instanceof FaultProblem)) throw error;
        throw new Error(`scenario ${scenario.name}: faults[${i}].${error.field}: ${error.message}`, { cause: error });
      }
    });
    this.ready = { seq: sim.log.last, at: sim.now };
  }

  /** Adds a kind of input that recordings may hold. */
  onInput(kind: string, handler: InputHandler): void {
    this.#inputs.set(kind, handler);
  }

  /**
   * A request from outside the world: recorded, so that a replay makes it again. `answered` is called before this
   * returns, or later in an event where webhooks or other API servers are asked.
   */
  request(request: ApiRequest, answered: (response: ApiResponse) => void = () => {}): void {
    this.clients.answering(answered, () => this.recorder.input({ kind: 'request', request }));
  }

  /** The client of a stream went away: recorded. */
  closeStream(stream: Stream): void {
    const id = this.clients.idOf(stream);
    if (id !== undefined) this.recorder.input({ kind: 'stream-close', stream: id });
  }

  /** Breaks or mends something: recorded. */
  fault(fault: Fault, undo = false): void {
    this.recorder.input({ kind: 'fault', fault, undo, text: `${undo ? 'mend' : 'break'} ${describeFault(fault)}` });
  }

  /** The kinds that are served now: the built-in ones, and those that definitions have made. */
  get kinds(): readonly Kind[] {
    return this.#server.servedKinds;
  }

  /** Present objects of a resource whose keys after its prefix are in [start, end): how many, and so many of them from the `skip`th on. */
  observePart(kind: Kind, start: string, end: string, skip: number, limit: number): { items: ApiObject[]; total: number } {
    const prefix = storagePrefix(kind);
    const { kvs, count } = this.store.range(prefix + start, prefix + end, { skip, limit: Math.max(1, limit) });
    return { items: kvs.slice(0, limit).map((kv) => kv.value as ApiObject), total: count };
  }

  /** One object as it was at a revision (0: now). */
  observeOne(kind: Kind, namespace: string | undefined, name: string, revision = 0): ApiObject | undefined {
    const key = `${storagePrefix(kind)}${namespace === undefined ? '' : `${namespace}/`}${name}`;
    return this.store.range(key, `${key}\0`, { revision, compacted: true }).kvs[0]?.value as ApiObject | undefined;
  }

  /** Objects of a resource as they were at a revision (0: now). The observer stands outside the world: reading is no event of it. */
  observe(kind: Kind, revision = 0): readonly ApiObject[] {
    const prefix = storagePrefix(kind);
    return this.store.range(prefix, `${prefix}\uffff`, { revision, compacted: true }).kvs.map((kv) => kv.value as ApiObject);
  }

  /** An object that is there from the start. */
  create(manifest: ApiObject): void {
    const kind = KINDS.find((candidate) => candidate.kind === manifest.kind && apiVersion(candidate) === manifest.apiVersion);
    if (kind === undefined)
      throw new Error(`scenario ${this.scenario.name}: no matches for kind "${manifest.kind}" in version "${manifest.apiVersion}"`);
    const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersion(kind)}`;
    const namespace = kind.namespaced ? `/namespaces/${manifest.metadata.namespace ?? 'default'}` : '';
    const response = this.apiserver.answer({
      method: 'POST',
      path: `${root}${namespace}/${kind.resource}`,
      body: manifest,
      credentials: ADMIN,
      actor: 'scenario',
      query: { fieldValidation: 'Strict' },
    });
    if (response.code >= 400) {
      throw new Error(
        `scenario ${this.scenario.name}: ${manifest.kind} ${manifest.metadata.name ?? ''}: ${(response.body as { message: string }).message}`,
      );
    }
  }

  /** Breaks or mends something from inside the world (a program of the lab); `fault` is for what comes from outside. */
  break(fault: Fault, undo: boolean): void {
    if (undo) this.faults.mend(fault);
    else this.faults.break(fault);
  }

  #apply(input: Input): unknown {
    const handler = this.#inputs.get(input.kind);
    if (handler === undefined) throw new Error(`recording holds an input of unknown kind "${input.kind}"`);
    return handler(input);
  }
}

const allReady = (nodes: readonly Node[]): boolean => nodes.every((node) => readyCondition(node)?.status === 'True');

/** Opens a cluster and brings it to its start state: every system pod Ready, the scenario's objects there, its faults in force. */
export function openCluster(options: ClusterOptions = {}): Cluster {
  return new Cluster(options);
}
