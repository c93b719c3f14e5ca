import { mayKubeletLabel } from '../api/node/kubelet-labels.ts';
import type { Program } from '../os/process.ts';
import type { Pod } from '../api/generated/types.ts';
import type { Authority } from '../api/x509/certificate-authority.ts';
import { practiceAuthority } from '../api/x509/practice-authority.ts';
import { quantityValue } from '../api/quantity.ts';
import type { KubeletServer, Transport } from '../apiserver/types.ts';
import { NetworkNamespace } from '../network/namespace.ts';
import { parseRange, toText } from '../network/address.ts';
import type { VirtualNetwork } from '../network/network.ts';
import { DiskUse } from '../os/disk-use.ts';
import type { MemoryFiles } from '../os/files.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { UnitControl } from './host/host-parts.ts';
import { HostSystem } from './host/host-system.ts';
import type { Component } from '../component.ts';
import { PackageBase } from './host/packages.ts';
import { Kubelet } from './kubelet/kubelet.ts';
import { KUBELET_VERSION } from './kubelet/node-reporter.ts';
import type { ShutdownPeriods } from './kubelet/shutdown.ts';
import { openKubeletPort } from './kubelet-port.ts';
import { NodeServer } from './kubelet/server.ts';
import { KubeProxy } from './proxy/proxy.ts';
import { serveSsh, SSH_PORT } from './ssh/sshd.ts';
import { Uplink } from './uplink.ts';
import { machineAmounts, type MachineSize } from './machine-amounts.ts';
import { MachineResources } from './machine-resources.ts';
import { ContainerRuntime } from './runtime/container-runtime.ts';
import { FLAVOURS, type RuntimeFlavour, type RuntimeName } from './runtime/flavour.ts';
import type { ImageFiles } from './runtime/image-files.ts';
import { ImageStore } from './runtime/image-store.ts';
import { CONTAINER_LOGS, LogFiles, POD_LOGS } from './runtime/log-files.ts';
import type { Registry } from './runtime/registry.ts';

export interface MachineOptions extends MachineSize {
  sim: Simulation;
  transport: Transport;
  network: VirtualNetwork;
  registry: Registry;
  /** Number of the machine from 0: its address is 192.168.0.(10 + index), its pods' range the index-th /24 of the cluster's. */
  index: number;
  name: string;
  /** containerd unless said. */
  runtime?: RuntimeName;
  labels: Readonly<Record<string, string>>;
  taints: readonly { key: string; value?: string; effect: string }[];
  images: readonly string[];
  /** `--provider-id`: what a cloud calls it. */
  providerID?: string;
  /** What is in the images; all machines share it. */
  imageFiles: ImageFiles;
  staticPods?: readonly Pod[];
  /** Nothing of Kubernetes runs on it before it joins. */
  bare?: boolean;
  /** Of the packages of Kubernetes on it. */
  kubernetesVersion?: string;
  /** Its network plugin comes with an add-on's files in /etc/cni/net.d; the machine's own is there from the start unless said. */
  cni?: 'none';
  /** What else is on its disk when somebody first looks. */
  furnish?: (files: MemoryFiles) => void;
  /** What an administrator has installed besides: kubeadm and its like. Looked at when somebody first logs in. */
  tools?: Readonly<Record<string, Program>>;
  clusterDNS: string;
  /** Vouches for the certificates of the kubelet's clients; without it one that is the same everywhere. */
  authority?: Authority;
  /** Where all pods' addresses come from. */
  clusterCidr?: string;
  /** Where the API server is; without it nothing can cut the machine from it. */
  apiserver?: { readonly node: string | undefined; readonly address: string };
  /** Ends and starts its services, for who does that on the machine itself; directly unless said. */
  control?: UnitControl;
  /** All machines of the cluster. */
  machines?: () => Iterable<Machine>;
}

const FIRST_ADDRESS = parseRange('192.168.0.10/32').first;
// --node-cidr-mask-size of 24.
const POD_RANGE = 256;
const POD_CIDR = '10.244.0.0/16';
/** RestartSec of the kubelet's unit. */
const RESTART: Millis = 10 * SECOND;
/** The node's distribution, with what an administrator has installed. */
const DISTRIBUTION = 'debian+curl+procps+iputils+iproute2+nettools+psmisc+traceroute+netcat+dnsutils+jq+less+editors+kernel';

/** A machine of the cluster: runtime, kubelet and proxy behind one power switch. */
export class Machine {
  readonly name: string;
  readonly address: string;
  /** The machine's own network, which its daemons and the pods with hostNetwork share. */
  readonly host: NetworkNamespace;
  readonly kubelet: Kubelet;
  readonly proxy: KubeProxy;
  readonly runtime: ContainerRuntime;
  /** What it has, and what all but pods use of it. */
  readonly resources: MachineResources;
  readonly packages: PackageBase;
  readonly #server: KubeletServer;
  readonly #newSystem: () => HostSystem;
  #system: HostSystem | undefined;
  #powered = false;
  #goingDown = false;
  #joined = true;

  constructor(readonly options: MachineOptions) {
    this.#joined = options.bare !== true;
    const { sim, network, name } = options;
    this.packages = new PackageBase(options.kubernetesVersion ?? KUBELET_VERSION);
    this.name = name;
    this.address = toText(FIRST_ADDRESS + options.index);
    network.machines.set(name, this.address);
    const first = parseRange(options.clusterCidr ?? POD_CIDR).first + options.index * POD_RANGE;
    network.plug({ node: name, podRange: { first, size: POD_RANGE }, powered: () => this.#powered });
    const host = (this.host = new NetworkNamespace({ network, actor: name, addresses: [this.address], node: name, host: true }));
    network.alias(toText(first + 1), host);
    const transport = new Uplink({ transport: options.transport, host, server: options.apiserver });
    const random = sim.random(`machine/${name}`);
    const flavour = FLAVOURS[options.runtime ?? 'containerd'];
    const actor = `${name}/${flavour.actor}`;
    const resources = (this.resources = new MachineResources({
      memory: quantityValue(options.memory),
      disk: quantityValue(options.ephemeralStorage),
    }));
    const disk = new DiskUse({ within: resources.disk });
    const images = new ImageStore(sim, actor, options.registry, options.imageFiles, random.fork('images'), options.images, flavour, disk);
    this.runtime = new ContainerRuntime({
      sim,
      network,
      node: name,
      images,
      host,
      random: random.fork('containers'),
      resources,
      flavour,
      hasFile: (path) => this.kubelet.disk.is(path, 'file'),
      ...(options.cni === undefined ? {} : { networkConfigured: () => hasNetworkPlugin(this.kubelet.disk.root) }),
    });
    const { capacity, allocatable, configuration } = machineAmounts(options);
    const logs = new LogFiles(this.runtime, () => sim.now);
    this.kubelet = new Kubelet({
      sim,
      transport,
      nodeName: name,
      address: this.address,
      capacity,
      allocatable,
      labels: Object.fromEntries(Object.entries(options.labels).filter(([label]) => mayKubeletLabel(label))),
      taints: options.taints,
      ...(options.providerID === undefined ? {} : { providerID: options.providerID }),
      runtime: this.runtime,
      images,
      resources,
      configuration,
      host,
      staticPods: options.staticPods ?? [],
      clusterDNS: options.clusterDNS,
      installed: () => this.packages.version('kubelet'),
      disk: { mounts: { [POD_LOGS]: logs.pods, [CONTAINER_LOGS]: logs.containers }, furnish: (files) => this.#furnish(files) },
      ids: { machineID: random.hex(32), systemUUID: random.uuid(), bootID: random.uuid() },
    });
    this.proxy = new KubeProxy({ sim, transport, network, nodeName: name, nodeAddress: this.address, host });
    this.#server = new NodeServer({ sim, kubelet: this.kubelet, runtime: this.runtime });
    const authority = options.authority ?? practiceAuthority();
    openKubeletPort({ sim, transport, host, nodeName: name, authority, dial: () => this.dial() });
    this.#newSystem = () => this.#hostSystem(flavour, images, authority);
    host.open().listen(SSH_PORT, (connection) => serveSsh(() => this.system, connection));
  }

  /** Its container runtime's daemon: without it containers go on. */
  get runtimeDaemon(): Component {
    const { runtime } = this;
    const { name } = FLAVOURS[this.options.runtime ?? 'containerd'];
    return { name, start: () => runtime.runDaemon(true), stop: () => runtime.runDaemon(false) };
  }

  /** What runs on a node, by the names that faults have for it. */
  get parts(): readonly (readonly [name: string, part: Component])[] {
    const { kubelet, proxy, runtimeDaemon, networkPlugin } = this;
    return [
      ['kubelet', kubelet],
      ['kube-proxy', proxy],
      [runtimeDaemon.name, runtimeDaemon],
      ['cni', networkPlugin],
    ];
  }

  /** What sets up the network of its pods. */
  get networkPlugin(): Component {
    const { runtime } = this;
    return {
      name: 'cni',
      start: () => (runtime.sandboxes.networkFault = undefined),
      stop: () => (runtime.sandboxes.networkFault = 'failed to find plugin "bridge" in path [/opt/cni/bin]'),
    };
  }

  #furnish(files: MemoryFiles): void {
    this.system.furnish(files);
    this.options.furnish?.(files);
  }

  /** What who logs in finds; made when the first one does. */
  get system(): HostSystem {
    return (this.#system ??= this.#newSystem());
  }

  get podRange(): string {
    const first = parseRange(this.options.clusterCidr ?? POD_CIDR).first + this.options.index * POD_RANGE;
    return `${toText(first)}/24`;
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** The kubelet's server, while it and the machine run. */
  dial(): KubeletServer | undefined {
    const { network, apiserver } = this.options;
    const reachable = apiserver === undefined || network.joined(this.name, apiserver.node);
    return this.#powered && this.kubelet.running && reachable ? this.#server : undefined;
  }

  /** Whether it belongs to the cluster: a bare machine has power and a network, and nothing of Kubernetes runs on it. */
  get joined(): boolean {
    return this.#joined;
  }

  /** Its kubelet and proxy run from now on, as after `kubeadm join`. */
  join(): void {
    if (this.#joined) return;
    this.#joined = true;
    if (this.#powered) this.#startDaemons();
  }

  /** They run no more, and neither does any container, as after `kubeadm reset`. */
  leave(): void {
    if (!this.#joined) return;
    this.#joined = false;
    this.kubelet.stop();
    this.proxy.stop();
    this.runtime.powerOff();
    this.kubelet.loseMemory();
  }

  /** Powers it on; a shutdown that is still held up is called off. */
  start(): void {
    this.#goingDown = false;
    if (this.#powered) return this.kubelet.cancelShutdown();
    this.#powered = true;
    this.resources.bootedAt = this.options.sim.now;
    this.options.network.changed();
    this.runtime.runDaemon(true);
    if (this.#joined) this.#startDaemons();
  }

  #startDaemons(): void {
    this.kubelet.start();
    this.proxy.start();
  }

  /** systemd shuts it down, once the kubelet lets it. */
  shutDown(periods?: ShutdownPeriods): void {
    if (!this.#powered || this.#goingDown) return;
    const off = (): void => {
      if (this.#goingDown) this.stop();
    };
    this.#goingDown = true;
    if (this.kubelet.running) this.kubelet.shutdown(off, periods);
    else off();
  }

  /** Pulls the plug: every process on it is gone at once. */
  stop(): void {
    if (!this.#powered) return;
    this.kubelet.stop();
    this.proxy.stop();
    this.runtime.powerOff();
    this.kubelet.loseMemory();
    this.#system?.powerOff();
    this.#powered = false;
    this.#goingDown = false;
    this.options.network.changed();
  }

  /** Takes it out of the rack: powered off, and its name and addresses lead nowhere. */
  remove(): void {
    this.stop();
    const { network } = this.options;
    this.host.close();
    network.unplug(this.name);
    network.machines.delete(this.name);
  }

  #hostSystem(flavour: RuntimeFlavour, images: ImageStore, authority: Authority): HostSystem {
    const { options, runtime, kubelet, proxy, host, name } = this;
    const { sim, imageFiles, machines } = options;
    return new HostSystem({
      sim,
      name,
      host,
      kubelet,
      proxy,
      runtime,
      images,
      flavour,
      random: sim.random(`host/${name}`),
      utilities: () => ({ ...imageFiles.utilitiesOf(DISTRIBUTION), ...options.tools }),
      control: options.control ?? this.#control(),
      bootedAt: () => this.resources.bootedAt,
      authority: authority.certificate,
      apiserver: options.apiserver?.address ?? this.address,
      clusterDNS: options.clusterDNS,
      clusterCidr: options.clusterCidr ?? POD_CIDR,
      podRange: this.podRange,
      bare: !this.#joined,
      packages: this.packages,
      cni: options.cni,
      peers: () =>
        Array.from(machines?.() ?? []).flatMap((each) => (each === this ? [] : [{ address: each.address, podRange: each.podRange }])),
      use: () => kubelet.observe(),
      load: () => (this.resources.system.cpu + runtime.cpuInUse) / 1000,
    });
  }

  #control(): UnitControl {
    const part = (unit: 'kubelet' | 'runtime'): Component => (unit === 'kubelet' ? this.kubelet : this.runtimeDaemon);
    return {
      start: (unit) => part(unit).start(),
      stop: (unit) => part(unit).stop(),
      crash: () => crashKubelet(this),
      powerOff: () => this.shutDown(),
    };
  }
}

/** A configuration of CNI lies where the runtime looks. */
function hasNetworkPlugin(disk: MemoryFiles): boolean {
  const directory = '/etc/cni/net.d';
  return disk.exists(directory) && disk.list(directory).some((name) => /\.(conf|conflist|json)$/.test(name));
}

/** The kubelet dies of a signal; its unit starts it again. */
export function crashKubelet(machine: Machine): void {
  machine.kubelet.stop();
  machine.options.sim.after(RESTART, () => {
    if (machine.powered) machine.kubelet.start();
  });
}
