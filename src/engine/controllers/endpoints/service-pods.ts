import type { Container, Pod, Service, ServicePort } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import type { Requirement } from '../../api/requirement.ts';
import type { Informers } from '../informers.ts';
import { isPodReady, isPodTerminal } from '../pod-state.ts';
import { selectedPods } from '../selected-pods.ts';
import { sameMeaning } from '../semantic.ts';

/** Virtual ms of one sync of a Service's endpoints: changes of many pods at once come to few writes, as upstream. */
export const SYNC_TAKES = 10;

/** The Services of the pod's namespace that select it, as keys. */
export function servicesOf(informers: Informers, pod: Pod): string[] {
  const labels = pod.metadata.labels ?? {};
  return informers.services
    .by('namespace', pod.metadata.namespace ?? '')
    .filter(({ spec }) => spec?.selector !== undefined && selects(spec.selector, labels))
    .map(keyOf);
}

/** The pods that a Service selects. */
export function podsOf(informers: Informers, service: Service): Pod[] {
  const pairs = Object.entries(service.spec?.selector ?? {});
  const requirements = pairs.map(([key, value]): Requirement => ({ key, operator: '=', values: [value] }));
  return requirements.length === 0 ? [] : selectedPods(informers, service.metadata.namespace ?? '', requirements);
}

function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value);
}

/** Has an address and a future. */
export function belongsInEndpoints(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod) || (pod.status?.podIP ?? '') === '') return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** Something changed that endpoints show (podEndpointsChanged). */
export function endpointsChanged(pod: Pod, old: Pod): boolean {
  return (
    (pod.metadata.deletionTimestamp === undefined) !== (old.metadata.deletionTimestamp === undefined) ||
    isPodReady(pod) !== isPodReady(old) ||
    isPodTerminal(pod) !== isPodTerminal(old) ||
    pod.status?.podIP !== old.status?.podIP ||
    !sameMeaning(pod.status?.podIPs, old.status?.podIPs) ||
    pod.spec?.nodeName !== old.spec?.nodeName ||
    pod.spec?.hostname !== old.spec?.hostname ||
    pod.spec?.subdomain !== old.spec?.subdomain
  );
}

/** The container port that a Service's port leads to: a number as it is, a name as the pod's containers declare it. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === 'number') return target === 0 ? port.port : target;
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const containers: Container[] = [...(pod.spec?.containers ?? []), ...sidecars];
  for (const { ports = [] } of containers) {
    const found = ports.find(({ name, protocol = 'TCP' }) => name === target && protocol === (port.protocol ?? 'TCP'));
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None';
}

/** A pod of a headless Service has a name of its own in DNS if it says so. */
export function hostnameFor(service: Service, pod: Pod): string | undefined {
  const { hostname = '', subdomain = '' } = pod.spec ?? {};
  return hostname !== '' && subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace
    ? hostname
    : undefined;
}
