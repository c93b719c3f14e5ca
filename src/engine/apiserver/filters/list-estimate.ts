import type { Kind } from '../../api/kind.ts';
import type { Store } from '../../etcd/store.ts';
import { first, storagePrefix, type RequestInfo } from '../route.ts';
import type { ApiRequest } from '../types.ts';

/** A list is taken to need a seat for so many objects (flowcontrol/request/list_work_estimator.go). */
const OBJECTS_PER_SEAT = 100;

/** How many seats a list needs: by the number of objects there are of its resource. */
export class ListEstimate {
  readonly #store: Store;
  readonly #kinds: () => readonly Kind[];
  readonly #prefixes = new Map<string, string>();

  constructor(store: Store, kinds: () => readonly Kind[]) {
    this.#store = store;
    this.#kinds = kinds;
  }

  seats(info: RequestInfo, request: ApiRequest): number {
    const prefix = this.#prefix(info);
    if (prefix === undefined) return 1;
    const { count } = this.#store.range(prefix, `${prefix}\uffff`, { limit: 1 });
    const limit = Number(first(request, 'limit') ?? 0);
    return Math.max(1, Math.ceil((limit > 0 ? Math.min(limit, count) : count) / OBJECTS_PER_SEAT));
  }

  #prefix({ group, resource }: RequestInfo): string | undefined {
    const key = `${group}/${resource}`;
    const known = this.#prefixes.get(key);
    if (known !== undefined) return known;
    const kind = this.#kinds().find((one) => one.group === group && one.resource === resource);
    if (kind === undefined) return undefined;
    const prefix = storagePrefix(kind);
    this.#prefixes.set(key, prefix);
    return prefix;
  }
}
