import type { Kind } from '../../api/kind.ts';
import type { Counter } from '../../metrics/instruments.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { WatchRequest } from '../watch-request.ts';

/** `apiserver_watch_events_total` and the watches among `apiserver_longrunning_requests`. */
export class WatchMetrics {
  readonly #events;
  readonly #byKind = new Map<Kind, Counter>();

  constructor(registry: Registry, open: () => Iterable<WatchRequest>) {
    this.#events = registry.counters({
      name: 'apiserver_watch_events_total',
      help: 'Events sent to watchers.',
      labels: ['group', 'version', 'resource'],
    });
    registry.collect(
      {
        name: 'apiserver_longrunning_requests',
        help: 'Requests that last, under way now: the watches.',
        stability: 'STABLE',
        labels: ['verb', 'group', 'version', 'resource', 'subresource', 'scope', 'component'],
      },
      (emit) => {
        const counts = new Map<string, { request: WatchRequest; scope: string; count: number }>();
        for (const request of open()) {
          const scope = request.name !== undefined ? 'resource' : request.namespace !== '' ? 'namespace' : 'cluster';
          const { group, version, resource } = request.kind;
          const key = `${group}/${version}/${resource}/${scope}`;
          const entry = counts.get(key);
          if (entry === undefined) counts.set(key, { request, scope, count: 1 });
          else entry.count++;
        }
        for (const { request, scope, count } of counts.values()) {
          const { group, version, resource } = request.kind;
          emit(count, 'WATCH', group, version, resource, '', scope, 'apiserver');
        }
      },
    );
  }

  /** The counter of what is sent to the watchers of a kind: each watcher keeps it. */
  of(kind: Kind): Counter {
    let counter = this.#byKind.get(kind);
    if (counter === undefined) this.#byKind.set(kind, (counter = this.#events.with(kind.group, kind.version, kind.resource)));
    return counter;
  }
}
