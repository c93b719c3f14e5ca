import type { PersistentVolumeClaim, Pod, StatefulSet, Volume } from '../../api/generated/types.ts';
import { newControllerRef } from '../controller-ref.ts';
import { REVISION_HASH } from '../history/history.ts';
import { sameMeaning } from '../semantic.ts';

const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

export const startOf = ({ spec }: StatefulSet): number => spec?.ordinals?.start ?? 0;
export const replicasOf = ({ spec }: StatefulSet): number => spec?.replicas ?? 1;

/** The number at the end of a pod's name; undefined for one that is none of this set's. */
export function ordinalOf(set: StatefulSet, { metadata }: Pod): number | undefined {
  const prefix = `${set.metadata.name ?? ''}-`;
  const name = metadata.name ?? '';
  const rest = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}

export const revisionNameOf = ({ metadata }: Pod): string => metadata.labels?.[REVISION_HASH] ?? '';

/** The pod of an ordinal, as it is made (newStatefulSetPod). `set` has the template of the revision. */
export function podFor(set: StatefulSet, ordinal: number, revision: string): Pod {
  const template = set.spec?.template;
  const { labels, annotations, finalizers } = template?.metadata ?? {};
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${set.metadata.name ?? ''}-${ordinal}`,
      namespace: set.metadata.namespace ?? '',
      labels: { ...labels, [REVISION_HASH]: revision },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [newControllerRef(set)],
    },
    spec: { ...template?.spec, containers: template?.spec?.containers ?? [] },
  };
  return withIdentity(set, ordinal, pod, true);
}

/** Puts a pod's name, labels, host name and claims right; host names only on a pod that is yet to be made. */
export function withIdentity(set: StatefulSet, ordinal: number, pod: Pod, fresh: boolean): Pod {
  const name = `${set.metadata.name ?? ''}-${ordinal}`;
  const labels = { ...pod.metadata.labels, [POD_NAME]: name, [POD_INDEX]: String(ordinal) };
  const spec = pod.spec ?? { containers: [] };
  const named = fresh ? { hostname: name, ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}) } : {};
  const volumes = volumesFor(set, ordinal, spec.volumes ?? []);
  return {
    ...pod,
    metadata: { ...pod.metadata, name, labels },
    spec: { ...spec, ...named, ...(volumes.length === 0 ? {} : { volumes }) },
  };
}

/** Whether a pod is as its set wants it: name, labels, claims. */
export function hasIdentity(set: StatefulSet, ordinal: number, pod: Pod): boolean {
  const wanted = withIdentity(set, ordinal, pod, false);
  return sameMeaning(wanted.metadata.labels, pod.metadata.labels) && sameMeaning(wanted.spec?.volumes, pod.spec?.volumes);
}

/** Claims stand before the template's own volumes, and in place of those of the same name. */
function volumesFor(set: StatefulSet, ordinal: number, volumes: readonly Volume[]): Volume[] {
  const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }): Volume => {
    const there = volumes.find(({ name }) => name === metadata.name);
    const claimName = claimNameOf(set, metadata.name ?? '', ordinal);
    if (there?.persistentVolumeClaim?.claimName === claimName) return there;
    return { name: metadata.name ?? '', persistentVolumeClaim: { claimName } };
  });
  const names = new Set(claims.map(({ name }) => name));
  return [...claims, ...volumes.filter(({ name }) => !names.has(name))];
}

export const claimNameOf = (set: StatefulSet, template: string, ordinal: number): string =>
  `${template}-${set.metadata.name ?? ''}-${ordinal}`;

/** The claims of an ordinal as the templates ask for them. They carry the labels that the set selects by. */
export function claimsFor(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => {
    const { labels, annotations } = template.metadata;
    const all = { ...labels, ...set.spec?.selector.matchLabels };
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        name: claimNameOf(set, template.metadata.name ?? '', ordinal),
        namespace: set.metadata.namespace ?? '',
        ...(Object.keys(all).length === 0 ? {} : { labels: all }),
        ...(annotations === undefined ? {} : { annotations }),
      },
      ...(template.spec === undefined ? {} : { spec: template.spec }),
    };
  });
}
