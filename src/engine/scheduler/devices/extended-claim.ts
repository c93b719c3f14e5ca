import type {
  Container,
  DeviceRequest,
  Node,
  Pod,
  PodExtendedResourceClaimStatus,
  ResourceResourceClaim,
} from '../../api/generated/types.ts';
import { isExtendedResource } from '../../api/pod/validate-resources.ts';
import { quantityValue } from '../../api/quantity.ts';
import type { Resources } from '../requests.ts';
import { isImplicitResource } from './extended-resources.ts';
import type { DeviceListers } from './listers.ts';

const ANNOTATION = 'resource.kubernetes.io/extended-resource-claim';
/** How the claim is called until the API server has named it: no name that an object could have. */
const UNNAMED = '<extended-resources>';

type Mapping = PodExtendedResourceClaimStatus['requestMappings'][number];
type ExactRequest = DeviceRequest & { readonly exactly: { readonly count: number } };

/** The claim that the scheduler makes for what a pod asks of extended resources that are devices (KEP-5004). What it asks for depends on the node. */
export function newExtendedClaim(pod: Pod, uid: string): ResourceResourceClaim {
  const { name = '', namespace = 'default' } = pod.metadata;
  return {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {
      name: UNNAMED,
      namespace,
      uid,
      generateName: `${name}-extended-resources-`,
      annotations: { [ANNOTATION]: 'true' },
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid: pod.metadata.uid ?? '', controller: true }],
    },
    spec: {},
  };
}

export function isUnnamed({ metadata }: ResourceResourceClaim): boolean {
  return metadata.name === UNNAMED;
}

/** One that an earlier attempt made for the pod. */
export function findExtendedClaim(pod: Pod, claims: Iterable<ResourceResourceClaim>): ResourceResourceClaim | undefined {
  for (const claim of claims)
    if (
      claim.metadata.annotations?.[ANNOTATION] === 'true' &&
      claim.metadata.ownerReferences?.some(({ uid, controller }) => uid === pod.metadata.uid && controller === true) === true
    )
      return claim;
  return undefined;
}

/** Extended resources that the node has as devices alone, each with its class; nothing where it has one of them not at all. */
export function classesOnNode({ scalar }: Resources, { status }: Node, listers: DeviceListers): Map<string, string> | undefined {
  const classes = new Map<string, string>();
  for (const [name, amount] of scalar ?? []) {
    if (amount === 0 || !(isExtendedResource(name) || isImplicitResource(name))) continue;
    const there = status?.allocatable?.[name];
    const deviceClass = listers.classFor(name);
    if (deviceClass !== undefined && quantityValue(there) === 0) classes.set(name, deviceClass.metadata.name ?? '');
    else if (there === undefined) return undefined;
  }
  return classes;
}

/**
 * What the pod's containers ask for of these resources, and which request serves which container (createRequestsAndMappings). Init containers that
 * end make do with what containers after them get; of what they need beyond it the largest request serves them all.
 */
export function extendedRequests(
  { spec }: Pod,
  classes: ReadonlyMap<string, string>,
): { readonly requests: readonly DeviceRequest[]; readonly mappings: readonly Mapping[] } {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  const ends = (i: number): boolean => i < (spec?.initContainers?.length ?? 0) && containers[i]?.restartPolicy !== 'Always';
  const requests: ExactRequest[] = [];
  const mappings: Mapping[] = [];
  for (const [resource, deviceClassName] of [...classes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const lasting: (ExactRequest | undefined)[] = [];
    for (const [i, container] of containers.entries()) {
      if (ends(i)) continue;
      const asked = ask(i, container, resource, deviceClassName, []);
      lasting[i] = asked.request;
      mappings.push(...asked.mappings);
    }
    let largest: ExactRequest | undefined;
    const own = new Set<string>();
    const passing: Mapping[] = [];
    for (const [i, container] of containers.entries()) {
      if (!ends(i)) continue;
      const later = lasting.slice(i).filter((request) => request !== undefined);
      const { request, mappings: served } = ask(i, container, resource, deviceClassName, later);
      if (request !== undefined) {
        own.add(request.name);
        if (largest === undefined || largest.exactly.count < request.exactly.count) largest = request;
      }
      passing.push(...served);
    }
    const shared = largest?.name;
    mappings.push(...passing.map((each) => (shared !== undefined && own.has(each.requestName) ? { ...each, requestName: shared } : each)));
    requests.push(...[largest, ...lasting].filter((request) => request !== undefined));
  }
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)), mappings };
}

function ask(
  index: number,
  { name: containerName, resources }: Container,
  resourceName: string,
  deviceClassName: string,
  reusable: readonly ExactRequest[],
): { readonly request?: ExactRequest; readonly mappings: readonly Mapping[] } {
  const asked = resources?.requests ?? {};
  const wanted = quantityValue(asked[resourceName]);
  if (wanted === 0) return { mappings: [] };
  const mappings: Mapping[] = [];
  let had = 0;
  for (const { name, exactly } of reusable) {
    had += exactly.count;
    mappings.push({ containerName, resourceName, requestName: name });
    if (had >= wanted) return { mappings };
  }
  const name = `container-${index}-request-${Object.keys(asked).sort().indexOf(resourceName)}`;
  mappings.push({ containerName, resourceName, requestName: name });
  return { request: { name, exactly: { deviceClassName, allocationMode: 'ExactCount', count: wanted - had } }, mappings };
}
