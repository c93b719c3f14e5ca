import { conflict, failure } from '../../api/errors.ts';
import type { Node, Pod } from '../../api/generated/types.ts';
import { formatTime } from '../../sim/time.ts';
import { readOptions, validateWriteOptions } from '../body.ts';
import type { Task } from '../../os/task.ts';
import type { RequestContext, Target } from '../context.ts';
import { keyOf, subjectOf } from '../target.ts';
import type { ServerParts } from '../server-parts.ts';
import { jsonResponse } from '../response.ts';
import type { ApiResponse } from '../types.ts';

const TOPOLOGY = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

interface Binding {
  metadata?: {
    name?: string;
    uid?: string;
    resourceVersion?: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  target?: { kind?: string; name?: string };
}

/** Puts a pod on a node: what the scheduler does, once and for good. */
export function* bind(context: RequestContext, target: Target, options: ServerParts): Task<ApiResponse> {
  validateWriteOptions(context, 'CreateOptions');
  return yield* applyBinding(context, target, readOptions<Binding>(context, 'Binding'), options);
}

/** The old path: a Binding created in the namespace, naming its pod. */
export function* bindInNamespace(context: RequestContext, target: Target, options: ServerParts): Task<ApiResponse> {
  validateWriteOptions(context, 'CreateOptions');
  const binding = readOptions<Binding>(context, 'Binding');
  return yield* applyBinding(context, { ...target, name: binding.metadata?.name ?? '' }, binding, options);
}

function* applyBinding(context: RequestContext, target: Target, binding: Binding, { registry }: ServerParts): Task<ApiResponse> {
  validate(binding);
  yield* registry.admission.admit({ verb: 'create', ...target, subresource: 'binding', context });
  const pod = registry.get(target) as Pod;
  const { uid, resourceVersion, annotations, labels } = binding.metadata ?? {};
  const precondition = (what: string, wanted: string, actual = ''): Error => {
    const detail = `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${actual}`;
    return conflict(
      subjectOf(target),
      `StorageError: invalid object, Code: 4, Key: ${keyOf(target)}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
    );
  };
  if (uid !== undefined && uid !== '' && uid !== pod.metadata.uid) throw precondition('UID', uid, pod.metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== '' && resourceVersion !== pod.metadata.resourceVersion) {
    throw precondition('ResourceVersion', resourceVersion, pod.metadata.resourceVersion);
  }
  const refuse = (why: string): Error => conflict({ group: '', resource: 'pods/binding', name: target.name }, `pod ${target.name} ${why}`);
  if (pod.metadata.deletionTimestamp !== undefined) throw refuse('is being deleted, cannot be assigned to a host');
  if ((pod.spec?.nodeName ?? '') !== '') throw refuse(`is already assigned to node ${JSON.stringify(pod.spec?.nodeName)}`);
  if ((pod.spec?.schedulingGates?.length ?? 0) > 0) throw refuse('has non-empty .spec.schedulingGates');
  const draft: Pod = { ...pod, metadata: { ...pod.metadata } };
  draft.spec = { ...(pod.spec ?? { containers: [] }), nodeName: binding.target?.name as string };
  if (annotations !== undefined && Object.keys(annotations).length > 0)
    draft.metadata.annotations = { ...draft.metadata.annotations, ...annotations };
  const topology = topologyLabels(registry.store.get<Node>(`/registry/minions/${binding.target?.name ?? ''}`)?.value);
  const added = { ...labels, ...topology };
  if (Object.keys(added).length > 0) draft.metadata.labels = { ...draft.metadata.labels, ...added };
  const condition = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null as unknown as string,
    lastTransitionTime: formatTime(context.now),
  };
  const { nominatedNodeName: _nominated, ...status } = draft.status ?? {};
  draft.status = { ...status, conditions: [...(draft.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'), condition] };
  registry.put(target, draft, pod, context.dryRun);
  return jsonResponse(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** KEP-4742: the admission plugin PodTopologyLabels tells a pod where its node is. */
function topologyLabels(node: Node | undefined): Record<string, string> {
  const labels = node?.metadata.labels ?? {};
  return Object.fromEntries(TOPOLOGY.flatMap((key) => (labels[key] === undefined ? [] : [[key, labels[key]]])));
}

// The errors of this validation reach the client bare, as an internal error without a reason.
function validate({ target }: Binding): void {
  const findings: string[] = [];
  if ((target?.kind ?? '') !== '' && target?.kind !== 'Node') {
    findings.push(`target.kind: Unsupported value: ${JSON.stringify(target?.kind)}: supported values: "Node", "<empty>"`);
  }
  if ((target?.name ?? '') === '') findings.push('target.name: Required value');
  if (findings.length > 0) throw failure(500, '', findings.length === 1 ? (findings[0] as string) : `[${findings.join(', ')}]`);
}
