import type { Node, Pod } from '../api/generated/types.ts';
import type { Credentials, Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { CountedTransport } from '../client/counted-transport.ts';
import { Informer } from '../client/informer.ts';
import { LeaderElection } from '../client/leader-election.ts';
import { NODES, PODS } from '../client/resources.ts';
import type { Component } from '../component.ts';
import { parseDuration } from '../sim/duration.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import { causedBy } from '../os/cause.ts';
import type { Network } from '../os/process.ts';
import { run, start, type Running, type Task } from '../os/task.ts';
import { Algorithm } from './algorithm.ts';
import { attempt, extendedAttempt, type Attempt } from './attempt.ts';
import { BindingCycle, type Failure } from './binding.ts';
import { Cache } from './cache.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { Devices } from './devices/devices.ts';
import { handleEvents } from './event-handlers.ts';
import { Extender } from './extender.ts';
import { SchedulingError } from './framework.ts';
import { SchedulerMetrics } from './metrics.ts';
import { Nominator } from './nominator.ts';
import { PodInfo, uidOf } from './pod-info.ts';
import { newProfile, type PluginHandle } from './plugins/registry.ts';
import { Sources } from './sources.ts';
import { Storage } from './storage.ts';
import { defaultConfiguration } from './configuration/defaults.ts';
import type { KubeSchedulerConfiguration, ProfileConfiguration } from './configuration/types.ts';
import type { AnyPlugin, Candidate } from './framework.ts';
import type { Profile } from './profile.ts';
import { SchedulingQueue, type QueuedPod } from './queue.ts';
import { Reporter } from './report.ts';

export interface SchedulerOptions {
  sim: Simulation;
  transport: Transport;
  /** Address in the log. Default `scheduler`. */
  name?: string;
  /** What `--config` names; unset: one profile, `default-scheduler`. */
  configuration?: KubeSchedulerConfiguration;
  /** `--leader-elect`, which goes before the file: `false` schedules without asking for the Lease kube-system/kube-scheduler. */
  leaderElect?: boolean;
  /** Who it is at the API server. Default: system:kube-scheduler. */
  credentials?: Credentials;
  /** Name of the machine or the pod that it runs on. Default `control-plane`. */
  host?: string;
  /** The network that it reaches extenders over; without one a configuration with extenders is refused. */
  net?: () => Network;
  /** Plugins beside the default ones, for profiles that enable them by name. */
  plugins?: readonly AnyPlugin[];
}

const KUBE_SCHEDULER: Credentials = { kind: 'certificate', user: 'system:kube-scheduler', groups: ['system:authenticated'] };

// Virtual ms that one scheduling cycle takes; an idle real scheduler needs about as long.
const CYCLE: Millis = 1;
const SYNC_POLL: Millis = 100;

/** kube-scheduler: finds a node for every pod that has none, and binds it there. */
export class Scheduler implements Component {
  readonly name: string;
  readonly sim: Simulation;
  readonly queue: SchedulingQueue;
  readonly cache: Cache;
  readonly metrics: SchedulerMetrics;
  #startedAt: Millis;
  #running = false;
  readonly #profiles = new Map<string, Profile>();
  readonly #nominator = new Nominator();
  readonly #algorithm: Algorithm;
  readonly #reporter: Reporter;
  readonly #binding: BindingCycle;
  readonly #election: LeaderElection | undefined;
  readonly #pods: Informer<Pod>;
  readonly #nodes: Informer<Node>;
  readonly #sources: Sources;
  readonly #storage: Storage;
  readonly #devices: Devices;
  readonly #timers = new Set<Timer>();
  /** Pods for which victims are being deleted. */
  readonly #preempting = new Set<string>();
  readonly #extenders: readonly Extender[];
  #turn: Timer | undefined;
  /** A scheduling cycle that waits for an extender; others wait behind it. */
  #extended: Running | undefined;
  #leading = false;

  constructor(options: SchedulerOptions) {
    const { sim, transport, configuration = defaultConfiguration() } = options;
    this.sim = sim;
    this.name = options.name ?? 'scheduler';
    this.#startedAt = sim.now;
    this.metrics = new SchedulerMetrics({
      name: this.name,
      startedAt: () => this.#startedAt,
      leading: () => this.#leading,
      pending: () => this.queue.counts(),
      unschedulable: () => this.queue.refused(),
      cached: () => this.cache.census(),
      binding: () => this.#binding.running,
    });
    const client = new Client(new CountedTransport(transport, this.metrics.registry), this.name, options.credentials ?? KUBE_SCHEDULER);
    this.#pods = new Informer(sim, client, PODS, { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' });
    this.#nodes = new Informer(sim, client, NODES);
    this.#sources = new Sources(sim, client);

    const { net } = options;
    if (configuration.extenders.length > 0 && net === undefined) throw new Error('there is no network to reach extenders over');
    this.#extenders = net === undefined ? [] : configuration.extenders.map((each) => new Extender(each, net));
    const random = sim.random(this.name);
    this.cache = new Cache((name) => this.#sources.namespaceLabels(name));
    this.#algorithm = new Algorithm(this.cache, this.#nominator, random, configuration);
    this.#reporter = new Reporter(sim, client, this.name, options.host);
    this.#storage = new Storage({ sim, client, move: (event) => this.#move(event) });
    this.#devices = new Devices({
      sim,
      client,
      move: (event) => this.#move(event),
      claimCreated: (status) => this.metrics.claimCreated(status),
    });
    for (const own of configuration.profiles) {
      const profile = makeProfile(own, {
        namespaceLabels: this.cache.namespaceLabels,
        defaultSelector: this.#sources.defaultSelector,
        client,
        volumes: this.#storage,
        volumeBinder: this.#storage.binder,
        devices: this.#devices,
        claimWriter: this.#devices.writer,
        awaitsDevices: (pod, nodeName, name) => this.#reporter.awaitsDevices(pod, nodeName, name),
        more: options.plugins ?? [],
        preemption: {
          nodes: this.cache,
          nominator: this.#nominator,
          random,
          profileOf: () => profile,
          budgets: () => this.#sources.budgets(),
          attempted: () => this.metrics.preemptionAttempted(),
          preempt: (pod, candidate) => this.#preempt(profile, pod, candidate),
          isPreempting: (pod) => this.#preempting.has(uidOf(pod)),
        },
      });
      this.#profiles.set(own.schedulerName, profile);
    }
    const [first] = this.#profiles.values();
    if (first === undefined) throw new Error('profiles: Required value');
    this.queue = new SchedulingQueue(
      sim,
      this.name,
      () => this.#wake(),
      (a, b) => first.queueSort.less(a, b),
      (to, because) => this.metrics.queued(to, because),
      { initial: configuration.podInitialBackoffSeconds * SECOND, longest: configuration.podMaxBackoffSeconds * SECOND },
      (profile, verdict) => this.metrics.ran('PreEnqueue', verdict?.code ?? 'Success', profile),
    );
    this.#binding = new BindingCycle({
      sim,
      cache: this.cache,
      reporter: this.#reporter,
      extenders: this.#extenders,
      later: (delay, run) => this.#later(delay, run),
      metrics: this.metrics,
      bound: (queued) => {
        this.#nominator.delete(queued.info.uid);
        this.queue.done(queued);
        this.metrics.attempted('scheduled', queued.profile.name, sim.now - queued.triedAt + CYCLE);
        this.metrics.scheduled(queued.attempts, sim.now - queued.cameAt);
      },
      settled: (queued) => this.queue.settled(queued),
      failed: (queued, failure) => {
        // What was assumed is free again for others.
        this.#move({ name: 'AssignedPodDelete', old: queued.info.pod });
        start(this.#failed(queued, failure, ''));
      },
    });
    const { leaderElect, resourceNamespace, resourceName, ...times } = configuration.leaderElection;
    this.#election =
      (options.leaderElect ?? leaderElect) === false
        ? undefined
        : new LeaderElection({
            sim,
            client,
            namespace: resourceNamespace,
            name: resourceName,
            identity: `${options.host ?? 'control-plane'}_${random.uuid()}`,
            times: {
              leaseDuration: parseDuration(times.leaseDuration) ?? 0,
              renewDeadline: parseDuration(times.renewDeadline) ?? 0,
              retryPeriod: parseDuration(times.retryPeriod) ?? 0,
            },
            onStartedLeading: () => this.#lead(true),
            onStoppedLeading: () => this.#lead(false),
          });
    handleEvents({
      nodes: this.#nodes,
      pods: this.#pods,
      cache: this.cache,
      queue: this.queue,
      nominator: this.#nominator,
      profiles: this.#profiles,
      move: (event, upTo) => this.#move(event, upTo),
      reject: (uid) => this.#binding.waiting.reject(uid),
    });
  }

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    const { sim } = this;
    this.#running = true;
    this.#startedAt = sim.now;
    this.metrics.reset();
    if (sim.log.enabled) sim.append(this.name, 'component', { state: 'started' });
    for (const informer of this.#informers()) informer.start();
    this.#reporter.start();
    if (this.#election === undefined) this.#lead(true);
    else this.#election.start();
  }

  stop(): void {
    const { sim } = this;
    this.#running = false;
    this.#election?.stop();
    this.#lead(false);
    for (const informer of this.#informers()) informer.stop();
    this.#reporter.stop();
    this.#binding.clear();
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#preempting.clear();
    this.#extended?.kill();
    this.queue.clear();
    this.cache.clear();
    this.#nominator.clear();
    this.#storage.clear();
    this.#devices.clear();
    if (sim.log.enabled) sim.append(this.name, 'component', { state: 'stopped' });
  }

  /** In the order in which they have to be read: a pod must find its node, a node its namespaces' labels. */
  #informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [...this.#sources.informers, ...this.#storage.informers, ...this.#devices.informers, this.#nodes, this.#pods];
  }

  #lead(leading: boolean): void {
    this.#leading = leading;
    if (leading) this.#wake();
    else this.#turn?.cancel();
  }

  #wake(): void {
    if (!this.#leading || this.#turn?.pending === true || this.#extended?.done === false || !this.queue.ready) return;
    this.#turn = this.sim.causedBy(0, () => this.sim.after(CYCLE, () => this.#scheduleOne()));
  }

  /** The scheduling cycle: one pod, from the queue to its assumed node. */
  #scheduleOne(): void {
    const { sim } = this;
    if (!this.#informers().every(({ synced }) => synced)) {
      this.#turn = sim.after(SYNC_POLL, () => this.#scheduleOne(), { background: true });
      return;
    }
    const queued = this.queue.pop();
    if (queued === undefined) return;
    sim.causedBy(queued.cause, () => {
      const { info, profile } = queued;
      // Deleted while it waited: let it go.
      if (info.pod.metadata.deletionTimestamp !== undefined) {
        if (sim.log.enabled) sim.append(this.name, 'decide', { text: `skip schedule deleting pod: ${info.key}` });
        this.#reporter.skipped(info.pod, profile.name);
        this.queue.done(queued);
        return;
      }
      if (this.#extenders.some((extender) => extender.interested(info.pod))) {
        this.#extended = run(this.#askExtenders(queued), () => this.#wake(), (error) => { throw error; }); // prettier-ignore
        return;
      }
      this.#try(queued, () => this.#conclude(queued, attempt(this.#algorithm, profile, info, sim.log.enabled)));
    });
    this.#wake();
  }

  /** A scheduling cycle that takes as long as extenders take. */
  *#askExtenders(queued: QueuedPod): Task<void> {
    const { info, profile } = queued;
    try {
      const task = extendedAttempt(this.#algorithm, profile, info, this.sim.log.enabled, this.#extenders);
      const found = yield* causedBy(this.sim, queued.cause, task);
      this.sim.causedBy(queued.cause, () => this.#conclude(queued, found));
    } catch (error) {
      this.sim.causedBy(queued.cause, () => this.#try(queued, () => { throw error; })); // prettier-ignore
    }
  }

  /** An attempt may end in an error. */
  #try(queued: QueuedPod, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof SchedulingError)) throw error;
      start(this.#failed(queued, { reason: 'SchedulerError', message: error.message, rejectors: new Set() }, ''));
    }
  }

  #conclude(queued: QueuedPod, found: Attempt): void {
    const { sim } = this;
    this.metrics.chose(CYCLE);
    this.metrics.tried(queued.profile, found, CYCLE);
    const seq = this.#reporter.logAttempt(queued, found);
    sim.causedBy(seq === 0 ? queued.cause : seq, () => {
      const { chosen, message, diagnosis, nominatedNodeName } = found;
      if (chosen === undefined)
        start(this.#failed(queued, { reason: 'Unschedulable', message, rejectors: diagnosis.rejectors }, nominatedNodeName));
      else this.#binding.start(queued, found.state, chosen.name);
    });
  }

  /** handleSchedulingFailure. `nominated`: the node that preemption clears; '' takes an earlier nomination back. */
  *#failed(queued: QueuedPod, { reason, message, rejectors }: Failure, nominated: string | undefined): Task<void> {
    const { info } = queued;
    const result = reason === 'Unschedulable' ? 'unschedulable' : 'error';
    this.metrics.attempted(result, queued.profile.name, this.sim.now - queued.triedAt + CYCLE);
    const current = this.#pods.get(info.key);
    if (current === undefined || uidOf(current) !== info.uid || (current.spec?.nodeName ?? '') !== '') {
      this.queue.done(queued);
      return;
    }
    if (current !== info.pod) queued.info = new PodInfo(current);
    if (nominated === '') this.#nominator.delete(info.uid);
    else if (nominated !== undefined) this.#nominator.set(queued.info, nominated);
    this.queue.failed(queued, rejectors);
    yield* this.#reporter.failedScheduling(current, reason, message, nominated, queued.profile.name);
  }

  /** KEP-4832: victims are deleted while the scheduler goes on with other pods. */
  #preempt(profile: Profile, pod: PodInfo, candidate: Candidate): void {
    const { sim } = this;
    const { cause } = sim;
    if (candidate.victims.every(({ pod: { metadata } }) => metadata.deletionTimestamp !== undefined)) return;
    this.metrics.preempted(candidate.victims.length);
    this.#preempting.add(pod.uid);
    this.#later(CYCLE, () => start(causedBy(sim, cause, this.#clear(profile, pod, candidate))));
  }

  *#clear(profile: Profile, pod: PodInfo, candidate: Candidate): Task<void> {
    // Pods of lower priority that were promised this node have to look anew.
    for (const other of Array.from(this.#nominator.on(candidate.node) ?? [])) {
      if (other.priority >= pod.priority) continue;
      this.#nominator.delete(other.uid);
      yield* this.#reporter.nominate(other.pod, '');
    }
    const preempted = (uid: string): boolean => this.#binding.waiting.preempt(uid, 'DefaultPreemption');
    yield* this.#reporter.preempt(profile.name, pod.pod, candidate, preempted);
    this.#preempting.delete(pod.uid);
  }

  #later(delay: Millis, run: () => void): void {
    const timer = this.sim.after(delay, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  #move(event: ClusterEvent, upTo?: number): void {
    this.queue.move(event, this.#profiles.values(), upTo);
  }
}

/** With the sentence that kube-scheduler ends with where a profile cannot be made. */
function makeProfile(configuration: ProfileConfiguration, handle: PluginHandle): Profile {
  try {
    return newProfile(configuration, handle);
  } catch (error) {
    const { schedulerName } = configuration;
    const problem = `initializing profiles: creating profile for scheduler name ${schedulerName}: ${(error as Error).message}`;
    throw new Error(problem, { cause: error });
  }
}
