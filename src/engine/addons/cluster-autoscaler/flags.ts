import { HOUR, MINUTE, SECOND, type Millis } from '../../sim/time.ts';
import { parseDuration } from '../../sim/duration.ts';
import { nodesSpec } from './managed-groups.ts';

/** Command-line flags of cluster-autoscaler v1.36 that have an effect here, with their defaults. */
export interface Flags {
  readonly 'scan-interval': Millis;
  readonly 'frequent-loops-enabled': boolean;
  readonly expander: string;
  /** Of `least:most:name`. */
  readonly nodes: readonly string[];
  readonly 'balance-similar-node-groups': boolean;
  readonly 'balancing-label': readonly string[];
  readonly 'balancing-ignore-label': readonly string[];
  readonly 'memory-difference-ratio': number;
  readonly 'max-allocatable-difference-ratio': number;
  readonly 'max-free-difference-ratio': number;
  readonly 'max-nodes-total': number;
  readonly 'max-nodes-per-scaleup': number;
  readonly 'cores-total': readonly [least: number, most: number];
  readonly 'memory-total': readonly [least: number, most: number];
  readonly 'max-total-unready-percentage': number;
  readonly 'ok-total-unready-count': number;
  readonly 'max-node-provision-time': Millis;
  readonly 'max-node-startup-time': Millis;
  readonly 'new-pod-scale-up-delay': Millis;
  readonly 'expendable-pods-priority-cutoff': number;
  readonly 'enforce-node-group-min-size': boolean;
  readonly 'initial-node-group-backoff-duration': Millis;
  readonly 'max-node-group-backoff-duration': Millis;
  readonly 'node-group-backoff-reset-timeout': Millis;
  readonly 'scale-down-enabled': boolean;
  readonly 'scale-down-unready-enabled': boolean;
  readonly 'scale-down-delay-after-add': Millis;
  readonly 'scale-down-delay-after-delete': Millis;
  readonly 'scale-down-delay-after-failure': Millis;
  readonly 'scale-down-unneeded-time': Millis;
  readonly 'scale-down-unready-time': Millis;
  readonly 'scale-down-utilization-threshold': number;
  readonly 'ignore-daemonsets-utilization': boolean;
  readonly 'ignore-mirror-pods-utilization': boolean;
  readonly 'unremovable-node-recheck-timeout': Millis;
  readonly 'max-scale-down-parallelism': number;
  readonly 'max-drain-parallelism': number;
  readonly 'max-graceful-termination-sec': number;
  readonly 'max-pod-eviction-time': Millis;
  readonly 'node-delete-delay-after-taint': Millis;
  readonly 'cordon-node-before-terminating': boolean;
  readonly 'daemonset-eviction-for-empty-nodes': boolean;
  readonly 'daemonset-eviction-for-occupied-nodes': boolean;
  readonly 'max-bulk-soft-taint-count': number;
  readonly 'skip-nodes-with-system-pods': boolean;
  readonly 'skip-nodes-with-local-storage': boolean;
  readonly 'skip-nodes-with-custom-controller-pods': boolean;
  readonly 'blocking-system-pod-distruption-timeout': Millis;
  readonly 'write-status-configmap': boolean;
  readonly 'status-config-map-name': string;
  readonly namespace: string;
  readonly 'leader-elect': boolean;
}

// cluster-autoscaler v1.36, config/flags and config/const.
const DEFAULTS: Flags = {
  'scan-interval': 10 * SECOND,
  'frequent-loops-enabled': true,
  expander: 'least-waste',
  nodes: [],
  'balance-similar-node-groups': false,
  'balancing-label': [],
  'balancing-ignore-label': [],
  'memory-difference-ratio': 0.015,
  'max-allocatable-difference-ratio': 0.05,
  'max-free-difference-ratio': 0.05,
  'max-nodes-total': 0,
  'max-nodes-per-scaleup': 1000,
  'cores-total': [0, 320_000],
  'memory-total': [0, 6_400_000],
  'max-total-unready-percentage': 45,
  'ok-total-unready-count': 3,
  'max-node-provision-time': 15 * MINUTE,
  'max-node-startup-time': 15 * MINUTE,
  'new-pod-scale-up-delay': 0,
  'expendable-pods-priority-cutoff': -10,
  'enforce-node-group-min-size': false,
  'initial-node-group-backoff-duration': 5 * MINUTE,
  'max-node-group-backoff-duration': 30 * MINUTE,
  'node-group-backoff-reset-timeout': 3 * HOUR,
  'scale-down-enabled': true,
  'scale-down-unready-enabled': true,
  'scale-down-delay-after-add': 10 * MINUTE,
  'scale-down-delay-after-delete': 0,
  'scale-down-delay-after-failure': 3 * MINUTE,
  'scale-down-unneeded-time': 10 * MINUTE,
  'scale-down-unready-time': 20 * MINUTE,
  'scale-down-utilization-threshold': 0.5,
  'ignore-daemonsets-utilization': false,
  'ignore-mirror-pods-utilization': false,
  'unremovable-node-recheck-timeout': 5 * MINUTE,
  'max-scale-down-parallelism': 10,
  'max-drain-parallelism': 1,
  'max-graceful-termination-sec': 600,
  'max-pod-eviction-time': 2 * MINUTE,
  'node-delete-delay-after-taint': 5 * SECOND,
  'cordon-node-before-terminating': true,
  'daemonset-eviction-for-empty-nodes': false,
  'daemonset-eviction-for-occupied-nodes': true,
  'max-bulk-soft-taint-count': 10,
  'skip-nodes-with-system-pods': true,
  'skip-nodes-with-local-storage': true,
  'skip-nodes-with-custom-controller-pods': true,
  'blocking-system-pod-distruption-timeout': HOUR,
  'write-status-configmap': true,
  'status-config-map-name': 'cluster-autoscaler-status',
  namespace: 'kube-system',
  'leader-elect': true,
};

const DURATIONS = new Set<string>([
  'scan-interval', 'max-node-provision-time', 'max-node-startup-time', 'new-pod-scale-up-delay', 'initial-node-group-backoff-duration',
  'max-node-group-backoff-duration', 'node-group-backoff-reset-timeout', 'scale-down-delay-after-add', 'scale-down-delay-after-delete',
  'scale-down-delay-after-failure', 'scale-down-unneeded-time', 'scale-down-unready-time', 'unremovable-node-recheck-timeout',
  'max-pod-eviction-time', 'node-delete-delay-after-taint', 'blocking-system-pod-distruption-timeout',
]); // prettier-ignore

// What manifests give it and what makes no difference in this world.
const NO_MATTER = new Set(['v', 'stderrthreshold', 'logtostderr', 'cloud-provider', 'cluster-name', 'address', 'profiling']);
// Given several times, they add up.
const LISTS = new Set<string>(['nodes', 'balancing-label', 'balancing-ignore-label']);
const DISCOVERY = 'node-group-auto-discovery';
export const EXPANDERS = ['random', 'most-pods', 'least-waste', 'price', 'priority'];

/** Reads the arguments of the program; a text says why it would not start. */
export function readFlags(args: readonly string[]): Flags | string {
  const flags: Record<string, unknown> = { ...DEFAULTS };
  for (const argument of args) {
    const [, name = '', text] = /^--?([a-z0-9-]+)(?:=([\s\S]*))?$/.exec(argument) ?? [];
    if (NO_MATTER.has(name)) continue;
    const before = flags[name];
    if (name === DISCOVERY) return `--${DISCOVERY}: the groups of this cloud need no discovery; --nodes chooses among them`;
    if (before === undefined)
      return name === '' ? `unexpected argument ${JSON.stringify(argument)}` : `unknown flag: --${name}, or one that is not modelled here`;
    const value = read(name, before, text ?? (typeof before === 'boolean' ? 'true' : ''));
    if (value === undefined) return `invalid argument ${JSON.stringify(text ?? '')} for "--${name}" flag`;
    flags[name] = LISTS.has(name) ? [...(before as string[]), value] : value;
  }
  const read1 = flags as unknown as Flags;
  for (const spec of read1.nodes) {
    const problem = nodesSpec(spec);
    if (typeof problem === 'string') return `failed to parse node group spec: ${problem}`;
  }
  const odd = read1.expander.split(',').find((name) => !EXPANDERS.includes(name));
  return odd === undefined ? read1 : `expander ${odd} not supported; there are ${EXPANDERS.join(', ')}`;
}

function read(name: string, before: unknown, text: string): unknown {
  if (DURATIONS.has(name)) return parseDuration(text);
  if (LISTS.has(name)) return text === '' ? undefined : text;
  if (typeof before === 'boolean') return /^(true|1|t)$/i.test(text) ? true : /^(false|0|f)$/i.test(text) ? false : undefined;
  if (typeof before === 'string') return text === '' ? undefined : text;
  if (typeof before === 'number') return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  const [, least, most] = /^(\d+):(\d+)$/.exec(text) ?? [];
  return least === undefined || Number(least) > Number(most) ? undefined : [Number(least), Number(most)];
}
