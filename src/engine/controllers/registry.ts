import { ClusterRoleAggregation } from './clusterrole-aggregation.ts';
import type { Controller, ControllerContext } from './controller.ts';
import { CertificateApproving } from './csr-approving.ts';
import { CertificateCleaner } from './csr-cleaner.ts';
import { CertificateSigning } from './csr-signing.ts';
import { DeploymentController } from './deployment/deployment.ts';
import { EndpointsController } from './endpoints/endpoints.ts';
import { EndpointSliceController } from './endpoints/endpointslice.ts';
import { GarbageCollector } from './garbage-collector/garbage-collector.ts';
import { NamespaceController } from './namespace/namespace.ts';
import { RootCaPublisher } from './namespace/root-ca.ts';
import { ServiceAccountController } from './namespace/service-account.ts';
import { NodeIpamController } from './node/node-ipam.ts';
import { NodeLifecycleController } from './node/node-lifecycle.ts';
import { PodGarbageCollector } from './node/pod-gc.ts';
import { TaintEvictionController } from './node/taint-eviction.ts';
import { ReplicaSetController } from './replicaset/replicaset.ts';
import { ServiceAccountTokens } from './serviceaccount-token.ts';
import { ResourceQuotaController } from './resourcequota/resourcequota.ts';

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
  'deployment-controller': DeploymentController,
  'replicaset-controller': ReplicaSetController,
  'pod-garbage-collector-controller': PodGarbageCollector,
  'resourcequota-controller': ResourceQuotaController,
  'clusterrole-aggregation-controller': ClusterRoleAggregation,
  'certificatesigningrequest-approving-controller': CertificateApproving,
  'certificatesigningrequest-signing-controller': CertificateSigning,
  'certificatesigningrequest-cleaner-controller': CertificateCleaner,
  'namespace-controller': NamespaceController,
  'garbage-collector-controller': GarbageCollector,
} as const satisfies Record<string, new (context: ControllerContext) => Controller>;

export type ControllerName = keyof typeof CONTROLLERS;
