import { FaultProblem, type FaultKind, type FaultWorld } from './fault.ts';
import { choiceParameter, named } from './parameters.ts';

/** A cut cable: the machine and its pods go on, but packets to and from it get lost. */
export const nodePartitioned: FaultKind = {
  name: 'node-partitioned',
  about: 'a node is cut from the control plane, from the other nodes, or from everything',
  target: 'NODE',
  parameters: {
    from: choiceParameter('what it is cut from (control-plane unless said)', ['control-plane', 'nodes', 'all']),
  },
  plan(world, fault) {
    const { name } = named(world.machines, 'node', fault);
    const { controlPlane } = world;
    const from = fault['from'] ?? 'control-plane';
    if (name === controlPlane && from === 'control-plane')
      throw new FaultProblem('target', `${name} is the control plane; name ${others(world).join(' or ')}, or cut it from nodes or all`);
    const away = (other: string | undefined): boolean =>
      from === 'all' || (from === 'control-plane' ? other === controlPlane : other !== undefined && other !== controlPlane);
    return () => world.network.cut((one, other) => one === name && away(other));
  },
};

function others({ machines, controlPlane }: FaultWorld): string[] {
  return [...machines.keys()].filter((name) => name !== controlPlane);
}
