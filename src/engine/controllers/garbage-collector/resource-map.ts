import { StatusError } from '../../api/errors.ts';
import { apiVersion } from '../../api/kind.ts';
import type { Client, DiscoveredResource } from '../../client/client.ts';

/** Not owned and too many to watch (garbagecollector.DefaultIgnoredResources). */
const IGNORED = new Set(['/events', 'events.k8s.io/events']);

/** Which resource serves a kind, by discovery (the collector's REST mapper). */
export class ResourceMap {
  #byKind = new Map<string, DiscoveredResource>();
  #all: readonly DiscoveredResource[] = [];
  #deletable: readonly DiscoveredResource[] = [];

  constructor(readonly client: Client) {}

  /** Asks the server anew; keeps what was known while it cannot be reached. Returns what can be listed, watched and deleted. */
  refresh(): readonly DiscoveredResource[] {
    try {
      const all = this.client.discover();
      if (all === this.#all) return this.#deletable;
      this.#all = all;
      this.#byKind = new Map(all.map((resource) => [`${apiVersion(resource)}/${resource.kind}`, resource]));
      this.#deletable = all.filter(
        ({ group, resource, verbs }) =>
          ['delete', 'list', 'watch'].every((verb) => verbs.includes(verb)) && !IGNORED.has(`${group}/${resource}`),
      );
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
    return this.#deletable;
  }

  /** Falls back to any version of the group: all serve the same objects. */
  of(version: string, kind: string): DiscoveredResource | undefined {
    const exact = this.#byKind.get(`${version}/${kind}`);
    if (exact !== undefined) return exact;
    const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
    return [...this.#byKind.values()].find((resource) => resource.group === group && resource.kind === kind);
  }
}
