import { clockSkewed } from './clock-skewed.ts';
import { cloudLimited } from './cloud-limited.ts';
import { componentStopped } from './component-stopped.ts';
import { diskFilled } from './disk-filled.ts';
import { FaultProblem, type Fault, type FaultKind } from './fault.ts';
import { linkCut } from './link-cut.ts';
import { linkDelayed } from './link-delayed.ts';
import { linkLossy } from './link-lossy.ts';
import { memoryFilled } from './memory-filled.ts';
import { nodePartitioned } from './node-partitioned.ts';
import { nodeShutdown } from './node-shutdown.ts';
import { nodeStopped } from './node-stopped.ts';
import { processCrashed } from './process-crashed.ts';
import { processHung } from './process-hung.ts';
import { pullSlowed } from './pull-slowed.ts';
import { registryBroken } from './registry-broken.ts';
import { tagMoved } from './tag-moved.ts';

/** Everything that can be broken. */
export const FAULTS: readonly FaultKind[] = [
  componentStopped,
  nodeStopped,
  nodeShutdown,
  nodePartitioned,
  linkCut,
  linkDelayed,
  linkLossy,
  processCrashed,
  processHung,
  memoryFilled,
  diskFilled,
  registryBroken,
  pullSlowed,
  tagMoved,
  clockSkewed,
  cloudLimited,
];

export function faultKind(name: string): FaultKind {
  const kind = FAULTS.find((candidate) => candidate.name === name);
  if (kind === undefined) throw new FaultProblem('fault', `must be one of ${FAULTS.map((each) => each.name).join(', ')}`);
  return kind;
}

/** A fault as a scenario or a command line gives it. Throws `FaultProblem`. Whether its target exists is seen when it happens. */
export function readFault(given: Readonly<Record<string, unknown>>): Fault {
  const texts: Record<string, string> = {};
  for (const [field, value] of Object.entries(given)) {
    if (typeof value !== 'string' && typeof value !== 'number') throw new FaultProblem(field, 'must be text');
    texts[field] = String(value);
  }
  const { fault, target, ...rest } = texts;
  const kind = faultKind(fault ?? '');
  if (target === undefined || target === '') throw new FaultProblem('target', `is missing; write ${kind.target}`);
  const known = kind.parameters ?? {};
  for (const [name, value] of Object.entries(rest)) {
    const parameter = known[name];
    const all = ['fault', 'target', ...Object.keys(known)].join(', ');
    if (parameter === undefined) throw new FaultProblem(name, `unknown; one of ${all} was expected`);
    const problem = parameter.problem(value);
    if (problem !== undefined) throw new FaultProblem(name, problem);
  }
  for (const [name, { required, form }] of Object.entries(known))
    if (required === true && rest[name] === undefined) throw new FaultProblem(name, `is missing; write ${form}`);
  return { ...rest, fault: kind.name, target };
}
