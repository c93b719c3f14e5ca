import { StatusError, isNotFound } from '../api/errors.ts';
import type { Lease, LeaseSpec } from '../api/generated/types.ts';
import { start, type Running, type Task } from '../os/task.ts';
import type { Random } from '../sim/random.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND, formatMicroTime, type Millis } from '../sim/time.ts';
import type { Client } from './client.ts';
import { EventRecorder } from './events.ts';
import { LEASES } from './resources.ts';

export interface LeaderElectionOptions {
  sim: Simulation;
  client: Client;
  /** Of the Lease: `kube-system` and the component's name. */
  namespace: string;
  name: string;
  /** Who stands for election: `<host>_<uuid>`. */
  identity: string;
  onStartedLeading: () => void;
  /** Leadership was lost, or given up by `stop`. */
  onStoppedLeading: () => void;
  /** Gives the Lease back on `stop`, so that the next one need not wait for its end. Default false, as for the control plane. */
  releaseOnStop?: boolean;
  times?: LeaderElectionTimes;
}

export interface LeaderElectionTimes {
  readonly leaseDuration: Millis;
  readonly renewDeadline: Millis;
  readonly retryPeriod: Millis;
}

// k8s.io/component-base, RecommendedDefaultLeaderElectionConfiguration.
const TIMES: LeaderElectionTimes = { leaseDuration: 15 * SECOND, renewDeadline: 10 * SECOND, retryPeriod: 2 * SECOND };
const JITTER = 1.2;

/**
 * One candidate for a Lease (client-go's leaderelection). Time on the Lease itself is never trusted: a candidate waits
 * for the lease's duration from when it last saw the Lease change.
 */
export class LeaderElection {
  readonly #random: Random;
  readonly #times: LeaderElectionTimes;
  readonly #recorder: EventRecorder;
  #observed: { spec: LeaseSpec | undefined; at: Millis } | undefined;
  /** The Lease as this candidate wrote it last. */
  #own: Lease | undefined;
  #renewedAt: Millis = 0;
  #leading = false;
  #timer: Timer | undefined;
  /** A look at the Lease that has to be waited for. */
  #turn: Running | undefined;
  #running = false;

  constructor(readonly options: LeaderElectionOptions) {
    const { sim, client, name, identity } = options;
    this.#times = options.times ?? TIMES;
    this.#random = sim.random(`leader-election/${name}/${identity}`);
    this.#recorder = new EventRecorder(sim, client, { component: identity });
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#turn = start(this.#acquire());
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#timer?.cancel();
    this.#turn?.kill();
    if (!this.#leading) return;
    if (this.options.releaseOnStop === true) start(this.#release());
    this.#leading = false;
    this.options.onStoppedLeading();
  }

  *#acquire(): Task<void> {
    if (yield* this.#tryAcquireOrRenew()) {
      this.#leading = true;
      this.#renewedAt = this.options.sim.now;
      this.#again(this.#times.retryPeriod, () => this.#renew());
      yield* this.#tell('became leader');
      this.options.onStartedLeading();
    } else this.#again(this.#times.retryPeriod * (1 + this.#random.float() * JITTER), () => this.#acquire());
  }

  *#renew(): Task<void> {
    const { sim } = this.options;
    if (yield* this.#tryAcquireOrRenew()) this.#renewedAt = sim.now;
    else if (sim.now - this.#renewedAt >= this.#times.renewDeadline) {
      this.#running = false;
      this.#leading = false;
      yield* this.#tell('stopped leading');
      this.options.onStoppedLeading();
      return;
    }
    this.#again(this.#times.retryPeriod, () => this.#renew());
  }

  #again(delay: Millis, act: () => Task<void>): void {
    const { sim } = this.options;
    this.#timer = sim.causedBy(0, () => sim.after(Math.round(delay), () => (this.#turn = start(act())), { background: true }));
  }

  *#tryAcquireOrRenew(): Task<boolean> {
    const { sim, client, namespace, name, identity } = this.options;
    const renewTime = formatMicroTime(sim.now);
    if (this.#leading && (yield* this.#renewAsObserved(renewTime))) return true;
    const mine: LeaseSpec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.trunc(this.#times.leaseDuration / SECOND),
      acquireTime: renewTime,
      renewTime,
      leaseTransitions: 0,
    };
    try {
      const lease = yield* this.#read();
      if (lease === undefined) {
        this.#see(
          yield* client.create(LEASES, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec: mine }),
        );
        return true;
      }
      const { spec = {} } = lease;
      this.#notice(lease);
      const held = (spec.holderIdentity ?? '') !== '';
      const own = spec.holderIdentity === identity;
      const duration = (spec.leaseDurationSeconds ?? 0) * SECOND;
      if (held && !own && (this.#observed?.at ?? 0) + duration > sim.now) return false;

      const { leaseTransitions = 0, acquireTime } = spec;
      const kept =
        own && acquireTime !== undefined ? { acquireTime, leaseTransitions } : { leaseTransitions: leaseTransitions + (own ? 0 : 1) };
      this.#see(yield* client.update(LEASES, { ...lease, spec: { ...spec, ...mine, ...kept } }));
      if (own) this.#beat();
      return true;
    } catch (error) {
      if (error instanceof StatusError) return false;
      throw error;
    }
  }

  /** The leader's short way: writes without reading, taking the Lease to be as it was left. False when it was not. */
  *#renewAsObserved(renewTime: string): Task<boolean> {
    const own = this.#own;
    const { sim, client } = this.options;
    if (own?.spec === undefined || (this.#observed?.at ?? 0) + this.#times.leaseDuration <= sim.now) return false;
    try {
      this.#see(yield* client.update(LEASES, { ...own, spec: { ...own.spec, renewTime } }));
    } catch (error) {
      if (error instanceof StatusError) return false;
      throw error;
    }
    this.#beat();
    return true;
  }

  #beat(): void {
    const { sim, client, namespace, name } = this.options;
    if (sim.log.enabled) sim.append(client.actor, 'heartbeat', { lease: `${namespace}/${name}` });
  }

  *#read(): Task<Lease | undefined> {
    const { client, namespace, name } = this.options;
    try {
      return yield* client.get(LEASES, namespace, name);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Remembers when the Lease was first seen in its present state. */
  #notice(lease: Lease): void {
    const { spec } = lease;
    if (this.#observed === undefined || JSON.stringify(spec) !== JSON.stringify(this.#observed.spec))
      this.#observed = { spec, at: this.options.sim.now };
  }

  #see(lease: Lease): void {
    this.#own = lease;
    this.#observed = { spec: lease.spec, at: this.options.sim.now };
  }

  *#release(): Task<void> {
    const { sim, client } = this.options;
    try {
      const lease = yield* this.#read();
      if (lease?.spec?.holderIdentity !== this.options.identity) return;
      const now = formatMicroTime(sim.now);
      const { leaseTransitions = 0 } = lease.spec;
      yield* client.update(LEASES, {
        ...lease,
        spec: { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions },
      });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }

  *#tell(what: string): Task<void> {
    const { namespace, name, identity } = this.options;
    try {
      const lease = (yield* this.#read()) ?? { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { namespace, name } };
      this.#recorder.event(lease, 'Normal', 'LeaderElection', `${identity} ${what}`);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
}
