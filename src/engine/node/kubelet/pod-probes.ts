import type { Container, Pod } from '../../api/generated/types.ts';
import { SparseMap } from '../../sim/sparse.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import { ProbeWorker, type ProbeKind } from './prober.ts';
import { isSidecar } from './restart-policy.ts';
import type { WorkerContext } from './worker-context.ts';

export interface ProbedPod {
  readonly pod: Pod;
  readonly ip: string;
  /** The newest container of that name. */
  newest(name: string): RuntimeContainer | undefined;
  wake(): void;
  /** A liveness or startup probe has given a container up. */
  failed(container: Container, id: string, message: string, grace: Millis): void;
}

/** The probes of one pod and what they say of its containers. */
export class PodProbes {
  readonly #workers = new SparseMap<string, ProbeWorker>();

  constructor(
    readonly context: WorkerContext,
    readonly target: ProbedPod,
  ) {}

  /** Begins to probe a container; each of its probes once. */
  start(container: Container, init: boolean): void {
    if ((init && !isSidecar(container)) || !hasProbes(container)) return;
    const { sim } = this.context;
    for (const [kind, probe] of [
      ['startup', container.startupProbe],
      ['readiness', container.readinessProbe],
      ['liveness', container.livenessProbe],
    ] as const) {
      const key = `${container.name}/${kind}`;
      if (probe === undefined || this.#workers.has(key)) continue;
      const worker = new ProbeWorker(
        this.context,
        {
          pod: this.target.pod,
          container,
          running: () => {
            const current = this.target.newest(container.name);
            return current?.state === 'running' ? { id: current.id, startedAt: current.startedAt ?? 0, ip: this.target.ip } : undefined;
          },
          started: () => this.started(container),
          terminating: () => this.target.pod.metadata.deletionTimestamp !== undefined,
          changed: (which, ok) => this.#changed(container, which, ok),
        },
        kind,
        probe,
      );
      this.#workers.set(key, worker);
      sim.after(1, () => worker.start());
    }
  }

  stop(): void {
    for (const worker of this.#workers.values()) worker.stop();
  }

  /** Whether a container runs and its startup probe, if it has one, has succeeded. */
  started(container: Container): boolean {
    const current = this.target.newest(container.name);
    if (current?.state !== 'running') return false;
    const probe = this.#workers.get(`${container.name}/startup`);
    return container.startupProbe === undefined || (probe?.known(current.id) === true && probe.verdict(current.id));
  }

  ready(container: Container): boolean {
    const current = this.target.newest(container.name);
    if (current?.state !== 'running' || !this.started(container)) return false;
    return container.readinessProbe === undefined || this.#workers.get(`${container.name}/readiness`)?.verdict(current.id) === true;
  }

  #changed(container: Container, kind: ProbeKind, ok: boolean): void {
    const current = this.target.newest(container.name);
    const { spec } = this.target.pod;
    if (!ok && kind !== 'readiness' && current?.state === 'running') {
      const probe = kind === 'liveness' ? container.livenessProbe : container.startupProbe;
      const seconds = probe?.terminationGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
      const again = (container.restartPolicy ?? spec?.restartPolicy) === 'Never' ? '' : ', will be restarted';
      this.target.failed(container, current.id, `Container ${container.name} failed ${kind} probe${again}`, seconds * SECOND);
    }
    this.target.wake();
  }
}

function hasProbes({ startupProbe, readinessProbe, livenessProbe }: Container): boolean {
  return startupProbe !== undefined || readinessProbe !== undefined || livenessProbe !== undefined;
}
