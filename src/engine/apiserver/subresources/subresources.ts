import { failure } from '../../api/errors.ts';
import type { ScaleMapping, Strategy } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
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
import { scale } from './scale.ts';
import { requestToken } from './token.ts';

/** Answers requests to one named subresource. */
export type Subresource = (context: RequestContext, target: Target, options: ServerParts) => ApiResponse;

interface Entry {
  readonly verbs: readonly string[];
  readonly answer: Subresource;
}

/** The subresources that have a life of their own, beside `status` and `scale`. */
const OTHERS: Readonly<Record<string, Entry>> = {
  'pods/binding': { verbs: ['create'], answer: bind },
  'pods/eviction': { verbs: ['create'], answer: evict },
  'pods/log': { verbs: ['get'], answer: readLog },
  'pods/exec': { verbs: ['get', 'create'], answer: exec },
  'pods/attach': { verbs: ['get', 'create'], answer: attach },
  'pods/portforward': { verbs: ['get', 'create'], answer: portForward },
  'pods/ephemeralcontainers': { verbs: ['get', 'patch', 'update'], answer: notModelled('ephemeral containers') },
  'pods/resize': { verbs: ['get', 'patch', 'update'], answer: notModelled('resizing a pod in place') },
  'namespaces/finalize': { verbs: ['update'], answer: finalizeNamespace },
  'serviceaccounts/token': { verbs: ['create'], answer: requestToken },
};

export class Subresources {
  readonly #registry: Registry;

  constructor(readonly options: ServerParts) {
    this.#registry = options.registry;
  }

  handle(context: RequestContext, target: Target): ApiResponse {
    const { kind } = target;
    const { subresource, verb, rest } = context.info;
    const { status, scale: mapping, others } = kind.subresources;
    // Approval of a certificate request is written like its status.
    const asStatus = subresource === 'status' || (subresource === 'approval' && others?.includes('approval') === true);
    if (asStatus && status !== undefined && rest === '') return this.#status(context, target, status);
    if (subresource === 'scale' && mapping !== undefined && rest === '') return this.#scale(context, target, mapping);
    if (others?.includes(subresource) !== true) throw noSuchResource();
    const entry = kind.group === '' ? OTHERS[`${kind.resource}/${subresource}`] : undefined;
    if (subresource === 'proxy') return notModelled('the proxy to pods, services and nodes')(context, target, this.options);
    if (entry === undefined || rest !== '') throw noSuchResource();
    if (!entry.verbs.includes(verb)) throw methodNotAllowed();
    return entry.answer(context, target, this.options);
  }

  #status(context: RequestContext, target: Target, strategy: Strategy<ApiObject>): ApiResponse {
    const { kind } = target;
    const trusted = isTrusted(context.request);
    const options: UpdateOptions = { strategy, subresource: 'status', skipDefaults: trusted && !defaultsStatus(kind) };
    switch (context.info.verb) {
      case 'get':
        return presentObject(context, kind, 200, this.#registry.get(target));
      case 'update': {
        validateWriteOptions(context, 'UpdateOptions');
        const draft = trusted ? readStatus(context, kind) : readObject(context, kind);
        return presentObject(context, kind, 200, this.#registry.update(context, target, () => draft, finishedBy(kind), options).object);
      }
      case 'patch': {
        validateWriteOptions(context, 'PatchOptions');
        this.#registry.get(target);
        if (isApply(context.request))
          return presentObject(context, kind, 200, applyObject(context, target, this.#registry, finishedBy(kind), options).object);
        const change = trusted
          ? (stored: ApiObject) => applyStatusPatch(context, kind, stored)
          : (stored: ApiObject) => applyRequestPatch(context, kind, stored);
        return presentObject(context, kind, 200, this.#registry.update(context, target, change, finishedBy(kind), options).object);
      }
      default:
        throw methodNotAllowed();
    }
  }

  #scale(context: RequestContext, target: Target, mapping: ScaleMapping<ApiObject>): ApiResponse {
    if (!['get', 'update', 'patch'].includes(context.info.verb)) throw methodNotAllowed();
    return scale(context, target, this.#registry, mapping);
  }
}

function notModelled(what: string): Subresource {
  return (context, target, { registry }) => {
    if (context.info.verb === 'get' && context.info.subresource !== 'proxy')
      return presentObject(context, target.kind, 200, registry.get(target));
    registry.get(target);
    throw failure(501, 'NotImplemented', `${what} is not modelled by this cluster`);
  };
}
