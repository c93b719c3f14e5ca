import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceRequestAllocationResult,
  Node,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  ResourceResourceClaim,
} from '../../api/generated/types.ts';
import { consumedBy } from './capacity.ts';
import type { DeviceListers } from './listers.ts';
import type { Candidate } from './pools.ts';
import type { Alternative } from './requests.ts';

/** Stands for the id that a share of a device gets when it is decided. */
export const NEW_SHARE = '';

export interface Given {
  readonly claim: ResourceResourceClaim;
  readonly alternative: Alternative;
  readonly candidate: Candidate;
}

/** What is written into a claim: its devices, how its class and itself want them set up, and from where they can be reached. */
export function allocationResult(
  { spec }: ResourceResourceClaim,
  chosen: readonly Alternative[],
  given: readonly Given[],
  node: Node,
  listers: DeviceListers,
): AllocationResult {
  const results = given.map(({ alternative, candidate: { pool, device } }): DeviceRequestAllocationResult => {
    const { bindingConditions = [], bindingFailureConditions = [] } = device;
    const consumed = device.allowMultipleAllocations === true ? consumedBy(alternative.capacity, device) : {};
    return {
      request: alternative.name,
      driver: pool.driver,
      pool: pool.name,
      device: device.name,
      ...(alternative.adminAccess ? { adminAccess: true } : {}),
      ...(alternative.tolerations.length === 0 ? {} : { tolerations: [...alternative.tolerations] }),
      ...(bindingConditions.length === 0 ? {} : { bindingConditions }),
      ...(bindingFailureConditions.length === 0 ? {} : { bindingFailureConditions }),
      ...(device.allowMultipleAllocations === true ? { shareID: NEW_SHARE } : {}),
      ...(Object.keys(consumed).length === 0 ? {} : { consumedCapacity: consumed }),
    };
  });
  const config = [...fromClasses(chosen, listers), ...fromClaim(spec.devices?.config ?? [], chosen)];
  const nodeSelector = selectorOf(given, node);
  return {
    devices: { ...(results.length === 0 ? {} : { results }), ...(config.length === 0 ? {} : { config }) },
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}

/** What a class wants is written once, for all requests of the class. */
function fromClasses(chosen: readonly Alternative[], listers: DeviceListers): DeviceAllocationConfiguration[] {
  const byClass = new Map<string, string[]>();
  for (const { name, deviceClassName } of chosen) byClass.set(deviceClassName, [...(byClass.get(deviceClassName) ?? []), name]);
  return [...byClass].flatMap(([name, requests]) =>
    (listers.deviceClass(name)?.spec.config ?? []).map((entry) => ({ source: 'FromClass', requests, ...entry })),
  );
}

type ClaimConfiguration = Omit<DeviceAllocationConfiguration, 'source'>;

/** v1.36 writes what is for several requests once for each of them. */
function fromClaim(config: readonly ClaimConfiguration[], chosen: readonly Alternative[]): DeviceAllocationConfiguration[] {
  return config.flatMap((entry): DeviceAllocationConfiguration[] => {
    const { requests = [] } = entry;
    const concerned = chosen.filter(({ request, name }) => requests.includes(request) || requests.includes(name));
    return (requests.length === 0 ? [entry] : concerned.map(() => entry)).map((each) => ({ source: 'FromClaim', ...each }));
  });
}

function selectorOf(given: readonly Given[], node: Node): AllocationResult['nodeSelector'] {
  const term: NodeSelectorTerm = {};
  for (const { candidate } of given) {
    const { device, slice } = candidate;
    const where = slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
    if (where.nodeName !== undefined || device.bindsToNode === true)
      return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name ?? ''] }] }] };
    // A slice's selector has one term.
    const [only] = where.nodeSelector?.nodeSelectorTerms ?? [];
    if (only?.matchExpressions !== undefined) term.matchExpressions = together(term.matchExpressions, only.matchExpressions);
    if (only?.matchFields !== undefined) term.matchFields = together(term.matchFields, only.matchFields);
  }
  return term.matchExpressions === undefined && term.matchFields === undefined ? undefined : { nodeSelectorTerms: [term] };
}

function together(known: readonly NodeSelectorRequirement[] = [], more: readonly NodeSelectorRequirement[]): NodeSelectorRequirement[] {
  const asText = ({ key, operator, values = [] }: NodeSelectorRequirement): string => JSON.stringify([key, operator, [...values].sort()]);
  return [...new Map([...[...more].reverse(), ...[...known].reverse()].map((each) => [asText(each), each])).values()].reverse();
}
