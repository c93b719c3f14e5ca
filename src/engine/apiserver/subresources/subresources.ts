import type { ScaleMapping, Strategy } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Task } from '../../os/task.ts';
import { applyRequestPatch, applyStatusPatch, isApply, isTrusted, readObject, readStatus, validateWriteOptions } from '../body.ts';
import type { RequestContext, Target } from '../context.ts';
import { finishedBy } from '../delete.ts';
import { applyObject } from '../managed/apply-request.ts';
import { presentObject } from '../present.ts';
import type { Registry, UpdateOptions } from '../registry.ts';
import type { ServerParts } from '../server-parts.ts';
import { methodNotAllowed, noSuchResource } from '../response.ts';
import type { ApiResponse } from '../types.ts';
import { defaultsStatus } from '../traits.ts';
import { bind } from './binding.ts';
import { evict } from './eviction.ts';
import { finalizeNamespace } from './finalize.ts';
import { attach, exec, portForward, readLog } from './kubelet.ts';
import { proxy, PROXY_VERBS } from './proxy.ts';
import { scale } from './scale.ts';
import { requestToken } from './token.ts';

/** Answers requests to one named subresource. */
export type Subresource = (context: RequestContext, target: Target, options: ServerParts) => ApiResponse | Task<ApiResponse>;

interface Entry {
  readonly verbs: readonly string[];
  readonly answer: Subresource;
  /** Answers for the paths below it, too. */
  readonly below?: boolean;
}

/** The subresources that have a life of their own, beside `status` and `scale`. */
const OTHERS: Readonly<Record<string, Entry>> = {
  'pods/binding': { verbs: ['create'], answer: bind },
  'pods/eviction': { verbs: ['create'], answer: evict },
  'pods/log': { verbs: ['get'], answer: readLog },
  'pods/exec': { verbs: ['get', 'create'], answer: exec },
  'pods/attach': { verbs: ['get', 'create'], answer: attach },
  'pods/portforward': { verbs: ['get', 'create'], answer: portForward },
  'pods/proxy': { verbs: PROXY_VERBS, answer: proxy, below: true },
  'services/proxy': { verbs: PROXY_VERBS, answer: proxy, below: true },
  'nodes/proxy': { verbs: PROXY_VERBS, answer: proxy, below: true },
  'namespaces/finalize': { verbs: ['update'], answer: finalizeNamespace },
  'serviceaccounts/token': { verbs: ['create'], answer: requestToken },
};

export class Subresources {
  readonly #registry: Registry;

  constructor(readonly options: ServerParts) {
    this.#registry = options.registry;
  }

  *handle(context: RequestContext, target: Target): Task<ApiResponse> {
    const { kind } = target;
    const { subresource, verb, rest } = context.info;
    const { status, scale: mapping, others } = kind.subresources;
    // Approval of a certificate request is written like its status.
    const asStatus = subresource === 'status' || (subresource === 'approval' && others?.includes('approval') === true);
    if (asStatus && status !== undefined && rest === '') return yield* this.#part(context, target, status, 'status');
    const part = kind.subresources.parts?.[subresource];
    if (part !== undefined && rest === '') return yield* this.#part(context, target, part, subresource);
    if (subresource === 'scale' && mapping !== undefined && rest === '') return yield* this.#scale(context, target, mapping);
    if (others?.includes(subresource) !== true) throw noSuchResource();
    const entry = kind.group === '' ? OTHERS[`${kind.resource}/${subresource}`] : undefined;
    if (entry === undefined || (rest !== '' && entry.below !== true)) throw noSuchResource();
    if (!entry.verbs.includes(verb)) throw methodNotAllowed();
    const answer = entry.answer(context, target, this.options);
    return 'code' in answer ? answer : yield* answer;
  }

  /** Reads the whole object and writes a part of it. */
  *#part(context: RequestContext, target: Target, strategy: Strategy<ApiObject>, subresource: string): Task<ApiResponse> {
    const { kind } = target;
    const trusted = subresource === 'status' && isTrusted(context.request);
    const options: UpdateOptions = { strategy, subresource, skipDefaults: trusted && !defaultsStatus(kind) };
    switch (context.info.verb) {
      case 'get':
        return presentObject(context, kind, 200, this.#registry.get(target));
      case 'update': {
        validateWriteOptions(context, 'UpdateOptions');
        const draft = trusted ? readStatus(context, kind) : readObject(context, kind);
        return presentObject(
          context,
          kind,
          200,
          (yield* this.#registry.update(context, target, () => draft, finishedBy(kind), options)).object,
        );
      }
      case 'patch': {
        validateWriteOptions(context, 'PatchOptions');
        this.#registry.get(target);
        if (isApply(context.request))
          return presentObject(context, kind, 200, (yield* applyObject(context, target, this.#registry, finishedBy(kind), options)).object);
        const change = trusted
          ? (stored: ApiObject) => applyStatusPatch(context, kind, stored)
          : (stored: ApiObject) => applyRequestPatch(context, kind, stored);
        return presentObject(context, kind, 200, (yield* this.#registry.update(context, target, change, finishedBy(kind), options)).object);
      }
      default:
        throw methodNotAllowed();
    }
  }

  *#scale(context: RequestContext, target: Target, mapping: ScaleMapping<ApiObject>): Task<ApiResponse> {
    if (!['get', 'update', 'patch'].includes(context.info.verb)) throw methodNotAllowed();
    return yield* scale(context, target, this.#registry, mapping);
  }
}
