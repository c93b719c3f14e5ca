import { semanticallyEqual } from '../../api/equality.ts';
import type { Container, Pod } from '../../api/generated/types.ts';
import { run, type Running, type Task } from '../../os/task.ts';
import type { Timer } from '../../sim/simulation.ts';
import { SparseMap, SparseSet } from '../../sim/sparse.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { CriError, type RuntimeContainer, type Sandbox } from '../runtime/cri.ts';
import { startContainer } from './container-start.ts';
import type { ContainerView } from './container-status.ts';
import { DeviceClaims } from './device-claims.ts';
import { DEADLINE, Deadline, type Ending } from './ending.ts';
import { ContainerError } from './errors.ts';
import type { PodUse } from './eviction/ranking.ts';
import { duration } from './image-manager.ts';
import { runHook } from './lifecycle.ts';
import { containersOf, fieldPathOf, isOver, type Role } from './pod-containers.ts';
import { PodProbes } from './pod-probes.ts';
import { PodReporter } from './pod-reporter.ts';
import { makePodStatus } from './pod-status.ts';
import { podUse } from './pod-use.ts';
import { runtimeLimits } from './resize/actuation.ts';
import { PodResize } from './resize/pod-resize.ts';
import { isSidecar, ruleFor, shouldRestart } from './restart-policy.ts';
import { sandboxConfig, SandboxConfigError } from './sandbox-config.ts';
import { stopContainers, type Stop } from './termination.ts';
import { VolumeSetup } from './volume-setup.ts';
import { WholeRestart } from './whole-restart.ts';
import { formatPod, type WorkerContext } from './worker-context.ts';

/** After a failed start the kubelet looks again in this time, when nothing wakes it before. */
const RETRY: Millis = 10 * SECOND;

/** Keeps one pod of this node as its spec says. `sync` compares and takes the next steps; what takes time comes back to it. */
export class PodWorker {
  readonly #volumes: VolumeSetup;
  readonly #devices: DeviceClaims;
  readonly #probes: PodProbes;
  readonly #starting = new SparseMap<string, Running>();
  readonly #waiting = new SparseMap<string, { reason: string; message?: string }>();
  /** Containers being stopped, by id. */
  readonly #stopping = new SparseSet<string>();
  /** Containers whose definition has changed: they start again whatever the policy. */
  readonly #changed = new SparseSet<string>();
  readonly #anew = new WholeRestart();
  readonly #resize: PodResize;
  readonly #reporter: PodReporter;
  readonly #deadline: Deadline;
  #pod: Pod;
  #sandbox: Sandbox | undefined;
  #turn: Timer | undefined;
  #retry: Timer | undefined;
  /** What the next turn has to do: `report` only tells the API server how things stand. */
  #due: 'sync' | 'report' = 'report';
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
    this.#devices = new DeviceClaims(context, () => this.#sync());
    this.#resize = new PodResize(context, (name) => this.#runs(name)[0]);
    this.#deadline = new Deadline(context.sim, () => this.#sync());
    this.#reporter = new PodReporter(context.sim, context.api, {
      pod: () => this.#pod,
      learn: (known) => void (this.#pod = known),
      removed: () => this.removed(),
      wake: () => this.wake(),
      again: (delay) => this.#again(delay),
    });
    this.#volumes = new VolumeSetup(context, { pod: () => this.#pod, ips: () => this.#ips(), wake: () => this.wake() });
    this.#probes = new PodProbes(context, {
      pod: () => this.#pod,
      ip: () => this.#ips()[0] ?? '',
      current: (name) => this.#runs(name)[0],
      wake: () => this.wake(),
      failed: (container, id, message, grace) =>
        this.#stop([{ container, id, message, grace, fieldPath: fieldPathOf(this.#pod, container) }]),
    });
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** A newer state of the object. Its status alone, which this worker writes itself, is no reason to act. */
  update(pod: Pod): void {
    const old = this.#pod;
    // What this worker wrote itself comes back through the watch.
    if (pod === old) return;
    if (Number(pod.metadata.resourceVersion) < Number(old.metadata.resourceVersion)) return;
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
      return this.#soon('report');
    this.wake();
  }

  /** Something about the pod has changed: look again soon, and tell the API server again if it has lost what it was told. */
  wake(tellAgain = false): void {
    this.#reporter.tellAgain ||= tellAgain;
    this.#soon('sync');
  }

  /** The kubelet ends it, whatever the API server says. */
  kill(why: Ending): void {
    if (this.#gone || this.#ended !== undefined) return;
    this.#ended = why;
    this.#sync();
  }

  /** Whether nothing of it runs any more. */
  get stopped(): boolean {
    return this.#running().length === 0;
  }

  /** What it uses of the machine. */
  use(): PodUse {
    return podUse(this.context.runtime, this.#pod, this.context.emptyDirs.onDisk(this.#pod));
  }

  /** The object has been removed from the API: what still runs is stopped, without more time than it takes. */
  removed(): void {
    const { runtime } = this.context;
    this.#forget();
    const clean = (): void => {
      for (const sandbox of runtime.podSandboxes(this.#uid).slice()) runtime.removePodSandbox(sandbox.id);
    };
    const running = this.#running().filter(({ id }) => !this.#stopping.has(id));
    if (running.length === 0) return clean();
    let left = running.length;
    this.#stop(this.#stopsOf(running, 0), () => {
      if (--left === 0) clean();
    });
  }

  /** The kubelet stops; containers go on. */
  stop(): void {
    this.#gone = true;
    for (const timer of [this.#turn, this.#retry, this.#deadline]) timer?.cancel();
    this.#reporter.stop();
    this.#volumes.stop();
    this.#probes.stop();
    for (const running of this.#starting.values()) running.kill();
    this.#starting.clear();
  }

  get #uid(): string {
    return this.#pod.metadata.uid ?? '';
  }

  #forget(): void {
    this.stop();
    this.context.restarts.forget(`${this.#uid}_`);
    this.#resize.forget(this.#uid);
    this.context.done(this.#uid);
  }

  #soon(what: 'sync' | 'report'): void {
    if (this.#gone) return;
    if (what === 'sync') this.#due = 'sync';
    if (this.#turn?.pending === true) return;
    this.#turn = this.context.sim.after(1, () => {
      const due = this.#due;
      this.#due = 'report';
      if (due === 'sync') this.#sync();
      else if (!this.#gone) this.#report();
    });
  }

  #sync(): void {
    if (this.#gone) return;
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    const phase = this.#pod.status?.phase;
    if (phase === 'Succeeded' || phase === 'Failed') return void this.#finish();
    if (this.#ended === undefined && this.#deadline.passed(this.#pod)) {
      this.#ended = DEADLINE;
      this.context.recorder.event(this.#pod, 'Normal', DEADLINE.reason, DEADLINE.message);
    }
    if (this.#ended === undefined && !this.#finishing && this.#beginsAnew()) return void this.#report();
    if (this.#ended === undefined && !this.#finishing) this.#advance();
    this.#finishing ||= this.#ended !== undefined || isOver(this.#pod, (name) => this.#last(name), this.#changed);
    if (this.#finishing) this.#finish();
    else this.#report();
  }

  /** A rule has all containers start again: true while they are killed, or wait because they have done so too often. */
  #beginsAnew(): boolean {
    const { runtime, restarts, sim } = this.context;
    const trigger = this.#anew.trigger(this.#pod, (name) => this.#last(name));
    if (trigger === undefined && !this.#anew.going) return false;
    if (trigger !== undefined && !this.#anew.going) {
      if (this.#held(trigger.container, trigger.run)) return true;
      restarts.next(this.#keyOf(trigger.container), trigger.run.finishedAt ?? sim.now);
      this.#anew.begin();
      this.#abandon();
    }
    const running = this.#running();
    for (const { id, config } of running) {
      if (this.#stopping.has(id)) continue;
      this.#stopping.add(id);
      this.#tellKilling(config.name);
      runtime.stopContainer(id, 0, () => {
        this.#stopping.delete(id);
        this.wake();
      });
    }
    if (running.length > 0) return true;
    this.#anew.done(runtime.podContainers(this.#uid));
    return false;
  }

  #tellKilling(name: string): void {
    const container = containersOf(this.#pod).find((each) => each.name === name);
    if (container === undefined) return;
    const fieldPath = fieldPathOf(this.#pod, container);
    this.context.recorder.event(this.#pod, 'Normal', 'Killing', `Stopping container ${name}`, { fieldPath });
  }

  #keyOf({ name }: Container): string {
    return `${this.#uid}_${name}`;
  }

  /** Whether a container that has ended has to wait before it starts again; it is told, and looked at again then. */
  #held(container: Container, { finishedAt }: RuntimeContainer): boolean {
    const { sim, restarts, recorder } = this.context;
    const { name } = container;
    const key = this.#keyOf(container);
    const ended = finishedAt ?? sim.now;
    if (!restarts.waitsSince(key, ended)) return false;
    const delay = restarts.delay(key);
    const pod = formatPod(this.#pod);
    if (this.#waiting.get(name)?.reason !== 'CrashLoopBackOff')
      recorder.event(this.#pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${pod}`, {
        fieldPath: fieldPathOf(this.#pod, container),
      });
    const message = `back-off ${duration(delay)} restarting failed container=${name} pod=${pod}`;
    this.#waiting.set(name, { reason: 'CrashLoopBackOff', message });
    this.#again(ended + delay - sim.now);
    return true;
  }

  #advance(): void {
    const { runtime } = this.context;
    this.#sandbox = runtime.podSandboxes(this.#uid).find((sandbox) => sandbox.ready);
    if (this.#sandbox === undefined && !this.#begin()) return;
    for (const container of (this.#pod.spec?.ephemeralContainers ?? []) as readonly Container[])
      if (this.#runs(container.name).length === 0 && !this.#starting.has(container.name)) this.#start(container, 'ephemeralContainers', 0);
    const { spec } = this.context.allocation.of(this.#pod);
    if (spec?.resources !== undefined) this.context.runtime.updatePodSandboxResources(this.#uid, runtimeLimits(spec.resources));
    const main = spec?.containers ?? [];
    // Once the pod is up, a sidecar that comes back holds nobody up any more.
    const up = main.some(({ name }) => this.#last(name) !== undefined && this.#last(name)?.sandboxId === this.#sandbox?.id);
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
    const { runtime, recorder, clusterDNS, nodeName } = this.context;
    const before = runtime.podSandboxes(this.#uid).length;
    // A pod that is not restarted gets no second sandbox.
    if (before > 0 && this.#pod.spec?.restartPolicy === 'Never' && runtime.podContainers(this.#uid).length > 0) return false;
    if (!this.#volumes.ready() || !this.#devices.ready(this.#pod)) return false;
    try {
      this.#sandbox = runtime.runPodSandbox(sandboxConfig(this.#pod, before, nodeName, clusterDNS));
      return true;
    } catch (error) {
      if (!(error instanceof CriError || error instanceof SandboxConfigError)) throw error;
      const why = error instanceof CriError ? error.rpc : error.message;
      recorder.event(this.#pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${why}`);
      this.#again(RETRY);
      return false;
    }
  }

  /** Sees to one container. True when what comes after it may begin. */
  #keep(container: Container, role: Role): boolean {
    const { sim, restarts } = this.context;
    const { name } = container;
    const init = role === 'initContainers';
    const last = this.#runs(name)[0];
    if (this.#starting.has(name) || this.#stopping.has(last?.id ?? '')) return false;
    // A new sandbox begins from the first init container.
    const current = (init && last?.sandboxId !== this.#sandbox?.id) || this.#anew.isPast(last) ? undefined : last;
    if (current === undefined || current.state === 'created') {
      this.#start(container, role, last === undefined ? 0 : last.config.attempt + 1);
      return false;
    }
    const sidecar = init && isSidecar(container);
    if (current.state === 'running') {
      const changed = current.config.image !== container.image;
      const resize = changed ? undefined : this.#resize.follow(this.#pod, container, current);
      if (resize === 'later') this.#again(RETRY);
      if (!changed && resize !== 'restart') return sidecar ? this.#probes.started(container) : !init;
      this.#changed.add(name);
      const message = `Container ${name} ${changed ? 'definition changed, will be restarted' : 'resize requires restart'}`;
      this.#stop([{ container, id: current.id, message, grace: this.#grace(), fieldPath: fieldPathOf(this.#pod, container) }]);
      return false;
    }
    if (init && !sidecar && current.exitCode === 0) return true;
    const changed = this.#changed.delete(name);
    if (!changed && !shouldRestart(this.#pod, container, current.exitCode ?? 0, init)) return !init;
    if (!changed && this.#held(container, current)) return false;
    restarts.next(this.#keyOf(container), current.finishedAt ?? sim.now);
    this.#start(container, role, current.config.attempt + 1);
    return false;
  }

  #start(container: Container, role: Role, attempt: number): void {
    const { name } = container;
    const { sim } = this.context;
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
        this.#report();
        // The sandbox's own start has the kubelet look at the pod once more: a failed pull is seen backing off soon.
        const soon = error.reason === 'ErrImagePull' ? SECOND : RETRY;
        this.#again(error.until === undefined ? soon : error.until - sim.now);
      },
    );
    if (!running.done) this.#starting.set(name, running);
  }

  *#bringUp(container: Container, role: Role, attempt: number): Task<void> {
    const { sim, runtime, net, recorder } = this.context;
    const { name } = container;
    const sandbox = this.#sandbox;
    if (sandbox === undefined) return;
    const pod = this.#pod;
    const fieldPath = `spec.${role}{${name}}`;
    const devices = this.#devices.environment(container);
    const place = { pod, container, sandbox, podIPs: this.#ips(), volumes: this.#volumes.volumes, devices, attempt, fieldPath };
    const id = yield* startContainer(this.context, place);
    this.#waiting.delete(name);
    this.#probes.start(container, role === 'initContainers');
    const hook = container.lifecycle?.postStart;
    if (hook === undefined) return;
    const failure = yield* runHook(sim, runtime, net, container, id, this.#ips()[0] ?? '', hook);
    if (failure === undefined) return;
    recorder.event(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', { fieldPath });
    this.#stop([{ container, id, message: 'FailedPostStartHook', grace: this.#grace(), fieldPath }]);
    throw new ContainerError('PostStartHookError', failure);
  }

  /** Ends what still runs and takes the sandbox down. True when nothing is left. */
  #finish(): boolean {
    const { runtime } = this.context;
    this.#abandon();
    const running = this.#running();
    if (running.length > 0) {
      const fresh = running.filter(({ id }) => !this.#stopping.has(id));
      this.#stop(this.#stopsOf(fresh, this.#ended?.grace ?? this.#grace()));
      this.#report();
      return false;
    }
    for (const sandbox of runtime.podSandboxes(this.#uid)) runtime.stopPodSandbox(sandbox.id);
    this.context.emptyDirs.release(this.#uid);
    this.#report(true);
    return true;
  }

  #terminate(): void {
    const { sim, runtime } = this.context;
    this.#abandon();
    const until = parseTime(this.#pod.metadata.deletionTimestamp);
    const grace = (this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
    const left = Math.max(0, Math.min(grace, until - sim.now));
    const running = this.#running();
    if (running.length > 0) {
      const fresh = running.filter(({ id }) => !this.#stopping.has(id));
      this.#stop(this.#stopsOf(fresh, left));
      // Deleted again with less time: who is being stopped already gets only that much.
      if (until < this.#killedBy && this.#killedBy !== Infinity)
        for (const { id } of running) if (this.#stopping.has(id)) runtime.stopContainer(id, Math.max(1, left), () => {});
      this.#killedBy = until;
      this.#report();
      return;
    }
    for (const sandbox of runtime.podSandboxes(this.#uid)) runtime.stopPodSandbox(sandbox.id);
    if (this.#report(true) && !this.#gone) this.#reporter.delete();
  }

  /** What was being started is not wanted any more. */
  #abandon(): void {
    for (const running of this.#starting.values()) running.kill();
    this.#starting.clear();
    this.#waiting.clear();
    this.#deadline.cancel();
    this.#retry?.cancel();
  }

  #running(): RuntimeContainer[] {
    return this.context.runtime.podContainers(this.#uid).filter(({ state }) => state === 'running');
  }

  #stopsOf(running: readonly RuntimeContainer[], grace: Millis): Stop[] {
    return running.flatMap(({ id, config }) => {
      const container = containersOf(this.#pod).find(({ name }) => name === config.name);
      if (container === undefined) return [];
      return [{ container, id, grace, message: `Stopping container ${container.name}`, fieldPath: fieldPathOf(this.#pod, container) }];
    });
  }

  #stop(stops: readonly Stop[], stopped: () => void = () => this.wake()): void {
    const fresh = stops.filter(({ id }) => !this.#stopping.has(id));
    for (const { id } of fresh) this.#stopping.add(id);
    stopContainers(this.context, this.#pod, this.#ips()[0] ?? '', fresh, (id) => {
      this.#stopping.delete(id);
      stopped();
    });
  }

  #grace(): Millis {
    return (this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
  }

  /** False while the server has not taken it yet; the worker is woken when it has. */
  #report(terminal = false): boolean {
    if (this.#reporter.busy) return false;
    const { sim, node, allocation, resizes, runtime } = this.context;
    const pod = this.#pod;
    const allocated = allocation.of(pod);
    const { spec } = allocated;
    const view = (container: Container, role: ContainerView['role']): ContainerView => {
      const runs = this.#runs(container.name);
      const plain = role === 'init' && !isSidecar(container);
      return {
        spec: container,
        role,
        runs,
        waiting: this.#anew.isPast(runs[0])
          ? (this.#waiting.get(container.name) ?? {
              reason: (spec?.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating',
            })
          : this.#waits(container, role, runs[0])
            ? this.#waiting.get(container.name)
            : undefined,
        started: plain ? runs[0]?.state === 'running' : this.#probes.started(container),
        ready: plain ? runs[0]?.exitCode === 0 : role !== 'ephemeral' && this.#probes.ready(container),
        runtime: runtime.runtimeName,
        resources: runs[0] === undefined ? undefined : (this.#resize.resourcesOf(runs[0]) ?? container.resources),
      };
    };
    const status = makePodStatus({
      pod,
      now: sim.now,
      hostIP: node.hostIP,
      podIP: this.#ips()[0],
      sandboxReady: this.#sandbox?.ready === true,
      terminal,
      ended: this.#ended,
      allocated,
      anew: this.#anew.going
        ? 'killing'
        : (spec?.containers ?? []).some(({ name }) => this.#anew.isPast(this.#runs(name)[0]))
          ? 'starting'
          : undefined,
      resizing: resizes.conditions(this.#uid),
      containers: [
        ...(spec?.initContainers ?? []).map((each) => view(each, 'init')),
        ...(spec?.containers ?? []).map((each) => view(each, 'main')),
        ...(spec?.ephemeralContainers ?? []).map((each) => view(each as Container, 'ephemeral')),
      ],
    });
    return this.#reporter.report(status);
  }

  /** Only what will be started again waits; the rest has ended. */
  #waits(container: Container, role: ContainerView['role'], last: RuntimeContainer | undefined): boolean {
    if (ruleFor(container, last?.exitCode ?? 0)?.action === 'RestartAllContainers') return true;
    return last?.state !== 'exited' || shouldRestart(this.#pod, container, last.exitCode ?? 0, role === 'init');
  }

  #again(delay: Millis): void {
    if (this.#gone) return;
    const { sim } = this.context;
    const at = sim.now + Math.max(1, delay);
    // Several containers may wait: the first whose time has come wakes all.
    if (this.#retry?.pending === true && this.#retry.at <= at) return;
    this.#retry?.cancel();
    this.#retry = sim.after(at - sim.now, () => this.#sync());
  }

  /** The newest run that still counts. */
  #last(name: string): RuntimeContainer | undefined {
    const run = this.#runs(name)[0];
    return this.#anew.isPast(run) ? undefined : run;
  }

  #runs(name: string): readonly RuntimeContainer[] {
    const all = this.context.runtime.podContainers(this.#uid);
    // Most pods have one container.
    return all.every((each) => each.config.name === name) ? all : all.filter((each) => each.config.name === name);
  }

  #ips(): readonly string[] {
    const ip = this.#sandbox?.ip ?? this.context.runtime.podSandboxes(this.#uid)[0]?.ip;
    return ip === undefined ? [] : [ip];
  }
}
