import { bootstrapObjects } from '../../api/bootstrap/objects.ts';
import type { ClusterRole, PersistentVolume, Pod, PolicyRule } from '../../api/generated/types.ts';
import type { Store } from '../../etcd/store.ts';
import type { UserInfo } from '../authn/user.ts';
import type { Attributes, Decision } from './authorizer.ts';
import { referencesOf, type Reference } from './pod-references.ts';
import { ruleAllows } from './rules.ts';

const NODES = 'system:nodes';
const NODE = 'system:node:';
const NODE_LEASES = 'kube-node-lease';

const ALLOW: Decision = { allowed: true, reason: '' };
const no = (reason = ''): Decision => ({ allowed: false, reason });

/** The name of the node that a user is; '' when it cannot be told; undefined for who is no node. */
export function nodeIdentity(user: UserInfo): string | undefined {
  return user.name.startsWith(NODE) && user.groups.includes(NODES) ? user.name.slice(NODE.length) : undefined;
}

export interface NodeAuthorizerOptions {
  readonly store: Store;
  /** Whether some pod on a node fits. */
  readonly somePodOn: (node: string, fits: (pod: Pod) => boolean) => boolean;
}

/** The Node authorizer: a kubelet reads what its own pods need, and writes itself. */
export class NodeAuthorizer {
  #rules: readonly PolicyRule[] | undefined;

  constructor(readonly options: NodeAuthorizerOptions) {}

  authorize(attributes: Attributes): Decision {
    const node = nodeIdentity(attributes.user);
    if (node === undefined) return no();
    if (node === '') return no(`unknown node for user ${JSON.stringify(attributes.user.name)}`);
    return this.#subdivided(node, attributes) ?? this.#static(attributes);
  }

  /** What is granted object by object; undefined for other resources. */
  #subdivided(node: string, attributes: Attributes): Decision | undefined {
    if (!attributes.isResource) return undefined;
    const { group, resource, subresource } = attributes;
    switch (group === '' ? resource : `${resource}.${group}`) {
      case 'secrets':
      case 'configmaps':
        return this.#readNamespaced(node, attributes);
      case 'persistentvolumeclaims':
        return subresource === 'status' ? this.#statusUpdate(node, attributes) : this.#get(node, attributes);
      case 'persistentvolumes':
      case 'resourceclaims.resource.k8s.io':
      case 'volumeattachments.storage.k8s.io':
        return this.#get(node, attributes);
      case 'serviceaccounts':
        return this.#serviceAccount(node, attributes);
      case 'leases.coordination.k8s.io':
        return lease(node, attributes);
      case 'csinodes.storage.k8s.io':
        return csiNode(node, attributes);
      case 'resourceslices.resource.k8s.io':
        return this.#resourceSlice(node, attributes);
      case 'nodes':
        return nodes(node, attributes);
      case 'pods':
        return this.#pods(node, attributes);
      default:
        return undefined;
    }
  }

  #readNamespaced(node: string, attributes: Attributes): Decision {
    const { verb, subresource, namespace } = attributes;
    if (verb !== 'get' && verb !== 'list' && verb !== 'watch') return no('can only read resources of this type');
    if (subresource !== '') return no('cannot read subresource');
    if (namespace === '') return no('can only read namespaced object of this type');
    return this.#related(node, attributes);
  }

  #get(node: string, attributes: Attributes): Decision {
    if (attributes.verb !== 'get') return no('can only get individual resources of this type');
    if (attributes.subresource !== '') return no('cannot get subresource');
    return this.#related(node, attributes);
  }

  #statusUpdate(node: string, attributes: Attributes): Decision {
    if (attributes.verb !== 'update' && attributes.verb !== 'patch') return no('can only get/update/patch this type');
    return this.#related(node, attributes);
  }

  #serviceAccount(node: string, attributes: Attributes): Decision {
    const { verb, subresource, name } = attributes;
    if (verb === 'get' && subresource === '') return this.#related(node, attributes);
    if (verb !== 'create' || name === '') return no('can only create tokens for individual service accounts');
    if (subresource !== 'token') return no('can only create token subresource of serviceaccount');
    return this.#related(node, attributes);
  }

  #pods(node: string, attributes: Attributes): Decision {
    const { verb, subresource, name, fields } = attributes;
    if (subresource === '') {
      if (verb === 'get') return this.#related(node, attributes);
      if (verb === 'list' || verb === 'watch') {
        if (fields?.['spec.nodeName'] === node) return ALLOW;
        return name === '' ? no('can only list/watch pods with spec.nodeName field selector') : this.#related(node, attributes);
      }
      // Which pods, is NodeRestriction's to say.
      return verb === 'create' || verb === 'delete' ? ALLOW : no();
    }
    if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : no();
    return subresource === 'eviction' && verb === 'create' ? ALLOW : no();
  }

  #resourceSlice(node: string, attributes: Attributes): Decision {
    const { verb, subresource, fields } = attributes;
    if (subresource !== '') return no('cannot authorize ResourceSlice subresources');
    switch (verb) {
      case 'create':
        return ALLOW;
      case 'get':
      case 'update':
      case 'patch':
      case 'delete':
        return this.#related(node, attributes);
      case 'watch':
      case 'list':
      case 'deletecollection':
        if (fields?.['nodeName'] === node) return ALLOW;
        return no('can only list/watch/deletecollection resourceslices with nodeName field selector');
      default:
        return no(
          'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
        );
    }
  }

  /** Whether a way leads from the node over one of its pods to the object. */
  #related(node: string, { resource, namespace, name }: Attributes): Decision {
    if (name === '') return no('No Object name found');
    return this.#hasPath(node, resource, namespace, name) ? ALLOW : no(`no relationship found between node '${node}' and this object`);
  }

  #hasPath(node: string, resource: string, namespace: string, name: string): boolean {
    const { store, somePodOn } = this.options;
    if (resource === 'pods') return store.get<Pod>(`/registry/pods/${namespace}/${name}`)?.value.spec?.nodeName === node;
    if (resource === 'volumeattachments' || resource === 'resourceslices')
      return store.get<{ spec: { nodeName?: string } }>(`/registry/${resource}/${name}`)?.value.spec.nodeName === node;
    const wants = (reference: Reference, where: string, what: string): boolean =>
      somePodOn(node, (pod) => pod.metadata.namespace === where && referencesOf(pod, reference).includes(what));
    if (resource === 'persistentvolumes') {
      const claim = store.get<PersistentVolume>(`/registry/persistentvolumes/${name}`)?.value.spec?.claimRef;
      return claim !== undefined && wants('persistentvolumeclaims', claim.namespace ?? '', claim.name ?? '');
    }
    return wants(resource as Reference, namespace, name);
  }

  /** Everything else goes by the rules of ClusterRole system:node as it is shipped; a stored one has no say. */
  #static(attributes: Attributes): Decision {
    this.#rules ??= shippedRules();
    return this.#rules.some((rule) => ruleAllows(rule, attributes)) ? ALLOW : no();
  }
}

function shippedRules(): readonly PolicyRule[] {
  const role = bootstrapObjects('').find(({ resource, object }) => resource === 'clusterroles' && object.metadata.name === 'system:node');
  return (role?.object as ClusterRole | undefined)?.rules ?? [];
}

const OWN = new Set(['get', 'create', 'update', 'patch', 'delete']);

function lease(node: string, { verb, namespace, name }: Attributes): Decision {
  if (!OWN.has(verb)) return no('can only get, create, update, patch, or delete a node lease');
  if (namespace !== NODE_LEASES) return no(`can only access leases in the ${JSON.stringify(NODE_LEASES)} system namespace`);
  if (verb !== 'create' && name !== node) return no('can only access node lease with the same name as the requesting node');
  return ALLOW;
}

function csiNode(node: string, { verb, subresource, name }: Attributes): Decision {
  if (!OWN.has(verb)) return no('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return no('cannot authorize CSINode subresources');
  if (verb !== 'create' && name !== node) return no('can only access CSINode with the same name as the requesting node');
  return ALLOW;
}

function nodes(node: string, { verb, subresource, name }: Attributes): Decision {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOW : no();
  if (subresource !== '') return no();
  switch (verb) {
    case 'create':
    case 'update':
    case 'patch':
      return ALLOW;
    case 'get':
    case 'list':
    case 'watch':
      if (name === node) return ALLOW;
      return no(`node '${node}' cannot read ${name === '' ? 'all nodes' : `'${name}'`}, only its own Node object`);
    default:
      return no();
  }
}
