import type { LimitRange, Namespace, PriorityClass, RuntimeClass, ServiceAccount, StorageClass } from '../../api/generated/types.ts';
import type { Store } from '../../etcd/store.ts';
import type { Random } from '../../sim/random.ts';
import type { AdmissionPlugin } from './admission.ts';
import { certificateRequester } from './certificate-requester.ts';
import { claimResize } from './claim-resize.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUseProtection } from './storage-object-in-use.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';

/** The plugins that are on by default, in the order of kube-apiserver. They look things up in etcd: their informers never lag here. */
export function admissionPlugins(store: Store, chance: Random): readonly AdmissionPlugin[] {
  const get = <T>(key: string): T | undefined => store.get<T>(`/registry/${key}`)?.value;
  const list = <T>(prefix: string): T[] => store.range(`/registry/${prefix}/`, `/registry/${prefix}/\uffff`).kvs.map((kv) => kv.value as T);
  return [
    namespaceLifecycle((name) => get<Namespace>(`namespaces/${name}`)),
    taintNodesByCondition,
    limitRanger((namespace) => list<LimitRange>(`limitranges/${namespace}`)),
    serviceAccount((namespace, name) => get<ServiceAccount>(`serviceaccounts/${namespace}/${name}`), chance),
    priority({
      get: (name) => get<PriorityClass>(`priorityclasses/${name}`),
      list: () => list<PriorityClass>('priorityclasses'),
    }),
    defaultTolerationSeconds,
    defaultStorageClass(() => list<StorageClass>('storageclasses')),
    storageObjectInUseProtection,
    certificateRequester,
    claimResize((name) => get<StorageClass>(`storageclasses/${name}`)),
    runtimeClass((name) => get<RuntimeClass>(`runtimeclasses/${name}`)),
  ];
}
