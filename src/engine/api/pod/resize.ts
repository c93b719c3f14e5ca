import { semanticallyEqual } from '../equality.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../generated/types.ts';
import type { Strategy } from '../kind.ts';
import { bumpGeneration, plainStrategy } from '../kinds/define.ts';
import type { Findings } from '../validation.ts';
import { podQosClass } from './qos.ts';
import { validatePod } from './validate-pod.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const MUTABLE = ['cpu', 'memory'];
const LISTS = ['containers', 'initContainers'] as const;

/** `/resize` (KEP-1287): changes what the containers of a pod that runs ask for of CPU and memory, and writes nothing else. */
export const resizeStrategy: Strategy<Pod> = plainStrategy<Pod>({
  prepareForUpdate(draft, old) {
    const spec = draft.spec ?? { containers: [] };
    const before = old.spec ?? { containers: [] };
    // Where containers were added or taken away the whole stays as it was asked for, and is refused.
    if (LISTS.every((list) => (spec[list] ?? []).length === (before[list] ?? []).length)) draft.spec = resized(spec, before);
    if (old.status !== undefined) draft.status = old.status;
    const { resourceVersion } = draft.metadata;
    draft.metadata = { ...old.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    bumpGeneration(draft, old);
  },
  update: validatePodResize,
});

/** The old spec with the new resources. */
function resized(spec: PodSpec, before: PodSpec): PodSpec {
  const take = (now: readonly Container[], then: readonly Container[]): Container[] =>
    then.map((container, i) => {
      const { resources, resizePolicy, ...rest } = container;
      const wanted = now[i];
      return {
        ...rest,
        ...(wanted?.resources === undefined ? (resources === undefined ? {} : { resources }) : { resources: wanted.resources }),
        ...(wanted?.resizePolicy === undefined
          ? resizePolicy === undefined
            ? {}
            : { resizePolicy }
          : { resizePolicy: wanted.resizePolicy }),
      };
    });
  return {
    ...before,
    containers: take(spec.containers, before.containers),
    ...(before.initContainers === undefined ? {} : { initContainers: take(spec.initContainers ?? [], before.initContainers) }),
    ...(spec.resources === undefined ? {} : { resources: spec.resources }),
  };
}

/** validation.ValidatePodResize. */
function validatePodResize(pod: Pod, old: Pod, findings: Findings): void {
  validatePod(pod, findings, false);
  if (old.metadata.annotations?.[MIRROR] !== undefined) return findings.forbidden('', 'static pods cannot be resized');
  const spec: PodSpec = pod.spec ?? { containers: [] };
  const before: PodSpec = old.spec ?? { containers: [] };
  if ((old.status?.qosClass ?? podQosClass(old)) !== podQosClass(pod))
    findings.invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing');
  for (const list of LISTS) {
    if ((spec[list] ?? []).length === (before[list] ?? []).length) continue;
    return findings.forbidden(`spec.${list}`, 'containers may not be added or removed on resize');
  }
  for (const list of LISTS)
    for (const [i, { resources, restartPolicy }] of (spec[list] ?? []).entries()) {
      const then = before[list]?.[i]?.resources;
      const path = `spec.${list}[${i}].resources`;
      if (list === 'initContainers' && restartPolicy !== 'Always' && !semanticallyEqual(resources ?? {}, then ?? {}))
        findings.forbidden(path, 'resources for non-sidecar init containers are immutable');
      if (removed(resources?.requests, then?.requests)) findings.forbidden(`${path}.requests`, 'resource requests cannot be removed');
      if (removed(resources?.limits, then?.limits)) findings.forbidden(`${path}.limits`, 'resource limits cannot be removed');
    }
  if (!semanticallyEqual(withoutMutable(spec), withoutMutable(before)))
    findings.forbidden('spec', 'only cpu and memory resources are mutable');
}

type Amounts = Readonly<Record<string, string>> | undefined;

const removed = (now: Amounts, before: Amounts): boolean =>
  MUTABLE.some((name) => before?.[name] !== undefined && now?.[name] === undefined);

function withoutMutable(spec: PodSpec): object {
  const keep = (amounts: Amounts): object => Object.fromEntries(Object.entries(amounts ?? {}).filter(([name]) => !MUTABLE.includes(name)));
  const strip = (resources: ResourceRequirements | undefined): object => ({
    ...resources,
    limits: keep(resources?.limits),
    requests: keep(resources?.requests),
  });
  const containers = (list: readonly Container[] | undefined): object[] =>
    (list ?? []).map(({ resizePolicy: _policy, ...container }) => ({ ...container, resources: strip(container.resources) }));
  return {
    ...spec,
    containers: containers(spec.containers),
    initContainers: containers(spec.initContainers),
    resources: strip(spec.resources),
  };
}
