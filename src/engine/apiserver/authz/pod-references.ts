import type { Container, Pod } from '../../api/generated/types.ts';

export type Reference = 'secrets' | 'configmaps' | 'persistentvolumeclaims' | 'serviceaccounts' | 'resourceclaims';

/** Names of the objects of a kind that a pod needs, all of its own namespace. */
export function referencesOf(pod: Pod, reference: Reference): string[] {
  // A mirror pod stands for a file on the node: it opens no doors.
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return [];
  return REFERENCES[reference]?.(pod).filter((name): name is string => name !== undefined && name !== '') ?? [];
}

type Names = (string | undefined)[];

const REFERENCES: Readonly<Record<Reference, (pod: Pod) => Names>> = {
  serviceaccounts: ({ spec }) => [spec?.serviceAccountName],
  resourceclaims: ({ spec, status }) => [
    ...(spec?.resourceClaims ?? []).map(({ resourceClaimName }) => resourceClaimName),
    ...(status?.resourceClaimStatuses ?? []).map(({ resourceClaimName }) => resourceClaimName),
    status?.extendedResourceClaimStatus?.resourceClaimName,
  ],
  persistentvolumeclaims: ({ metadata, spec }) =>
    (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => [
      persistentVolumeClaim?.claimName,
      ...(ephemeral === undefined ? [] : [`${metadata.name ?? ''}-${name}`]),
    ]),
  configmaps: (pod) => [
    ...(pod.spec?.volumes ?? []).flatMap(({ configMap, projected }) => [
      configMap?.name,
      ...(projected?.sources ?? []).map((source) => source.configMap?.name),
    ]),
    ...containersOf(pod).flatMap(({ env, envFrom }) => [
      ...(env ?? []).map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
      ...(envFrom ?? []).map(({ configMapRef }) => configMapRef?.name),
    ]),
  ],
  secrets: (pod) => [
    ...(pod.spec?.imagePullSecrets ?? []).map(({ name }) => name),
    ...(pod.spec?.volumes ?? []).flatMap((volume) => [
      volume.secret?.secretName,
      ...(volume.projected?.sources ?? []).map((source) => source.secret?.name),
      ...REMOTE.map((type) => (volume as Remote)[type]?.secretRef?.name),
      volume.azureFile?.secretName,
      volume.csi?.nodePublishSecretRef?.name,
    ]),
    ...containersOf(pod).flatMap(({ env, envFrom }) => [
      ...(env ?? []).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
      ...(envFrom ?? []).map(({ secretRef }) => secretRef?.name),
    ]),
  ],
};

/** Volumes that name the secret of their login alike. */
const REMOTE = ['cephfs', 'cinder', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'] as const;
type Remote = Readonly<Partial<Record<(typeof REMOTE)[number], { secretRef?: { name?: string } }>>>;

const containersOf = ({ spec }: Pod): Container[] => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
  ...((spec?.ephemeralContainers ?? []) as unknown as Container[]),
];
