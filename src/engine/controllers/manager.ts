import { practiceAuthority } from '../api/x509/practice-authority.ts';
import type { Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { CountedTransport } from '../client/counted-transport.ts';
import { EventRecorder } from '../client/events.ts';
import { LeaderElection } from '../client/leader-election.ts';
import type { Component } from '../component.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import type { Controller, ControllerContext, ControllerSettings } from './controller.ts';
import { MANAGER, identityOf } from './identity.ts';
import { Informers } from './informers.ts';
import { ManagerMetrics } from './metrics.ts';
import { CONTROLLERS, type ControllerName } from './registry.ts';

export interface ControllerManagerOptions extends Partial<ControllerSettings> {
  sim: Simulation;
  transport: Transport;
  /** Of the pod it runs in: `kube-controller-manager-control-plane`. */
  name: string;
  /** Name of the machine, the first part of the identity on the Lease. */
  hostname?: string;
  /** Default true. Without it the controllers run from the start. */
  leaderElect?: boolean;
  /** Default: all. */
  controllers?: readonly ControllerName[];
}

const DEFAULTS: Omit<ControllerSettings, 'authority' | 'rootCa'> = {
  clusterCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/12',
  nodeMonitorGracePeriod: 50 * SECOND,
  terminatedPodThreshold: 12500,
};

/** kube-controller-manager: runs the control loops while it leads, over caches it fills anew each time. */
export class ControllerManager implements Component {
  readonly name: string;
  readonly metrics: ManagerMetrics;
  readonly #options: ControllerManagerOptions;
  #settings: ControllerSettings;
  #allocatesRanges = true;
  readonly #transport: Transport;
  readonly #client: Client;
  readonly #random;
  #running = false;
  #startedAt: Millis;
  #election: LeaderElection | undefined;
  #informers: Informers | undefined;
  #controllers: Controller[] = [];

  constructor(options: ControllerManagerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#startedAt = options.sim.now;
    this.metrics = new ManagerMetrics(options.sim, {
      startedAt: () => this.#startedAt,
      leading: () => this.leading,
      running: () => (this.leading ? this.#names : []),
      nodes: () => (this.#names.includes('node-lifecycle-controller') ? (this.#informers?.nodes.list() ?? []) : []),
    });
    this.#random = options.sim.random(options.name);
    this.#transport = new CountedTransport(options.transport, this.metrics.registry);
    this.#client = new Client(this.#transport, options.name, MANAGER);
    const authority = options.authority ?? practiceAuthority();
    this.#settings = {
      clusterCidr: options.clusterCidr ?? DEFAULTS.clusterCidr,
      serviceCidr: options.serviceCidr ?? DEFAULTS.serviceCidr,
      authority,
      rootCa: options.rootCa ?? authority.certificate,
      nodeMonitorGracePeriod: options.nodeMonitorGracePeriod ?? DEFAULTS.nodeMonitorGracePeriod,
      terminatedPodThreshold: options.terminatedPodThreshold ?? DEFAULTS.terminatedPodThreshold,
      hostPathProvisioner: options.hostPathProvisioner ?? false,
    };
  }

  get running(): boolean {
    return this.#running;
  }

  get leading(): boolean {
    return this.#informers !== undefined;
  }

  /** --cluster-cidr: where nodes get ranges for their pods from; undefined: they get none. From the next start on. */
  set clusterCidr(range: string | undefined) {
    this.#allocatesRanges = range !== undefined;
    if (range !== undefined) this.#settings = { ...this.#settings, clusterCidr: range };
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#startedAt = this.#options.sim.now;
    this.metrics.registry.reset();
    this.#options.sim.append(this.name, 'component', { state: 'started' });
    if (this.#options.leaderElect === false) this.#lead();
    else this.#stand();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    // As when the process is killed: the Lease is not given back, others wait for its end.
    this.#election?.stop();
    this.#election = undefined;
    this.#resign();
    this.#options.sim.append(this.name, 'component', { state: 'stopped' });
  }

  get #names(): readonly ControllerName[] {
    const all = this.#options.controllers ?? (Object.keys(CONTROLLERS) as ControllerName[]);
    return this.#allocatesRanges ? all : all.filter((name) => name !== 'node-ipam-controller');
  }

  #stand(): void {
    const { sim, hostname = 'control-plane' } = this.#options;
    this.#election = new LeaderElection({
      sim,
      client: this.#client,
      namespace: 'kube-system',
      name: 'kube-controller-manager',
      identity: `${hostname}_${this.#random.uuid()}`,
      onStartedLeading: () => this.#lead(),
      onStoppedLeading: () => {
        this.#resign();
        // Upstream the process ends ("leaderelection lost") and the kubelet starts it anew.
        if (this.#running) this.#stand();
      },
    });
    this.#election.start();
  }

  #lead(): void {
    const { sim } = this.#options;
    const informers = new Informers(sim, this.#client);
    const context: ControllerContext = {
      sim,
      settings: this.#settings,
      informers,
      client: (actor) => new Client(this.#transport, actor, identityOf(actor)),
      metrics: this.metrics,
      recorder: (component) => new EventRecorder(sim, this.#client, { component }),
    };
    const names = this.#names;
    this.#informers = informers;
    const controllers = names.map((name) => new CONTROLLERS[name](context));
    this.#controllers = controllers;
    informers.start(() => {
      for (const controller of controllers) controller.start();
    });
  }

  #resign(): void {
    for (const controller of this.#controllers) controller.stop();
    this.#controllers = [];
    this.#informers?.stop();
    this.#informers = undefined;
  }
}
