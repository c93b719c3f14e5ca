import type { Task } from '../../../engine/os/task.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { tableText } from '../tabwriter.ts';
import { list, text } from '../values.ts';
import type { Json } from '../values.ts';
import { cpuText, memoryText, METRICS, podUsage, requireMetrics, sortField, sum, usageOf } from './metrics.ts';
import type { Usage } from './metrics.ts';

export const TOP_POD_FLAGS =
  'l/selector:string field-selector:string sort-by:string containers:bool A/all-namespaces:bool no-headers:bool sum:bool show-swap:bool! use-protocol-buffers:bool=true';

/** A pod this old should have been measured. */
const MEASURED_AFTER = 120_000;

export function* topPod(session: Session): Task<number> {
  const { flags } = session;
  const [name = ''] = flags.args;
  if (flags.args.length > 1) throw new UsageError(session.command, 'pod [NAME | -l label]');
  const selector = flags.string('selector');
  if (name !== '' && (selector !== '' || flags.string('field-selector') !== ''))
    throw new CommandError('only one of NAME or selector can be provided');
  const sortBy = sortField(session);
  yield* requireMetrics(session);
  const everywhere = flags.bool('all-namespaces');
  const scope = everywhere && name === '' ? '' : `/namespaces/${session.namespace}`;
  const query: Record<string, string> = {
    ...(selector === '' ? {} : { labelSelector: selector }),
    ...(flags.string('field-selector') === '' ? {} : { fieldSelector: flags.string('field-selector') }),
  };
  const metrics =
    name === ''
      ? list(yield* session.json('GET', `${METRICS}${scope}/pods`, { query }), 'items')
      : [yield* session.json('GET', `${METRICS}${scope}/pods/${name}`)];
  if (metrics.length === 0) return yield* nothing(session, scope, query, everywhere);
  const namespaced = (each: Json): string => `${text(each, 'metadata', 'namespace')}/${text(each, 'metadata', 'name')}`;
  const amount = (each: Json): number => (sortBy === '' ? 0 : podUsage(each)[sortBy as 'cpu' | 'memory']);
  const sorted = [...metrics].sort((a, b) => amount(b) - amount(a) || (namespaced(a) < namespaced(b) ? -1 : 1));
  const containers = flags.bool('containers');
  const lines = sorted.flatMap((each) => {
    const head = everywhere ? [text(each, 'metadata', 'namespace')] : [];
    const pod = text(each, 'metadata', 'name');
    if (!containers) return [[...head, pod, ...cells(podUsage(each))]];
    return list(each, 'containers').map((one) => [...head, pod, text(one, 'name'), ...cells(usageOf((one as { usage?: Json }).usage))]);
  });
  const named = [...(everywhere ? ['NAMESPACE'] : []), ...(containers ? ['POD'] : []), 'NAME'];
  if (!flags.bool('no-headers')) lines.unshift([...named, 'CPU(cores)', 'MEMORY(bytes)', '']);
  if (flags.bool('sum')) {
    const margin = named.map(() => '');
    lines.push([...margin, '________', '________', ''], [...margin, ...cells(sum(metrics.map(podUsage)))]);
  }
  yield* session.out(tableText(lines));
  return 0;
}

function cells(usage: Usage): string[] {
  return [cpuText(usage), memoryText(usage), ''];
}

function* nothing(session: Session, scope: string, query: Record<string, string>, everywhere: boolean): Task<number> {
  const pods = list(yield* session.json('GET', `/api/v1${scope}/pods`, { query }), 'items');
  if (pods.length === 0) {
    yield* session.err(everywhere ? 'No resources found\n' : `No resources found in ${session.namespace} namespace.\n`);
    return 0;
  }
  for (const pod of pods) {
    const age = session.process.now() - Date.parse(text(pod, 'metadata', 'creationTimestamp'));
    if (age > MEASURED_AFTER) {
      const shown = `${Math.floor(age / 3_600_000) > 0 ? `${Math.floor(age / 3_600_000)}h` : ''}${Math.floor(age / 60_000) % 60}m${(age % 60_000) / 1000}s`;
      throw new CommandError(
        `Metrics not available for pod ${text(pod, 'metadata', 'namespace')}/${text(pod, 'metadata', 'name')}, age: ${shown}`,
      );
    }
  }
  throw new CommandError('metrics not available yet');
}
