import { semanticallyEqual } from '../../api/equality.ts';
import type { Pod, RuntimeClass } from '../../api/generated/types.ts';
import { isPodCreation, refuse, type AdmissionPlugin, type Operation } from './admission.ts';

/** A pod that names a runtime class runs where that runs, and costs what it costs. */
export function runtimeClass(classOf: (name: string) => RuntimeClass | undefined): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    admit(operation: Operation): void {
      if (!isPodCreation(operation)) return;
      const { spec } = operation.object as Pod;
      if (spec === undefined) return;
      const name = spec.runtimeClassName;
      const found = name === undefined ? undefined : classOf(name);
      if (name !== undefined && found === undefined)
        throw refuse(operation, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
      const { nodeSelector = {}, tolerations = [] } = found?.scheduling ?? {};
      for (const [key, value] of Object.entries(nodeSelector)) {
        const own = spec.nodeSelector?.[key];
        if (own !== undefined && own !== value)
          throw refuse(
            operation,
            `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
          );
        spec.nodeSelector = { ...spec.nodeSelector, [key]: value };
      }
      for (const toleration of tolerations) {
        if (spec.tolerations?.some((own) => semanticallyEqual(own, toleration)) !== true)
          spec.tolerations = [...(spec.tolerations ?? []), { ...toleration }];
      }
      const fixed = found?.overhead?.podFixed;
      if (fixed === undefined) return;
      if (Object.keys(spec.overhead ?? {}).length === 0) spec.overhead = { ...fixed };
      else if (!semanticallyEqual(spec.overhead, fixed))
        throw refuse(operation, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
    },
    validate(operation: Operation): void {
      if (!isPodCreation(operation)) return;
      const { overhead, runtimeClassName: name } = (operation.object as Pod).spec ?? { containers: [] };
      if (Object.keys(overhead ?? {}).length === 0 || (name !== undefined && classOf(name)?.overhead?.podFixed !== undefined)) return;
      throw refuse(operation, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead');
    },
  };
}
