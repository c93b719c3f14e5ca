import type {
  DiscoveryEndpointPort,
  Endpoint,
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSlice,
} from '../../api/generated/types.ts';
import { parseIP } from '../../api/ip.ts';
import { newControllerRef } from '../controller-ref.ts';
import { sameMeaning } from '../semantic.ts';
import { MANAGED_BY, SERVICE_NAME, portsKey, reuse, type Changes } from './slices.ts';
import { TRIGGER_TIME } from './trigger-time.ts';

export const MIRRORING_NAME = 'endpointslicemirroring-controller.k8s.io';
/** `--mirroring-max-endpoints-per-subset`. */
export const MAX_PER_SUBSET = 1000;
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

export interface Mirrored {
  readonly changes: Changes;
  /** Addresses that are none. */
  readonly invalid: number;
  /** Addresses that are not mirrored, for whatever reason. */
  readonly skipped: number;
}

/** What goes into one slice: the addresses of a kind of a subset. */
interface Group {
  readonly addressType: string;
  readonly ports: readonly DiscoveryEndpointPort[];
  readonly endpoints: Endpoint[];
}

/** The writes that make slices of hand-made Endpoints: one for each set of ports and kind of address (endpointslicemirroring reconciler). */
export function mirrorEndpoints(endpoints: Endpoints, existing: readonly EndpointSlice[]): Mirrored {
  const groups = new Map<string, Group>();
  let [invalid, skipped] = [0, 0];
  for (const { ports, addresses } of repacked(endpoints)) {
    const slicePorts = ports.map(({ name = '', port, protocol = 'TCP', appProtocol }): DiscoveryEndpointPort => ({
      name,
      port,
      protocol,
      ...(appProtocol === undefined ? {} : { appProtocol }),
    }));
    let added = 0;
    for (const { address, ready } of addresses) {
      if (added >= MAX_PER_SUBSET) break;
      const bytes = parseIP(address.ip);
      if (bytes === undefined) {
        invalid++;
        continue;
      }
      added++;
      const addressType = bytes.length === 4 ? 'IPv4' : 'IPv6';
      const key = portsKey(addressType, slicePorts);
      const group = groups.get(key) ?? { addressType, ports: slicePorts, endpoints: [] };
      groups.set(key, group);
      group.endpoints.push(endpointOf(address, ready));
    }
    skipped += addresses.length - added;
  }
  const changes: Changes = { create: [], update: [], remove: [] };
  const byKey = new Map<string, EndpointSlice[]>();
  for (const slice of existing) {
    const key = portsKey(slice.addressType, slice.ports ?? []);
    byKey.set(key, [...(byKey.get(key) ?? []), slice]);
    if (!groups.has(key)) changes.remove.push(slice);
  }
  for (const [key, group] of groups) {
    const [first, ...others] = byKey.get(key) ?? [];
    changes.remove.push(...others);
    if (first === undefined) changes.create.push(sliceOf(endpoints, group));
    else if (!isUpToDate(first, endpoints, group)) changes.update.push(sliceOf(endpoints, group, first));
  }
  reuse(changes);
  return { changes, invalid, skipped };
}

interface Subset {
  readonly ports: EndpointPort[];
  readonly addresses: { address: EndpointAddress; ready: boolean }[];
}

/** Each address once for each port, and ports with the same addresses together (RepackSubsets). Being ready wins over not being it. */
function repacked({ subsets = [] }: Endpoints): Subset[] {
  const byPort = new Map<string, { port: EndpointPort | undefined; found: Map<string, { address: EndpointAddress; ready: boolean }> }>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    for (const port of ports.length === 0 ? [undefined] : ports) {
      const key = port === undefined ? '' : `${port.name ?? ''}/${port.protocol ?? 'TCP'}/${port.port}/${port.appProtocol ?? ''}`;
      const entry = byPort.get(key) ?? { port, found: new Map<string, { address: EndpointAddress; ready: boolean }>() };
      byPort.set(key, entry);
      for (const address of addresses) entry.found.set(identityOf(address), { address, ready: true });
      for (const address of notReadyAddresses)
        if (!entry.found.has(identityOf(address))) entry.found.set(identityOf(address), { address, ready: false });
    }
  }
  const byAddresses = new Map<string, Subset>();
  for (const { port, found } of byPort.values()) {
    const addresses = [...found.values()];
    const key = [...found].map(([identity, { ready }]) => `${identity}/${ready}`).sort().join(); // prettier-ignore
    const subset = byAddresses.get(port === undefined ? `none ${key}` : key) ?? { ports: [], addresses };
    byAddresses.set(port === undefined ? `none ${key}` : key, subset);
    if (port !== undefined) subset.ports.push(port);
  }
  // The ready ones come first, should there be too many.
  return [...byAddresses.values()].map(({ ports, addresses }) => ({
    ports,
    addresses: [...addresses.filter(({ ready }) => ready), ...addresses.filter(({ ready }) => !ready)],
  }));
}

function identityOf({ ip, targetRef }: EndpointAddress): string {
  return `${ip}/${targetRef?.uid ?? ''}`;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined || hostname === '' ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function sliceOf(endpoints: Endpoints, { addressType, ports, endpoints: list }: Group, old?: EndpointSlice): EndpointSlice {
  const { name = '', namespace } = endpoints.metadata;
  const annotations = annotationsOf(endpoints);
  const { annotations: _old, ...metadata } = old?.metadata ?? { generateName: `${name}-` };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...endpoints.metadata.labels, [SERVICE_NAME]: name, [MANAGED_BY]: MIRRORING_NAME },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [newControllerRef({ ...endpoints, apiVersion: 'v1', kind: 'Endpoints' })],
    },
    addressType,
    endpoints: list,
    ports: [...ports],
  };
}

/** All but those that speak of the Endpoints themselves. */
function annotationsOf({ metadata }: Endpoints): Record<string, string> {
  const { [TRIGGER_TIME]: _time, [LAST_APPLIED]: _applied, ...annotations } = metadata.annotations ?? {};
  return annotations;
}

function isUpToDate(slice: EndpointSlice, endpoints: Endpoints, group: Group): boolean {
  const { [MANAGED_BY]: _manager, [SERVICE_NAME]: _service, ...labels } = slice.metadata.labels ?? {};
  const { [MANAGED_BY]: _other, [SERVICE_NAME]: _own, ...wanted } = endpoints.metadata.labels ?? {};
  return (
    sameMeaning(labels, wanted) &&
    sameMeaning(slice.metadata.annotations ?? {}, annotationsOf(endpoints)) &&
    sameMeaning(byAddress(slice.endpoints ?? []), byAddress(group.endpoints))
  );
}

/** In an order that says nothing. */
function byAddress(endpoints: readonly Endpoint[]): Endpoint[] {
  const key = ({ addresses, targetRef }: Endpoint): string => `${addresses[0] ?? ''}/${targetRef?.uid ?? ''}`;
  return [...endpoints].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
