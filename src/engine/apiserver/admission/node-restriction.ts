import { semanticallyEqual } from '../../api/equality.ts';
import { notFound } from '../../api/errors.ts';
import type { Node, PersistentVolumeClaim, Pod } from '../../api/generated/types.ts';
import { mayKubeletLabel } from '../../api/node/kubelet-labels.ts';
import { nodeIdentity } from '../authz/node.ts';
import { referencesOf } from '../authz/pod-references.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';

interface Lookup {
  node(name: string): Node | undefined;
  pod(namespace: string, name: string): Pod | undefined;
}

interface TokenRequest {
  spec?: { boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string } | null };
}

/** What a kubelet may write: itself, and the pods that run on it. Which objects it may touch at all is the Node authorizer's. */
export function nodeRestriction(lookup: Lookup): AdmissionPlugin {
  return {
    name: 'NodeRestriction',
    admit(operation: Operation): void {
      const { user } = operation.context;
      const node = nodeIdentity(user);
      if (node === undefined) return;
      if (node === '') throw refuse(operation, `could not determine node from user ${JSON.stringify(user.name)}`);
      const why = refusal(operation, node, lookup);
      if (why !== undefined) throw refuse(operation, why);
    },
  };
}

function refusal(operation: Operation, node: string, lookup: Lookup): string | undefined {
  const { kind, subresource } = operation;
  switch (kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`) {
    case 'pods':
      return pods(operation, node, lookup);
    case 'nodes':
      return nodes(operation, node);
    case 'persistentvolumeclaims':
      return subresource === 'status' ? claimStatus(operation, node) : 'may only update PVC status';
    case 'serviceaccounts':
      return subresource === 'token' && operation.verb === 'create' ? token(operation, node, lookup) : undefined;
    case 'leases.coordination.k8s.io':
      if (operation.namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
      return operation.name === node ? undefined : 'can only access node lease with the same name as the requesting node';
    case 'csinodes.storage.k8s.io':
      return operation.name === node ? undefined : 'can only access CSINode with the same name as the requesting node';
    default:
      return undefined;
  }
}

function pods(operation: Operation, node: string, lookup: Lookup): string | undefined {
  const { verb, subresource, namespace, name, old } = operation;
  switch (subresource) {
    case '':
      if (verb === 'create') return mirrorPod(operation.object as Pod, node, lookup);
      if (verb === 'update') return `unexpected operation "UPDATE", node ${quote(node)} can only create and delete mirror pods`;
      return isOn(old as Pod, node) ? undefined : `node ${quote(node)} can only delete pods with spec.nodeName set to itself`;
    case 'status':
      return podStatus(operation.object as Pod, old as Pod, node);
    case 'eviction': {
      const pod = lookup.pod(namespace, name);
      if (pod === undefined) throw notFound({ group: '', resource: 'pods', name });
      return isOn(pod, node) ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`;
    }
    default:
      return `unexpected pod subresource ${quote(subresource)}, only 'status' and 'eviction' are allowed`;
  }
}

function mirrorPod(pod: Pod, node: string, lookup: Lookup): string | undefined {
  const me = `node ${quote(node)}`;
  if (pod.metadata.annotations?.[MIRROR] === undefined)
    return `pod does not have "${MIRROR}" annotation, ${me} can only create mirror pods`;
  if (!isOn(pod, node)) return `${me} can only create pods with spec.nodeName set to itself`;
  const owners = pod.metadata.ownerReferences ?? [];
  if (owners.length > 1) return `${me} can only create pods with a single owner reference set to itself`;
  const [owner] = owners;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node)
    return `${me} can only create pods with an owner reference set to itself`;
  if (owner.controller !== true) return `${me} can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion === true) return `${me} must not set blockOwnerDeletion on an owner reference`;
  const uid = lookup.node(node)?.metadata.uid;
  if (uid === undefined) throw notFound({ group: '', resource: 'nodes', name: node });
  if (owner.uid !== uid) return `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`;
  return references(pod, me);
}

/** A mirror pod needs nothing of the API. */
function references(pod: Pod, me: string): string | undefined {
  // The rule about mirror pods is that they open no doors: what they name is looked at as if they were ordinary.
  const plain: Pod = { ...pod, metadata: {} };
  const has = (what: Parameters<typeof referencesOf>[1]): boolean => referencesOf(plain, what).length > 0;
  if (has('serviceaccounts')) return `${me} can not create pods that reference a service account`;
  if (has('secrets')) return `${me} can not create pods that reference secrets`;
  if (has('configmaps')) return `${me} can not create pods that reference configmaps`;
  const volumes = pod.spec?.volumes ?? [];
  if (volumes.some(({ projected }) => projected?.sources?.some(({ clusterTrustBundle }) => clusterTrustBundle !== undefined) === true))
    return `${me} can not create pods that reference clustertrustbundles`;
  if (volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim !== undefined))
    return `${me} can not create pods that reference persistentvolumeclaims`;
  return undefined;
}

function podStatus(pod: Pod, old: Pod, node: string): string | undefined {
  const me = `node ${quote(node)}`;
  if (!isOn(old, node)) return `${me} can only update pod status for pods with spec.nodeName set to itself`;
  if (!semanticallyEqual(pod.metadata.labels, old.metadata.labels)) return `${me} cannot update labels through pod status`;
  if (!semanticallyEqual(pod.status?.resourceClaimStatuses, old.status?.resourceClaimStatuses))
    return `${me} cannot update resource claim statues`;
  if (!semanticallyEqual(pod.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus))
    return `${me} cannot update extended resource claim status`;
  return undefined;
}

function nodes({ verb, name, object, old }: Operation, node: string): string | undefined {
  if (name !== node) return `node ${quote(node)} is not allowed to modify node ${quote(name)}`;
  if (verb === 'delete') return undefined;
  const forbidden = changedLabels(object?.metadata.labels, old?.metadata.labels)
    // What is unknown of Kubernetes' own domains is refused in updates only.
    .filter((label) => (verb === 'create' ? TRUSTED.test(label) : !mayKubeletLabel(label)))
    .sort()
    .join(', ');
  if (verb === 'create')
    return forbidden === '' ? undefined : `node ${quote(node)} is not allowed to set the following labels: ${forbidden}`;
  if (!semanticallyEqual((object as Node).spec?.taints, (old as Node).spec?.taints))
    return `node ${quote(node)} is not allowed to modify taints`;
  return forbidden === '' ? undefined : `is not allowed to modify labels: ${forbidden}`;
}

const TRUSTED = /^([^/]*\.)?node-restriction\.kubernetes\.io\//;

function changedLabels(now: Readonly<Record<string, string>> = {}, before: Readonly<Record<string, string>> = {}): string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((key) => now[key] !== before[key]);
}

/** A kubelet reports what a volume has grown to, nothing else. */
function claimStatus({ object, old }: Operation, node: string): string | undefined {
  const rest = ({ metadata, spec, status }: PersistentVolumeClaim): unknown => {
    const { capacity: _c, conditions: _d, allocatedResources: _a, allocatedResourceStatuses: _s, ...kept } = status ?? {};
    return { metadata: { ...metadata, resourceVersion: '' }, spec, status: kept };
  };
  if (semanticallyEqual(rest(object as PersistentVolumeClaim), rest(old as PersistentVolumeClaim))) return undefined;
  return `node ${quote(node)} is not allowed to update fields other than status.capacity and status.conditions`;
}

/** Tokens are for pods that run there. */
function token({ object, namespace }: Operation, node: string, lookup: Lookup): string | undefined {
  const ref = (object as TokenRequest | undefined)?.spec?.boundObjectRef;
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || (ref.name ?? '') === '') return 'node requested token not bound to a pod';
  if ((ref.uid ?? '') === '') return 'node requested token with a pod binding without a uid';
  const pod = lookup.pod(namespace, ref.name as string);
  if (pod === undefined) throw notFound({ group: '', resource: 'pods', name: ref.name as string });
  if (pod.metadata.uid !== ref.uid)
    return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  return isOn(pod, node) ? undefined : 'node requested token bound to a pod scheduled on a different node';
}

const isOn = ({ spec }: Pod, node: string): boolean => spec?.nodeName === node;
const quote = JSON.stringify;
