import type { Kind } from '../kind.ts';
import { apiService } from './apiservice.ts';
import { certificateSigningRequest } from './certificatesigningrequest.ts';
import { clusterRole } from './clusterrole.ts';
import { clusterRoleBinding } from './clusterrolebinding.ts';
import { configMap } from './configmap.ts';
import { controllerRevision } from './controllerrevision.ts';
import { cronJob } from './cronjob.ts';
import { csiDriver } from './csidriver.ts';
import { csiNode } from './csinode.ts';
import { csiStorageCapacity } from './csistoragecapacity.ts';
import { customResourceDefinition } from './customresourcedefinition.ts';
import { daemonSet } from './daemonset.ts';
import { deployment } from './deployment.ts';
import { deviceClass } from './deviceclass.ts';
import { endpoints } from './endpoints.ts';
import { endpointSlice } from './endpointslice.ts';
import { event } from './event.ts';
import { eventV1 } from './event-v1.ts';
import { flowSchema } from './flowschema.ts';
import { horizontalPodAutoscaler } from './horizontalpodautoscaler.ts';
import { horizontalPodAutoscalerV1 } from './horizontalpodautoscaler-v1.ts';
import { ingress } from './ingress.ts';
import { ingressClass } from './ingressclass.ts';
import { ipAddress } from './ipaddress.ts';
import { job } from './job.ts';
import { lease } from './lease.ts';
import { limitRange } from './limitrange.ts';
import { mutatingAdmissionPolicy } from './mutatingadmissionpolicy.ts';
import { mutatingAdmissionPolicyBinding } from './mutatingadmissionpolicybinding.ts';
import { mutatingWebhookConfiguration } from './mutatingwebhookconfiguration.ts';
import { namespace } from './namespace.ts';
import { networkPolicy } from './networkpolicy.ts';
import { node } from './node.ts';
import { persistentVolume } from './persistentvolume.ts';
import { persistentVolumeClaim } from './persistentvolumeclaim.ts';
import { pod } from './pod.ts';
import { podDisruptionBudget } from './poddisruptionbudget.ts';
import { podTemplate } from './podtemplate.ts';
import { priorityClass } from './priorityclass.ts';
import { priorityLevelConfiguration } from './prioritylevelconfiguration.ts';
import { replicaSet } from './replicaset.ts';
import { replicationController } from './replicationcontroller.ts';
import { resourceClaim } from './resourceclaim.ts';
import { resourceClaimTemplate } from './resourceclaimtemplate.ts';
import { resourceQuota } from './resourcequota.ts';
import { resourceSlice } from './resourceslice.ts';
import { role } from './role.ts';
import { roleBinding } from './rolebinding.ts';
import { runtimeClass } from './runtimeclass.ts';
import { secret } from './secret.ts';
import { service } from './service.ts';
import { serviceAccount } from './serviceaccount.ts';
import { serviceCIDR } from './servicecidr.ts';
import { statefulSet } from './statefulset.ts';
import { storageClass } from './storageclass.ts';
import { validatingAdmissionPolicy } from './validatingadmissionpolicy.ts';
import { validatingAdmissionPolicyBinding } from './validatingadmissionpolicybinding.ts';
import { validatingWebhookConfiguration } from './validatingwebhookconfiguration.ts';
import { volumeAttachment } from './volumeattachment.ts';
import { volumeAttributesClass } from './volumeattributesclass.ts';

/** Every kind that is built in. */
export const KINDS: readonly Kind[] = [
  configMap,
  endpoints,
  event,
  namespace,
  node,
  pod,
  secret,
  serviceAccount,
  service,
  controllerRevision,
  deployment,
  replicaSet,
  lease,
  endpointSlice,
  eventV1,
  apiService,
  certificateSigningRequest,
  clusterRole,
  clusterRoleBinding,
  cronJob,
  csiDriver,
  csiNode,
  csiStorageCapacity,
  customResourceDefinition,
  daemonSet,
  deviceClass,
  flowSchema,
  horizontalPodAutoscaler,
  horizontalPodAutoscalerV1,
  ingress,
  ingressClass,
  ipAddress,
  job,
  limitRange,
  mutatingAdmissionPolicy,
  mutatingAdmissionPolicyBinding,
  mutatingWebhookConfiguration,
  networkPolicy,
  persistentVolume,
  persistentVolumeClaim,
  podDisruptionBudget,
  podTemplate,
  priorityClass,
  priorityLevelConfiguration,
  replicationController,
  resourceClaim,
  resourceClaimTemplate,
  resourceQuota,
  resourceSlice,
  role,
  roleBinding,
  runtimeClass,
  serviceCIDR,
  statefulSet,
  storageClass,
  validatingAdmissionPolicy,
  validatingAdmissionPolicyBinding,
  validatingWebhookConfiguration,
  volumeAttachment,
  volumeAttributesClass,
];
