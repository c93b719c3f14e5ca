import type { Task } from '../../engine/os/task.ts';
import { submit } from './create.ts';
import { groupVersionOf, resourceText } from './discovery.ts';
import { CommandError, ServerError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import type { JsonObject } from './values.ts';

export const AUTOSCALE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} min:int=-1 max:int=-1 cpu:string memory:string cpu-percent:int=-1 name:string save-config:bool field-manager:string=kubectl-autoscale`;

export function* autoscale(session: Session): Task<number> {
  const { flags } = session;
  if (flags.has('cpu-percent'))
    yield* session.err(
      "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n",
    );
  if (!flags.has('max')) throw new CommandError('required flag(s) "max" not set');
  const [min, max] = [flags.int('min'), flags.int('max')];
  if (max < 1) throw new CommandError(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < min) throw new CommandError(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${min}`);
  if (flags.int('cpu-percent') > 0 && flags.string('cpu') !== '') throw new CommandError('--cpu-percent and --cpu are mutually exclusive');
  yield* visitAll(session, flags.args, {}, function* (info) {
    const { kind, subresources } = info.mapping;
    if (!subresources.includes('scale'))
      throw new CommandError(
        `cannot autoscale a ${kind}: could not find scale subresource for ${resourceText(info.mapping)} in discovery information`,
      );
    const metrics = ['cpu', 'memory'].flatMap((name): JsonObject[] => {
      const value = flags.string(name) || (name === 'cpu' && flags.int('cpu-percent') >= 0 ? `${flags.int('cpu-percent')}%` : '');
      if (value === '') return [];
      const target = value.endsWith('%')
        ? { type: 'Utilization', averageUtilization: Number(value.slice(0, -1)) }
        : { type: 'AverageValue', averageValue: value };
      return [{ type: 'Resource', resource: { name, target } }];
    });
    const made: JsonObject = {
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v2',
      metadata: { name: flags.string('name') || info.name },
      spec: {
        scaleTargetRef: { kind, name: info.name, apiVersion: groupVersionOf(info.mapping.group, info.mapping.version) },
        ...(min > 0 ? { minReplicas: min } : {}),
        maxReplicas: max,
        ...(metrics.length > 0 ? { metrics } : {}),
      },
      status: { desiredReplicas: 0, currentMetrics: null },
    };
    try {
      yield* submit(session, made, { dryRun: dryRunOf(session), operation: 'autoscaled', manager: flags.string('field-manager') });
    } catch (error) {
      // kubectl tries again with autoscaling/v1, which needs a share of the CPU and ends in the same refusal.
      if (!(error instanceof ServerError) || metrics.length > 0) throw error;
      throw new CommandError('failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: empty input');
    }
  });
  return 0;
}
