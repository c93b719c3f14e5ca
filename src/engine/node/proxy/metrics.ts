import { MILLISECOND_BUCKETS, linear } from '../../metrics/buckets.ts';
import { buildInfo } from '../../metrics/build-info.ts';
import { Registry } from '../../metrics/registry.ts';
import { SECOND, type Millis } from '../../sim/time.ts';

export interface ProxyState {
  now(): Millis;
  startedAt(): Millis;
  /** Rules of the table. */
  rules(): number;
}

// Quarters to 1 s, seconds to 60, then coarser up to five minutes.
const PROGRAMMING = [0.25, 0.5, ...linear(1, 1, 59), ...linear(60, 5, 12), ...linear(120, 30, 7)];

const name = (rest: string): string => `kubeproxy_${rest}`;

/** `kubeproxy_…` on port 10249. */
export class ProxyMetrics {
  readonly registry = new Registry();
  readonly #state: ProxyState;
  readonly #syncs;
  readonly #programming;
  readonly #services;
  readonly #endpoints;
  #last: Millis | undefined;

  constructor(state: ProxyState) {
    const { registry } = this;
    this.#state = state;
    this.#syncs = registry.histogram({
      name: name('sync_proxy_rules_duration_seconds'),
      help: 'Time that bringing the rules up to date took.',
      buckets: MILLISECOND_BUCKETS,
    });
    this.#programming = registry.histogram({
      name: name('network_programming_duration_seconds'),
      help: 'Time from a change of endpoints to the rules that follow from it.',
      buckets: PROGRAMMING,
    });
    this.#services = registry.counter({ name: name('sync_proxy_rules_service_changes_total'), help: 'Changes of Services.' });
    this.#endpoints = registry.counter({ name: name('sync_proxy_rules_endpoint_changes_total'), help: 'Changes of EndpointSlices.' });
    registry.later((late) => this.#collect(late));
    buildInfo(registry, () => state.startedAt());
  }

  /** Rules were rewritten because a Service changed. */
  serviceChanged(): void {
    this.#services.inc();
    this.#synced();
  }

  /** Rules were rewritten because endpoints changed. `since`: what triggered the change, as the slice's annotation says. */
  endpointsChanged(since: Millis | undefined): void {
    this.#endpoints.inc();
    // What happened before the proxy was there says nothing of its pace.
    if (since !== undefined && since >= this.#state.startedAt()) this.#programming.observe((this.#state.now() - since) / SECOND);
    this.#synced();
  }

  #collect(registry: Registry): void {
    const pending = (what: string): void =>
      registry.collect(
        { name: name(`sync_proxy_rules_${what}_changes_pending`), help: 'Changes not in the rules yet.', labels: [] },
        (emit) => emit(0),
      );
    pending('service');
    pending('endpoint');
    for (const which of ['last_timestamp_seconds', 'last_queued_timestamp_seconds'])
      registry.collect(
        { name: name(`sync_proxy_rules_${which}`), help: 'When the rules were last brought up to date, or were to be.', labels: [] },
        (emit) => {
          if (this.#last !== undefined) emit(this.#last / SECOND);
        },
      );
    registry.collect({ name: name('sync_proxy_rules_iptables_total'), help: 'Rules that this proxy keeps.', labels: ['table'] }, (emit) =>
      emit(this.#state.rules(), 'nat'),
    );
  }

  #synced(): void {
    this.#syncs.observe(0);
    this.#last = this.#state.now();
  }
}
