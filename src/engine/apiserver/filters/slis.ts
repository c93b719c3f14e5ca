import type { Counter } from '../../metrics/instruments.ts';
import { Registry } from '../../metrics/registry.ts';

/** `/metrics/slis`: the checks of the health endpoints, one by one. */
export class HealthMetrics {
  readonly registry = new Registry();
  readonly #counts = new Map<string, Counter>();
  readonly #totals;
  readonly #state;

  constructor() {
    this.#state = this.registry.gauges({
      name: 'kubernetes_healthcheck',
      help: 'Result of the latest run of a check: 1 is good.',
      stability: 'STABLE',
      labels: ['name', 'type'],
    });
    this.#totals = this.registry.counters({
      name: 'kubernetes_healthchecks_total',
      help: 'Runs of a check, by result.',
      stability: 'STABLE',
      labels: ['name', 'status', 'type'],
    });
  }

  /** A check of `healthz`, `livez` or `readyz` ran. */
  checked(endpoint: string, check: string, good: boolean): void {
    this.#state.with(check, endpoint).set(good ? 1 : 0);
    const key = `${endpoint}/${check}/${String(good)}`;
    let counter = this.#counts.get(key);
    if (counter === undefined) this.#counts.set(key, (counter = this.#totals.with(check, good ? 'success' : 'error', endpoint)));
    counter.inc();
  }
}
