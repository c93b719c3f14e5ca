import { ClusterRoleAggregation } from './clusterrole-aggregation.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { CertificateApproving } from './csr-approving.ts';
import { CertificateCleaner } from './csr-cleaner.ts';
import { CertificateSigning } from './csr-signing.ts';
import { CronJobController } from './cronjob/cronjob.ts';
import { DaemonSetController } from './daemonset/daemonset.ts';
import { DeploymentController } from './deployment/deployment.ts';
import { DeviceTaintEvictionController } from './device-taint-eviction/device-taint-eviction.ts';
import { DisruptionController } from './disruption/disruption.ts';
import { EndpointsController } from './endpoints/endpoints.ts';
import { EndpointSliceMirroringController } from './endpoints/endpointslice-mirroring.ts';
import { EndpointSliceController } from './endpoints/endpointslice.ts';
import { GarbageCollector } from './garbage-collector/garbage-collector.ts';
import { HorizontalPodAutoscalerController } from './horizontal-pod-autoscaler/horizontal-pod-autoscaler.ts';
import { JobController } from './job/job.ts';
import { NamespaceController } from './namespace/namespace.ts';
import { RootCaPublisher } from './namespace/root-ca.ts';
import { ServiceAccountController } from './namespace/service-account.ts';
import { NodeIpamController } from './node/node-ipam.ts';
import { NodeLifecycleController } from './node/node-lifecycle.ts';
import { PodGarbageCollector } from './node/pod-gc.ts';
import { TaintEvictionController } from './node/taint-eviction.ts';
import { ReplicaSetController } from './replicaset/replicaset.ts';
import { ReplicationManager } from './replication-controller.ts';
import { ServiceAccountTokens } from './serviceaccount-token.ts';
import { StatefulSetController } from './statefulset/statefulset.ts';
import { ResourceClaimController } from './resourceclaim/resourceclaim.ts';
import { ResourceQuotaController } from './resourcequota/resourcequota.ts';
import { TokenCleaner } from './token-cleaner.ts';
import { TTLAfterFinished } from './ttl-after-finished.ts';
import { EphemeralVolumeController } from './ephemeral-volume/ephemeral-volume.ts';
import { PersistentVolumeBinder } from './persistentvolume-binder/persistentvolume-binder.ts';
import { PvProtection } from './pv-protection/pv-protection.ts';
import { PvcProtection } from './pvc-protection/pvc-protection.ts';
import { VolumeExpandController } from './volume-expand/volume-expand.ts';
import { AttachDetachController } from './attach-detach/attach-detach.ts';

/** All controllers under their names in `--controllers`. They are started in this order. */
export const CONTROLLERS = {
  'serviceaccount-token-controller': ServiceAccountTokens,
  'serviceaccount-controller': ServiceAccountController,
  'root-ca-certificate-publisher-controller': RootCaPublisher,
  'node-ipam-controller': NodeIpamController,
  'node-lifecycle-controller': NodeLifecycleController,
  'taint-eviction-controller': TaintEvictionController,
  'endpoints-controller': EndpointsController,
  'endpointslice-controller': EndpointSliceController,
  'endpointslice-mirroring-controller': EndpointSliceMirroringController,
  'daemonset-controller': DaemonSetController,
  'deployment-controller': DeploymentController,
  'replicaset-controller': ReplicaSetController,
  'replicationcontroller-controller': ReplicationManager,
  'statefulset-controller': StatefulSetController,
  'job-controller': JobController,
  'cronjob-controller': CronJobController,
  'ttl-after-finished-controller': TTLAfterFinished,
  'pod-garbage-collector-controller': PodGarbageCollector,
  'resourcequota-controller': ResourceQuotaController,
  'disruption-controller': DisruptionController,
  'horizontal-pod-autoscaler-controller': HorizontalPodAutoscalerController,
  'clusterrole-aggregation-controller': ClusterRoleAggregation,
  'certificatesigningrequest-approving-controller': CertificateApproving,
  'certificatesigningrequest-signing-controller': CertificateSigning,
  'certificatesigningrequest-cleaner-controller': CertificateCleaner,
  'namespace-controller': NamespaceController,
  'garbage-collector-controller': GarbageCollector,
  'persistentvolume-binder-controller': PersistentVolumeBinder,
  'persistentvolume-attach-detach-controller': AttachDetachController,
  'persistentvolume-expander-controller': VolumeExpandController,
  'persistentvolumeclaim-protection-controller': PvcProtection,
  'persistentvolume-protection-controller': PvProtection,
  'ephemeral-volume-controller': EphemeralVolumeController,
  'resourceclaim-controller': ResourceClaimController,
  'device-taint-eviction-controller': DeviceTaintEvictionController,
  'token-cleaner-controller': TokenCleaner,
} as const satisfies Record<string, new (context: ControllerContext) => Controller>;

export type ControllerName = keyof typeof CONTROLLERS;
