import type {
  CronJob,
  DaemonSet,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  PersistentVolumeClaim,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
} from '../engine/api/generated/types.ts';
import type { ApiObject } from '../engine/api/meta.ts';
import type { Tone } from './scene.ts';

/** How an object on the shelf shows its state. */
export interface Shown {
  readonly status: string;
  readonly tone: Tone;
}

const counted = (wanted = 1, ready = 0): Shown => ({
  status: `${ready}/${wanted}`,
  tone: wanted === 0 && ready === 0 ? 'gone' : ready >= wanted ? 'ok' : 'wait',
});

const STATES = {
  Deployment: ({ spec, status }: Deployment) => counted(spec?.replicas, status?.readyReplicas),
  ReplicaSet: ({ spec, status }: ReplicaSet) => counted(spec?.replicas, status?.readyReplicas),
  ReplicationController: ({ spec, status }: ReplicationController) => counted(spec?.replicas, status?.readyReplicas),
  StatefulSet: ({ spec, status }: StatefulSet) => counted(spec?.replicas, status?.readyReplicas),
  DaemonSet: ({ status }: DaemonSet) => counted(status?.desiredNumberScheduled ?? 0, status?.numberReady),
  CronJob: ({ spec, status }: CronJob): Shown => ({
    status: spec?.schedule ?? '',
    tone: spec?.suspend === true ? 'gone' : (status?.active ?? []).length > 0 ? 'wait' : 'ok',
  }),
  Job: ({ spec, status }: Job): Shown => {
    const holds = (type: string): boolean => status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
    const tone = holds('Failed') ? 'bad' : holds('Complete') || holds('Suspended') ? 'gone' : 'wait';
    return { status: `${status?.succeeded ?? 0}/${spec?.completions ?? spec?.parallelism ?? 1}`, tone };
  },
  HorizontalPodAutoscaler: ({ spec, status }: HorizontalPodAutoscaler): Shown => {
    const blind = status?.conditions?.some(({ type, status: holds }) => type === 'ScalingActive' && holds === 'False') === true;
    const [now, most] = [status?.currentReplicas ?? 0, spec?.maxReplicas ?? 0];
    return { status: `${now} of ${spec?.minReplicas ?? 1}–${most}`, tone: blind ? 'bad' : now === status?.desiredReplicas ? 'ok' : 'wait' };
  },
  PersistentVolumeClaim: ({ status }: PersistentVolumeClaim): Shown => {
    const phase = status?.phase ?? 'Pending';
    return { status: phase, tone: phase === 'Bound' ? 'ok' : phase === 'Lost' ? 'bad' : 'wait' };
  },
  Service: ({ spec }: Service): Shown => ({ status: spec?.clusterIP ?? '', tone: 'ok' }),
} as const;

export function stateOf(object: ApiObject): Shown {
  const state = STATES[object.kind as keyof typeof STATES] as ((object: ApiObject) => Shown) | undefined;
  return state === undefined ? { status: '', tone: 'ok' } : state(object);
}
