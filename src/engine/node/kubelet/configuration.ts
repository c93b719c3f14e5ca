import { parseQuantity } from '../../api/quantity.ts';
import { parseDuration } from '../../sim/duration.ts';

export type Amounts = Readonly<Record<string, string>>;

/** How long pods of at least this priority get when the machine shuts down. */
export interface ShutdownGrace {
  readonly priority: number;
  readonly shutdownGracePeriodSeconds: number;
}

/** What of a KubeletConfiguration (kubelet.config.k8s.io/v1beta1) means something here, with the kubelet's defaults. */
export interface KubeletConfiguration {
  readonly evictionHard: Amounts;
  readonly evictionSoft: Amounts;
  readonly evictionSoftGracePeriod: Amounts;
  readonly evictionMinimumReclaim: Amounts;
  /** Seconds. */
  readonly evictionMaxPodGracePeriod: number;
  readonly evictionPressureTransitionPeriod: string;
  readonly imageGCHighThresholdPercent: number;
  readonly imageGCLowThresholdPercent: number;
  readonly imageMinimumGCAge: string;
  readonly imageMaximumGCAge: string;
  readonly kubeReserved: Amounts;
  readonly systemReserved: Amounts;
  readonly serializeImagePulls: boolean;
  /** With parallel pulls; 0 for as many as there are. */
  readonly maxParallelImagePulls: number;
  readonly shutdownGracePeriod: string;
  readonly shutdownGracePeriodCriticalPods: string;
  readonly shutdownGracePeriodByPodPriority: readonly ShutdownGrace[];
}

export const DEFAULTS: KubeletConfiguration = {
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '10%',
    'nodefs.inodesFree': '5%',
    'imagefs.available': '15%',
    'imagefs.inodesFree': '5%',
  },
  evictionSoft: {},
  evictionSoftGracePeriod: {},
  evictionMinimumReclaim: {},
  evictionMaxPodGracePeriod: 0,
  evictionPressureTransitionPeriod: '5m',
  imageGCHighThresholdPercent: 85,
  imageGCLowThresholdPercent: 80,
  imageMinimumGCAge: '2m',
  imageMaximumGCAge: '0s',
  kubeReserved: {},
  systemReserved: {},
  serializeImagePulls: true,
  maxParallelImagePulls: 0,
  shutdownGracePeriod: '0s',
  shutdownGracePeriodCriticalPods: '0s',
  shutdownGracePeriodByPodPriority: [],
};

/** Fields of it that a scenario may set for a machine. */
export type KubeletSettings = Partial<KubeletConfiguration>;

const SIGNALS = ['memory.available', 'nodefs.available', 'nodefs.inodesFree', 'imagefs.available', 'imagefs.inodesFree', 'pid.available'];
const RESERVABLE = ['cpu', 'memory', 'ephemeral-storage', 'pid'];

/** Reads a scenario's settings. `fail` is told of the first field that is wrong, in the kubelet's words where it has some. */
export function readSettings(value: Readonly<Record<string, unknown>>, fail: (field: string, problem: string) => never): KubeletSettings {
  const settings: Record<string, unknown> = {};
  for (const [field, given] of Object.entries(value)) {
    const fallback = (DEFAULTS as unknown as Readonly<Record<string, unknown>>)[field];
    if (fallback === undefined) fail(field, `unknown; one of ${Object.keys(DEFAULTS).join(', ')} was expected`);
    if (field === 'shutdownGracePeriodByPodPriority') {
      if (!Array.isArray(given)) fail(field, 'must be a list of priority and shutdownGracePeriodSeconds');
    } else if (typeof fallback === 'object') checkAmounts(field, given, fail);
    else if (typeof given !== typeof fallback) fail(field, `must be a ${typeof fallback}`);
    else if (typeof given === 'string' && (parseDuration(given) ?? -1) < 0) fail(field, `must be a duration such as 30s or 5m`);
    settings[field] = given;
  }
  for (const signal of Object.keys((settings['evictionSoft'] as Amounts | undefined) ?? {}))
    if ((settings['evictionSoftGracePeriod'] as Amounts | undefined)?.[signal] === undefined)
      fail('evictionSoft', `grace period must be specified for the soft eviction threshold ${signal}`);
  return settings as KubeletSettings;
}

function checkAmounts(field: string, given: unknown, fail: (field: string, problem: string) => never): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) fail(field, 'must be a mapping');
  const known = field.startsWith('eviction') ? SIGNALS : RESERVABLE;
  for (const [name, amount] of Object.entries(given as object)) {
    if (!known.includes(name)) fail(field, `unsupported ${field.startsWith('eviction') ? 'eviction signal' : 'resource'} ${name}`);
    const duration = field === 'evictionSoftGracePeriod';
    const text = String(amount);
    const good = duration ? (parseDuration(text) ?? -1) >= 0 : /^\d+(\.\d+)?%$/.test(text) || parseQuantity(text) !== undefined;
    if (!good) fail(field, `${name}: ${text} is no ${duration ? 'duration' : 'quantity or percentage'}`);
  }
}
