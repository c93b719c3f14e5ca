import type { Container, Pod, ResourceRequirements } from '../../../api/generated/types.ts';

/** `Pod resize started: {"containers":[…],"generation":2}`: what stands in the events about a resize (pkg/kubelet/events/resize.go). */
export function resizeMessage(what: string, { spec }: Pod, generation: number, error?: string): string {
  const summary = {
    ...((spec?.initContainers ?? []).length === 0 ? {} : { initContainers: spec?.initContainers?.map(allocation) }),
    ...((spec?.containers ?? []).length === 0 ? {} : { containers: spec?.containers.map(allocation) }),
    generation,
    ...(error === undefined || error === '' ? {} : { error }),
  };
  return `Pod resize ${what}: ${JSON.stringify(summary)}`;
}

function allocation({ name, resources }: Container): { name: string; resources: ResourceRequirements } {
  const { claims, limits, requests } = resources ?? {};
  return {
    name,
    resources: {
      ...(limits === undefined || Object.keys(limits).length === 0 ? {} : { limits: inOrder(limits) }),
      ...(requests === undefined || Object.keys(requests).length === 0 ? {} : { requests: inOrder(requests) }),
      ...(claims === undefined ? {} : { claims }),
    },
  };
}

// encoding/json writes the keys of a map in their order.
function inOrder(amounts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
