import type { Kind } from '../../api/kind.ts';
import { apiVersion } from '../../api/kind.ts';
import { formatTime } from '../../sim/time.ts';
import type { RequestContext } from '../context.ts';
import { first, header } from '../route.ts';
import type { Writer } from './ownership.ts';

const MAX_NAME = 128;

/** The entry of `managedFields` that a request writes to. */
export function writerOf(context: RequestContext, kind: Kind, subresource: string, operation: 'Apply' | 'Update' = 'Update'): Writer {
  return { manager: managerOf(context), operation, apiVersion: apiVersion(kind), subresource, time: formatTime(context.now) };
}

/** `fieldManager`, else the program's name in the user agent. Components inside the process are named as their programs are. */
function managerOf({ request, actor }: RequestContext): string {
  const named = first(request, 'fieldManager') ?? '';
  if (named !== '') return named;
  const agent = header(request, 'user-agent');
  const program = agent === undefined || agent === actor ? componentOf(actor) : (agent.split('/')[0] as string);
  // Only what can be printed counts.
  const name = program.replace(/\p{C}/gu, '').slice(0, MAX_NAME);
  return name === '' ? 'unknown' : name;
}

function componentOf(actor: string): string {
  if (actor.startsWith('controller/')) return 'kube-controller-manager';
  if (actor === 'scheduler' || actor.startsWith('scheduler/')) return 'kube-scheduler';
  const slash = actor.lastIndexOf('/');
  if (actor.startsWith('kubectl')) return 'kubectl';
  return slash < 0 ? actor : actor.slice(slash + 1);
}
