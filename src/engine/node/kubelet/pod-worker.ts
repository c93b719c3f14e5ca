import { StatusError } from '../../api/errors.ts';
import type { Container, Pod, Service } from '../../api/generated/types.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import { PODS } from '../../client/resources.ts';
import type { Network } from '../../os/process.ts';
import { run, suspend, type Running, type Task } from '../../os/task.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { CriError, type ImageService, type RuntimeContainer, type RuntimeService, type Sandbox } from '../runtime/cri.ts';
import type { Backoff } from './backoff.ts';
import type { NodeFacts } from './downward.ts';
import { makeEnvironment } from './environment.ts';
import { ContainerError } from './errors.ts';
import { expand } from './expand.ts';
import type { ImageManager } from './image-manager.ts';
import { runHook } from './lifecycle.ts';
import { isSidecar, makePodStatus, type ContainerView } from './pod-status.ts';
import { ProbeWorker, type ProbeKind } from './prober.ts';
import type { Sources } from './sources.ts';
import { MountError, PodVolumes, type VolumeContext } from './volumes.ts';

/** What every pod worker of a node shares. */
export interface WorkerContext {
  sim: Simulation;
  client: Client;
  actor: string;
  runtime: RuntimeService;
  images: ImageService;
  imageManager: ImageManager;
  recorder: EventRecorder;
  restarts: Backoff;
  sources: Sources;
  net: Network;
  node: NodeFacts;
  hostPaths: VolumeContext['hostPaths'];
  token: VolumeContext['token'];
  services(namespace: string): readonly Service[];
  /** Nameserver of pods with dnsPolicy ClusterFirst. */
  clusterDNS: string;
  /** The worker has nothing more to do. */
  done(uid: string): void;
}

/** Keeps one pod of this node as its spec says. `sync` compares and takes the next steps; what takes time comes back to it. */
export class PodWorker {
  readonly #volumes: PodVolumes;
  readonly #starting = new Map<string, Running>();
  readonly #waiting = new Map<string, { reason: string; message?: string }>();
  readonly #probes = new Map<string, ProbeWorker>();
  readonly #stopping = new Set<string>();
  #pod: Pod;
  #sandbox: Sandbox | undefined;
  #turn: Timer | undefined;
  #retry: Timer | undefined;
  #killing = false;
  #gone = false;

  constructor(
    readonly context: WorkerContext,
    pod: Pod,
  ) {
    this.#pod = pod;
    const { sim, node, sources, hostPaths, token } = context;
    this.#volumes = new PodVolumes({ now: () => sim.now, node, podIPs: () => this.#ips(), sources, hostPaths, token });
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** A newer state of the object. */
  update(pod: Pod): void {
    this.#pod = pod;
    this.wake();
  }

  /** Something about the pod has changed: look again soon. */
  wake(): void {
    if (this.#gone || this.#turn?.pending === true) return;
    this.#turn = this.context.sim.after(1, () => this.#sync());
  }

  /** The object has been removed from the API: what still runs is killed. */
  removed(): void {
    this.#forget();
    for (const sandbox of this.context.runtime.podSandboxes(this.#uid)) this.context.runtime.removePodSandbox(sandbox.id);
  }

  /** The kubelet stops; containers go on. */
  stop(): void {
    this.#gone = true;
    this.#turn?.cancel();
    this.#retry?.cancel();
    for (const probe of this.#probes.values()) probe.stop();
    for (const running of this.#starting.values()) running.kill();
  }

  get #uid(): string {
    return this.#pod.metadata.uid ?? '';
  }

  #forget(): void {
    this.stop();
    this.context.restarts.forget(`${this.#uid}_`);
    this.context.done(this.#uid);
  }

  #sync(): void {
    if (this.#gone) return;
    if (this.#pod.metadata.deletionTimestamp !== undefined) return this.#terminate();
    const phase = this.#pod.status?.phase;
    if (phase !== 'Succeeded' && phase !== 'Failed') this.#advance();
    this.#report();
    const now = this.#pod.status?.phase;
    if (now === 'Succeeded' || now === 'Failed') this.#killAll(undefined);
  }

  #advance(): void {
    const { runtime } = this.context;
    this.#sandbox = runtime.podSandboxes(this.#uid).find((sandbox) => sandbox.ready);
    if (this.#sandbox === undefined && !this.#begin()) return;
    for (const container of this.#pod.spec?.initContainers ?? []) {
      if (!this.#keep(container, true)) return;
    }
    for (const container of this.#pod.spec?.containers ?? []) this.#keep(container, false);
  }

  /** Volumes and sandbox. False when they cannot be had yet. */
  #begin(): boolean {
    const { runtime, recorder, clusterDNS } = this.context;
    const pod = this.#pod;
    const spec = pod.spec;
    const { name = '', namespace = '' } = pod.metadata;
    try {
      this.#volumes.check(pod);
      const policy = spec?.dnsPolicy ?? 'ClusterFirst';
      const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec?.hostNetwork !== true);
      this.#sandbox = runtime.runPodSandbox({
        uid: this.#uid,
        name,
        namespace,
        attempt: runtime.podSandboxes(this.#uid).length,
        hostname: spec?.hostname ?? name,
        hostNetwork: spec?.hostNetwork === true,
        resolver: cluster
          ? { nameservers: [clusterDNS], search: [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'], ndots: 5 }
          : { nameservers: [], search: [], ndots: 1 },
        hostAliases: Object.fromEntries(
          (spec?.hostAliases ?? []).flatMap((alias) => (alias.hostnames ?? []).map((host) => [host, alias.ip])),
        ),
        portMappings: (spec?.containers ?? []).flatMap((container) =>
          (container.ports ?? [])
            .filter((port) => port.hostPort !== undefined && port.hostPort !== 0)
            .map((port) => ({
              hostPort: port.hostPort as number,
              containerPort: port.containerPort,
              protocol: port.protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const),
            })),
        ),
      });
      return true;
    } catch (error) {
      if (error instanceof MountError)
        recorder.event(pod, 'Warning', 'FailedMount', `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`);
      else if (error instanceof CriError)
        recorder.event(pod, 'Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${error.rpc}`);
      else throw error;
      this.#again(2 * SECOND);
      return false;
    }
  }

  /** Sees to one container. True when what comes after it may begin. */
  #keep(container: Container, init: boolean): boolean {
    const { sim, restarts, recorder } = this.context;
    const { name } = container;
    const current = this.#runs(name)[0];
    if (this.#starting.has(name) || this.#stopping.has(current?.id ?? '')) return false;
    if (current === undefined || current.state === 'created') {
      this.#start(container, init, current === undefined ? 0 : current.config.attempt);
      return false;
    }
    const sidecar = init && isSidecar(container);
    if (current.state === 'running') return sidecar ? this.#started(container) : !init;
    if (init && !sidecar && current.exitCode === 0) return true;
    const policy = sidecar ? 'Always' : (this.#pod.spec?.restartPolicy ?? 'Always');
    const again = policy === 'Always' || (policy === 'OnFailure' && current.exitCode !== 0) || (init && policy !== 'Never');
    if (!again) return !init;
    const key = `${this.#uid}_${name}`;
    const ended = current.finishedAt ?? sim.now;
    if (restarts.waitsSince(key, ended)) {
      const delay = restarts.delay(key);
      const pod = `${this.#pod.metadata.name ?? ''}_${this.#pod.metadata.namespace ?? ''}(${this.#uid})`;
      if (this.#waiting.get(name)?.reason !== 'CrashLoopBackOff') {
        recorder.event(this.#pod, 'Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${pod}`, {
          fieldPath: `spec.containers{${name}}`,
        });
      }
      const text = delay >= 60 * SECOND ? `${Math.floor(delay / (60 * SECOND))}m${(delay / SECOND) % 60}s` : `${delay / SECOND}s`;
      this.#waiting.set(name, { reason: 'CrashLoopBackOff', message: `back-off ${text} restarting failed container=${name} pod=${pod}` });
      this.#again(ended + delay - sim.now);
      return false;
    }
    restarts.next(key, ended);
    this.#start(container, init, current.config.attempt + 1);
    return false;
  }

  #start(container: Container, init: boolean, attempt: number): void {
    const { name } = container;
    const field = `spec.${init ? 'initContainers' : 'containers'}{${name}}`;
    this.#starting.set(
      name,
      run(
        this.#bringUp(container, attempt, field),
        () => {
          this.#starting.delete(name);
          this.wake();
        },
        (error) => {
          this.#starting.delete(name);
          if (!(error instanceof ContainerError)) throw error;
          this.#waiting.set(name, { reason: error.reason, message: error.message });
          const delay = error.until === undefined ? 10 * SECOND : Math.max(1, error.until - this.context.sim.now);
          this.#report();
          this.#again(delay);
        },
      ),
    );
    // A start that failed at once has left already.
    if (this.#starting.get(name)?.done === true) this.#starting.delete(name);
  }

  *#bringUp(container: Container, attempt: number, fieldPath: string): Task<void> {
    const { sim, runtime, imageManager, recorder, node, sources, net } = this.context;
    const pod = this.#pod;
    const { name } = container;
    const info = yield* imageManager.ensure(pod, container, fieldPath);
    const failed = (reason: string, message: string): ContainerError => {
      recorder.event(pod, 'Warning', 'Failed', `Error: ${message}`, { fieldPath });
      return new ContainerError(reason, message);
    };
    const user = container.securityContext?.runAsUser ?? pod.spec?.securityContext?.runAsUser;
    const nonRoot = container.securityContext?.runAsNonRoot ?? pod.spec?.securityContext?.runAsNonRoot;
    if (nonRoot === true && (user === 0 || (user === undefined && (info.user === '' || info.user === 'root' || info.user === '0')))) {
      throw failed(
        'CreateContainerConfigError',
        user === 0
          ? "container's runAsUser breaks non-root policy"
          : `container has runAsNonRoot and image will run as root (pod: "${pod.metadata.name ?? ''}_${pod.metadata.namespace ?? ''}(${this.#uid})", container: ${name})`,
      );
    }
    let env: Map<string, string>;
    try {
      env = makeEnvironment(pod, container, {
        node,
        podIPs: this.#ips(),
        sources,
        services: this.context.services(pod.metadata.namespace ?? ''),
      });
    } catch (error) {
      if (error instanceof ContainerError) throw failed(error.reason, error.message);
      if (error instanceof StatusError) throw failed('CreateContainerConfigError', error.message);
      throw error;
    }
    const sandbox = this.#sandbox;
    if (sandbox === undefined) return;
    const text = (parts: readonly string[]): string[] => parts.map((part) => expand(part, (key) => env.get(key)));
    try {
      const id = runtime.createContainer(sandbox.id, {
        name,
        attempt,
        image: container.image ?? '',
        ...(container.command === undefined ? {} : { command: text(container.command) }),
        ...(container.args === undefined ? {} : { args: text(container.args) }),
        env,
        ...(container.workingDir === undefined ? {} : { workingDir: container.workingDir }),
        mounts: this.#volumes.mountsOf(pod, container, env),
        stdin: container.stdin === true,
        tty: container.tty === true,
        ...(user === undefined ? {} : { user: String(user) }),
        readOnlyRoot: container.securityContext?.readOnlyRootFilesystem === true,
        memoryLimit: quantityValue(container.resources?.limits?.['memory']),
        terminationMessagePath: container.terminationMessagePath ?? '/dev/termination-log',
        actor: `pod/${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`,
      });
      recorder.event(pod, 'Normal', 'Created', 'Container created', { fieldPath });
      this.#waiting.delete(name);
      runtime.startContainer(id);
      recorder.event(pod, 'Normal', 'Started', 'Container started', { fieldPath });
      this.#probe(container);
      const hook = container.lifecycle?.postStart;
      if (hook === undefined) return;
      const failure = yield* runHook(sim, runtime, net, container, id, this.#ips()[0] ?? '', hook);
      if (failure === undefined) return;
      recorder.event(pod, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', { fieldPath });
      this.#kill(container, id, 'FailedPostStartHook', undefined);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      throw failed('RunContainerError', error.message);
    }
  }

  #probe(container: Container): void {
    const { sim, actor, runtime, recorder, net } = this.context;
    const probes: [ProbeKind, Container['livenessProbe']][] = [
      ['startup', container.startupProbe],
      ['readiness', container.readinessProbe],
      ['liveness', container.livenessProbe],
    ];
    for (const [kind, probe] of probes) {
      const key = `${container.name}/${kind}`;
      if (probe === undefined || this.#probes.has(key)) continue;
      const worker = new ProbeWorker(
        { sim, actor, runtime, recorder, net },
        {
          pod: this.#pod,
          container,
          running: () => {
            const current = this.#runs(container.name)[0];
            return current?.state === 'running'
              ? { id: current.id, startedAt: current.startedAt ?? 0, ip: this.#ips()[0] ?? '' }
              : undefined;
          },
          started: () => this.#started(container),
          terminating: () => this.#pod.metadata.deletionTimestamp !== undefined,
          changed: (which, ok) => {
            const current = this.#runs(container.name)[0];
            if (!ok && which !== 'readiness' && current?.state === 'running') {
              const message = `Container ${container.name} failed ${which} probe, will be restarted`;
              this.#kill(container, current.id, message, undefined);
            }
            this.wake();
          },
        },
        kind,
        probe,
      );
      this.#probes.set(key, worker);
      sim.after(1, () => worker.start());
    }
  }

  #started(container: Container): boolean {
    const current = this.#runs(container.name)[0];
    if (current?.state !== 'running') return false;
    const probe = this.#probes.get(`${container.name}/startup`);
    return container.startupProbe === undefined || (probe?.known(current.id) === true && probe.verdict(current.id));
  }

  #ready(container: Container): boolean {
    const current = this.#runs(container.name)[0];
    if (current?.state !== 'running' || !this.#started(container)) return false;
    return container.readinessProbe === undefined || this.#probes.get(`${container.name}/readiness`)?.verdict(current.id) === true;
  }

  #terminate(): void {
    const { client } = this.context;
    for (const running of this.#starting.values()) running.kill();
    this.#starting.clear();
    const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? this.#pod.spec?.terminationGracePeriodSeconds ?? 30;
    const until = parseTime(this.#pod.metadata.deletionTimestamp);
    if (!this.#killAll(Math.max(0, Math.min(grace * SECOND, until - this.context.sim.now)))) return;
    this.#report();
    for (const sandbox of this.context.runtime.podSandboxes(this.#uid)) this.context.runtime.stopPodSandbox(sandbox.id);
    const { namespace, name = '' } = this.#pod.metadata;
    try {
      client.delete(PODS, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid: this.#uid } });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason !== 'NotFound' && error.reason !== 'Conflict') return this.#again(SECOND);
    }
    this.removed();
  }

  /** Stops what runs. True when nothing runs any more. */
  #killAll(grace: Millis | undefined): boolean {
    const { runtime } = this.context;
    const running = runtime.podContainers(this.#uid).filter((each) => each.state === 'running');
    if (running.length === 0) return true;
    if (this.#killing) return false;
    this.#killing = true;
    const specs = [...(this.#pod.spec?.containers ?? []), ...(this.#pod.spec?.initContainers ?? [])];
    for (const each of running) {
      const spec = specs.find((container) => container.name === each.config.name);
      if (spec !== undefined) this.#kill(spec, each.id, `Stopping container ${spec.name}`, grace);
    }
    return false;
  }

  #kill(container: Container, id: string, message: string, grace: Millis | undefined): void {
    if (this.#stopping.has(id)) return;
    this.#stopping.add(id);
    const { sim, runtime, recorder, net } = this.context;
    recorder.event(this.#pod, 'Normal', 'Killing', message, { fieldPath: `spec.containers{${container.name}}` });
    const limit = grace ?? (this.#pod.spec?.terminationGracePeriodSeconds ?? 30) * SECOND;
    const begun = sim.now;
    const context = this.context;
    const pod = this.#pod;
    const ip = this.#ips()[0] ?? '';
    const steps = function* (): Task<void> {
      const hook = container.lifecycle?.preStop;
      if (hook !== undefined && limit > 0) {
        const failure = yield* runHook(sim, runtime, net, container, id, ip, hook);
        if (failure !== undefined)
          context.recorder.event(pod, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', {
            fieldPath: `spec.containers{${container.name}}`,
          });
      }
      const left = Math.max(limit === 0 ? 0 : 2 * SECOND, limit - (sim.now - begun));
      yield* suspend<void>((resume) => {
        runtime.stopContainer(id, left, () => resume());
        return () => {};
      });
    };
    run(
      steps(),
      () => {
        this.#stopping.delete(id);
        this.#killing = false;
        this.wake();
      },
      (error) => {
        throw error;
      },
    );
  }

  #report(): void {
    const { sim, client, node } = this.context;
    const pod = this.#pod;
    const spec = pod.spec;
    const view = (container: Container, init: boolean): ContainerView => ({
      spec: container,
      init,
      runs: this.#runs(container.name),
      waiting: this.#waiting.get(container.name),
      started: this.#started(container) || (init && !isSidecar(container) && this.#runs(container.name)[0]?.state === 'running'),
      ready: init && !isSidecar(container) ? this.#runs(container.name)[0]?.exitCode === 0 : this.#ready(container),
    });
    const status = makePodStatus({
      pod,
      now: sim.now,
      hostIP: node.hostIP,
      podIP: this.#ips()[0],
      sandboxReady: this.#sandbox?.ready === true,
      containers: [
        ...(spec?.initContainers ?? []).map((each) => view(each, true)),
        ...(spec?.containers ?? []).map((each) => view(each, false)),
      ],
    });
    if (JSON.stringify(status) === JSON.stringify(pod.status)) return;
    try {
      this.#pod = client.updateStatus(PODS, { ...pod, status });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (error.reason === 'NotFound') return this.removed();
      if (error.reason === 'Conflict') this.#reread();
      this.#again(SECOND);
    }
  }

  #reread(): void {
    const { namespace, name = '' } = this.#pod.metadata;
    try {
      const fresh = this.context.client.get(PODS, namespace, name);
      if (fresh.metadata.uid === this.#uid) this.#pod = fresh;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
    this.wake();
  }

  #again(delay: Millis): void {
    this.#retry?.cancel();
    this.#retry = this.context.sim.after(Math.max(1, delay), () => this.#sync());
  }

  #runs(name: string): readonly RuntimeContainer[] {
    return this.context.runtime.podContainers(this.#uid).filter((each) => each.config.name === name);
  }

  #ips(): readonly string[] {
    const ip = this.#sandbox?.ip ?? this.context.runtime.podSandboxes(this.#uid)[0]?.ip;
    return ip === undefined ? [] : [ip];
  }
}
