import { StatusError } from '../../api/errors.ts';
import type { Container, Pod, ResourceResourceClaim } from '../../api/generated/types.ts';
import { claimsOfPod, isReservedFor } from '../../api/resource/claims-of-pod.ts';
import { RESOURCE_CLAIMS } from '../../client/resources.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { WorkerContext } from './worker-context.ts';

const RETRY: Millis = 5 * SECOND;
const EXTENDED = '';

/** Sees to it that a pod's devices are ready before it starts (kubelet's cm/dra). */
export class DeviceClaims {
  /** By the pod's name for a claim (that for its extended resources has none), then by request. */
  #prepared: ReadonlyMap<string, ReadonlyMap<string, Readonly<Record<string, string>>>> | undefined;

  constructor(
    readonly context: WorkerContext,
    readonly target: { sync(): void },
  ) {}

  /** False while a device cannot be had; the pod is woken for the next try. */
  ready(pod: Pod): boolean {
    const { spec, status } = pod;
    if (this.#prepared !== undefined) return true;
    if ((spec?.resourceClaims ?? []).length === 0 && status?.extendedResourceClaimStatus === undefined) return true;
    const prepared = this.#prepare(pod);
    if (typeof prepared === 'string') {
      const message = `Failed to prepare dynamic resources: prepare dynamic resources: ${prepared}`;
      this.context.recorder.event(pod, 'Warning', 'FailedPrepareDynamicResources', message);
      this.context.sim.after(RETRY, () => this.target.sync(), { background: true });
      return false;
    }
    this.#prepared = prepared;
    return true;
  }

  /** What the drivers give a container, for the claims that it uses. */
  environment({ name: containerName, resources }: Container, { status }: Pod): Map<string, string> {
    const result = new Map<string, string>();
    const mapped = (status?.extendedResourceClaimStatus?.requestMappings ?? []).filter(
      (mapping) => mapping.containerName === containerName && resources?.requests?.[mapping.resourceName] !== undefined,
    );
    for (const { name, request } of [
      ...(resources?.claims ?? []),
      ...mapped.map(({ requestName }) => ({ name: EXTENDED, request: requestName })),
    ])
      for (const [each, variables] of this.#prepared?.get(name) ?? [])
        if (request === undefined || request === each.split('/')[0])
          for (const [variable, value] of Object.entries(variables)) result.set(variable, value);
    return result;
  }

  #prepare(pod: Pod): Map<string, Map<string, Readonly<Record<string, string>>>> | string {
    const { client, devicePlugins } = this.context;
    const claims = claimsOfPod(pod);
    if (typeof claims === 'string') return claims;
    const prepared = new Map<string, Map<string, Readonly<Record<string, string>>>>();
    const extended = pod.status?.extendedResourceClaimStatus?.resourceClaimName;
    for (const [podClaim, name] of [...claims.map((each) => [each.claim.name, each.name] as const), [EXTENDED, extended] as const]) {
      if (name === undefined) continue;
      let claim: ResourceResourceClaim;
      try {
        claim = client.getNow(RESOURCE_CLAIMS, pod.metadata.namespace, name);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        return `fetch ResourceClaim ${name}: ${error.message}`;
      }
      if (!isReservedFor(claim, pod))
        return `pod ${pod.metadata.name ?? ''} (${pod.metadata.uid ?? ''}) is not allowed to use ResourceClaim ${name} (${claim.metadata.uid ?? ''})`;
      const byRequest = new Map<string, Readonly<Record<string, string>>>();
      const results = claim.status?.allocation?.devices?.results ?? [];
      for (const { driver, request } of results) {
        const plugin = devicePlugins.get(driver);
        if (plugin === undefined) return `DRA driver ${driver} is not registered`;
        const devices = results.filter((each) => each.driver === driver && each.request === request).map(({ device }) => device);
        byRequest.set(request, { ...byRequest.get(request), ...plugin.prepare(claim, request, devices) });
      }
      prepared.set(podClaim, byRequest);
    }
    return prepared;
  }
}
