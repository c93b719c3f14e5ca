import { MODIFIED, badRequest, conflict, notFound } from '../api/errors.ts';
import { apiVersion, type Kind, type Strategy } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from '../api/object-meta.ts';
import { Findings, invalid } from '../api/validation.ts';
import type { Store } from '../etcd/store.ts';
import type { Random } from '../sim/random.ts';
import type { Simulation } from '../sim/simulation.ts';
import { formatTime } from '../sim/time.ts';
import type { Admission, Operation } from './admission/admission.ts';
import type { ClusterAddresses } from './allocation.ts';
import type { RequestContext, Target } from './context.ts';
import { OVER, type Task } from '../os/task.ts';
import { inOrder } from './field-order.ts';
import { dropEmptyMeta, keepMeta } from './kept-metadata.ts';
import { SharedLeases } from './event-leases.ts';
import { Conversions } from './extensions/conversion.ts';
import { inVersion, rememberVersion } from './extensions/versions.ts';
import type { Outbound } from './outbound.ts';
import { inertWarnings } from './inert.ts';
import { isTrusted } from './body.ts';
import type { Managers } from './managed/managers.ts';
import { Siblings } from './siblings.ts';
import { Ownership } from './managed/ownership.ts';
import { ownerAfter, ownerOfNew, resetFields, type Owner } from './managed/tracking.ts';
import { keyOf, subjectOf } from './target.ts';
import { createsOnUpdate, needsVersion, timeToLive } from './traits.ts';
import { copy, freeze, same } from './values.ts';
import { exists, uidConflict, versionInvalid, versionMissing } from './write-refusals.ts';

// A generated name is the prefix, cut to 58 characters, and five of the alphabet; tried this often when taken (KEP-4420).
const GENERATED_PREFIX = 58;
const GENERATE_ATTEMPTS = 8;

/** Makes the new state out of the stored one; the result is a draft of its own. */
export type Change = (stored: ApiObject) => ApiObject;

/** Whether an object that is being deleted may go now that a write has come. */
export type Finished = (object: ApiObject) => boolean;

export interface UpdateOptions {
  /** Rules of the endpoint written to; the kind's own by default. */
  readonly strategy?: Strategy<ApiObject>;
  readonly subresource?: string;
  /** For what is whole already: a status from a component, beside a spec that is the stored one. */
  readonly skipDefaults?: boolean;
  /** Managers after a server-side apply; asked for once `change` has run. */
  readonly managers?: () => Managers;
}

/** The generic store of all kinds: what every create, read and update goes through between pipeline and etcd. */
export class Registry {
  readonly #uids: Random;
  readonly #names: Random;
  readonly #leases: SharedLeases;
  readonly #conversions: Conversions;
  readonly #siblings = new Siblings();

  constructor(
    readonly sim: Simulation,
    readonly store: Store,
    readonly admission: Admission,
    readonly addresses: ClusterAddresses,
    readonly options: { readonly name: string; readonly outbound: Outbound; readonly frozen: boolean; readonly inertWarnings: boolean },
  ) {
    this.#uids = sim.random(`${options.name}/uid`);
    this.#names = sim.random(`${options.name}/name`);
    this.#leases = new SharedLeases(store, () => sim.now);
    this.#conversions = new Conversions({ outbound: options.outbound, store, chance: sim.random(`${options.name}/conversions`) });
  }

  // A store that forgets its history (bulk runs) does not follow who set what.
  get #followsOwners(): boolean {
    return this.store.keep === undefined;
  }

  find(target: Target, revision = 0, key = keyOf(target)): ApiObject | undefined {
    const stored = this.store.get<ApiObject>(key, revision)?.value;
    return stored === undefined ? undefined : inVersion(target.kind, stored);
  }

  get(target: Target, revision = 0): ApiObject {
    const object = this.find(target, revision);
    if (object === undefined) throw notFound(subjectOf(target));
    return object;
  }

  /** Stores a new object made from `draft`, which from here on belongs to the registry. */
  *create(context: RequestContext, { kind, namespace, name }: Target, draft: ApiObject, applied?: Ownership): Task<ApiObject> {
    this.place(draft, kind, namespace, name);
    const { managedFields } = draft.metadata;
    delete draft.metadata.managedFields;
    kind.defaults?.(draft);
    // What admission adds belongs to nobody.
    const ownership = applied ?? (this.#followsOwners ? ownerOfNew(context, kind, draft, managedFields) : undefined);
    const operation: Operation = {
      verb: 'create',
      kind,
      namespace,
      name: draft.metadata.name ?? '',
      subresource: '',
      object: draft,
      context,
    };
    yield* this.admission.admit(operation);
    const generated = (draft.metadata.name ?? '') === '' && (draft.metadata.generateName ?? '') !== '';
    if (generated) this.#generateName(kind, namespace, draft);
    const target = { kind, namespace, name: draft.metadata.name ?? '' };
    const allocation = this.addresses.allocate(kind, draft, undefined, context.dryRun);
    try {
      this.#prepareMeta(draft);
      kind.strategy.prepareForCreate?.(draft, { now: context.now, user: context.user });
      const findings = new Findings();
      validateObjectMeta(draft, kind, findings);
      kind.strategy.validate?.(draft, findings, this.store.get<ApiObject>(`/registry/namespaces/${namespace}`)?.value.metadata.labels);
      if (!findings.empty) throw invalid(kind.kind, groupInRefusals(kind), target.name, findings.list);
      this.#warn(context, kind, kind.strategy, draft, undefined);
      yield* this.admission.validate({ ...operation, name: target.name, object: draft });
      const key = keyOf(target);
      const converted = context.dryRun ? undefined : yield* this.#toStored(kind, draft);
      if (this.store.get(key) !== undefined) throw exists(target, this.find(target), generated);
      this.#siblings.share(kind, draft, undefined);
      return this.#write(kind, key, draft, context.dryRun, ownership === undefined ? undefined : () => ownership, converted);
    } catch (error) {
      allocation.release();
      throw error;
    }
  }

  /**
   * Replaces an object. `change` makes the new state from the stored one (a decoded body, or a patch of it); an
   * object that does not change is not written. Where admission had to wait and the object is another one by then, the
   * whole is done again from that one, as upstream's GuaranteedUpdate does.
   */
  *update(
    context: RequestContext,
    target: Target,
    change: Change,
    finished: Finished,
    options: UpdateOptions = {},
  ): Task<{ object: ApiObject; created: boolean }> {
    const { kind } = target;
    const key = keyOf(target);
    for (;;) {
      if (kind.custom?.conversion !== undefined) yield* this.prepare(kind, [this.store.get<ApiObject>(key)?.value]);
      const stored = this.find(target, 0, key);
      if (stored !== undefined) {
        const updated = yield* this.#replace(context, target, key, stored, change, finished, options);
        if (updated !== undefined) return { object: updated, created: false };
        continue;
      }
      if (!createsOnUpdate(kind) || options.subresource !== undefined) throw notFound(subjectOf(target));
      const draft = change({ kind: kind.kind, apiVersion: apiVersion(kind), metadata: {} });
      if ((draft.metadata.uid ?? '') !== '') throw uidConflict(target, draft.metadata.uid as string, '');
      return { object: yield* this.create(context, target, draft), created: true };
    }
  }

  /** Undefined when somebody else has written the object while admission waited. */
  *#replace(
    context: RequestContext,
    target: Target,
    key: string,
    stored: ApiObject,
    change: Change,
    finished: Finished,
    options: UpdateOptions,
  ): Task<ApiObject | undefined> {
    const { kind, namespace, name } = target;
    const strategy = options.strategy ?? kind.strategy;
    const before = this.store.get(key)?.modRevision;
    const draft = change(stored);
    this.place(draft, kind, namespace, name);
    const { managedFields } = draft.metadata;
    delete draft.metadata.managedFields;
    const { uid, resourceVersion } = draft.metadata;
    // Only a PUT says by its uid which object it means; in a patch it is a field like any other.
    if (context.info.verb === 'update' && uid !== undefined && uid !== '' && uid !== stored.metadata.uid)
      throw uidConflict(target, uid, stored.metadata.uid ?? '');
    if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
      if (needsVersion(kind)) throw versionMissing(target);
    } else if (resourceVersion !== stored.metadata.resourceVersion) {
      if (!/^\d+$/.test(resourceVersion)) throw versionInvalid(target, resourceVersion);
      throw conflict(subjectOf(target), MODIFIED);
    }
    if (options.skipDefaults !== true) kind.defaults?.(draft);
    // Fields belong to who asked for them, even where the rules put something else there.
    const wanted = this.#followsOwners && options.managers === undefined && !isTrusted(context.request) ? copy(draft) : undefined;
    const operation: Operation = {
      verb: 'update',
      kind,
      namespace,
      name,
      subresource: options.subresource ?? '',
      object: draft,
      old: stored,
      context,
    };
    yield* this.admission.admit(operation);
    keepMeta(draft, stored);
    const allocation = options.subresource === undefined ? this.addresses.allocate(kind, draft, stored, context.dryRun) : undefined;
    try {
      strategy.prepareForUpdate?.(draft, stored, { now: context.now, user: context.user });
      const findings = new Findings();
      // Upstream looks at metadata twice, in BeforeUpdate and in the kind's own rules: the causes show it.
      validateObjectMetaUpdate(draft, stored, findings);
      if (!findings.empty) validateObjectMetaUpdate(draft, stored, findings);
      strategy.validate?.(draft, findings);
      strategy.validateUpdate?.(draft, stored, findings);
      if (!findings.empty) throw invalid(kind.kind, groupInRefusals(kind), name, findings.list);
      this.#warn(context, kind, strategy, draft, stored);
      yield* this.admission.validate(operation);
      const converted = yield* this.#toStored(kind, draft);
      if (this.store.get(key)?.modRevision !== before) {
        allocation?.release();
        return undefined;
      }
      draft.metadata.resourceVersion = stored.metadata.resourceVersion as string;
      this.#siblings.share(kind, draft, stored);
      const changed = !same(draft, stored);
      if (wanted !== undefined) resetFields(wanted, draft, stored, kind, options.subresource);
      const { owner, regardless } =
        this.#followsOwners || options.managers !== undefined || Ownership.of(stored) !== undefined
          ? ownerAfter(context, kind, stored, managedFields, { ...options, changed, wanted })
          : { owner: undefined, regardless: false };
      if (draft.metadata.deletionTimestamp !== undefined && finished(draft)) {
        allocation?.release();
        Ownership.put(draft.metadata, owner?.(draft));
        if (context.dryRun) return draft;
        // The last finalizer has gone: the object goes with this very write.
        this.remove(target, draft);
        return this.options.frozen ? freeze(draft) : draft;
      }
      if (!regardless && !changed && !(kind.completedLater === true && this.store.get(key)?.version === 1)) {
        allocation?.release();
        return stored;
      }
      const object = this.#write(kind, key, draft, context.dryRun, owner, converted);
      return object;
    } catch (error) {
      allocation?.release();
      throw error;
    }
  }

  /** Writes an object as it is, past all rules: for the server's own bookkeeping (deletion marks, bindings). */
  put(target: Target, draft: ApiObject, stored: ApiObject, dryRun: boolean): ApiObject {
    this.#siblings.share(target.kind, draft, stored);
    if (same(draft, stored)) return stored;
    const ownership = Ownership.of(stored);
    return this.#write(target.kind, keyOf(target), draft, dryRun, ownership === undefined ? undefined : () => ownership);
  }

  /** Stores a new object of the server's own, past all rules. */
  add(kind: Kind, draft: ApiObject): void {
    this.#prepareMeta(draft);
    this.#write(kind, keyOf({ kind, namespace: draft.metadata.namespace ?? '', name: draft.metadata.name ?? '' }), draft, false, undefined);
  }

  /** Takes an object out of the store; returns its last state, at the revision of the deletion. */
  remove(target: Target, last: ApiObject): ApiObject {
    this.store.delete(keyOf(target));
    const object = { ...last, metadata: { ...last.metadata, resourceVersion: String(this.store.revision) } };
    return this.options.frozen ? freeze(object) : object;
  }

  /** Puts namespace and name of the URL into the object, or refuses one that says otherwise. */
  place(draft: ApiObject, kind: Kind, namespace: string, name: string): void {
    draft.metadata ??= {};
    const { metadata } = draft;
    if (name !== '') {
      if ((metadata.name ?? '') === '') metadata.name = name;
      else if (metadata.name !== name)
        throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
    }
    if (kind.namespaced) {
      if ((metadata.namespace ?? '') === '') metadata.namespace = namespace;
      else if (metadata.namespace !== namespace)
        throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    } else if ((metadata.namespace ?? '') !== '') throw badRequest('namespace should be empty for cluster-scoped resources');
    else delete metadata.namespace;
  }

  #prepareMeta(draft: ApiObject): void {
    const { metadata } = draft;
    delete metadata.deletionTimestamp;
    delete metadata.deletionGracePeriodSeconds;
    delete metadata.resourceVersion;
    delete (metadata as { selfLink?: string }).selfLink;
    if (metadata.generateName === '') delete metadata.generateName;
    metadata.uid = this.#uids.uuid();
    metadata.creationTimestamp = formatTime(this.sim.now);
    dropEmptyMeta(draft);
  }

  /** `converted`: what a webhook made of the draft, where its kind is stored in another version. */
  #write(
    kind: Kind,
    key: string,
    draft: ApiObject,
    dryRun: boolean,
    owner: Owner | undefined,
    converted: ApiObject | undefined = undefined,
  ): ApiObject {
    // One key a transaction: the revision it will get is the next one.
    const object = inOrder(draft, dryRun ? draft.metadata.resourceVersion : String(this.store.revision + 1));
    Ownership.put(object.metadata, owner?.(object));
    if (dryRun) return object;
    if (this.options.frozen) freeze(object);
    const ttl = timeToLive(kind);
    this.store.put(key, this.#storedForm(kind, key, object, converted), ttl === undefined ? undefined : this.#leases.get(ttl));
    this.#siblings.remember(kind, object);
    return object;
  }

  /** Has a webhook make the versions in which stored objects are about to be looked at. */
  prepare(kind: Kind, stored: readonly (ApiObject | undefined)[]): Task<void> {
    return this.#conversions.prepare(
      kind,
      stored.filter((object) => object !== undefined),
    );
  }

  #toStored(kind: Kind, draft: ApiObject): Task<ApiObject | undefined> {
    return kind.custom?.conversion === undefined ? OVER : this.#conversions.toStored(kind, draft);
  }

  #storedForm(kind: Kind, key: string, object: ApiObject, converted: ApiObject | undefined): ApiObject {
    if (kind.custom?.conversion === undefined) return storedForm(kind, object);
    // Where nothing but metadata is written the rest is as it was.
    const { labels, annotations } = (converted ?? object).metadata;
    const { labels: _labels, annotations: _annotations, ...metadata } = object.metadata;
    const rest = converted ?? this.store.get<ApiObject>(key)?.value ?? object;
    const whole = { ...metadata, ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
    Ownership.put(whole, Ownership.of(object));
    const stored = { ...rest, metadata: whole };
    if (rest !== object) rememberVersion(kind, stored, object);
    return this.options.frozen ? freeze(stored) : stored;
  }

  /** Warnings are for people: components inside the process are spared the work. */
  #warn(context: RequestContext, kind: Kind, strategy: Strategy<ApiObject>, draft: ApiObject, old: ApiObject | undefined): void {
    if (typeof context.request.body !== 'string' && !context.wire) return;
    context.warnings.push(...(strategy.warnings?.(draft, old) ?? []));
    if (this.options.inertWarnings && strategy === kind.strategy) context.warnings.push(...inertWarnings(kind, draft, old));
  }

  #generateName(kind: Kind, namespace: string, draft: ApiObject): void {
    const prefix = (draft.metadata.generateName as string).slice(0, GENERATED_PREFIX);
    for (let attempt = 1; attempt <= GENERATE_ATTEMPTS; attempt++) {
      draft.metadata.name = `${prefix}${this.#names.suffix()}`;
      if (this.find({ kind, namespace, name: draft.metadata.name }) === undefined) return;
    }
  }
}

/** Findings speak of the stored kind. */
const groupInRefusals = (kind: Kind): string => kind.view?.group ?? kind.group;

/** What is kept of a version that is stored as another. */
function storedForm({ custom, view }: Kind, object: ApiObject): ApiObject {
  if (view !== undefined) return view.toStored(object);
  return custom === undefined || custom.storedVersion === object.apiVersion ? object : { ...object, apiVersion: custom.storedVersion };
}
