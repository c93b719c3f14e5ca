import type { Namespace, Node, Pod, ReplicaSet, Service } from '../api/generated/types.ts';
import type { Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { CountedTransport } from '../client/counted-transport.ts';
import { Informer } from '../client/informer.ts';
import { LeaderElection } from '../client/leader-election.ts';
import { NAMESPACES, NODES, PODS, REPLICA_SETS, SERVICES } from '../client/resources.ts';
import type { Component } from '../component.ts';
import type { Simulation, Timer } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import { causedBy } from '../os/cause.ts';
import { start, type Task } from '../os/task.ts';
import { Algorithm } from './algorithm.ts';
import { attempt, type Attempt } from './attempt.ts';
import { BindingCycle } from './binding.ts';
import { Cache } from './cache.ts';
import { assignedPodUpdateEvents, nodeUpdateEvents, type ClusterEvent } from './cluster-event.ts';
import { SchedulerMetrics } from './metrics.ts';
import { Nominator } from './nominator.ts';
import { PodInfo, isTerminal, uidOf } from './pod-info.ts';
import type { Candidate } from './plugins/defaultpreemption.ts';
import { newProfile } from './plugins/registry.ts';
import { defaultSelectorFrom } from './plugins/spread-selector.ts';
import type { Profile, ProfileConfiguration } from './profile.ts';
import { SchedulingQueue, type QueuedPod } from './queue.ts';
import { Reporter } from './report.ts';

export interface SchedulerOptions {
  sim: Simulation;
  transport: Transport;
  /** Address in the log. Default `scheduler`. */
  name?: string;
  /** Default: one profile, `default-scheduler`. */
  profiles?: readonly ProfileConfiguration[];
  percentageOfNodesToScore?: number;
  /** `false` schedules without asking for the Lease kube-system/kube-scheduler (kube-scheduler's `--leader-elect=false`). */
  leaderElect?: boolean;
}

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
  readonly #namespaces: Informer<Namespace>;
  readonly #services: Informer<Service>;
  readonly #replicaSets: Informer<ReplicaSet>;
  readonly #timers = new Set<Timer>();
  #turn: Timer | undefined;
  #leading = false;

  constructor(options: SchedulerOptions) {
    const { sim, transport } = options;
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
    });
    const client = new Client(new CountedTransport(transport, this.metrics.registry), this.name, {
      kind: 'certificate',
      user: 'system:kube-scheduler',
      groups: ['system:authenticated'],
    });
    this.#pods = new Informer(sim, client, PODS, { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' });
    this.#nodes = new Informer(sim, client, NODES);
    this.#namespaces = new Informer(sim, client, NAMESPACES);
    this.#services = new Informer(sim, client, SERVICES, { indexes: { namespace: ({ metadata }) => [metadata.namespace ?? 'default'] } });
    this.#replicaSets = new Informer(sim, client, REPLICA_SETS);

    const namespaceLabels = (name: string): Readonly<Record<string, string>> | undefined => this.#namespaces.get(name)?.metadata.labels;
    const random = sim.random(this.name);
    this.cache = new Cache(namespaceLabels);
    this.#algorithm = new Algorithm(this.cache, this.#nominator, random, options);
    this.#reporter = new Reporter(sim, client, this.name);
    const defaultSelector = defaultSelectorFrom({
      services: (namespace) => this.#services.by('namespace', namespace),
      ownerSelector: (namespace, kind, name) =>
        kind === 'ReplicaSet' ? this.#replicaSets.get(`${namespace}/${name}`)?.spec?.selector : undefined,
    });
    for (const configuration of options.profiles ?? [{ schedulerName: 'default-scheduler' }]) {
      const profile = newProfile(configuration, {
        namespaceLabels,
        defaultSelector,
        client,
        preemption: {
          nodes: this.cache,
          nominator: this.#nominator,
          random,
          profileOf: () => profile,
          budgets: () => [],
          attempted: () => this.metrics.preemptionAttempted(),
          preempt: (pod, candidate) => {
            this.metrics.preempted(candidate.victims.length);
            this.#preempt(profile, pod, candidate);
          },
        },
      });
      this.#profiles.set(configuration.schedulerName, profile);
    }
    const [first] = this.#profiles.values();
    if (first === undefined) throw new Error('the scheduler needs at least one profile');
    this.queue = new SchedulingQueue(
      sim,
      this.name,
      () => this.#wake(),
      (a, b) => first.queueSort.less(a, b),
      (to, because) => this.metrics.queued(to, because),
    );
    this.#binding = new BindingCycle({
      sim,
      cache: this.cache,
      reporter: this.#reporter,
      later: (delay, run) => this.#later(delay, run),
      bound: (queued) => {
        this.#nominator.delete(queued.info.uid);
        this.queue.done(queued);
        this.metrics.attempted('scheduled', queued.profile.name, sim.now - queued.triedAt + CYCLE);
        this.metrics.scheduled(queued.attempts, sim.now - queued.cameAt);
      },
      failed: (queued, message) => void start(this.#bindingFailed(queued, message)),
    });
    this.#election =
      options.leaderElect === false
        ? undefined
        : new LeaderElection({
            sim,
            client,
            namespace: 'kube-system',
            name: 'kube-scheduler',
            identity: `control-plane_${random.uuid()}`,
            onStartedLeading: () => this.#lead(true),
            onStoppedLeading: () => this.#lead(false),
          });
    this.#watchNodes();
    this.#watchPods();
  }

  get running(): boolean {
    return this.#running;
  }

  start(): void {
    const { sim } = this;
    this.#running = true;
    this.#startedAt = sim.now;
    this.metrics.registry.reset();
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
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.queue.clear();
    this.cache.clear();
    this.#nominator.clear();
    if (sim.log.enabled) sim.append(this.name, 'component', { state: 'stopped' });
  }

  /** In the order in which they have to be read: a pod must find its node, a node its namespaces' labels. */
  #informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [this.#namespaces, this.#services, this.#replicaSets, this.#nodes, this.#pods];
  }

  #lead(leading: boolean): void {
    this.#leading = leading;
    if (leading) this.#wake();
    else this.#turn?.cancel();
  }

  #wake(): void {
    if (!this.#leading || this.#turn?.pending === true || !this.queue.ready) return;
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
        this.queue.done(queued);
        return;
      }
      const found = attempt(this.#algorithm, profile, info, sim.log.enabled);
      this.metrics.chose(CYCLE);
      const seq = this.#reporter.logAttempt(info, found);
      sim.causedBy(seq === 0 ? queued.cause : seq, () => {
        if (found.chosen === undefined) start(this.#failed(queued, found));
        else this.#binding.start(queued, found.state, found.chosen.name);
      });
    });
    this.#wake();
  }

  *#failed(queued: QueuedPod, { diagnosis, message, nominatedNodeName }: Attempt): Task<void> {
    const { info } = queued;
    this.metrics.attempted('unschedulable', queued.profile.name, CYCLE);
    const current = this.#pods.get(info.key);
    if (current === undefined || uidOf(current) !== info.uid || (current.spec?.nodeName ?? '') !== '') {
      this.queue.done(queued);
      return;
    }
    if (nominatedNodeName === '') this.#nominator.delete(info.uid);
    else if (nominatedNodeName !== undefined) this.#nominator.set(info, nominatedNodeName);
    this.queue.failed(queued, diagnosis.rejectors);
    yield* this.#reporter.failedScheduling(current, 'Unschedulable', message, nominatedNodeName);
  }

  *#bindingFailed(queued: QueuedPod, message: string): Task<void> {
    const { info } = queued;
    this.metrics.attempted('error', queued.profile.name, this.sim.now - queued.triedAt + CYCLE);
    const current = this.#pods.get(info.key);
    // What was assumed is free again for others.
    this.#move({ name: 'AssignedPodDelete', old: info.pod });
    if (current === undefined || uidOf(current) !== info.uid || (current.spec?.nodeName ?? '') !== '') {
      this.queue.done(queued);
      return;
    }
    queued.info = new PodInfo(current);
    this.queue.failed(queued, new Set());
    yield* this.#reporter.failedScheduling(current, 'SchedulerError', message, undefined);
  }

  /** KEP-4832: victims are deleted while the scheduler goes on with other pods. */
  #preempt(profile: Profile, pod: PodInfo, candidate: Candidate): void {
    const { sim } = this;
    const { cause } = sim;
    this.#later(CYCLE, () => start(causedBy(sim, cause, this.#clear(profile, pod, candidate))));
  }

  *#clear(profile: Profile, pod: PodInfo, candidate: Candidate): Task<void> {
    yield* this.#reporter.preempt(profile.name, pod.pod, candidate);
    // Pods of lower priority that were promised this node have to look anew.
    for (const other of this.#nominator.on(candidate.node) ?? []) {
      if (other.priority >= pod.priority) continue;
      this.#nominator.delete(other.uid);
      yield* this.#reporter.clearNomination(other.pod);
    }
  }

  #later(delay: Millis, run: () => void): void {
    const timer = this.sim.after(delay, () => {
      this.#timers.delete(timer);
      run();
    });
    this.#timers.add(timer);
  }

  #move(event: ClusterEvent): void {
    this.queue.move(event, this.#profiles.values());
  }

  #watchNodes(): void {
    this.#nodes.on({
      added: (node) => {
        this.cache.setNode(node);
        this.#move({ name: 'NodeAdd', now: node });
      },
      updated: (node, old) => {
        this.cache.setNode(node);
        for (const event of nodeUpdateEvents(node, old)) this.#move(event);
      },
      deleted: (node) => this.cache.removeNode(node.metadata.name ?? ''),
    });
  }

  #watchPods(): void {
    this.#pods.on({
      added: (pod) => {
        if (isTerminal(pod)) return;
        if (isAssigned(pod)) this.#assignedAdded(pod);
        else this.#pendingAdded(pod);
      },
      updated: (pod, old) => {
        if (isTerminal(pod)) return this.#gone(pod);
        if (!isAssigned(pod)) return this.#pendingUpdated(pod, old);
        if (!isAssigned(old)) {
          this.queue.delete(old);
          return this.#assignedAdded(pod);
        }
        this.cache.setPod(pod);
        for (const event of assignedPodUpdateEvents(pod, old)) this.#move(event);
      },
      deleted: (pod) => this.#gone(pod),
    });
  }

  #assignedAdded(pod: Pod): void {
    this.#nominator.delete(uidOf(pod));
    this.cache.setPod(pod);
    this.#move({ name: 'AssignedPodAdd', now: pod });
  }

  #pendingAdded(pod: Pod): void {
    const profile = this.#profiles.get(pod.spec?.schedulerName ?? 'default-scheduler');
    if (profile === undefined) return;
    const nominated = pod.status?.nominatedNodeName;
    if (nominated !== undefined && nominated !== '') this.#nominator.set(new PodInfo(pod), nominated);
    this.queue.add(pod, profile);
  }

  #pendingUpdated(pod: Pod, old: Pod): void {
    const profile = this.#profiles.get(pod.spec?.schedulerName ?? 'default-scheduler');
    // Assumed: its binding is under way, and the watch will show it on its node.
    if (profile === undefined || this.cache.isAssumed(uidOf(pod))) return;
    this.queue.update(pod, old, profile);
  }

  #gone(pod: Pod): void {
    const uid = uidOf(pod);
    this.#nominator.delete(uid);
    this.queue.delete(pod);
    if (!isAssigned(pod) && !this.cache.isAssumed(uid)) return;
    this.cache.removePod(pod);
    this.#move({ name: 'AssignedPodDelete', old: pod });
  }
}

function isAssigned(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== '';
}
