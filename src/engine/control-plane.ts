import { controlPlanePods } from './api/bootstrap/static-pods.ts';
import type { Authority } from './api/x509/certificate-authority.ts';
import { CERTIFICATES, ControlPlanePki, FILES, kubeconfigText } from './api/x509/control-plane-pki.ts';
import { storeBootstrapObjects } from './apiserver/bootstrap-objects.ts';
import type { ApiServer } from './apiserver/server.ts';
import type { Transport } from './apiserver/types.ts';
import { KUBERNETES_SERVICE_IP, serveFresh } from './bootstrap.ts';
import type { Component } from './component.ts';
import { flagOf, flagProblem } from './control-plane-flags.ts';
import { openControlPlanePorts } from './control-plane-ports.ts';
import type { ControllerManager } from './controllers/manager.ts';
import type { EtcdCluster } from './etcd-server/cluster.ts';
import type { EtcdMember } from './etcd-server/member.ts';
import type { Reach } from './etcd/reach.ts';
import type { Store } from './etcd/store.ts';
import { ApiServerEndpoint } from './node/apiserver-endpoint.ts';
import type { VirtualNetwork } from './network/network.ts';
import type { Machine } from './node/machine.ts';
import { openEtcd } from './open-etcd.ts';
import { MemoryFiles } from './os/files.ts';
import type { Process } from './os/process.ts';
import type { Task } from './os/task.ts';
import { decode, encode } from './os/text.ts';
import type { Scheduler } from './scheduler/scheduler.ts';
import type { Simulation } from './sim/simulation.ts';
import { SECOND } from './sim/time.ts';
import { StaticPart } from './static-part.ts';

export interface ControlPlaneOptions {
  readonly sim: Simulation;
  readonly store: Store;
  /** What answers at its port: the server, or a balancer before several where the scenario has them on no machines of their own. */
  readonly transport: Transport & { readonly running: boolean };
  readonly server: ApiServer;
  /** Whether the members of etcd that the server asks answer. */
  readonly reach: Reach;
  readonly manager: ControllerManager;
  readonly scheduler: Scheduler;
  readonly machine: Machine;
  /** False where the scenario's control plane is on no machine: then its etcd is on none either. A cluster of etcd is one that a member joins. */
  readonly etcd: boolean | EtcdCluster;
  /** Machines of its own that it runs on, if so. */
  readonly etcdMachines: readonly Machine[];
  readonly etcdServers: readonly string[];
  readonly network: VirtualNetwork;
  /** Nothing of it is there before `kubeadm init`. */
  readonly absent: boolean;
  readonly clusterCidr: string;
  readonly authority: Authority;
  /** Its API server has begun to answer. */
  readonly served?: () => void;
}

const PKI = '/etc/kubernetes/pki';
/** How long a starting API server waits for etcd. */
const PATIENCE = 20 * SECOND;

/** What of the control plane is on one machine: its files, its ports, and the components that run as the programs of its static pods do. */
export class ControlPlane {
  readonly machine: Machine;
  readonly pki: ControlPlanePki;
  readonly etcd: EtcdCluster | undefined;
  readonly #etcdComponents: [string, Component][] = [];
  /** By the names of their programs. */
  readonly parts: ReadonlyMap<string, StaticPart>;
  readonly #options: ControlPlaneOptions;
  /** What the API server shows clients, once its program has read it. */
  #certificate: string | undefined;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    const { sim, store, machine, manager, scheduler, server, transport, absent, authority, etcd, reach } = options;
    const { host, name, address } = machine;
    this.machine = machine;
    this.pki = new ControlPlanePki({
      authority,
      seed: sim.seed,
      start: sim.start,
      machine: name,
      address,
      serviceIP: KUBERNETES_SERVICE_IP,
    });
    if (etcd === true) {
      if (!absent) machine.kubelet.mountDirectory(PKI, this.#certificates());
      for (const each of options.etcdMachines) each.start();
      const { network, etcdMachines: external } = options;
      const opened = openEtcd({ sim, store, network, pki: this.pki, client: machine, reach, external, absent });
      this.etcd = opened.cluster;
      this.#etcdComponents = opened.components;
    } else if (etcd !== false) this.etcd = etcd;
    const members = this.etcd?.raft.members ?? [];
    const local = { alive: () => members.some((member) => member.machine === name && member.alive) };
    if (etcd !== false) openControlPlanePorts({ sim, store, transport, host, authority, etcd: local, manager, scheduler });
    // The one server goes down with its port; in front of several the balancer stays.
    const alone = transport === server;
    const behind = alone ? server : { name: 'apiserver', handle: transport.handle.bind(transport), start() {}, stop() {} };
    const certificate = (): string => this.#certificate ?? this.pki.pair('apiserver').certificate;
    const endpoint = new ApiServerEndpoint({ sim, apiserver: behind, host, authority, certificate });
    if (absent) server.stop();
    else endpoint.start();
    const booted = !absent;
    this.parts = new Map([
      [
        'kube-apiserver',
        new StaticPart({
          component: alone ? endpoint : server,
          booted,
          prepare: (process) => this.#prepareServer(process),
          serve: () => this.#serve(),
        }),
      ],
      ['kube-controller-manager', new StaticPart({ component: manager, booted, prepare: (process) => this.#prepareManager(process) })],
      ['kube-scheduler', new StaticPart({ component: scheduler, booted, prepare: (process) => this.#prepare(process) })],
    ]);
  }

  /** The member of etcd on the machine of one that joined, whichever it is at present. */
  get #member(): Component {
    const name = `etcd@${this.machine.name}`;
    const members = (): EtcdMember[] => (this.etcd?.raft.members ?? []).filter(({ machine }) => machine === this.machine.name);
    const each = (act: 'start' | 'stop') => () => members().forEach((member) => member[act]());
    return { name, start: each('start'), stop: each('stop') };
  }

  /** By the names that faults use. */
  get components(): [string, Component][] {
    const { parts } = this;
    // Of one that joined: with its machine's name.
    const at = typeof this.#options.etcd === 'boolean' ? '' : `@${this.machine.name}`;
    const named = (fault: string, program: string): [string, Component] => [`${fault}${at}`, parts.get(program) as StaticPart];
    return [
      named('apiserver', 'kube-apiserver'),
      named('controller-manager', 'kube-controller-manager'),
      named('scheduler', 'kube-scheduler'),
      ...this.#etcdComponents,
      ...(at === '' ? [] : [[`etcd${at}`, this.#member] as [string, Component]]),
    ];
  }

  /** The kubeconfigs that kubeadm leaves in /etc/kubernetes. */
  furnish(files: MemoryFiles): void {
    const { pki, machine } = this;
    for (const { file, commonName = '' } of CERTIFICATES) {
      if (!file.endsWith('.conf')) continue;
      const text = (): string =>
        kubeconfigText(`https://${machine.address}:6443`, pki.authority('ca').certificate, commonName, pki.pair(file));
      files.lazyFile(`/etc/kubernetes/${file}`, () => encode(text()), { mode: 0o600 });
    }
  }

  #certificates(): MemoryFiles {
    const { pki } = this;
    const files = new MemoryFiles(() => this.#options.sim.now);
    files.makeDirectory('/etcd');
    for (const file of FILES) files.lazyFile(`/${file}`, () => encode(pki.text(file)), { mode: file.endsWith('.key') ? 0o600 : 0o644 });
    return files;
  }

  *#prepare(process: Process): Task<string | undefined> {
    const { machine, clusterCidr, etcdServers } = this.#options;
    const pods = controlPlanePods({ node: machine.name, address: machine.address, clusterCidr, etcdServers });
    const [usual] = pods.map(({ spec }) => spec?.containers[0]).filter((each) => each?.name === process.argv[0]);
    return flagProblem(process.argv, usual?.command ?? [], machine.kubelet.disk.root);
  }

  *#prepareManager(process: Process): Task<string | undefined> {
    const problem = yield* this.#prepare(process);
    if (problem === undefined) this.#options.manager.clusterCidr = flagOf(process.argv, 'cluster-cidr');
    return problem;
  }

  *#prepareServer(process: Process): Task<string | undefined> {
    const problem = yield* this.#prepare(process);
    if (problem !== undefined) return problem;
    const { reach, machine, server } = this.#options;
    for (let waited = 0; reach.outage !== undefined; waited += SECOND) {
      if (waited >= PATIENCE) return 'problem initializing API group "": context deadline exceeded';
      yield* process.sleep(SECOND);
    }
    this.#certificate = decode(process.files.read(`${PKI}/apiserver.crt`));
    server.version = imageTag(machine.kubelet.manifests) ?? server.version;
    return undefined;
  }

  /** An empty store gets what every cluster is born with. */
  *#serve(): Task<void> {
    const { sim, store, server, machine, served } = this.#options;
    served?.();
    if (store.get('/registry/namespaces/default') !== undefined) return;
    storeBootstrapObjects(sim, store);
    yield* serveFresh(server, machine.address);
  }
}

/** The version whose program is started: the tag of the image, as the manifest has it. */
function imageTag(manifests: MemoryFiles): string | undefined {
  const path = '/kube-apiserver.yaml';
  return manifests.exists(path) ? /image: \S+:(v1\.\d+\.\d+)/.exec(decode(manifests.read(path)))?.[1] : undefined;
}
