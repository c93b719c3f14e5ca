import { formatTime } from '../../sim/time.ts';
import type { Pod } from '../generated/types.ts';
import { ALL_VERBS, type Strategy } from '../kind.ts';
import { setPodDefaults } from '../pod/defaults.ts';
import { setAppArmorFields } from '../pod/app-armor.ts';
import { ephemeralContainersStrategy } from '../pod/ephemeral-containers.ts';
import { resizeStrategy } from '../pod/resize.ts';
import { mergeLabelKeys } from '../pod/label-keys.ts';
import { podQosClass } from '../pod/qos.ts';
import { validatePod } from '../pod/validate-pod.ts';
import { validatePodStatus, validatePodUpdate } from '../pod/validate-update.ts';
import { podWarnings } from '../pod/warnings.ts';
import { podColumns, podRowConditions } from '../printing/pod.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

const plainStatus = statusStrategy<Pod>({ update: validatePodStatus });

/** The class of a pod is settled when it is made. */
const podStatusStrategy: Strategy<Pod> = {
  ...plainStatus,
  prepareForUpdate(draft, old, context) {
    plainStatus.prepareForUpdate?.(draft, old, context);
    const qosClass = old.status?.qosClass;
    if (qosClass !== undefined) draft.status = { ...draft.status, qosClass };
  },
};

export const pod = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  resource: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Pod',
  nameRule: 'dns-subdomain',
  defaults: setPodDefaults,
  strategy: specStrategy<Pod>({
    prepareForCreate(draft, { now }) {
      // A negative grace period is the shortest there is.
      if ((draft.spec?.terminationGracePeriodSeconds ?? 0) < 0 && draft.spec !== undefined) draft.spec.terminationGracePeriodSeconds = 1;
      if (draft.spec !== undefined) mergeLabelKeys(draft.spec, draft.metadata.labels ?? {});
      if (draft.spec !== undefined) setAppArmorFields(draft.spec, draft.metadata.annotations ?? {});
      draft.status = { phase: 'Pending', qosClass: podQosClass(draft) };
      if ((draft.spec?.schedulingGates ?? []).length > 0) draft.status.conditions = [{ ...GATED, lastTransitionTime: formatTime(now) }];
    },
    create: (pod, findings) => validatePod(pod, findings, true),
    update: validatePodUpdate,
    warnings: (pod, old) => (old === undefined ? podWarnings(pod) : []),
  }),
  subresources: {
    status: podStatusStrategy,
    parts: { ephemeralcontainers: ephemeralContainersStrategy, resize: resizeStrategy },
    others: ['attach', 'binding', 'ephemeralcontainers', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'resize'],
  },
  fieldSelectors: {
    'spec.nodeName': ({ spec }) => spec?.nodeName ?? '',
    'spec.host': ({ spec }) => spec?.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec?.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec?.hostNetwork ?? false),
    'status.phase': ({ status }) => status?.phase ?? '',
    'status.podIP': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
    'status.podIPs': ({ status }) => status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': ({ status }) => status?.nominatedNodeName ?? '',
  },
  defaultGracePeriod: podGracePeriod,
  columns: podColumns,
  rowConditions: podRowConditions,
  fidelity: {
    level: 'partial',
    inert: {
      'spec.containers.securityContext.seccompProfile': 'programs run without system calls to filter',
      'spec.securityContext.seccompProfile': 'programs run without system calls to filter',
      'spec.containers.securityContext.seLinuxOptions': 'programs run without a kernel',
      'spec.securityContext.seLinuxOptions': 'programs run without a kernel',
      'spec.securityContext.sysctls': 'programs run without a kernel',
      'spec.runtimeClassName': 'there is one container runtime',
      'spec.resourceClaims': 'devices are not modelled',
    },
  },
});

const GATED = {
  lastProbeTime: null as unknown as string,
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/** A pod that never got a node, or has ended, is gone at once; others get their own grace period. */
function podGracePeriod({ spec, status }: Pod): number {
  if (!spec?.nodeName || status?.phase === 'Failed' || status?.phase === 'Succeeded') return 0;
  return spec.terminationGracePeriodSeconds ?? 30;
}
