import { parseSpan } from '../../engine/sim/duration.ts';
import type { Shortcut } from './shortcuts.ts';

interface World {
  nodes(): readonly string[];
}

const USAGE =
  'write lab net cut|heal A [B], lab net partition NODE, lab net delay A [B] 3s, lab net loss A [B] 20%, or lab net trace FROM TO; A and B are nodes, or A is a pod';

/** `lab net cut|heal|partition|delay|loss …`: which ways are bad, and how. */
export function net([verb = '', ...args]: readonly string[], world: World, active: readonly { fault: string; target: string }[]): Shortcut {
  switch (verb) {
    case 'cut':
      return cut(args, world, false);
    case 'partition':
      return args.length === 1 ? cut(args, world, false) : USAGE;
    case 'heal':
      return heal(args, world, active);
    case 'delay': {
      const by = args.at(-1) ?? '';
      if (args.length < 2 || parseSpan(by) === undefined) return 'how long? Write lab net delay A [B] 3s';
      return impaired('link-delayed', args.slice(0, -1), world, { by });
    }
    case 'loss': {
      const loss = args.at(-1) ?? '';
      if (args.length < 2 || !/^\d+%?$/.test(loss)) return 'how much? Write lab net loss A [B] 20%';
      return impaired('link-lossy', args.slice(0, -1), world, { loss });
    }
  }
  return USAGE;
}

function cut(ends: readonly string[], world: World, undo: boolean): Shortcut {
  if (ends.length === 0 || ends.length > 2) return USAGE;
  const nodes = ends.filter((end) => !isControlPlane(end));
  for (const node of nodes) if (!world.nodes().includes(node)) return unknown(node, world);
  const [first, second] = nodes;
  if (first === undefined) return 'name a node: lab net cut kube-apiserver worker-1';
  if (second !== undefined) return { undo, faults: [{ fault: 'link-cut', target: [first, second].sort().join(':') }] };
  return { undo, faults: [{ fault: 'node-partitioned', target: first, from: ends.length === 2 ? 'control-plane' : 'all' }] };
}

/** Mends whatever is wrong with a way. */
function heal(ends: readonly string[], world: World, active: readonly { fault: string; target: string }[]): Shortcut {
  const severed = cut(ends, world, true);
  const targets = [typeof severed === 'string' ? '' : (severed.faults[0]?.target ?? ''), target(ends, world)];
  const bad = active.filter((each) => /^(link-|node-partitioned)/.test(each.fault) && targets.includes(each.target));
  // Nothing of the kind: told as for a way that was never cut.
  return bad.length === 0 ? severed : { undo: true, faults: bad.map((each) => ({ fault: each.fault, target: each.target })) };
}

function impaired(fault: string, ends: readonly string[], world: World, how: Readonly<Record<string, string>>): Shortcut {
  if (ends.length > 2) return USAGE;
  const [first = '', second] = ends;
  if (second !== undefined) for (const node of [first, second]) if (!world.nodes().includes(node)) return unknown(node, world);
  return { undo: false, faults: [{ fault, target: target(ends, world), ...how }] };
}

/** `worker-1`, `worker-1:worker-2`, or all pods whose name begins so: `db` means `default/db*`. */
function target(ends: readonly string[], { nodes }: World): string {
  const [first = ''] = ends;
  if (ends.length === 2) return [...ends].sort().join(':');
  if (nodes().includes(first)) return first;
  const pod = first.replace(/^pods?\//, '');
  return `${pod.includes('/') ? '' : 'default/'}${pod}${pod.endsWith('*') ? '' : '*'}`;
}

const unknown = (node: string, { nodes }: World): string => `no node "${node}"; there are ${nodes().join(', ')}`;

const isControlPlane = (end: string): boolean => /^(kube-)?apiserver(@.*)?$|^control-?plane$|^etcd$/.test(end);
