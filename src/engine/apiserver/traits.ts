import type { Kind } from '../api/kind.ts';

/**
 * Facts about how the registry of a kind behaves that `Kind` has no field for. Upstream these are methods of each
 * resource's strategy and store (`AllowCreateOnUpdate`, `AllowUnconditionalUpdate`, `ReturnDeletedObject`,
 * `DefaultGarbageCollectionPolicy`, `TTLFunc`).
 */

const CREATE_ON_UPDATE = new Set([
  'services',
  'endpoints',
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'limitranges',
  'roles.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'runtimeclasses.node.k8s.io',
  'csistoragecapacities.storage.k8s.io',
]);
const NEEDS_VERSION = new Set([
  'leases.coordination.k8s.io', 'poddisruptionbudgets.policy', 'runtimeclasses.node.k8s.io', 'csidrivers.storage.k8s.io', 'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io', 'volumeattachments.storage.k8s.io', 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io', 'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io', 'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io', 'customresourcedefinitions.apiextensions.k8s.io', 'apiservices.apiregistration.k8s.io',
]); // prettier-ignore
const RETURNS_DELETED = new Set([
  'pods',
  'services',
  'serviceaccounts',
  'namespaces',
  'podtemplates',
  'persistentvolumes',
  'persistentvolumeclaims',
  'resourcequotas',
  'storageclasses.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'resourceclaims.resource.k8s.io',
  'resourceclaimtemplates.resource.k8s.io',
  'deviceclasses.resource.k8s.io',
  'resourceslices.resource.k8s.io',
]);
const WITHOUT_DEPENDENTS = new Set(['events', 'events.events.k8s.io']);
// Allocatable follows capacity, and both are quantities.
const DEFAULTED_STATUS = new Set(['nodes']);
// --event-ttl of kube-apiserver.
const EVENT_TTL = 3600;

// Prerelease-lifecycle tags of the API types: every request for one carries the warning.
const DEPRECATED: Readonly<Record<string, string>> = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
};

const key = (kind: Kind): string => (kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`);

/** A PUT to a name that does not exist creates it. */
export const createsOnUpdate = (kind: Kind): boolean => CREATE_ON_UPDATE.has(key(kind));
/** A PUT has to name the version it replaces. */
export const needsVersion = (kind: Kind): boolean => NEEDS_VERSION.has(key(kind));
/** A DELETE answers with the object rather than a Status. */
export const returnsDeleted = (kind: Kind): boolean => RETURNS_DELETED.has(key(kind));
/** Deletion knows no propagation. */
export const withoutDependents = (kind: Kind): boolean => WITHOUT_DEPENDENTS.has(key(kind));
/** Seconds after which an object goes by itself. */
export const timeToLive = (kind: Kind): number | undefined => (kind.resource === 'events' ? EVENT_TTL : undefined);
/** What callers are told who still use the resource. */
export const deprecation = (kind: Kind): string | undefined => kind.custom?.deprecation ?? DEPRECATED[key(kind)];
/** A status that a component writes needs defaults, as the rest of an object does. */
export const defaultsStatus = (kind: Kind): boolean => DEFAULTED_STATUS.has(key(kind));
