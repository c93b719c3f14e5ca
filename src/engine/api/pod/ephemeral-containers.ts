import { semanticallyEqual } from '../equality.ts';
import type { EphemeralContainer, Pod } from '../generated/types.ts';
import { internalForm } from '../internal-form.ts';
import type { Strategy } from '../kind.ts';
import { bumpGeneration, plainStrategy } from '../kinds/define.ts';
import { formDifference } from '../line-difference.ts';
import type { JsonObject } from '../meta.ts';
import type { Findings } from '../validation.ts';
import { validatePod } from './validate-pod.ts';

/** `/ephemeralcontainers`: adds containers to a pod that runs, and writes nothing else. What was added stays as it is. */
export const ephemeralContainersStrategy: Strategy<Pod> = plainStrategy<Pod>({
  prepareForUpdate(draft, old) {
    const { ephemeralContainers } = draft.spec ?? {};
    const { ephemeralContainers: _before, ...spec } = old.spec ?? { containers: [] };
    draft.spec = { ...spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) };
    if (old.status !== undefined) draft.status = old.status;
    const { resourceVersion } = draft.metadata;
    draft.metadata = { ...old.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    bumpGeneration(draft, old);
  },
  update(pod, old, findings) {
    validatePod(pod, findings, false);
    keepAll(pod.spec?.ephemeralContainers ?? [], old.spec?.ephemeralContainers ?? [], findings);
  },
});

function keepAll(now: readonly EphemeralContainer[], before: readonly EphemeralContainer[], findings: Findings): void {
  const path = 'spec.ephemeralContainers';
  const byName = new Map(now.map((container) => [container.name, container]));
  for (const old of before) {
    const found = byName.get(old.name);
    const quoted = JSON.stringify(old.name);
    if (found === undefined) findings.forbidden(path, `existing ephemeral containers ${quoted} may not be removed\n`);
    else if (!semanticallyEqual(found, old))
      findings.forbidden(path, `existing ephemeral containers ${quoted} may not be changed\n${formDifference(inside(old), inside(found))}`);
  }
}

const inside = (container: EphemeralContainer): JsonObject => internalForm(container as unknown as JsonObject, 'EphemeralContainer');
