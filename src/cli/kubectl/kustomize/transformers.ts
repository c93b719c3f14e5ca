import { CommandError } from '../errors.ts';
import { has, isObject, list, number, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { groupOf, isNamed, kindOf, nameOf, renamed, withField, withObject } from './resource.ts';
import type { Resource } from './resource.ts';

type Path = readonly string[];

const WORKLOADS = ['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'];
const CLUSTER_WIDE =
  /^(Namespace|Node|PersistentVolume|ClusterRole|ClusterRoleBinding|CustomResourceDefinition|StorageClass|PriorityClass|IngressClass|RuntimeClass|APIService|CSIDriver|CSINode|VolumeAttachment|CertificateSigningRequest|(Mutating|Validating)(WebhookConfiguration|AdmissionPolicy|AdmissionPolicyBinding))$/;

/** `namespace:`; service accounts that bindings name without one go along. */
export function setNamespace(resources: readonly Resource[], namespace: string): Resource[] {
  return resources.map((resource) => {
    const kind = kindOf(resource);
    if (kind === 'Namespace') return renamed(resource, namespace);
    let value = resource.object;
    if (!CLUSTER_WIDE.test(kind)) value = withField(value, namespace, 'metadata', 'namespace');
    if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') {
      const own = (subject: JsonObject): boolean =>
        text(subject, 'kind') === 'ServiceAccount' &&
        resources.some((each) => kindOf(each) === 'ServiceAccount' && isNamed(each, text(subject, 'name')));
      const subjects = list(value, 'subjects').map((each) => (own(object(each)) ? { ...object(each), namespace } : each));
      if (subjects.length > 0) value = { ...value, subjects };
    }
    return withObject(resource, value);
  });
}

/** `namePrefix:` and `nameSuffix:`; some kinds are known by their name to others and keep it. */
export function affixNames(resources: readonly Resource[], prefix: string, suffix: string): Resource[] {
  const keeps = (resource: Resource): boolean => ['CustomResourceDefinition', 'APIService', 'Namespace'].includes(kindOf(resource));
  return resources.map((resource) => (keeps(resource) ? resource : renamed(resource, `${prefix}${nameOf(resource)}${suffix}`)));
}

function templatePaths(kind: string): Path[] {
  if (kind === 'CronJob') return [['spec', 'jobTemplate'], ['spec', 'jobTemplate', 'spec', 'template']]; // prettier-ignore
  return [...WORKLOADS, 'Job', 'ReplicationController'].includes(kind) ? [['spec', 'template']] : [];
}

/** Selectors that a label goes into: made where they are not, or only where they are. */
function selectorPaths(kind: string): { path: Path; create: boolean }[] {
  if (WORKLOADS.includes(kind)) return [{ path: ['spec', 'selector', 'matchLabels'], create: true }];
  if (kind === 'Service') return [{ path: ['spec', 'selector'], create: true }];
  if (kind === 'ReplicationController') return [{ path: ['spec', 'selector'], create: true }];
  if (kind === 'Job' || kind === 'PodDisruptionBudget') return [{ path: ['spec', 'selector', 'matchLabels'], create: false }];
  if (kind === 'CronJob') return [{ path: ['spec', 'jobTemplate', 'spec', 'selector', 'matchLabels'], create: false }];
  if (kind === 'NetworkPolicy') return [{ path: ['spec', 'podSelector', 'matchLabels'], create: false }];
  return [];
}

function addPairs(value: JsonObject, pairs: JsonObject, ...path: Path): JsonObject {
  return withField(value, { ...object(value, ...path), ...pairs }, ...path);
}

/** `labels:` and `commonLabels:`. */
export function addLabels(
  resources: readonly Resource[],
  pairs: JsonObject,
  where: { selectors: boolean; templates: boolean },
): Resource[] {
  if (Object.keys(pairs).length === 0) return [...resources];
  return resources.map((resource) => {
    const kind = kindOf(resource);
    let value = addPairs(resource.object, pairs, 'metadata', 'labels');
    if (where.selectors || where.templates)
      for (const path of templatePaths(kind)) value = addPairs(value, pairs, ...path, 'metadata', 'labels');
    if (where.selectors) {
      for (const { path, create } of selectorPaths(kind)) if (create || has(value, ...path)) value = addPairs(value, pairs, ...path);
      if (kind === 'StatefulSet' && list(value, 'spec', 'volumeClaimTemplates').length > 0) {
        const claims = list(value, 'spec', 'volumeClaimTemplates').map((claim) => addPairs(object(claim), pairs, 'metadata', 'labels'));
        value = withField(value, claims, 'spec', 'volumeClaimTemplates');
      }
    }
    return withObject(resource, value);
  });
}

/** `commonAnnotations:`. */
export function addAnnotations(resources: readonly Resource[], pairs: JsonObject): Resource[] {
  if (Object.keys(pairs).length === 0) return [...resources];
  return resources.map((resource) => {
    let value = addPairs(resource.object, pairs, 'metadata', 'annotations');
    for (const path of templatePaths(kindOf(resource))) value = addPairs(value, pairs, ...path, 'metadata', 'annotations');
    return withObject(resource, value);
  });
}

/** `replicas:`. */
export function setReplicas(resources: readonly Resource[], wanted: Json): Resource[] {
  const name = text(wanted, 'name');
  const scaled = (resource: Resource): boolean =>
    ['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController'].includes(kindOf(resource)) && isNamed(resource, name);
  if (!resources.some(scaled)) {
    throw new CommandError(
      `resource with name ${name} does not match a config with the following GVK [Deployment.[noVer].[noGrp] ReplicationController.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] StatefulSet.[noVer].[noGrp]]`,
    );
  }
  return resources.map((resource) =>
    scaled(resource) ? withObject(resource, withField(resource.object, number(wanted, 'count'), 'spec', 'replicas')) : resource,
  );
}

/** `images:`. */
export function setImages(resources: readonly Resource[], images: readonly Json[]): Resource[] {
  if (images.length === 0) return [...resources];
  return resources.map((resource) => withObject(resource, withImages(resource.object, images) as JsonObject));
}

function withImages(value: Json, images: readonly Json[]): Json {
  if (Array.isArray(value)) return value.map((each) => withImages(each, images));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    sortedKeys(value).map((key) => {
      const inner = withImages(value[key] as Json, images);
      const containers = (key === 'containers' || key === 'initContainers') && Array.isArray(inner);
      return [key, containers ? inner.map((each) => withImage(object(each), images)) : inner];
    }),
  );
}

function withImage(container: JsonObject, images: readonly Json[]): JsonObject {
  let image = text(container, 'image');
  for (const wanted of images) {
    const [, name = '', tag = '', digest = ''] = /^(.*?)(:[\w][\w.-]*)?(@sha256:[0-9a-f]+)?$/.exec(image) ?? [];
    if (image === '' || name !== text(wanted, 'name')) continue;
    const [newTag, newDigest] = [text(wanted, 'newTag'), text(wanted, 'digest')];
    const rest = newDigest !== '' ? `@${newDigest}` : newTag !== '' ? `:${newTag}` : `${tag}${digest}`;
    image = `${text(wanted, 'newName') || name}${rest}`;
  }
  return image === '' ? container : { ...container, image };
}

/** Where objects name others: kind of what is named, and the field, in any depth or under given parents. */
const REFERENCES: readonly { readonly kind: string; readonly parent: RegExp; readonly field: string }[] = [
  { kind: 'ConfigMap', parent: /^(configMap|configMapRef|configMapKeyRef)$/, field: 'name' },
  { kind: 'Secret', parent: /^(secretRef|secretKeyRef|imagePullSecrets|secrets)$/, field: 'name' },
  { kind: 'Secret', parent: /^secret$/, field: 'secretName' },
  { kind: 'Secret', parent: /^secret$/, field: 'name' },
  { kind: 'Secret', parent: /^tls$/, field: 'secretName' },
  { kind: 'ServiceAccount', parent: /^spec$/, field: 'serviceAccountName' },
  { kind: 'PersistentVolumeClaim', parent: /^persistentVolumeClaim$/, field: 'claimName' },
  { kind: 'Service', parent: /^service$/, field: 'name' },
  { kind: 'Service', parent: /^spec$/, field: 'serviceName' },
];
const OWN_KIND = /^(roleRef|subjects|scaleTargetRef)$/;

/** Makes references follow the objects that changed their names. */
export function followNames(resources: readonly Resource[]): Resource[] {
  const moved = resources.filter((resource) => resource.formerNames.length > 0);
  const now = (kind: string, name: string): string => {
    const target = moved.find((each) => kindOf(each) === kind && each.formerNames.includes(name));
    return target === undefined ? name : nameOf(target);
  };
  const follow = (value: Json, parent: string): Json => {
    if (Array.isArray(value)) return value.map((each) => follow(each, parent));
    if (!isObject(value)) return value;
    const inner = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, follow(each, key)])) as JsonObject;
    for (const { kind, parent: under, field } of REFERENCES)
      if (under.test(parent) && typeof inner[field] === 'string') inner[field] = now(kind, inner[field]);
    if (OWN_KIND.test(parent) && typeof inner['name'] === 'string') inner['name'] = now(text(inner, 'kind'), inner['name']);
    return inner;
  };
  if (moved.length === 0) return [...resources];
  return resources.map((resource) => {
    const { metadata, ...rest } = resource.object;
    const data = ['ConfigMap', 'Secret'].includes(kindOf(resource)) && groupOf(resource) === '';
    return data ? resource : withObject(resource, { ...(follow(rest, '') as JsonObject), ...(metadata === undefined ? {} : { metadata }) });
  });
}
