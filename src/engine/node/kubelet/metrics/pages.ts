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
  readonly #view: KubeletView;

  constructor(view: KubeletView) {
    this.#view = view;
    this.kubelet = new KubeletMetrics(view);
  }

  /** The text of a path; undefined where it is none of them. */
  page(path: string): string | undefined {
    return this.#registry(path)?.text();
  }

  /** The kubelet was started anew. */
  reset(): void {
    this.kubelet.registry.reset();
    this.probes.registry.reset();
  }

  #registry(path: string): Registry | undefined {
    switch (path) {
      case '/metrics':
        return this.kubelet.registry;
      case '/metrics/probes':
        return this.probes.registry;
      // These two only look up what is there anyway, so they are made when somebody asks.
      case '/metrics/cadvisor':
        return cadvisorMetrics(this.#view);
      case '/metrics/resource':
        return resourceMetrics(this.#view);
      default:
        return undefined;
    }
  }
}
