import { REQUEST_BUCKETS } from '../../metrics/buckets.ts';
import type { Counter, Histogram } from '../../metrics/instruments.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { RequestInfo } from '../route.ts';

/** One kind of request: the labels that do not depend on how it ended. */
interface Series {
  readonly labels: readonly [group: string, version: string, resource: string, subresource: string, scope: string, verb: string];
  readonly component: string;
  /** By response code. */
  readonly counters: Map<number, Counter>;
  duration: Histogram | undefined;
  sli: Histogram | undefined;
}

const SLI_BUCKETS = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const VERBS: Readonly<Record<string, string>> = {
  create: 'POST',
  get: 'GET',
  list: 'LIST',
  watch: 'WATCH',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETECOLLECTION',
};
// Served by connecting through to somebody else.
const CONNECTED = new Set(['exec', 'attach', 'portforward', 'proxy']);
const HEALTH = new Set(['/healthz', '/livez', '/readyz']);

/** `apiserver_request_…`: what was asked, and how it ended. Counts after the first of a kind cost two lookups. */
export class RequestMetrics {
  readonly #total;
  readonly #duration;
  readonly #sli;
  readonly #terminations;
  readonly #byShape = new WeakMap<object, Series>();
  readonly #byLabels = new Map<string, Series>();

  constructor(registry: Registry) {
    const labels = ['group', 'version', 'resource', 'subresource', 'scope', 'verb', 'component'];
    const name = (rest: string): string => `apiserver_request_${rest}`;
    this.#total = registry.counters({
      name: name('total'),
      help: 'Requests by verb, dry run, what they were about, and the code of the answer.',
      stability: 'STABLE',
      labels: [...labels, 'dry_run', 'code'],
    });
    this.#duration = registry.histograms({
      name: name('duration_seconds'),
      help: 'Time from a request to its answer.',
      stability: 'STABLE',
      labels: [...labels, 'dry_run'],
      buckets: REQUEST_BUCKETS,
    });
    this.#sli = registry.histograms({
      name: name('sli_duration_seconds'),
      help: 'Time from a request to its answer, without webhooks and without waiting in a queue.',
      stability: 'ALPHA',
      labels,
      buckets: SLI_BUCKETS,
    });
    this.#terminations = registry.counters({
      name: name('terminations_total'),
      help: 'Requests that the server turned away to protect itself.',
      stability: 'ALPHA',
      labels: [...labels, 'code'],
    });
  }

  /** A request has been answered. `waited`: seconds of it spent with webhooks and in queues. */
  answered(info: RequestInfo, code: number, seconds: number, { apply = false, dryRun = false, waited = 0 } = {}): void {
    const series = this.#series(info, apply);
    if (series === undefined) return;
    if (dryRun) {
      this.#total.with(...series.labels, series.component, 'All', String(code)).inc();
      this.#duration.with(...series.labels, series.component, 'All').observe(seconds);
    } else {
      let counter = series.counters.get(code);
      if (counter === undefined) {
        counter = this.#total.with(...series.labels, series.component, '', String(code));
        series.counters.set(code, counter);
      }
      counter.inc();
      series.duration ??= this.#duration.with(...series.labels, series.component, '');
      series.duration.observe(seconds);
    }
    if (info.verb === 'watch') return;
    series.sli ??= this.#sli.with(...series.labels, series.component);
    series.sli.observe(seconds - waited);
  }

  /** Refused by priority and fairness. */
  turnedAway(info: RequestInfo, code: number): void {
    const series = this.#series(info, false);
    if (series !== undefined) this.#terminations.with(...series.labels, series.component, String(code)).inc();
  }

  #series(info: RequestInfo, apply: boolean): Series | undefined {
    if (!info.isResource && !HEALTH.has(info.path)) return undefined;
    let series = apply ? undefined : this.#byShape.get(info.shape);
    if (series !== undefined) return series;
    const labels = labelsOf(info, apply);
    const key = labels.join(' ');
    series = this.#byLabels.get(key);
    if (series === undefined) {
      const component = info.isResource ? 'apiserver' : '';
      series = { labels, component, counters: new Map(), duration: undefined, sli: undefined };
      this.#byLabels.set(key, series);
    }
    if (!apply) this.#byShape.set(info.shape, series);
    return series;
  }
}

/** group, version, resource, subresource, scope, verb, as endpoints/metrics cleans them. */
function labelsOf(info: RequestInfo, apply = false): Series['labels'] {
  if (!info.isResource) return ['', '', '', info.path, '', info.verb.toUpperCase()];
  const { group, version, resource, subresource, verb, name, namespace } = info;
  const scope = name !== '' || verb === 'create' ? 'resource' : namespace !== '' ? 'namespace' : 'cluster';
  const shown = CONNECTED.has(subresource) ? 'CONNECT' : apply ? 'APPLY' : (VERBS[verb] ?? verb.toUpperCase());
  return [group, version, resource, subresource, scope, shown];
}
