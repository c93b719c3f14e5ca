import type { Host } from '../network/network.ts';
import { FaultProblem, type Fault, type FaultWorld } from './fault.ts';

export const WAY = 'NODE[:NODE]|[NAMESPACE/]POD';

/** Which ways a target means: all of a node, those between two nodes, or all of a pod (whose name may end in `*`). */
export function ways(world: FaultWorld, { target }: Fault): (one: Host, other: Host) => boolean {
  const [first = '', second] = target.split(':');
  if (world.machines.has(first)) {
    if (second === undefined) return (one, other) => one.node === first && other.node !== first;
    if (world.machines.has(second) && second !== first) return (one, other) => one.node === first && other.node === second;
    throw new FaultProblem('target', `no other node "${second}"; there are ${[...world.machines.keys()].join(', ')}; write ${WAY}`);
  }
  const parts = target.split('/');
  if (second !== undefined || parts.length > 2 || parts.includes(''))
    throw new FaultProblem('target', `"${target}" is no node and no pod; write ${WAY}; nodes are ${[...world.machines.keys()].join(', ')}`);
  const actor = `pod/${parts.length === 1 ? 'default/' : ''}${target}`;
  const fits = actor.endsWith('*') ? (one: Host) => one.actor.startsWith(actor.slice(0, -1)) : (one: Host) => one.actor === actor;
  return (one, other) => fits(one) && one !== other;
}
