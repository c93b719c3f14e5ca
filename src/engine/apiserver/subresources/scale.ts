import { badRequest, conflict, MODIFIED } from '../../api/errors.ts';
import { apiVersion, type Kind, type ScaleMapping } from '../../api/kind.ts';
import type { ApiObject, ObjectMeta } from '../../api/meta.ts';
import { Findings, invalid } from '../../api/validation.ts';
import { applyRequestPatch, isApply, readObject, validateWriteOptions } from '../body.ts';
import type { Task } from '../../os/task.ts';
import type { RequestContext, Target } from '../context.ts';
import { finishedBy } from '../delete.ts';
import { applyObject, parseConfiguration } from '../managed/apply-request.ts';
import { presentObject } from '../present.ts';
import type { Registry } from '../registry.ts';
import { subjectOf } from '../target.ts';
import type { ApiResponse } from '../types.ts';
import { copy } from '../values.ts';

interface Scale extends ApiObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

/** `autoscaling/v1` Scale: the view of any kind that counts replicas. Never stored. */
export const SCALE: Kind = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  resource: 'scales',
  singular: 'scale',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: [],
  schema: 'Scale',
  nameRule: 'dns-subdomain',
  strategy: {},
  subresources: {},
  columns: [],
  fidelity: { level: 'modelled' },
};

export function* scale(context: RequestContext, target: Target, registry: Registry, mapping: ScaleMapping<ApiObject>): Task<ApiResponse> {
  const { kind, name, namespace } = target;
  const { verb } = context.info;
  if (verb === 'get') return presentObject(context, SCALE, 200, scaleOf(registry.get(target), mapping));
  validateWriteOptions(context, verb === 'patch' ? 'PatchOptions' : 'UpdateOptions');
  if (isApply(context.request)) {
    const { object } = yield* applyScale(context, target, registry, mapping);
    return presentObject(context, SCALE, 200, scaleOf(object, mapping));
  }
  const given = verb === 'patch' ? undefined : (readObject(context, SCALE) as Scale);
  const stored = registry.get(target);
  const wanted = given ?? (applyRequestPatch(context, SCALE, scaleOf(stored, mapping)) as Scale);
  if ((wanted.metadata.name ?? name) !== name)
    throw badRequest(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
  if ((wanted.metadata.namespace ?? namespace) !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const replicas = wanted.spec?.replicas ?? 0;
  if (replicas < 0) {
    const findings = new Findings();
    findings.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalid('Scale', 'autoscaling', name, findings.list);
  }
  const { uid, resourceVersion } = wanted.metadata;
  if (uid !== undefined && uid !== '' && uid !== stored.metadata.uid) {
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${stored.metadata.uid}`;
    throw conflict(subjectOf(target), detail);
  }
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== stored.metadata.resourceVersion)
    throw conflict(subjectOf(target), MODIFIED);
  const change = (object: ApiObject): ApiObject => {
    const draft = copy(object);
    mapping.withReplicas(draft, replicas);
    return draft;
  };
  const { object } = yield* registry.update(context, target, change, finishedBy(kind), { subresource: 'scale' });
  return presentObject(context, SCALE, 200, scaleOf(object, mapping));
}

/** Server-side apply of a Scale: of the number alone, as a configuration of the object itself, so that its managers are known there. */
function* applyScale(
  context: RequestContext,
  target: Target,
  registry: Registry,
  mapping: ScaleMapping<ApiObject>,
): Task<{ object: ApiObject }> {
  const { kind, name } = target;
  const asked = parseConfiguration(context) as unknown as Partial<Scale>;
  if (asked.kind !== 'Scale' || asked.apiVersion !== 'autoscaling/v1')
    throw badRequest(`invalid object type: ${asked.apiVersion ?? ''}, Kind=${asked.kind ?? ''}`);
  if ((asked.metadata?.name ?? name) !== name)
    throw badRequest(`the name of the object (${asked.metadata?.name}) does not match the name on the URL (${name})`);
  const config: ApiObject & { spec: object } = { apiVersion: apiVersion(kind), kind: kind.kind, metadata: { name }, spec: {} };
  if (asked.spec?.replicas !== undefined) mapping.withReplicas(config, asked.spec.replicas);
  const request = { ...context.request, body: config };
  return yield* applyObject({ ...context, request }, target, registry, finishedBy(kind), { subresource: 'scale' });
}

function scaleOf(object: ApiObject, mapping: ScaleMapping<ApiObject>): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = mapping.replicas(object);
  const selector = mapping.selector(object);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as ObjectMeta,
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: mapping.statusReplicas(object), ...(selector === '' ? {} : { selector }) },
  };
}
