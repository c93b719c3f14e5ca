import type { Container, ContainerStatus, Pod, Probe } from '../../api/generated/types.ts';
import { run, suspend, type Running, type Task } from '../../os/task.ts';
import type { Timer } from '../../sim/simulation.ts';
import { MINUTE, SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { CriError, type RuntimeContainer, type Sandbox } from '../runtime/cri.ts';
import { containerStatus } from './container-status.ts';
import type { KubeletContext } from './context.ts';
import { ContainerError } from './errors.ts';
import { runHook, wait } from './lifecycle.ts';
import { ProbeWorker, type ProbeKind } from './prober.ts';
import { isSidecar, podStatus } from './pod-status.ts';
import { sandboxConfig } from './sandbox-config.ts';
import { startContainer } from './start-container.ts';
import { MountError, PodVolumes } from './volumes.ts';

// The kubelet's backOffPeriod and resync interval, each with up to half of it on top.
const RETRY: Millis = 10 * SECOND;
const RESYNC: Millis = MINUTE;
// kuberuntime: a container gets at least two seconds between the stop signal and KILL.
const MINIMUM_GRACE: Millis = 2 * SECOND;

interface Verdict {
  readonly reason: string;
  readonly message: string;
}

/** Everything the kubelet does for one pod, one thing after the other: start it, keep it as its spec says, end it. */
export class PodWorker {
  pod: Pod;
  readonly uid: string;
  readonly #context: KubeletContext;
  readonly #volumes: PodVolumes;
  readonly #errors = new Map<string, ContainerError>();
  readonly #probes = new Map<string, ProbeWorker>();
  readonly #condemned = new Map<string, string>();
  #phase: 'running' | 'terminating' | 'terminated' = 'running';
  #task: Running | undefined;
  #wake: Timer | undefined;
  #again = false;
  #retry: Timer | undefined;
  #deadline: Timer | undefined;
  #mounted = false;
  #podIP: string | undefined;
  #verdict: Verdict | undefined;
  /** The object is gone from the API server. */
  #removed = false;

  constructor(
    context: KubeletContext,
    pod: Pod,
    /** Called once nothing of a removed pod is left. */
    readonly onGone: (worker: PodWorker) => void,
  ) {
    this.#context = context;
    this.pod = pod;
    this.uid = pod.metadata.uid ?? '';
    this.#podIP = pod.status?.podIP;
    const { facts, sim, sources, hostPaths } = context;
    this.#volumes = new PodVolumes({
      now: () => sim.now,
      node: facts,
      podIPs: () => (this.#podIP === undefined ? [] : [this.#podIP]),
      sources,
      hostPaths,
      token: ({ metadata, spec }, audience, seconds) =>
        context.token(metadata.namespace ?? '', spec?.serviceAccountName ?? 'default', { name: metadata.name ?? '', uid: metadata.uid ?? '' }, audience, seconds),
    });
    // A pod that had ended before this kubelet came to know it stays as it is.
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') this.#phase = 'terminated';
  }

  get terminated(): boolean {
    return this.#phase === 'terminated';
  }

  /** It takes room on the node. */
  get active(): boolean {
    return this.#phase === 'running';
  }

  start(): void {
    if (this.pod.metadata.deletionTimestamp !== undefined) return this.#end();
    if (this.#phase !== 'running') return;
    this.#watchDeadline();
    this.wake();
  }

  /** Refused by the node: it fails without ever having run. */
  reject(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#phase = 'terminated';
    this.#context.recorder.event(this.pod, 'Warning', verdict.reason, verdict.message);
    this.#context.statuses.set(this.pod, { phase: 'Failed', reason: verdict.reason, message: verdict.message, startTime: new Date(this.#context.sim.now).toISOString().replace(/\.\d+Z$/, 'Z') }, true);
  }

  update(pod: Pod): void {
    const before = this.pod;
    this.pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (this.#phase === 'running') this.#end();
      else if (this.#phase === 'terminated') this.#report();
      else if ((pod.metadata.deletionGracePeriodSeconds ?? 0) < (before.metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY)) this.#hurry();
      return;
    }
    // Its own status coming back is no news, unless a readiness gate of somebody else is in it.
    const gates = (pod.spec?.readinessGates?.length ?? 0) > 0;
    if (before.spec !== pod.spec || before.metadata.generation !== pod.metadata.generation || before.metadata.labels !== pod.metadata.labels || gates) this.wake();
  }

  /** Deleted from the API server, by force or after its end. */
  remove(): void {
    this.#removed = true;
    if (this.#phase === 'running') this.#end();
    else if (this.#phase === 'terminated') this.#clean();
    else this.#hurry();
  }

  /** Something has changed: sync soon. */
  wake(): void {
    if (this.#phase === 'terminated') return;
    if (this.#task !== undefined && !this.#task.done) {
      this.#again = true;
      // A terminating pod's containers have changed: that is worth telling while the others end.
      if (this.#phase === 'terminating') this.#report();
      return;
    }
    if (this.#wake?.pending === true) return;
    this.#wake = this.#context.sim.after(1, () => this.#sync());
  }

  /** The kubelet stops; containers go on. */
  stop(): void {
    this.#wake?.cancel();
    this.#retry?.cancel();
    this.#deadline?.cancel();
    this.#task?.kill();
    for (const probe of this.#probes.values()) probe.stop();
    this.#probes.clear();
  }

  /** Its containers of a name, newest first. */
  containersNamed(name: string): RuntimeContainer[] {
    return this.#context.runtime.podContainers(this.uid).filter(({ config }) => config.name === name);
  }

  statusOf(name: string): ContainerStatus | undefined {
    const status = this.#context.statuses.get(this.uid) ?? this.pod.status;
    return [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])].find((container) => container.name === name);
  }

  #sync(): void {
    const { sim, random } = this.#context;
    this.#again = false;
    this.#retry?.cancel();
    this.#report();
    // The report may have ended the pod.
    if (this.#phase !== 'running') return;
    this.#task = run(
      this.#syncPod(),
      (errors) => {
        this.#task = undefined;
        if (this.#phase !== 'running') return;
        this.#report();
        if (this.#again) return this.wake();
        if (errors.length > 0) {
          const known = errors.flatMap(({ until }) => (until === undefined ? [] : [until]));
          const base = known.length === 0 ? RETRY : Math.min(RESYNC, Math.max(0, Math.min(...known) - sim.now));
          this.#retry = sim.after(base + random.int(Math.floor(base / 2) + 1), () => this.wake());
        } else if (this.#volumes.refreshable(this.pod)) {
          this.#retry = sim.after(RESYNC + random.int(RESYNC / 2), () => this.#refresh(), { background: true });
        }
      },
      (error) => {
        throw error;
      },
    );
    if (this.#task?.done === true) this.#task = undefined;
  }

  #refresh(): void {
    this.#volumes.refresh(this.pod);
    this.wake();
  }

  *#syncPod(): Task<ContainerError[]> {
    yield* this.#mount();
    this.#addProbes();
    const sandbox = yield* this.#sandbox();
    if (sandbox === undefined) return [new ContainerError('CreatePodSandboxError', 'no sandbox')];
    const errors: ContainerError[] = [];
    const spec = this.pod.spec;
    if (!(yield* this.#initContainers(sandbox, errors))) return errors;
    for (const container of spec?.containers ?? []) {
      const [latest] = this.containersNamed(container.name);
      if (latest?.state === 'running') {
        const why = this.#condemned.get(latest.id) ?? (latest.config.image === container.image ? undefined : `Container ${container.name} definition changed, will be restarted`);
        if (why === undefined) {
          this.#errors.delete(container.name);
          continue;
        }
        yield* this.#kill(container, latest.id, why, this.#grace());
        this.#condemned.delete(latest.id);
      } else if (latest !== undefined && !this.#restarts(container, latest)) continue;
      yield* this.#start(container, sandbox, `spec.containers{${container.name}}`, errors);
    }
    return errors;
  }

  /** True once the main containers may run. */
  *#initContainers(sandbox: Sandbox, errors: ContainerError[]): Task<boolean> {
    const begun = (this.pod.spec?.containers ?? []).some(({ name }) => this.containersNamed(name).some(({ sandboxId }) => sandboxId === sandbox.id));
    for (const container of this.pod.spec?.initContainers ?? []) {
      const path = `spec.initContainers{${container.name}}`;
      const latest = this.containersNamed(container.name)[0];
      const here = latest?.sandboxId === sandbox.id ? latest : undefined;
      if (isSidecar(container)) {
        const why = here?.state === 'running' ? this.#condemned.get(here.id) : undefined;
        if (here?.state === 'running' && why === undefined) {
          this.#errors.delete(container.name);
          if (this.#started(container, here) || begun) continue;
          return false;
        }
        if (here !== undefined && why !== undefined) yield* this.#kill(container, here.id, why, this.#grace());
        yield* this.#start(container, sandbox, path, errors);
        if (begun) continue;
        return false;
      }
      if (begun) continue;
      if (here?.state === 'running') return false;
      if (here?.state === 'exited') {
        if (here.exitCode === 0) {
          this.#errors.delete(container.name);
          continue;
        }
        if (this.pod.spec?.restartPolicy === 'Never') return false;
      }
      yield* this.#start(container, sandbox, path, errors);
      return false;
    }
    return true;
  }

  *#start(container: Container, sandbox: Sandbox, fieldPath: string, errors: ContainerError[]): Task<void> {
    const [latest] = this.containersNamed(container.name);
    const old = this.statusOf(container.name);
    const attempt = latest !== undefined ? latest.config.attempt + 1 : old?.containerID === undefined ? (old?.restartCount ?? 0) : old.restartCount + 1;
    try {
      yield* startContainer({
        context: this.#context,
        pod: this.pod,
        container,
        sandbox,
        volumes: this.#volumes,
        latest,
        attempt,
        fieldPath,
        kill: (id, message) => this.#kill(container, id, message, this.#grace()),
      });
      this.#errors.delete(container.name);
    } catch (error) {
      if (!(error instanceof ContainerError)) throw error;
      this.#errors.set(container.name, error);
      errors.push(error);
    }
  }

  *#mount(): Task<void> {
    // The volume manager tries again after half a second, doubling up to two minutes.
    for (let delay = 500; !this.#mounted; delay = Math.min(delay * 2, 122 * SECOND)) {
      try {
        this.#volumes.check(this.pod);
        this.#mounted = true;
      } catch (error) {
        if (!(error instanceof MountError)) throw error;
        this.#context.recorder.event(this.pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`);
        yield* wait(this.#context.sim, delay);
      }
    }
  }

  *#sandbox(): Task<Sandbox | undefined> {
    const { runtime, recorder, sim, random } = this.#context;
    const [latest] = runtime.podSandboxes(this.uid);
    if (latest?.ready === true) {
      this.#podIP = latest.ip;
      return latest;
    }
    if (latest !== undefined) recorder.event(this.pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
    yield* wait(sim, 100 + random.int(200));
    try {
      const sandbox = runtime.runPodSandbox(sandboxConfig(this.pod, latest === undefined ? 0 : latest.config.attempt + 1, this.#context));
      this.#podIP = sandbox.ip;
      return sandbox;
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      recorder.event(this.pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.rpc}`);
      return undefined;
    }
  }

  /** By the pod's policy and, for a container of its own mind, its own. */
  #restarts(container: Container, { exitCode }: RuntimeContainer): boolean {
    for (const { action, exitCodes } of container.restartPolicyRules ?? []) {
      const inside = exitCodes?.values?.includes(exitCode ?? 0) === true;
      if (exitCodes !== undefined && inside === (exitCodes.operator === 'In')) return action === 'Restart';
    }
    const policy = container.restartPolicy ?? this.pod.spec?.restartPolicy ?? 'Always';
    return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
  }

  #grace(): Millis {
    const { metadata, spec } = this.pod;
    return (metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
  }

  *#kill(container: Container, id: string, message: string, grace: Millis): Task<void> {
    const { sim, runtime, recorder, net } = this.#context;
    const init = this.pod.spec?.initContainers?.some(({ name }) => name === container.name) === true;
    const fieldPath = `spec.${init ? 'initContainers' : 'containers'}{${container.name}}`;
    recorder.event(this.pod, 'Normal', 'Killing', message, { fieldPath });
    let left = grace;
    const hook = container.lifecycle?.preStop;
    if (hook !== undefined && grace > 0) {
      const began = sim.now;
      const outcome = yield* within(sim, grace, runHook(sim, runtime, net, container, id, this.#podIP ?? '', hook));
      if (outcome !== undefined && outcome !== 'timeout') recorder.event(this.pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', { fieldPath });
      left = grace - (sim.now - began);
    }
    yield* suspend<void>((resume) => {
      runtime.stopContainer(id, Math.max(left, MINIMUM_GRACE), () => resume());
      return () => {};
    });
  }

  /** The pod shall run no more. */
  #end(): void {
    this.#phase = 'terminating';
    this.#wake?.cancel();
    this.#retry?.cancel();
    this.#deadline?.cancel();
    this.#task?.kill();
    this.#report();
    const grace = this.#removed ? Math.max(SECOND, this.#grace()) : this.#grace();
    this.#task = run(
      this.#terminate(grace),
      () => this.#ended(),
      (error) => {
        throw error;
      },
    );
  }

  *#terminate(grace: Millis): Task<void> {
    yield* wait(this.#context.sim, 1);
    const { runtime } = this.#context;
    const stop = (containers: readonly Container[]): Task<void>[] =>
      containers.flatMap((container) => {
        const latest = this.containersNamed(container.name)[0];
        return latest === undefined || latest.state === 'exited' ? [] : [this.#kill(container, latest.id, `Stopping container ${container.name}`, grace)];
      });
    const sidecars = (this.pod.spec?.initContainers ?? []).filter(isSidecar);
    yield* all(stop([...(this.pod.spec?.containers ?? []), ...(this.pod.spec?.initContainers ?? []).filter((container) => !isSidecar(container))]));
    // Sidecars outlive what they serve and end in the reverse of their order.
    for (const sidecar of sidecars.reverse()) yield* all(stop([sidecar]));
    for (const sandbox of runtime.podSandboxes(this.uid)) runtime.stopPodSandbox(sandbox.id);
  }

  #ended(): void {
    for (const probe of this.#probes.values()) probe.stop();
    this.#probes.clear();
    this.#phase = 'terminated';
    this.#task = undefined;
    if (this.#removed) return this.#clean();
    this.#report();
  }

  /** Less time than was thought: the containers' remaining grace is cut. */
  #hurry(): void {
    const { runtime } = this.#context;
    for (const { id, state } of runtime.podContainers(this.uid)) {
      if (state === 'running') runtime.stopContainer(id, Math.max(MINIMUM_GRACE, this.#removed ? 0 : this.#grace()), () => {});
    }
  }

  #clean(): void {
    const { runtime, statuses, restarts } = this.#context;
    for (const sandbox of [...runtime.podSandboxes(this.uid)]) runtime.removePodSandbox(sandbox.id);
    statuses.forget(this.uid);
    restarts.forget(`${this.uid}/`);
    this.onGone(this);
  }

  #watchDeadline(): void {
    const { sim, statuses } = this.#context;
    const seconds = this.pod.spec?.activeDeadlineSeconds;
    if (seconds === undefined) return;
    const began = parseTime(statuses.get(this.uid)?.startTime ?? this.pod.status?.startTime);
    const at = (Number.isNaN(began) ? sim.now : began) + seconds * SECOND;
    this.#deadline = sim.at(
      at,
      () => {
        if (this.#phase !== 'running') return;
        this.#verdict = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };
        this.#context.recorder.event(this.pod, 'Normal', 'DeadlineExceeded', this.#verdict.message);
        this.#end();
      },
      { background: true },
    );
  }

  /** Works out the status and hands it on; ends the pod when it has finished. */
  #report(): void {
    if (this.#removed) return;
    const { sim, facts, runtime, statuses } = this.#context;
    const spec = this.pod.spec;
    const old = statuses.get(this.uid) ?? this.pod.status;
    const waiting = (spec?.initContainers?.length ?? 0) > 0 ? 'PodInitializing' : 'ContainerCreating';
    const status = (container: Container, init: boolean): ContainerStatus => {
      const containers = this.containersNamed(container.name);
      const [latest] = containers;
      const started = latest?.state === 'running' && this.#started(container, latest);
      return containerStatus({
        container,
        runtime: containers,
        old: [...(old?.containerStatuses ?? []), ...(old?.initContainerStatuses ?? [])].find(({ name }) => name === container.name),
        error: this.#errors.get(container.name),
        waiting,
        ready: started && this.#ready(container, latest),
        started,
        init: init && !isSidecar(container),
      });
    };
    if (this.#verdict !== undefined && runtime.podSandboxes(this.uid).length === 0 && old?.phase === 'Failed') return;
    const next = podStatus({
      pod: this.pod,
      now: sim.now,
      old,
      hostIP: facts.hostIP,
      podIP: this.#podIP,
      sandboxReady: runtime.podSandboxes(this.uid)[0]?.ready === true,
      initContainerStatuses: (spec?.initContainers ?? []).map((container) => status(container, true)),
      containerStatuses: (spec?.containers ?? []).map((container) => status(container, false)),
      ending: this.#phase !== 'running',
      verdict: this.#verdict,
    });
    // While containers still end, the phase is not yet the final one.
    const shown = this.#phase === 'terminating' && (next.phase === 'Failed' || next.phase === 'Succeeded') ? { ...next, phase: old?.phase ?? 'Pending' } : next;
    statuses.set(this.pod, shown, this.#phase === 'terminated');
    if (this.#phase === 'running' && (next.phase === 'Succeeded' || next.phase === 'Failed')) this.#end();
  }

  #started(container: Container, { id }: RuntimeContainer): boolean {
    if (container.startupProbe === undefined) return true;
    return this.#probes.get(`${container.name}/startup`)?.verdict(id) === true;
  }

  #ready(container: Container, { id }: RuntimeContainer): boolean {
    if (container.readinessProbe === undefined) return true;
    const probe = this.#probes.get(`${container.name}/readiness`);
    if (probe === undefined) return false;
    const verdict = probe.verdict(id);
    // v1.36's prober does not wait for its ticker when it sees a container that runs and is not ready yet.
    if (!verdict && !probe.known(id)) this.#context.sim.after(0, () => probe.trigger(), { background: true });
    return verdict;
  }

  #addProbes(): void {
    const spec = this.pod.spec;
    for (const container of [...(spec?.initContainers ?? []).filter(isSidecar), ...(spec?.containers ?? [])]) {
      this.#addProbe(container, 'startup', container.startupProbe);
      this.#addProbe(container, 'readiness', container.readinessProbe);
      this.#addProbe(container, 'liveness', container.livenessProbe);
    }
  }

  #addProbe(container: Container, kind: ProbeKind, probe: Probe | undefined): void {
    const key = `${container.name}/${kind}`;
    if (probe === undefined || this.#probes.has(key)) return;
    const { sim, actor, runtime, recorder, net } = this.#context;
    const worker = this;
    const running = (): RuntimeContainer | undefined => worker.containersNamed(container.name).find(({ state }) => state === 'running');
    const target = {
      get pod() {
        return worker.pod;
      },
      container,
      running: () => {
        const now = running();
        return now === undefined ? undefined : { id: now.id, startedAt: now.startedAt ?? now.createdAt, ip: worker.#podIP ?? '' };
      },
      started: () => {
        const now = running();
        return now !== undefined && worker.#started(container, now);
      },
      terminating: () => worker.#phase !== 'running',
      changed: (changed: ProbeKind, ok: boolean) => worker.#probed(container, running(), changed, ok),
    };
    const made = new ProbeWorker({ sim, actor, runtime, recorder, net }, target, kind, probe);
    this.#probes.set(key, made);
    made.start();
  }

  #probed(container: Container, running: RuntimeContainer | undefined, kind: ProbeKind, ok: boolean): void {
    if (!ok && kind !== 'readiness' && running !== undefined) this.#condemned.set(running.id, `Container ${container.name} failed ${kind} probe, will be restarted`);
    this.wake();
  }
}

/** Runs a task for at most `limit` virtual ms. */
function* within<T>(sim: KubeletContext['sim'], limit: Millis, task: Task<T>): Task<T | 'timeout'> {
  return yield* suspend<T | 'timeout'>((resume, fail) => {
    const timer = sim.after(limit, () => {
      running.kill();
      resume('timeout');
    });
    const running = run(
      task,
      (value) => {
        timer.cancel();
        resume(value);
      },
      fail,
    );
    return () => {
      timer.cancel();
      running.kill();
    };
  });
}

/** Runs tasks side by side until the last has ended. */
function* all(tasks: readonly Task<void>[]): Task<void> {
  if (tasks.length === 0) return;
  yield* suspend<void>((resume, fail) => {
    let left = tasks.length;
    const running = tasks.map((task) =>
      run(
        task,
        () => {
          if (--left === 0) resume();
        },
        fail,
      ),
    );
    return () => {
      for (const one of running) one.kill();
    };
  });
}
