import type { FaultKind, Parameter } from './fault.ts';
import { registryTarget } from './registry-target.ts';

const FACTOR = 20;

const factor: Parameter = {
  about: `how many times as long (${FACTOR} unless said)`,
  form: 'NUMBER',
  problem: (value) => (/^\d+(\.\d+)?$/.test(value) && Number(value) > 1 ? undefined : `"${value}" must be a number above 1`),
};

/** Images come slowly: to one node, or from one registry. */
export const pullSlowed: FaultKind = {
  name: 'pull-slowed',
  about: 'pulls take many times as long: all of a node, or all from a registry',
  target: 'NODE|REGISTRY|IMAGE',
  parameters: { factor },
  plan(world, fault) {
    const { troubles } = world.registry;
    const times = Number(fault['factor'] ?? FACTOR);
    const { target } = fault;
    if (!world.machines.has(target)) {
      const of = registryTarget(fault);
      return () => troubles.add({ of, slower: times });
    }
    return () => {
      troubles.slowNodes.set(target, times);
      return () => troubles.slowNodes.delete(target);
    };
  },
};
