import type { Kind } from '../../api/kind.ts';
import type { Served } from '../discovery.ts';
import { storagePrefix } from '../route.ts';

/** The kinds that a server serves now: those it is built with, and those that definitions have made. */
export class ServedKinds {
  #custom: readonly Kind[] = [];
  #aggregated: readonly Served[] = [];
  #byResource = new Map<string, Kind>();
  /** Counts changes, for those who make something of the kinds and keep it. */
  changes = 0;

  constructor(readonly builtIn: readonly Kind[]) {}

  get all(): readonly Kind[] {
    return this.#custom.length === 0 ? this.builtIn : [...this.builtIn, ...this.#custom];
  }

  get custom(): readonly Kind[] {
    return this.#custom;
  }

  find(group: string, version: string, resource: string): Kind | undefined {
    return this.#byResource.get(`${group}/${version}/${resource}`);
  }

  /** The other versions and groups under which the objects of a kind are served. */
  equivalents(kind: Kind): readonly Kind[] {
    const place = storagePrefix(kind);
    return this.all.filter((other) => other !== kind && other.resource === kind.resource && storagePrefix(other) === place);
  }

  hasGroup(group: string): boolean {
    return this.#custom.some((kind) => kind.group === group);
  }

  /** What other API servers serve, by aggregation: known for discovery alone. */
  get aggregated(): readonly Served[] {
    return this.#aggregated;
  }

  elsewhere(aggregated: readonly Served[]): void {
    if (this.#aggregated.length === 0 && aggregated.length === 0) return;
    this.#aggregated = aggregated;
    this.changes++;
  }

  replace(custom: readonly Kind[]): void {
    this.#custom = custom;
    this.#byResource = new Map(custom.map((kind) => [`${kind.group}/${kind.version}/${kind.resource}`, kind]));
    this.changes++;
  }
}
