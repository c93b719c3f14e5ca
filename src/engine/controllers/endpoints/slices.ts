import type { DiscoveryEndpointPort, Endpoint, EndpointSlice, Service } from '../../api/generated/types.ts';
import { newControllerRef } from '../controller-ref.ts';
import { canonical, sameMeaning } from '../semantic.ts';
import { isHeadless } from './service-pods.ts';
import { TRIGGER_TIME } from './trigger-time.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const CONTROLLER_NAME = 'endpointslice-controller.k8s.io';
const HEADLESS = 'service.kubernetes.io/headless';
// kube-controller-manager's --max-endpoints-per-slice.
const MAX_PER_SLICE = 100;

/** Endpoints that share their ports. */
export interface Desired {
  readonly addressType: string;
  readonly ports: readonly DiscoveryEndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

export interface Changes {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly remove: EndpointSlice[];
}

/**
 * The writes that bring a Service's slices in line (endpointslice reconciler): endpoints stay in the slice they are in,
 * new ones fill slices that change anyway, then the fullest that takes them all, and only then new slices.
 */
export function reconcileSlices(
  service: Service,
  existing: readonly EndpointSlice[],
  desired: readonly Desired[],
  trigger: string | undefined,
): Changes {
  const changes: Changes = { create: [], update: [], remove: [] };
  const wanted = new Map(desired.map((group) => [portsKey(group.addressType, group.ports), group]));
  const existingByPorts = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.addressType, slice.ports ?? []);
    if (!wanted.has(key)) changes.remove.push(slice);
    else existingByPorts.set(key, [...(existingByPorts.get(key) ?? []), slice]);
  }
  for (const [key, group] of wanted) fill(service, existingByPorts.get(key) ?? [], group, trigger, changes);

  const left = existing.length - changes.remove.length + changes.create.length;
  // A Service without endpoints keeps one empty slice, so that consumers know it has been looked at.
  if (left === 0) {
    const placeholder = newSlice(service, { addressType: addressTypeOf(service), ports: [], endpoints: [] }, [], trigger);
    const reused = changes.remove.find((slice) => (slice.endpoints ?? []).length === 0 && (slice.ports ?? []).length === 0);
    if (reused === undefined) changes.create.push(placeholder);
    else changes.remove.splice(changes.remove.indexOf(reused), 1);
  }
  reuse(changes);
  return changes;
}

/** A slice to be made takes the place of one to be deleted, so that watchers see one change instead of two. */
export function reuse({ create, update, remove }: Changes): void {
  for (let i = 0; i < remove.length && create.length > 0;) {
    const old = remove[i] as EndpointSlice;
    const last = create.at(-1) as EndpointSlice;
    if (old.addressType !== last.addressType || old.metadata.ownerReferences?.[0]?.uid !== last.metadata.ownerReferences?.[0]?.uid) {
      i++;
      continue;
    }
    create.pop();
    remove.splice(i, 1);
    const { annotations: _old, ...metadata } = old.metadata;
    const { labels = {}, annotations } = last.metadata;
    update.push({ ...last, metadata: { ...metadata, labels, ...(annotations === undefined ? {} : { annotations }) } });
  }
}

export function addressTypeOf(service: Service): string {
  return service.spec?.ipFamilies?.[0] ?? 'IPv4';
}

function fill(service: Service, slices: readonly EndpointSlice[], group: Desired, trigger: string | undefined, changes: Changes): void {
  const missing = new Map(group.endpoints.map((endpoint) => [identity(endpoint), endpoint]));
  const untouched: EndpointSlice[] = [];
  const touched: { slice: EndpointSlice; endpoints: Endpoint[] }[] = [];
  for (const slice of slices) {
    const kept: Endpoint[] = [];
    let changed = !sameMeaning(slice.metadata.labels, labelsOf(service));
    for (const endpoint of slice.endpoints ?? []) {
      const want = missing.get(identity(endpoint));
      if (want === undefined) {
        changed = true;
        continue;
      }
      missing.delete(identity(endpoint));
      if (!sameMeaning(want, endpoint)) changed = true;
      kept.push(want);
    }
    if (!changed) untouched.push(slice);
    else if (kept.length === 0 && (slice.endpoints ?? []).length > 0 && missing.size === 0 && slices.length > 1) changes.remove.push(slice);
    else touched.push({ slice, endpoints: kept });
  }

  const rest = [...missing.values()];
  // Slices that are written anyway take what they can, the fullest first.
  touched.sort((a, b) => b.endpoints.length - a.endpoints.length);
  for (const { endpoints } of touched) endpoints.push(...rest.splice(0, Math.max(0, MAX_PER_SLICE - endpoints.length)));
  while (rest.length > 0) {
    const fits = untouched.filter((slice) => (slice.endpoints ?? []).length + rest.length <= MAX_PER_SLICE);
    const fullest = fits.sort((a, b) => (b.endpoints ?? []).length - (a.endpoints ?? []).length)[0];
    if (rest.length < MAX_PER_SLICE && fullest !== undefined) {
      untouched.splice(untouched.indexOf(fullest), 1);
      touched.push({ slice: fullest, endpoints: [...(fullest.endpoints ?? []), ...rest.splice(0)] });
    } else changes.create.push(newSlice(service, group, rest.splice(0, MAX_PER_SLICE), trigger));
  }

  for (const { slice, endpoints } of touched) {
    if (endpoints.length === 0) changes.remove.push(slice);
    else changes.update.push({ ...slice, metadata: metadataOf(service, slice, trigger), ports: [...group.ports], endpoints });
  }
}

function newSlice(service: Service, group: Desired, endpoints: Endpoint[], trigger: string | undefined): EndpointSlice {
  const { namespace, name = '' } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: labelsOf(service),
      ...(trigger === undefined ? {} : { annotations: { [TRIGGER_TIME]: trigger } }),
      // The reconciler knows the Service's kind although objects from a cache may not.
      ownerReferences: [newControllerRef({ ...service, apiVersion: 'v1', kind: 'Service' })],
    },
    addressType: group.addressType,
    endpoints,
    ports: [...group.ports],
  };
}

function metadataOf(service: Service, slice: EndpointSlice, trigger: string | undefined): EndpointSlice['metadata'] {
  const { [TRIGGER_TIME]: _old, ...annotations } = slice.metadata.annotations ?? {};
  const next = trigger === undefined ? annotations : { ...annotations, [TRIGGER_TIME]: trigger };
  const { annotations: _was, ...rest } = slice.metadata;
  return { ...rest, labels: labelsOf(service), ...(Object.keys(next).length === 0 ? {} : { annotations: next }) };
}

const RESERVED = new Set([SERVICE_NAME, MANAGED_BY, HEADLESS]);

/** The Service's labels, and what marks the slice as ours. */
function labelsOf(service: Service): Record<string, string> {
  const own = Object.entries(service.metadata.labels ?? {}).filter(([key]) => !RESERVED.has(key));
  return {
    ...Object.fromEntries(own),
    [MANAGED_BY]: CONTROLLER_NAME,
    [SERVICE_NAME]: service.metadata.name ?? '',
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
  };
}

/** One endpoint is the same as another if it is the same pod at the same address. */
function identity(endpoint: Endpoint): string {
  return `${endpoint.targetRef?.uid ?? ''}/${endpoint.addresses.join(',')}`;
}

export function portsKey(addressType: string, ports: readonly DiscoveryEndpointPort[]): string {
  const texts = ports.map(({ name = '', protocol = 'TCP', port, appProtocol }) => canonical({ name, protocol, port, appProtocol }));
  return `${addressType}|${texts.sort().join('|')}`;
}
