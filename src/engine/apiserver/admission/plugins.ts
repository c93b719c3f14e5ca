import type {
  IngressClass,
  LimitRange,
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  MutatingWebhookConfiguration,
  Namespace,
  Node,
  Pod,
  PriorityClass,
  ResourceQuota,
  RuntimeClass,
  ServiceAccount,
  StorageClass,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../api/generated/types.ts';
import { apiVersion, type Kind } from '../../api/kind.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Store } from '../../etcd/store.ts';
import type { Random } from '../../sim/random.ts';
import { freeze } from '../values.ts';
import type { Outbound } from '../outbound.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import type { ServedKinds } from '../extensions/served-kinds.ts';
import { storagePrefix } from '../route.ts';
import type { AdmissionPlugin } from './admission.ts';
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './certificates.ts';
import { claimResize } from './claim-resize.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeRestriction } from './node-restriction.ts';
import { podSecurity } from './pod-security/pod-security.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import { validatingAdmissionPolicy } from './validating-admission-policy.ts';
import { mutatingAdmissionPolicy } from './mutating-admission-policy.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

const MOST_KEPT = 64;
const MOST_PREFIXES = 256;

/** The plugins that are on by default, in the order of kube-apiserver. They look things up in etcd: their informers never lag here. */
export function admissionPlugins(
  store: Store,
  chance: Random,
  authorizer: Authorizer,
  served: ServedKinds,
  outbound: Outbound,
): readonly AdmissionPlugin[] {
  const get = <T>(key: string): T | undefined => store.get<T>(`/registry/${key}`)?.value;
  const kept = new Map<string, { readonly at: number; readonly values: readonly unknown[] }>();
  // Most of these lists are short or empty, hardly ever change, and are looked at for every write.
  const list = <T>(prefix: string): T[] => {
    const slash = prefix.indexOf('/');
    const at = store.changedAt(slash < 0 ? prefix : prefix.slice(0, slash));
    const known = kept.get(prefix);
    if (known !== undefined && known.at === at) return known.values as T[];
    const values = store.range(`/registry/${prefix}/`, `/registry/${prefix}/\uffff`).kvs.map((kv) => kv.value as T);
    // What is long is not kept: pods, for the few who list them.
    if (values.length <= MOST_KEPT) {
      if (kept.size >= MOST_PREFIXES) kept.clear();
      kept.set(prefix, { at, values });
    }
    return values;
  };
  const calling = { outbound, store, chance: chance.fork('webhooks') };
  const looks = {
    authorizer,
    namespace: (name: string) => get<Namespace>(`namespaces/${name}`),
    equivalents: (kind: Kind) => served.equivalents(kind),
    parameters: (version: string, name: string) => {
      const kind = served.all.find((one) => one.kind === name && apiVersion(one) === version);
      if (kind === undefined) return undefined;
      return { namespaced: kind.namespaced, objects: list<ApiObject>(storagePrefix(kind).slice('/registry/'.length, -1)) };
    },
  };
  return [
    namespaceLifecycle(looks.namespace),
    limitRanger((namespace) => list<LimitRange>(`limitranges/${namespace}`)),
    serviceAccount((namespace, name) => get<ServiceAccount>(`serviceaccounts/${namespace}/${name}`), chance),
    nodeRestriction({ node: (name) => get<Node>(`minions/${name}`), pod: (namespace, name) => get<Pod>(`pods/${namespace}/${name}`) }),
    taintNodesByCondition,
    podSecurity({ namespace: looks.namespace, pods: (namespace) => list<Pod>(`pods/${namespace}`) }),
    priority({
      get: (name) => get<PriorityClass>(`priorityclasses/${name}`),
      list: () => list<PriorityClass>('priorityclasses'),
    }),
    defaultTolerationSeconds,
    defaultStorageClass(() => list<StorageClass>('storageclasses')),
    storageObjectInUseProtection,
    claimResize((name) => get<StorageClass>(`storageclasses/${name}`)),
    runtimeClass((name) => get<RuntimeClass>(`runtimeclasses/${name}`)),
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    certificateSubjectRestriction,
    defaultIngressClass(() => list<IngressClass>('ingressclasses')),
    mutatingAdmissionPolicy(
      {
        ...looks,
        policies: () => list<MutatingAdmissionPolicy>('mutatingadmissionpolicies'),
        bindings: () => list<MutatingAdmissionPolicyBinding>('mutatingadmissionpolicybindings'),
      },
      authorizer,
    ),
    mutatingWebhooks(() => list<MutatingWebhookConfiguration>('mutatingwebhookconfigurations'), calling, looks),
    validatingAdmissionPolicy(
      {
        ...looks,
        policies: () => list<ValidatingAdmissionPolicy>('validatingadmissionpolicies'),
        bindings: () => list<ValidatingAdmissionPolicyBinding>('validatingadmissionpolicybindings'),
      },
      authorizer,
    ),
    validatingWebhooks(() => list<ValidatingWebhookConfiguration>('validatingwebhookconfigurations'), calling, looks),
    resourceQuota({
      of: (namespace) => list<ResourceQuota>(`resourcequotas/${namespace}`),
      use: (quota, used) => {
        const metadata = { ...quota.metadata, resourceVersion: String(store.revision + 1) };
        const booked = freeze({ ...quota, metadata, status: { ...quota.status, used } });
        store.put(`/registry/resourcequotas/${quota.metadata.namespace}/${quota.metadata.name}`, booked);
      },
    }),
  ];
}
