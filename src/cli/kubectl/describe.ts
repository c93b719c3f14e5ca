import type { Task } from '../../engine/os/task.ts';
import { describeDeployment, describeReplicaSet, describeReplicationController } from './describe/workloads.ts';
import {
  describeConfigMap,
  describeEndpointSlice,
  describeNamespace,
  describeSecret,
  describeService,
  describeServiceAccount,
} from './describe/others.ts';
import { describeIPAddress, describeServiceCIDR } from './describe/addresses.ts';
import { describeHorizontalPodAutoscaler } from './describe/autoscaling.ts';
import { describeCronJob, describeJob } from './describe/batch.ts';
import { describeCertificateRequest } from './describe/certificate-request.ts';
import { describeGeneric } from './describe/generic.ts';
import { describeEndpoints, describeIngress, describeIngressClass, describeNetworkPolicy } from './describe/network.ts';
import { describeLimitRange, describePodDisruptionBudget, describePriorityClass, describeResourceQuota } from './describe/policy.ts';
import { describeRole, describeRoleBinding } from './describe/rbac.ts';
import { describeDaemonSet, describeStatefulSet } from './describe/sets.ts';
import {
  describeCSINode,
  describePersistentVolume,
  describePersistentVolumeClaim,
  describeStorageClass,
  describeVolumeAttributesClass,
} from './describe/storage.ts';
import { describeNode } from './describe/node.ts';
import { describePod } from './describe/pod.ts';
import { tabbed } from './describe/lines.ts';
import type { Describer } from './describe/describer.ts';
import { isBuiltIn } from './built-in.ts';
import { CommandError, isReason, throwAll } from './errors.ts';
import { eventsAbout, eventsText } from './event-list.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { FILE_FLAGS, fetchList, fetchOne, infoOf, itemsOf, namespaceFor, parseTargets } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { text } from './values.ts';

export const DESCRIBE_FLAGS = `${FILE_FLAGS} l/selector:string A/all-namespaces:bool show-events:bool=true chunk-size:int=500`;

const DESCRIBERS: Readonly<Record<string, Describer>> = {
  Pod: describePod,
  Node: describeNode,
  Deployment: describeDeployment,
  ReplicaSet: describeReplicaSet,
  ReplicationController: describeReplicationController,
  Service: describeService,
  Namespace: describeNamespace,
  EndpointSlice: describeEndpointSlice,
  ConfigMap: describeConfigMap,
  Secret: describeSecret,
  ServiceAccount: describeServiceAccount,
  DaemonSet: describeDaemonSet,
  StatefulSet: describeStatefulSet,
  Job: describeJob,
  CronJob: describeCronJob,
  HorizontalPodAutoscaler: describeHorizontalPodAutoscaler,
  Endpoints: describeEndpoints,
  Ingress: describeIngress,
  IngressClass: describeIngressClass,
  NetworkPolicy: describeNetworkPolicy,
  ResourceQuota: describeResourceQuota,
  LimitRange: describeLimitRange,
  PodDisruptionBudget: describePodDisruptionBudget,
  PriorityClass: describePriorityClass,
  Role: describeRole,
  ClusterRole: describeRole,
  RoleBinding: describeRoleBinding,
  ClusterRoleBinding: describeRoleBinding,
  PersistentVolume: describePersistentVolume,
  PersistentVolumeClaim: describePersistentVolumeClaim,
  StorageClass: describeStorageClass,
  VolumeAttributesClass: describeVolumeAttributesClass,
  CSINode: describeCSINode,
  CertificateSigningRequest: describeCertificateRequest,
  ServiceCIDR: describeServiceCIDR,
  IPAddress: describeIPAddress,
};

/** Kinds whose description ends without events. */
const WITHOUT_EVENTS = new Set([
  'Secret', 'Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding',
]); // prettier-ignore

export function* describe(session: Session): Task<number> {
  const { flags } = session;
  const files = manifestSources(session);
  if (flags.args.length === 0 && files.length === 0)
    throw new CommandError(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  const options = { labelSelector: flags.string('selector'), allNamespaces: flags.bool('all-namespaces'), everything: true };
  const found: Info[] = [];
  const errors: unknown[] = [];
  if (files.length > 0) {
    yield* visitManifests(session, { files, recursive: flags.bool('recursive'), validate: false }, function* (info) {
      found.push(infoOf(info.mapping, yield* fetchOne(session, info.mapping, info.name)));
    });
  } else {
    for (const { mapping, name } of yield* parseTargets(session, flags.args, options)) {
      try {
        if (name === undefined)
          found.push(...itemsOf(yield* fetchList(session, mapping, options), mapping).map((each) => infoOf(mapping, each)));
        else found.push(infoOf(mapping, yield* fetchOne(session, mapping, name)));
      } catch (error) {
        errors.push(error);
      }
    }
  }
  // Behind one type, one name may be the beginning of several.
  const close = flags.args.length === 2 && errors.some((error) => isReason(error, 'NotFound')) ? yield* prefixed(session) : [];
  // Many objects: events only where asked for, each would be a request.
  const withEvents = flags.bool('show-events') && ((found.length === 1 && errors.length === 0) || flags.has('show-events'));
  if (close.length > 0) {
    for (const info of close) yield* session.out(`${yield* described(session, info, withEvents)}\n`);
    return 0;
  }
  let first = true;
  for (const info of found) {
    yield* session.out(`${first ? '' : '\n\n'}${yield* described(session, info, withEvents)}`);
    first = false;
  }
  if (found.length === 0 && errors.length === 0) {
    yield* session.err(options.allNamespaces ? 'No resources found\n' : `No resources found in ${session.namespace} namespace.\n`);
  }
  throwAll(errors);
  return 0;
}

function* described(session: Session, info: Info, withEvents: boolean): Task<string> {
  // A custom resource may have a known kind's name.
  const describer = (isBuiltIn(info.mapping.group) ? DESCRIBERS[info.mapping.kind] : undefined) ?? describeGeneric;
  const lines = yield* describer(session, info);
  if (withEvents && !WITHOUT_EVENTS.has(info.mapping.kind))
    lines.text += eventsText(yield* eventsAbout(session, { ...info.object, kind: info.mapping.kind }), session.process.now());
  return tabbed(lines);
}

/** `describe TYPE PREFIX`. */
function* prefixed(session: Session): Task<Info[]> {
  const [type = '', prefix = ''] = session.flags.args;
  const [target, ...others] = yield* parseTargets(session, [type], { everything: true });
  if (target === undefined || others.length > 0) throw new CommandError('you may only specify a single resource type');
  const { mapping } = target;
  const all = itemsOf(yield* fetchList(session, mapping, { allNamespaces: namespaceFor(session, mapping) === undefined }), mapping);
  return all.filter((each) => text(each, 'metadata', 'name').startsWith(prefix)).map((each) => infoOf(mapping, each));
}
