import { failure, forbidden, notFound } from '../../api/errors.ts';
import type { Namespace } from '../../api/generated/types.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

/** Nothing new in a namespace that is missing or going; the first namespaces cannot be deleted. */
export function namespaceLifecycle(namespaceOf: (name: string) => Namespace | undefined): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    admit(operation: Operation): void {
      const { verb, kind, namespace, name } = operation;
      const isNamespace = kind.resource === 'namespaces' && kind.group === '';
      if (verb === 'delete') {
        if (isNamespace && IMMORTAL.has(name))
          throw forbidden({ group: '', resource: 'namespaces', name }, 'this namespace may not be deleted');
        return;
      }
      if (isNamespace || !kind.namespaced || kind.verbs.length === 0) return;
      const found = namespaceOf(namespace);
      if (found === undefined) throw notFound({ group: '', resource: 'namespaces', name: namespace });
      if (verb !== 'create' || found.status?.phase !== 'Terminating') return;
      const refusal = refuse(operation, `unable to create new content in namespace ${namespace} because it is being terminated`);
      throw failure(403, 'Forbidden', refusal.message, {
        name: operation.name || operation.object?.metadata.name || operation.object?.metadata.generateName || 'Unknown',
        ...(kind.group === '' ? {} : { group: kind.group }),
        kind: kind.resource,
        causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
      });
    },
  };
}
