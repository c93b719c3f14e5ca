import type { CustomResourceDefinition } from '../../api/generated/types.ts';
import type { Kind } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Store } from '../../etcd/store.ts';
import type { RequestContext, Target } from '../context.ts';
import { deleteAdmitted } from '../delete.ts';
import type { Registry } from '../registry.ts';
import { storagePrefix } from '../route.ts';
import { copy, same } from '../values.ts';
import { customKind } from './custom-kind.ts';
import { CLEANUP, isDefinition } from './definition-deletion.ts';
import { isEstablished, namedStatus, withCondition } from './names.ts';
import type { ServedKinds } from './served-kinds.ts';

const PREFIX = '/registry/customresourcedefinitions/';

/**
 * The controllers of apiextensions-apiserver: serves what definitions define, accepts their names, and clears away the
 * instances of definitions that go. They work inside the server, at the end of the request that gave them work.
 */
export class CustomResources {
  readonly #definitions = new Map<string, CustomResourceDefinition>();
  readonly #made = new Map<string, { readonly from: unknown; readonly kinds: readonly Kind[] }>();
  readonly #going = new Set<string>();
  #unsubscribe: (() => void) | undefined;
  #work = false;

  constructor(
    readonly store: Store,
    readonly registry: Registry,
    readonly served: ServedKinds,
  ) {}

  start(): void {
    this.#definitions.clear();
    this.#going.clear();
    for (const { value } of this.store.range(PREFIX, `${PREFIX}\uffff`).kvs) this.#learn(value as CustomResourceDefinition);
    this.#unsubscribe ??= this.store.watchPrefix(PREFIX, 0, ({ key, kv }) => {
      if (kv === undefined) {
        this.#definitions.delete(key.slice(PREFIX.length));
        this.#going.delete(key.slice(PREFIX.length));
      } else this.#learn(kv.value as CustomResourceDefinition);
      this.#work = true;
      this.#serve();
    });
    this.#work = this.#definitions.size > 0;
    this.#serve();
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Does what there is to do. Cheap when there is nothing. */
  settle(context: RequestContext): void {
    if (!this.#work && this.#going.size === 0) return;
    for (const name of Array.from(this.#going)) this.#clearAway(name, context);
    // Writing brings work of its own: names that were given up are free for others.
    for (let round = 0; this.#work && round <= this.#definitions.size + 1; round++) {
      this.#work = false;
      for (const definition of Array.from(this.#definitions.values())) this.#name(definition, context.now);
    }
  }

  #learn(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name ?? '';
    this.#definitions.set(name, definition);
    if (definition.metadata.deletionTimestamp !== undefined) this.#going.add(name);
  }

  #serve(): void {
    const kinds: Kind[] = [];
    for (const [name, definition] of this.#definitions) {
      if (!isEstablished(definition)) continue;
      const { spec, status } = definition;
      let made = this.#made.get(name);
      const terminating = definition.metadata.deletionTimestamp !== undefined;
      const from = { spec, names: status?.acceptedNames, terminating };
      if (made === undefined || !same(made.from, from)) {
        made = { from, kinds: spec.versions.filter(({ served }) => served).map((version) => customKind(definition, version)) };
        this.#made.set(name, made);
      }
      kinds.push(...made.kinds);
    }
    const before = this.served.custom;
    if (before.length !== kinds.length || kinds.some((kind, index) => kind !== before[index])) this.served.replace(kinds);
  }

  #name(definition: CustomResourceDefinition, now: number): void {
    const status = namedStatus(definition, [...this.#definitions.values()], now);
    if (!same(status, definition.status)) this.#put(definition, { ...definition, status });
  }

  #put(stored: CustomResourceDefinition, draft: CustomResourceDefinition): CustomResourceDefinition {
    return this.registry.put(this.#target(stored), draft, stored, false) as CustomResourceDefinition;
  }

  #target({ metadata }: ApiObject): Target {
    return { kind: this.#kind(), namespace: '', name: metadata.name ?? '' };
  }

  #kind(): Kind {
    return this.served.builtIn.find(isDefinition) as Kind;
  }

  /** The finalizer: deletes all instances; when the last is gone, so is the definition. */
  #clearAway(name: string, context: RequestContext): void {
    let definition = this.#definitions.get(name);
    if (definition === undefined || definition.metadata.finalizers?.includes(CLEANUP) !== true) return;
    const { spec } = definition;
    const stored = spec.versions.find(({ storage }) => storage);
    const kind = stored === undefined || !isEstablished(definition) ? undefined : customKind(definition, stored);
    if (kind !== undefined) {
      const prefix = storagePrefix(kind);
      const instances = (): ApiObject[] => this.store.range(prefix, `${prefix}\uffff`).kvs.map((kv) => kv.value as ApiObject);
      for (const { metadata } of instances()) {
        if (metadata.deletionTimestamp !== undefined) continue;
        deleteAdmitted(
          this.registry,
          { ...context, dryRun: false },
          { kind, namespace: metadata.namespace ?? '', name: metadata.name ?? '' },
          {},
        );
      }
      if (instances().length > 0) {
        const inProgress = {
          type: 'Terminating',
          status: 'True',
          reason: 'InstanceDeletionInProgress',
          message: 'CustomResource deletion is in progress',
        };
        const conditions = withCondition(definition.status?.conditions ?? [], inProgress, context.now);
        const draft = { ...definition, status: { ...definition.status, conditions } };
        if (!same(draft, definition)) this.#put(definition, draft);
        return;
      }
    }
    definition = this.#definitions.get(name) as CustomResourceDefinition;
    const finalizers = definition.metadata.finalizers?.filter((one) => one !== CLEANUP) ?? [];
    const completed = { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' };
    const draft = copy(definition);
    draft.metadata.finalizers = finalizers;
    if (finalizers.length === 0) delete draft.metadata.finalizers;
    draft.status = { ...draft.status, conditions: withCondition(definition.status?.conditions ?? [], completed, context.now) };
    if (finalizers.length === 0) this.registry.remove(this.#target(definition), draft);
    else this.#put(definition, draft);
    this.#made.delete(name);
  }
}
