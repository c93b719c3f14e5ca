import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { refuse } from './answers.ts';
import type { Shortcut } from './shortcuts.ts';

const USAGE =
  'write lab host ps NODE, lab host images NODE, lab host rm-image NODE IMAGE, lab host run NODE --memory 2Gi|95%, or lab host end NODE';

/** What `lab host` asks of a machine as an administrator would, by ssh; undefined for what is a fault. */
function commandOn(verb: string, image: string | undefined): readonly string[] | undefined {
  if (verb === 'ps') return ['ps', '-ef'];
  if (verb === 'images') return ['crictl', 'images'];
  return verb === 'rm-image' && image !== undefined ? ['crictl', 'rmi', image] : undefined;
}

/** `lab host ps|images|rm-image|run|end NODE`: a machine's own processes and images, and load that is no pod's. */
export function* host(process: Process, args: readonly string[], nodes: readonly string[]): Task<number | Shortcut> {
  const [verb = '', node = '', ...rest] = args;
  const command = commandOn(verb, rest[0]);
  const known = command !== undefined || verb === 'run' || verb === 'end';
  if (!known) return yield* refuse(process, USAGE);
  if (!nodes.includes(node)) return yield* refuse(process, `no node "${node}"; there are ${nodes.join(', ')}`);
  if (command !== undefined) return yield* process.spawn(['ssh', node, ...command]).wait();
  if (verb === 'end') return { undo: true, faults: [{ fault: 'memory-filled', target: node }] };
  const [, attached] = /^--memory(?:=(.+))?$/.exec(rest[0] ?? '') ?? [];
  const memory = attached ?? (rest[0] === '--memory' ? rest[1] : undefined);
  if (memory === undefined) return yield* refuse(process, 'how much? Write lab host run NODE --memory 2Gi or --memory 95%');
  return { undo: false, faults: [{ fault: 'memory-filled', target: node, ...(memory.endsWith('%') ? { to: memory } : { size: memory }) }] };
}
