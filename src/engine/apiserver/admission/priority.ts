import type { Pod } from '../../api/generated/types.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

/** The priority classes that every cluster is born with. Others come with the kind PriorityClass. */
const BUILT_IN: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** Turns the name of a priority class into a number. */
export const priority: AdmissionPlugin = {
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
    const name = spec.priorityClassName ?? '';
    const value = name === '' ? 0 : BUILT_IN[name];
    if (value === undefined) throw refuse(operation, `no PriorityClass with name ${name} was found`);
    if (spec.priority !== undefined && spec.priority !== value) {
      throw refuse(
        operation,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    spec.priority = value;
    const policy = 'PreemptLowerPriority';
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      throw refuse(
        operation,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
      );
    }
    spec.preemptionPolicy = policy;
  },
};
