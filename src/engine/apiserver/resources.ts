import { badRequest, failure } from '../api/errors.ts';
import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import { EtcdError } from '../etcd/etcd-error.ts';
import { SECOND } from '../sim/time.ts';
import { componentStatuses } from './component-statuses.ts';
import { applyRequestPatch, isApply, readDeleteBody, readObject, validateWriteOptions } from './body.ts';
import type { RequestContext, Target } from './context.ts';
import { createWhileTerminating } from './extensions/definition-deletion.ts';
import { deleteObject, finishedBy, type Deleted } from './delete.ts';
import { deleteOptionsOfQuery, validateDeleteOptions, type DeleteOptions } from './delete-options.ts';
import { listObjects, revisionOf, selectionOf, tooLarge, validateListOptions } from './list.ts';
import { applyObject } from './managed/apply-request.ts';
import { integerParameter } from './parameters.ts';
import { presentList, presentObject, presenter } from './present.ts';
import { Questions } from './questions/questions.ts';
import type { Registry } from './registry.ts';
import { keyOf } from './target.ts';
import { jsonResponse, methodNotAllowed, noSuchPage, noSuchResource } from './response.ts';
import { first, isTrue, storagePrefix } from './route.ts';
import { bindInNamespace } from './subresources/binding.ts';
import type { ServerParts } from './server-parts.ts';
import { Subresources } from './subresources/subresources.ts';
import { deprecation, returnsDeleted } from './traits.ts';
import type { Task } from '../os/task.ts';
import type { ApiResponse } from './types.ts';
import type { Watches } from './watch.ts';

/** The verbs on resources: what comes after the route is known and the caller is let in. */
export class Resources {
  readonly #options: ServerParts;
  readonly #registry: Registry;
  readonly #watches: Watches;
  readonly #kinds = new Map<string, Kind>();
  readonly #groups = new Set<string>();
  readonly #questions: Questions;
  readonly #subresources: Subresources;

  constructor(options: ServerParts) {
    this.#options = options;
    this.#registry = options.registry;
    this.#watches = options.watches;
    for (const kind of options.kinds) {
      this.#kinds.set(`${kind.group}/${kind.version}/${kind.resource}`, kind);
      this.#groups.add(kind.group);
    }
    this.#questions = new Questions(options.authorizer, options.tokens);
    this.#subresources = new Subresources(options);
  }

  *handle(context: RequestContext): Task<ApiResponse> {
    const { info } = context;
    const answer = this.#questions.handle(context) ?? componentStatuses(context);
    if (answer !== undefined) return answer;
    const { served } = this.#options;
    const kind = this.#kinds.get(`${info.group}/${info.version}/${info.resource}`) ?? served.find(info.group, info.version, info.resource);
    if (kind === undefined) {
      const pods = this.#kinds.get(`${info.group}/${info.version}/pods`);
      if (info.resource === 'bindings' && info.namespace !== '' && info.name === '' && pods !== undefined) {
        if (info.verb !== 'create') throw methodNotAllowed();
        return yield* bindInNamespace(context, { kind: pods, namespace: info.namespace, name: '' }, this.#options);
      }
      if (info.group === '' || this.#groups.has(info.group) || served.hasGroup(info.group) || this.#questions.groups.has(info.group))
        throw noSuchResource();
      return noSuchPage();
    }
    const isNamespace = kind.resource === 'namespaces' && kind.group === '';
    const namespace = isNamespace ? '' : info.namespace;
    if (!kind.namespaced && namespace !== '') throw noSuchResource();
    if (kind.namespaced && namespace === '' && info.name !== '') throw noSuchResource();
    if (info.name === '.' || info.name === '..')
      throw badRequest(`Name parameter invalid: ${JSON.stringify(info.name)}: may not be '${info.name}'`);
    const target: Target = { kind, namespace, name: info.name };
    const deprecated = context.wire ? deprecation(kind) : undefined;
    if (deprecated !== undefined) context.warnings.push(deprecated);
    if (kind.custom?.conversion !== undefined) yield* this.#registry.prepare(kind, this.#storedAt(target));
    if (info.subresource !== '') return yield* this.#subresources.handle(context, target);
    if (context.request.method === 'HEAD') return { ...jsonResponse(405, ''), body: '' };
    const response = this.#verb(context, target);
    return 'code' in response ? response : yield* response;
  }

  /** What is stored where a request points: one object, or all of a namespace or of the kind. */
  #storedAt(target: Target): ApiObject[] {
    const { store } = this.#registry;
    if (target.name !== '') {
      const one = store.get<ApiObject>(keyOf(target))?.value;
      return one === undefined ? [] : [one];
    }
    const { kind, namespace } = target;
    const prefix = `${storagePrefix(kind)}${kind.namespaced && namespace !== '' ? `${namespace}/` : ''}`;
    return store.range(prefix, `${prefix}\uffff`).kvs.map((kv) => kv.value as ApiObject);
  }

  #verb(context: RequestContext, target: Target): ApiResponse | Task<ApiResponse> {
    const { kind, namespace, name } = target;
    const { verb } = context.info;
    // Above a namespace, what lives in one can only be listed.
    const supported =
      (kind.verbs as readonly string[]).includes(verb) && (!kind.namespaced || namespace !== '' || verb === 'list' || verb === 'watch');
    const named = verb === 'get' || verb === 'update' || verb === 'patch' || verb === 'delete';
    if (!supported || named !== (name !== '')) {
      // The old watch path may name one object.
      if (verb !== 'watch' || !supported) throw methodNotAllowed();
    }
    switch (verb) {
      case 'create':
        return this.#create(context, target);
      case 'get':
        return presentObject(context, kind, 200, this.#get(context, target));
      case 'list':
        return presentList(
          context,
          kind,
          listObjects(this.#registry.store, this.#watches.nodes, context.request, target, selectionOf(context.request, target)),
        );
      case 'watch':
        return this.#watch(context, target);
      case 'update':
        return this.#update(context, target);
      case 'patch':
        return this.#patch(context, target);
      case 'delete':
        return this.#delete(context, target);
      default:
        return this.#deleteCollection(context, target);
    }
  }

  *#create(context: RequestContext, target: Target): Task<ApiResponse> {
    validateWriteOptions(context, 'CreateOptions');
    if (target.kind.custom?.terminating === true) throw createWhileTerminating(target);
    const draft = readObject(context, target.kind);
    return presentObject(context, target.kind, 201, yield* this.#registry.create(context, target, draft));
  }

  #get(context: RequestContext, target: Target): ApiObject {
    const { request } = context;
    const revision = revisionOf(first(request, 'resourceVersion') ?? '');
    if (revision > this.#registry.store.revision) throw tooLarge(revision, this.#registry.store.revision);
    if (first(request, 'resourceVersionMatch') !== 'Exact') return this.#registry.get(target);
    try {
      return this.#registry.get(target, revision);
    } catch (error) {
      if (error instanceof EtcdError) throw failure(410, 'Expired', 'The resourceVersion for the provided get is too old.');
      throw error;
    }
  }

  #watch(context: RequestContext, target: Target): ApiResponse {
    const { request, actor } = context;
    const { kind, namespace } = target;
    const selection = selectionOf(request, target);
    const version = first(request, 'resourceVersion') ?? '';
    const sendInitialEvents = first(request, 'sendInitialEvents');
    validateListOptions({
      version,
      match: first(request, 'resourceVersionMatch') ?? '',
      continueToken: first(request, 'continue') ?? '',
      sendInitialEvents,
      watch: true,
    });
    const initial = isTrue(sendInitialEvents);
    const revision = revisionOf(version);
    const seconds = integerParameter(request, 'timeoutSeconds') ?? 0;
    const bookmarks = isTrue(first(request, 'allowWatchBookmarks'));
    const transform = presenter(context, kind);
    const from = initial
      ? undefined
      : sendInitialEvents !== undefined && revision === 0
        ? this.#registry.store.revision
        : revision === 0
          ? undefined
          : revision;
    const stream = this.#watches.open(
      {
        kind,
        namespace,
        ...(selection.name === undefined ? {} : { name: selection.name }),
        ...(selection.node === undefined ? {} : { node: selection.node }),
        ...(selection.matches === undefined ? {} : { matches: selection.matches }),
        ...(from === undefined ? {} : { from }),
        bookmarks,
        markInitialEnd: initial && bookmarks,
        ...(seconds <= 0 ? {} : { timeout: seconds * SECOND }),
        actor,
        ...(transform === undefined ? {} : { transform }),
        ...(kind.custom?.conversion === undefined
          ? {}
          : { prepare: (objects: readonly ApiObject[]) => this.#registry.prepare(kind, objects) }),
      },
      () =>
        listObjects(this.#registry.store, this.#watches.nodes, { method: 'GET', path: request.path }, { ...target, name: '' }, selection)
          .items,
    );
    return { code: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-cache, private' }, stream };
  }

  *#update(context: RequestContext, target: Target): Task<ApiResponse> {
    validateWriteOptions(context, 'UpdateOptions');
    const draft = readObject(context, target.kind);
    this.#registry.place(draft, target.kind, target.namespace, target.name);
    const { object, created } = yield* this.#registry.update(context, target, () => draft, finishedBy(target.kind));
    return presentObject(context, target.kind, created ? 201 : 200, object);
  }

  *#patch(context: RequestContext, target: Target): Task<ApiResponse> {
    validateWriteOptions(context, 'PatchOptions');
    const { kind } = target;
    if (isApply(context.request)) {
      const { object, created } = yield* applyObject(context, target, this.#registry, finishedBy(kind));
      return presentObject(context, kind, created ? 201 : 200, object);
    }
    this.#registry.get(target);
    const { object } = yield* this.#registry.update(
      context,
      target,
      (stored) => applyRequestPatch(context, kind, stored),
      finishedBy(kind),
    );
    return presentObject(context, kind, 200, object);
  }

  *#delete(context: RequestContext, target: Target): Task<ApiResponse> {
    const options = readDeleteOptions(context);
    warnOfOrphans(context, target, options);
    const deleted = yield* deleteObject(this.#registry, dry(context, options), target, options);
    return this.#deleted(context, target, deleted, options);
  }

  *#deleteCollection(context: RequestContext, target: Target): Task<ApiResponse> {
    const options = readDeleteOptions(context);
    warnOfOrphans(context, target, options);
    const list = listObjects(this.#registry.store, this.#watches.nodes, context.request, target, selectionOf(context.request, target));
    for (const { metadata } of list.items)
      yield* deleteObject(this.#registry, dry(context, options), { ...target, name: metadata.name ?? '' }, options);
    return presentList(context, target.kind, list);
  }

  #deleted(context: RequestContext, { kind, name }: Target, { object, gone }: Deleted, options: DeleteOptions): ApiResponse {
    if (gone && !returnsDeleted(kind)) {
      const uid = object.metadata.uid ?? '';
      const details = { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.resource, uid };
      return jsonResponse(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
    }
    return presentObject(context, kind, !gone && options.orphanDependents === false ? 202 : 200, object);
  }
}

function readDeleteOptions(context: RequestContext): DeleteOptions {
  const { body } = context.request;
  const options = body === undefined || body === '' ? deleteOptionsOfQuery(context.request) : readDeleteBody(context);
  validateDeleteOptions(options);
  return options;
}

/** batch/v1 still orphans by default, and says so. */
function warnOfOrphans(context: RequestContext, { kind }: Target, { propagationPolicy, orphanDependents }: DeleteOptions): void {
  if (kind.group !== 'batch' || kind.defaultPropagation !== 'Orphan' || propagationPolicy !== undefined || orphanDependents !== undefined)
    return;
  context.warnings.push(
    'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  );
}

const dry = (context: RequestContext, { dryRun }: DeleteOptions): RequestContext =>
  dryRun?.includes('All') === true ? { ...context, dryRun: true } : context;
