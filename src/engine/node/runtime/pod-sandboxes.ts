import type { Details } from '../../sim/log.ts';
import { NetworkNamespace } from '../../network/namespace.ts';
import type { VirtualNetwork } from '../../network/network.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { addTo, removeFrom, type ByPod } from './by-pod.ts';
import type { PodSandbox } from './container.ts';
import { CriError, type SandboxConfig } from './cri.ts';
import { EtcHosts } from './etc-hosts.ts';
import type { RuntimeFlavour } from './flavour.ts';
import { PodAddresses } from './pod-addresses.ts';

export interface SandboxesOptions {
  sim: Simulation;
  network: VirtualNetwork;
  node: string;
  host: NetworkNamespace;
  podCIDR?: string;
  random: Random;
  /** Whether a network plugin is configured; one always is unless said. */
  networkConfigured?: () => boolean;
}

/** The sandboxes of a runtime, and the network plugin (bridge) that gives each its address. */
export class PodSandboxes {
  readonly #options: SandboxesOptions;
  readonly #flavour: RuntimeFlavour;
  readonly #changed: (sandbox: PodSandbox, state: Details['sandbox']['state']) => void;
  readonly #byId = new Map<string, PodSandbox>();
  readonly #byPod: ByPod<PodSandbox> = new Map();
  #addresses: PodAddresses | undefined;
  /** Why the network plugin gives no pod a network, if so. */
  networkFault: string | undefined;

  constructor(
    options: SandboxesOptions,
    flavour: RuntimeFlavour,
    changed: (sandbox: PodSandbox, state: Details['sandbox']['state']) => void,
  ) {
    this.#options = options;
    this.#flavour = flavour;
    this.#changed = changed;
    if (options.podCIDR !== undefined) this.assign(options.podCIDR);
  }

  get networkReady(): boolean {
    return this.#addresses !== undefined && this.#options.networkConfigured?.() !== false;
  }

  /** The range of addresses for the node's pods; the first one stays. */
  assign(podCIDR: string): void {
    const { network } = this.#options;
    this.#addresses ??= new PodAddresses(podCIDR, (ip) => network.at(ip) !== undefined);
  }

  /** Throws `CriError` where the plugin has no network for it. */
  run(config: SandboxConfig): PodSandbox {
    const { sim, network, node, host, random } = this.#options;
    const id = random.hex(64);
    const ip = config.hostNetwork ? (host.addresses[0] as string) : this.#allocate(config, id);
    const namespace = config.hostNetwork
      ? host
      : new NetworkNamespace({
          network,
          actor: `pod/${config.namespace}/${config.name}`,
          addresses: [ip],
          node,
          resolver: config.resolver,
          hosts: new EtcHosts(config, ip),
        });
    const unmap = config.hostNetwork
      ? []
      : config.portMappings.map(({ hostPort, containerPort, protocol }) =>
          network.mapHostPort(host.addresses[0] as string, hostPort, protocol, ip, containerPort),
        );
    const sandbox: PodSandbox = { id, config, ip, createdAt: sim.now, ready: true, network: namespace, unmap };
    this.#byId.set(id, sandbox);
    addTo(this.#byPod, config.uid, sandbox);
    this.#changed(sandbox, 'created');
    return sandbox;
  }

  get(id: string): PodSandbox | undefined {
    return this.#byId.get(id);
  }

  /** Throws `CriError` where there is none. */
  require(id: string): PodSandbox {
    const sandbox = this.#byId.get(id);
    if (sandbox === undefined) throw new CriError('NotFound', `failed to find sandbox id "${id}": not found`);
    return sandbox;
  }

  all(): Iterable<PodSandbox> {
    return this.#byId.values();
  }

  /** Of a pod, the newest first. */
  of(uid: string): readonly PodSandbox[] {
    return this.#byPod.get(uid) ?? [];
  }

  /** Takes its network down. */
  stop(sandbox: PodSandbox): void {
    sandbox.ready = false;
    for (const undo of sandbox.unmap.splice(0)) undo();
    if (!sandbox.config.hostNetwork) sandbox.network.close();
    this.#changed(sandbox, 'removed');
  }

  remove(sandbox: PodSandbox): void {
    this.#byId.delete(sandbox.id);
    removeFrom(this.#byPod, sandbox.config.uid, sandbox);
  }

  #allocate(config: SandboxConfig, id: string): string {
    const plugin = 'plugin type="bridge" failed (add)';
    const refused = (why: string): CriError => new CriError('Unknown', this.#flavour.noNetwork(config, id, `${plugin}: ${why}`));
    if (this.#addresses === undefined || !this.networkReady) throw refused('cni plugin not initialized');
    if (this.networkFault !== undefined) throw refused(this.networkFault);
    const ip = this.#addresses.next();
    if (ip === undefined) throw refused(`failed to allocate for range 0: no IP addresses available in range set: ${this.#addresses.text}`);
    return ip;
  }
}
