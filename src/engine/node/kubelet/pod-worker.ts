import { semanticallyEqual } from '../../api/equality.ts';
import type { Container, Pod } from '../../api/generated/types.ts';
import { run, type Running, type Task } from '../../os/task.ts';
import { SparseMap, SparseSet } from '../../sim/sparse.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import { startContainer } from './container-start.ts';
import { ContainerRuns } from './container-runs.ts';
import { containerViews } from './container-views.ts';
import { DeviceClaims } from './device-claims.ts';
import { DEADLINE, Deadline, type Ending } from './ending.ts';
import { ContainerError } from './errors.ts';
import type { PodUse } from './eviction/ranking.ts';
import { runHook } from './lifecycle.ts';
import { fieldPath, isOver, type Role } from './pod-containers.ts';
import { PodProbes, type ProbedPod } from './pod-probes.ts';
import { PodReporter, type ReportedPod } from './pod-reporter.ts';
import { PodSandbox } from './pod-sandbox.ts';
import { makePodStatus } from './pod-status.ts';
import { PodStops, type StoppedPod } from './pod-stops.ts';
import { podUse } from './pod-use.ts';
import { runtimeLimits } from './resize/actuation.ts';
import { PodResize } from './resize/pod-resize.ts';
import { isSidecar, shouldRestart } from './restart-policy.ts';
import { Turns } from './turns.ts';
import { VolumeSetup } from './volume-setup.ts';
import { WaitingContainers } from './waiting-containers.ts';
import { WholeRestart } from './whole-restart.ts';
import type { WorkerContext } from './worker-context.ts';

/** After a failed start the kubelet looks again in this time, when nothing wakes it before. */
const RETRY: Millis = 10 * SECOND;

/** Keeps one pod of this node as its spec says. `sync` compares and takes the next steps; what takes time comes back to it. Its parts look at it as their pod. */
export class PodWorker implements ReportedPod, StoppedPod, ProbedPod {
  readonly #volumes: VolumeSetup;
  readonly #devices: DeviceClaims;
  readonly #probes: PodProbes;
  readonly #starting = new SparseMap<string, Running>();
  readonly #waiting: WaitingContainers;
  readonly #stops: PodStops;
  readonly #sandbox: PodSandbox;
  readonly #runs: ContainerRuns;
  /** Containers whose definition has changed: they start again whatever the policy. */
  readonly #changed = new SparseSet<string>();
  readonly #anew = new WholeRestart();
  readonly #resize: PodResize;
  readonly #reporter: PodReporter;
  readonly #deadline: Deadline;
  readonly #turns: Turns;
  #pod: Pod;
  #ended: Ending | undefined;
  /** Nothing is started any more: sidecars end with the others. */
  #finishing = false;
  #killedBy = Infinity;
  #gone = false;

  constructor(
    readonly context: WorkerContext,
    pod: Pod,
  ) {
    this.#pod = pod;
    this.#turns = new Turns(context.sim, this);
    this.#sandbox = new PodSandbox(context, this);
    this.#runs = new ContainerRuns(context.runtime, this, this.#anew);
    this.#waiting = new WaitingContainers(context);
    this.#stops = new PodStops(context, this);
    this.#devices = new DeviceClaims(context, this);
    this.#resize = new PodResize(context, this.#runs);
    this.#deadline = new Deadline(context.sim, this);
    this.#reporter = new PodReporter(context.sim, context.api, this);
    this.#volumes = new VolumeSetup(context, this);
    this.#probes = new PodProbes(context, this);
  }

  get pod(): Pod {
    return this.#pod;
  }

  get uid(): string {
    return this.#pod.metadata.uid ?? '';
  }

  get ips(): readonly string[] {
    return this.#sandbox.ips;
  }

  /** '' while it has none. */
  get ip(): string {
    return this.ips[0] ?? '';
  }

  /** The newest container of that name. */
  newest(name: string): RuntimeContainer | undefined {
    return this.#runs.newest(name);
  }

  /** The object as the server has it now. */
  learn(pod: Pod): void {
    this.#pod = pod;
  }

  /** A newer state of the object. Its status alone, which this worker writes itself, is no reason to act. */
  update(pod: Pod): void {
    const old = this.#pod;
    // What this worker wrote itself comes back through the watch.
    if (pod === old || Number(pod.metadata.resourceVersion) < Number(old.metadata.resourceVersion)) return;
    this.#pod = pod;
    const told =
      old.metadata.generation !== pod.metadata.generation ||
      !semanticallyEqual(old.metadata.labels, pod.metadata.labels) ||
      !semanticallyEqual(old.metadata.annotations, pod.metadata.annotations) ||
      !semanticallyEqual(old.spec?.ephemeralContainers, pod.spec?.ephemeralContainers);
    if (told) {
      this.#volumes.refresh();
      this.#resize.specChanged(pod);
    } else if (old.metadata.deletionTimestamp === pod.metadata.deletionTimestamp && old.status?.phase === pod.status?.phase)
      return this.#turns.soon('report');
    this.wake();
  }

  /** Something about the pod has changed: look again soon, and tell the API server again if it has lost what it was told. */
  wake(tellAgain = false): void {
    this.#reporter.tellAgain ||= tellAgain;
    this.#turns.soon('sync');
  }

  /** Looks again after that time, when nothing wakes it before. */
  again(delay: Millis): void {
    this.#turns.again(delay);
  }

  /** A liveness or startup probe has given a container up. */
  failed(container: Container, id: string, message: string, grace: Millis): void {
    if (this.context.runtime.downSince === undefined) this.#stops.one(container, id, message, grace);
  }

  /** Compares what is with what should be, and takes the next steps. */
  sync(): void {
    // Nobody is there to do anything; looked at again when it is back.
    if (this.#gone || this.context.runtime.downSince !== undefined) return;
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    const phase = this.#pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') return this.#finish();
    if (this.#ended === undefined && this.#deadline.passed(this.#pod)) {
      this.#ended = DEADLINE;
      this.context.recorder.event(this.#pod, 'Normal', DEADLINE.reason, DEADLINE.message);
    }
    if (this.#ended === undefined && !this.#finishing && this.#beginsAnew()) return void this.report();
    if (this.#ended === undefined && !this.#finishing) this.#advance();
    this.#finishing ||= this.#ended !== undefined || isOver(this.#pod, (name) => this.#runs.last(name), this.#changed);
    return this.#finishing ? this.#finish() : void this.report();
  }

  /** False while the server has not taken it yet; the worker is woken when it has. */
  report(terminal = false): boolean {
    if (this.#reporter.busy) return false;
    const { sim, node, allocation, resizes, runtime } = this.context;
    const pod = this.#pod;
    const allocated = allocation.of(pod);
    const status = makePodStatus({
      pod,
      now: sim.now,
      hostIP: node.hostIP,
      podIP: this.ips[0],
      sandboxReady: this.#sandbox.current?.ready === true,
      terminal,
      ended: this.#ended,
      allocated,
      anew: this.#anew.stage(allocated, this.#runs),
      resizing: resizes.conditions(this.uid),
      containers: containerViews(pod, allocated, {
        runtime: runtime.runtimeName,
        waiting: this.#waiting,
        anew: this.#anew,
        probes: this.#probes,
        resize: this.#resize,
        runs: (name) => this.#runs.of(name),
      }),
    });
    return this.#reporter.report(status);
  }

  /** The kubelet ends it, whatever the API server says. */
  kill(why: Ending): void {
    if (this.#gone || this.#ended !== undefined) return;
    this.#ended = why;
    this.sync();
  }

  /** Whether nothing of it runs any more. */
  get stopped(): boolean {
    return this.#runs.running().length === 0;
  }

  /** What it uses of the machine. */
  use(): PodUse {
    return podUse(this.context.runtime, this.#pod, this.context.emptyDirs.onDisk(this.#pod));
  }

  /** The object has been removed from the API: what still runs is stopped, without more time than it takes. */
  removed(): void {
    this.#forget();
    const running = this.#runs.running().filter(({ id }) => !this.#stops.has(id));
    if (running.length === 0) return this.#sandbox.remove();
    let left = running.length;
    this.#stops.all(running, 0, () => {
      if (--left === 0) this.#sandbox.remove();
    });
  }

  /** The kubelet stops; containers go on. */
  stop(): void {
    this.#gone = true;
    this.#turns.stop();
    this.#deadline.cancel();
    this.#reporter.stop();
    this.#volumes.stop();
    this.#probes.stop();
    for (const running of this.#starting.values()) running.kill();
    this.#starting.clear();
  }

  #forget(): void {
    this.stop();
    this.context.restarts.forget(`${this.uid}_`);
    this.#resize.forget(this.uid);
    this.context.done(this.uid);
  }

  /** A rule has all containers start again: true while they are killed, or wait because they have done so too often. */
  #beginsAnew(): boolean {
    const trigger = this.#anew.trigger(this.#pod, (name) => this.#runs.last(name));
    if (trigger === undefined && !this.#anew.going) return false;
    if (trigger !== undefined && !this.#anew.going) {
      if (this.#held(trigger.container, trigger.run)) return true;
      this.#waiting.startsAgain(this.#pod, trigger.container, trigger.run);
      this.#anew.begin();
      this.#abandon();
    }
    const running = this.#runs.running();
    for (const each of running) this.#stops.kill(each);
    if (running.length > 0) return true;
    this.#anew.done(this.context.runtime.podContainers(this.uid));
    return false;
  }

  /** Whether a container that has ended has to wait before it starts again; it is looked at again then. */
  #held(container: Container, run: RuntimeContainer): boolean {
    const left = this.#waiting.backOff(this.#pod, container, run);
    if (left !== undefined) this.again(left);
    return left !== undefined;
  }

  #advance(): void {
    if (!this.#sandbox.find() && !this.#begin()) return;
    for (const container of (this.#pod.spec?.ephemeralContainers ?? []) as readonly Container[])
      if (this.#runs.of(container.name).length === 0 && !this.#starting.has(container.name))
        this.#start(container, 'ephemeralContainers', 0);
    const { spec } = this.context.allocation.of(this.#pod);
    if (spec?.resources !== undefined) this.context.runtime.updatePodSandboxResources(this.uid, runtimeLimits(spec.resources));
    const main = spec?.containers ?? [];
    // Once the pod is up, a sidecar that comes back holds nobody up any more.
    const up = main.some(
      ({ name }) => this.#runs.last(name) !== undefined && this.#runs.last(name)?.sandboxId === this.#sandbox.current?.id,
    );
    for (const container of spec?.initContainers ?? []) {
      if (up && !isSidecar(container)) continue;
      if (!this.#keep(container, 'initContainers') && !up) return;
    }
    for (const container of main) this.#keep(container, 'containers');
    const resizable = [...main, ...(spec?.initContainers ?? []).filter(isSidecar)];
    if (!resizable.some(({ name }) => this.#starting.has(name) || this.#changed.has(name))) this.#resize.settle(this.#pod, resizable);
  }

  /** Volumes and sandbox. False when they cannot be had yet. */
  #begin(): boolean {
    if (!this.#sandbox.mayBegin || !this.#volumes.ready() || !this.#devices.ready(this.#pod)) return false;
    if (this.#sandbox.begin()) return true;
    this.again(RETRY);
    return false;
  }

  /** Sees to one container. True when what comes after it may begin. */
  #keep(container: Container, role: Role): boolean {
    const { name } = container;
    const init = role === 'initContainers';
    const last = this.#runs.newest(name);
    if (this.#starting.has(name) || this.#stops.has(last?.id ?? '')) return false;
    // A new sandbox begins from the first init container.
    const current = (init && last?.sandboxId !== this.#sandbox.current?.id) || this.#anew.isPast(last) ? undefined : last;
    if (current === undefined || current.state === 'created') {
      this.#start(container, role, last === undefined ? 0 : last.config.attempt + 1);
      return false;
    }
    const sidecar = init && isSidecar(container);
    if (current.state === 'running') {
      // Of one that an earlier run of the kubelet has started, nobody looks after the probes yet.
      this.#probes.start(container, init);
      const changed = current.config.image !== container.image;
      const resize = changed ? undefined : this.#resize.follow(this.#pod, container, current);
      if (resize === 'later') this.again(RETRY);
      if (!changed && resize !== 'restart') return sidecar ? this.#probes.started(container) : !init;
      this.#changed.add(name);
      const message = `Container ${name} ${changed ? 'definition changed, will be restarted' : 'resize requires restart'}`;
      this.#stops.one(container, current.id, message, this.#grace());
      return false;
    }
    if (init && !sidecar && current.exitCode === 0) return true;
    const changed = this.#changed.delete(name);
    if (!changed && !shouldRestart(this.#pod, container, current.exitCode ?? 0, init)) return !init;
    if (!changed && this.#held(container, current)) return false;
    this.#waiting.startsAgain(this.#pod, container, current);
    this.#start(container, role, current.config.attempt + 1);
    return false;
  }

  #start(container: Container, role: Role, attempt: number): void {
    const { name } = container;
    const running = run(
      this.#bringUp(container, role, attempt),
      () => {
        this.#starting.delete(name);
        this.wake();
      },
      (error) => {
        this.#starting.delete(name);
        if (!(error instanceof ContainerError)) throw error;
        this.#waiting.set(name, { reason: error.reason, message: error.message });
        this.report();
        // The sandbox's own start has the kubelet look at the pod once more: a failed pull is seen backing off soon.
        const soon = error.reason === 'ErrImagePull' ? SECOND : RETRY;
        this.again(error.until === undefined ? soon : error.until - this.context.sim.now);
      },
    );
    if (!running.done) this.#starting.set(name, running);
  }

  *#bringUp(container: Container, role: Role, attempt: number): Task<void> {
    const { sim, runtime, net, recorder } = this.context;
    const { name } = container;
    const sandbox = this.#sandbox.current;
    if (sandbox === undefined) return;
    const pod = this.#pod;
    const devices = this.#devices.environment(container, pod);
    const place = {
      pod,
      container,
      sandbox,
      podIPs: this.ips,
      volumes: this.#volumes.volumes,
      devices,
      attempt,
      fieldPath: fieldPath(role, name),
    };
    const id = yield* startContainer(this.context, place);
    this.#waiting.delete(name);
    this.#probes.start(container, role === 'initContainers');
    const hook = container.lifecycle?.postStart;
    if (hook === undefined) return;
    const failure = yield* runHook(sim, runtime, net, container, id, this.ip, hook);
    if (failure === undefined) return;
    recorder.event(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', { fieldPath: place.fieldPath });
    this.#stops.one(container, id, 'FailedPostStartHook', this.#grace());
    throw new ContainerError('PostStartHookError', failure);
  }

  /** Ends what still runs and takes the sandbox down. */
  #finish(): void {
    this.#abandon();
    const running = this.#runs.running();
    if (running.length > 0) {
      this.#stops.all(running, this.#ended?.grace ?? this.#grace());
      return void this.report();
    }
    this.#sandbox.stop();
    this.context.emptyDirs.release(this.uid);
    this.report(true);
  }

  #terminate(): void {
    const { sim, runtime } = this.context;
    this.#abandon();
    const until = parseTime(this.#pod.metadata.deletionTimestamp);
    const grace = (this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
    const left = Math.max(0, Math.min(grace, until - sim.now));
    const running = this.#runs.running();
    if (running.length > 0) {
      this.#stops.all(running, left);
      // Deleted again with less time: who is being stopped already gets only that much.
      if (until < this.#killedBy && this.#killedBy !== Infinity)
        for (const { id } of running) if (this.#stops.has(id)) runtime.stopContainer(id, Math.max(1, left), () => {});
      this.#killedBy = until;
      return void this.report();
    }
    this.#sandbox.stop();
    if (this.report(true) && !this.#gone) this.#reporter.delete();
  }

  /** What was being started is not wanted any more. */
  #abandon(): void {
    for (const running of this.#starting.values()) running.kill();
    this.#starting.clear();
    this.#waiting.clear();
    this.#deadline.cancel();
    this.#turns.rest();
  }

  #grace(): Millis {
    return (this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
  }
}
