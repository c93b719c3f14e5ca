import type { Pod, PriorityClass } from '../../api/generated/types.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

/** The priority classes that every cluster is born with. */
const BUILT_IN: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

export interface PriorityClasses {
  get(name: string): PriorityClass | undefined;
  list(): readonly PriorityClass[];
}

/** Turns the name of a priority class into a number; of default classes there is one. */
export function priority(classes: PriorityClasses): AdmissionPlugin {
  return {
    name: 'Priority',
    admit(operation: Operation): void {
      const { verb, kind, subresource, object, old } = operation;
      if (verb === 'delete' || kind.resource !== 'pods' || kind.group !== '' || subresource !== '') return;
      const { spec } = object as Pod;
      if (spec === undefined) return;
      if (verb === 'update') {
        const before = (old as Pod).spec;
        if (spec.priority === undefined && before?.priority !== undefined) spec.priority = before.priority;
        if (spec.preemptionPolicy === undefined && before?.preemptionPolicy !== undefined) spec.preemptionPolicy = before.preemptionPolicy;
        return;
      }
      const found = classOf(operation, classes, spec.priorityClassName ?? '');
      const computed = (what: string, given: number | string, value: number | string): Error =>
        refuse(
          operation,
          `the ${what} (${given}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
        );
      if (found.name !== '') spec.priorityClassName = found.name;
      if (spec.priority !== undefined && spec.priority !== found.value)
        throw computed('integer value of priority', spec.priority, found.value);
      spec.priority = found.value;
      if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== found.policy)
        throw computed('string value of PreemptionPolicy', spec.preemptionPolicy, found.policy);
      spec.preemptionPolicy = found.policy;
    },
    validate(operation: Operation): void {
      const { verb, kind, name, object } = operation;
      if (kind.group !== 'scheduling.k8s.io' || kind.resource !== 'priorityclasses') return;
      if (verb === 'delete') {
        // Upstream the store refuses this; here it stands with what else is known of the built-in classes.
        if (Object.hasOwn(BUILT_IN, name)) throw refuse(operation, 'this is a system priority class and cannot be deleted');
        return;
      }
      if ((object as PriorityClass).globalDefault !== true) return;
      const other = classes.list().find(({ globalDefault, metadata }) => globalDefault === true && metadata.name !== object?.metadata.name);
      if (other === undefined) return;
      throw refuse(operation, `PriorityClass ${other.metadata.name ?? ''} is already marked as default. Only one default can exist`);
    },
  };
}

interface Found {
  readonly name: string;
  readonly value: number;
  readonly policy: string;
}

const PREEMPTS = 'PreemptLowerPriority';

function classOf(operation: Operation, classes: PriorityClasses, name: string): Found {
  if (name === '') {
    // Of several defaults the lowest counts.
    const defaults = classes.list().filter(({ globalDefault }) => globalDefault === true);
    const lowest = defaults.sort((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
    if (lowest === undefined) return { name: '', value: 0, policy: PREEMPTS };
    return { name: lowest.metadata.name ?? '', value: lowest.value ?? 0, policy: lowest.preemptionPolicy ?? PREEMPTS };
  }
  const found = classes.get(name);
  if (found !== undefined) return { name, value: found.value ?? 0, policy: found.preemptionPolicy ?? PREEMPTS };
  const value = BUILT_IN[name];
  if (value === undefined) throw refuse(operation, `no PriorityClass with name ${name} was found`);
  return { name, value, policy: PREEMPTS };
}
