import type { Pod } from '../../../api/generated/types.ts';
import { DEFAULT_BUCKETS } from '../../../metrics/buckets.ts';
import { Registry } from '../../../metrics/registry.ts';
import { SECOND, type Millis } from '../../../sim/time.ts';

/** `/metrics/probes`. */
export class ProbeMetrics {
  readonly registry = new Registry();
  readonly #total;
  readonly #duration;

  constructor() {
    this.#total = this.registry.counters({
      name: 'prober_probe_total',
      help: 'Probes of a container, by result.',
      stability: 'BETA',
      labels: ['probe_type', 'result', 'container', 'pod', 'namespace', 'pod_uid'],
    });
    this.#duration = this.registry.histograms({
      name: 'prober_probe_duration_seconds',
      help: 'Time that a probe took.',
      labels: ['probe_type', 'container', 'pod', 'namespace'],
      buckets: DEFAULT_BUCKETS,
    });
  }

  /** `unknown`: the probe itself could not be made. */
  probed(
    pod: Pod,
    container: string,
    kind: 'startup' | 'readiness' | 'liveness',
    result: 'successful' | 'failed' | 'unknown',
    took: Millis,
  ): void {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const type = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
    this.#total.with(type, result, container, name, namespace, uid).inc();
    this.#duration.with(type, container, name, namespace).observe(took / SECOND);
  }
}
