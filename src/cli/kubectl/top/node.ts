import type { Task } from '../../../engine/os/task.ts';
import { CommandError, UsageError } from '../errors.ts';
import { parseQuantity } from '../quantity.ts';
import type { Session } from '../session.ts';
import { tableText } from '../tabwriter.ts';
import { list, text } from '../values.ts';
import type { Json } from '../values.ts';
import { cpuText, memoryText, METRICS, milli, requireMetrics, sortField, usageOf } from './metrics.ts';

export const TOP_NODE_FLAGS =
  'l/selector:string sort-by:string no-headers:bool show-capacity:bool show-swap:bool! use-protocol-buffers:bool=true';

export function* topNode(session: Session): Task<number> {
  const { flags } = session;
  const [name = ''] = flags.args;
  if (flags.args.length > 1) throw new UsageError(session.command, 'node [NAME | -l label]');
  const selector = flags.string('selector');
  if (name !== '' && selector !== '') throw new CommandError('only one of NAME or --selector can be provided');
  const sortBy = sortField(session);
  yield* requireMetrics(session);
  const query: Record<string, string> = selector === '' ? {} : { labelSelector: selector };
  const metrics =
    name === ''
      ? list(yield* session.json('GET', `${METRICS}/nodes`, { query }), 'items')
      : [yield* session.json('GET', `${METRICS}/nodes/${name}`)];
  if (metrics.length === 0) throw new CommandError('metrics not available yet');
  const nodes =
    name === ''
      ? list(yield* session.json('GET', '/api/v1/nodes', { query }), 'items')
      : [yield* session.json('GET', `/api/v1/nodes/${name}`)];
  const amounts = flags.bool('show-capacity') ? 'capacity' : 'allocatable';
  const rows = metrics.map((each) => {
    const node = nodes.find((one) => text(one, 'metadata', 'name') === text(each, 'metadata', 'name'));
    return { name: text(each, 'metadata', 'name'), usage: usageOf((each as { usage?: Json }).usage), node };
  });
  rows.sort(
    (a, b) => (sortBy === '' ? 0 : b.usage[sortBy as 'cpu' | 'memory'] - a.usage[sortBy as 'cpu' | 'memory']) || (a.name < b.name ? -1 : 1),
  );
  const lines = rows.map(({ name: shown, usage, node }) => {
    const cpu = milli(text(node, 'status', amounts, 'cpu'));
    const memory = parseQuantity(text(node, 'status', amounts, 'memory')) ?? 0;
    return [shown, cpuText(usage), share(usage.cpu, cpu), memoryText(usage), share(usage.memory, memory), ''];
  });
  const silent = nodes
    .map((node) => text(node, 'metadata', 'name'))
    .filter((each) => !rows.some((row) => row.name === each))
    .map((each) => [each, '<unknown>', '<unknown>', '<unknown>', '<unknown>', '']);
  const head = ['NAME', 'CPU(cores)', 'CPU(%)', 'MEMORY(bytes)', 'MEMORY(%)', ''];
  yield* session.out(tableText([...(flags.bool('no-headers') ? [] : [head]), ...lines, ...silent]));
  return 0;
}

function share(used: number, of: number): string {
  return of === 0 ? '<unknown>' : `${Math.trunc((used / of) * 100)}%`;
}
