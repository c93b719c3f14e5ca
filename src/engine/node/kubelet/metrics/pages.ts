import type { Registry } from '../../../metrics/registry.ts';
import { cadvisorMetrics } from './cadvisor-metrics.ts';
import { KubeletMetrics } from './kubelet-metrics.ts';
import { ProbeMetrics } from './probe-metrics.ts';
import { resourceMetrics } from './resource-metrics.ts';
import type { KubeletView } from './view.ts';

/** The four scrapes of a kubelet. */
export class KubeletPages {
  readonly kubelet: KubeletMetrics;
  readonly probes = new ProbeMetrics();
  readonly #pages: Readonly<Record<string, Registry>>;

  constructor(view: KubeletView) {
    this.kubelet = new KubeletMetrics(view);
    this.#pages = {
      '/metrics': this.kubelet.registry,
      '/metrics/cadvisor': cadvisorMetrics(view),
      '/metrics/probes': this.probes.registry,
      '/metrics/resource': resourceMetrics(view),
    };
  }

  /** The text of a path; undefined where it is none of them. */
  page(path: string): string | undefined {
    return this.#pages[path]?.text();
  }

  /** The kubelet was started anew. */
  reset(): void {
    for (const registry of Object.values(this.#pages)) registry.reset();
  }
}
