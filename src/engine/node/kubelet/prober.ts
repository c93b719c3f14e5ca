import type { Container, HTTPGetAction, Pod, Probe } from '../../api/generated/types.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Network } from '../../os/process.ts';
import { NetworkError } from '../../os/process.ts';
import { readAll, writerTo, decode } from '../../os/text.ts';
import { run, suspend, type Running, type Task } from '../../os/task.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND } from '../../sim/time.ts';
import { CriError, type RuntimeService } from '../runtime/cri.ts';
import { grpcProbe } from './grpc-probe.ts';
import type { ProbeMetrics } from './metrics/probe-metrics.ts';
import { fieldPathOf } from './pod-containers.ts';

export type ProbeKind = 'startup' | 'readiness' | 'liveness';
type Outcome = { readonly ok: boolean; readonly message: string } | { readonly error: string };

/** What the prober sees of a container. */
export interface Probed {
  readonly id: string;
  readonly startedAt: number;
  readonly ip: string;
}

export interface ProbeTarget {
  readonly pod: Pod;
  readonly container: Container;
  /** The running container; undefined while there is none. */
  running(): Probed | undefined;
  /** Whether the startup probe, if there is one, has succeeded. */
  started(): boolean;
  terminating(): boolean;
  /** A verdict has changed. */
  changed(kind: ProbeKind, ok: boolean): void;
}

export interface ProberOptions {
  sim: Simulation;
  actor: string;
  runtime: RuntimeService;
  recorder: EventRecorder;
  /** The node's own network: probes come from the kubelet. */
  net: Network;
  /** Who counts. */
  probes?: ProbeMetrics;
}

/** One probe of one container: a ticker, thresholds, and a verdict per container id. */
export class ProbeWorker {
  #containerId = '';
  #last: boolean | undefined;
  #count = 0;
  #verdict: boolean | undefined;
  #onHold = false;
  #timer: Timer | undefined;
  #probing: Running | undefined;

  constructor(
    readonly options: ProberOptions,
    readonly target: ProbeTarget,
    readonly kind: ProbeKind,
    readonly probe: Probe,
  ) {}

  start(): void {
    this.#tick();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#probing?.kill();
  }

  /** The verdict on a container; liveness counts as passed and readiness as failed until a probe has said otherwise. */
  verdict(containerId: string): boolean {
    if (containerId !== this.#containerId || this.#verdict === undefined) return this.kind === 'liveness';
    return this.#verdict;
  }

  /** False while the container's fate is not known yet (startup). */
  known(containerId: string): boolean {
    return containerId === this.#containerId && this.#verdict !== undefined;
  }

  /** Probes at once, beside the ticker: upstream does so when a container is seen running but not ready. */
  trigger(): void {
    if (this.#probing === undefined || this.#probing.done) this.#probe();
  }

  #tick(): void {
    this.#timer = this.options.sim.after((this.probe.periodSeconds ?? 10) * SECOND, () => this.#tick(), { background: true });
    if (this.#probing === undefined || this.#probing.done) this.#probe();
  }

  #probe(): void {
    const { sim } = this.options;
    const running = this.target.running();
    if (running === undefined) return;
    if (running.id !== this.#containerId) {
      this.#containerId = running.id;
      this.#last = undefined;
      this.#count = 0;
      this.#verdict = undefined;
      this.#onHold = false;
    }
    if (this.#onHold) return;
    if (this.target.terminating() && this.kind !== 'readiness') return;
    if (sim.now - running.startedAt < (this.probe.initialDelaySeconds ?? 0) * SECOND) return;
    // Until the startup probe has passed only it runs; afterwards it never runs again.
    if (this.target.started() === (this.kind === 'startup')) return;
    const began = sim.now;
    this.#probing = run(
      this.#act(running),
      (outcome) => this.#judge(running, outcome, sim.now - began),
      (error) => {
        throw error;
      },
    );
  }

  #judge(running: Probed, outcome: Outcome, took: number): void {
    const { sim, actor, recorder } = this.options;
    const { pod, container } = this.target;
    if (running.id !== this.#containerId) return;
    const title = `${this.kind[0]?.toUpperCase() ?? ''}${this.kind.slice(1)} probe`;
    const result = 'error' in outcome ? 'unknown' : outcome.ok ? 'successful' : 'failed';
    this.options.probes?.probed(pod, container.name, this.kind, result, took);
    if ('error' in outcome) {
      recorder.event(pod, 'Warning', 'Unhealthy', `${title} errored and resulted in unknown state: ${outcome.error}`, {
        fieldPath: fieldPathOf(pod, container),
      });
      return;
    }
    const { namespace = '', name = '', uid } = pod.metadata;
    if (sim.log.enabled) {
      sim.append(
        actor,
        'probe',
        {
          container: container.name,
          kind: this.kind,
          ok: outcome.ok,
          took,
          ...(outcome.message === '' ? {} : { message: outcome.message }),
        },
        { ref: { kind: 'Pod', namespace, name, ...(uid === undefined ? {} : { uid }) }, target: `pod/${namespace}/${name}` },
      );
    }
    if (!outcome.ok)
      recorder.event(pod, 'Warning', 'Unhealthy', `${title} failed: ${outcome.message}`, { fieldPath: fieldPathOf(pod, container) });
    if (this.#last === outcome.ok) this.#count++;
    else {
      this.#last = outcome.ok;
      this.#count = 1;
    }
    const threshold = outcome.ok ? (this.probe.successThreshold ?? 1) : (this.probe.failureThreshold ?? 3);
    if (this.#count < threshold) return;
    const before = this.#verdict;
    this.#verdict = outcome.ok;
    if (!outcome.ok && this.kind !== 'readiness') {
      // The container will be restarted: nothing to probe until then.
      this.#onHold = true;
      this.#count = 0;
    }
    if (before !== outcome.ok) this.target.changed(this.kind, outcome.ok);
  }

  *#act(running: Probed): Task<Outcome> {
    const { probe } = this;
    const timeout = (probe.timeoutSeconds ?? 1) * SECOND;
    if (probe.exec !== undefined) return yield* this.#exec(running, probe.exec.command ?? [], timeout);
    if (probe.httpGet !== undefined) return yield* httpProbe(this.options.net, this.target.container, probe.httpGet, running.ip, timeout);
    if (probe.tcpSocket !== undefined) {
      const port = portOf(this.target.container, probe.tcpSocket.port);
      if (port === undefined) return { error: `couldn't find port: ${String(probe.tcpSocket.port)}` };
      try {
        const connection = yield* this.options.net.connect(probe.tcpSocket.host ?? running.ip, port, { timeout });
        connection.close();
        return { ok: true, message: '' };
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        return { ok: false, message: error.message };
      }
    }
    if (probe.grpc !== undefined) return yield* grpcProbe(this.options.sim, this.options.net, probe.grpc, running.ip, timeout);
    return { error: 'missing probe handler' };
  }

  *#exec(running: Probed, command: readonly string[], timeout: number): Task<Outcome> {
    const { runtime, sim } = this.options;
    let output = '';
    const collect = writerTo((bytes) => {
      output += decode(bytes);
    });
    try {
      const started = runtime.exec(running.id, command, { stdout: collect, stderr: collect });
      const code = yield* suspend<number | 'timeout'>((resume) => {
        const timer = sim.after(timeout, () => {
          resume('timeout');
          started.kill('KILL');
        });
        const forget = started.onExit((exit) => {
          timer.cancel();
          resume(exit);
        });
        return () => {
          timer.cancel();
          forget();
          started.kill('KILL');
        };
      });
      if (code === 'timeout')
        return { ok: false, message: `command timed out: "${command.join(' ')}" timed out after ${timeout / SECOND}s` };
      return { ok: code === 0, message: code === 0 ? '' : output };
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      return { error: error.rpc };
    }
  }
}

/** GETs as the kubelet does, for probes and lifecycle hooks. */
export function* httpProbe(net: Network, container: Container, action: HTTPGetAction, podIP: string, timeout: number): Task<Outcome> {
  const port = portOf(container, action.port);
  if (port === undefined) return { error: `couldn't find port: ${String(action.port)}` };
  const scheme = (action.scheme ?? 'HTTP').toLowerCase();
  const path = action.path ?? '/';
  const url = `${scheme}://${action.host ?? podIP}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  const headers: Record<string, string> = { 'user-agent': 'kube-probe/1.36', accept: '*/*', connection: 'close' };
  for (const header of action.httpHeaders ?? []) headers[header.name.toLowerCase()] = header.value;
  try {
    const response = yield* net.http({ method: 'GET', url, headers, timeout });
    yield* readAll(response.body);
    if (response.status >= 200 && response.status < 400) return { ok: true, message: '' };
    return { ok: false, message: `HTTP probe failed with statuscode: ${response.status}` };
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const reason =
      error.code === 'ETIMEDOUT' ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : error.message;
    return { ok: false, message: `Get "${url}": ${reason}` };
  }
}

export function portOf(container: Container, port: number | string): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}
