import type { AnyPlugin } from '../framework.ts';

/** `kubescheduler.config.k8s.io/v1`: what kube-scheduler reads from `--config`. */

export const CONFIG_VERSION = 'kubescheduler.config.k8s.io/v1';
export const CONFIG_KIND = 'KubeSchedulerConfiguration';

export interface PluginEntry {
  readonly name: string;
  readonly weight?: number;
}

export interface PluginSet {
  readonly enabled?: readonly PluginEntry[];
  /** `*` stands for all default plugins of the extension point. */
  readonly disabled?: readonly { readonly name: string }[];
}

/** Extension points as the file names them, in the order in which upstream expands `multiPoint`. */
export const EXTENSION_POINTS = [
  ['preFilter', 'preFilter', 'PreFilterPlugin'],
  ['filter', 'filter', 'FilterPlugin'],
  ['postFilter', 'postFilter', 'PostFilterPlugin'],
  ['reserve', 'reserve', 'ReservePlugin'],
  ['preScore', 'preScore', 'PreScorePlugin'],
  ['score', 'score', 'ScorePlugin'],
  ['preBind', 'preBind', 'PreBindPlugin'],
  ['bind', 'bind', 'BindPlugin'],
  ['postBind', 'postBind', 'PostBindPlugin'],
  ['permit', 'permit', 'PermitPlugin'],
  ['preEnqueue', 'preEnqueue', 'PreEnqueuePlugin'],
  ['queueSort', 'less', 'QueueSortPlugin'],
] as const satisfies readonly (readonly [point: string, method: keyof AnyPlugin, type: string])[];

export type ExtensionPoint = (typeof EXTENSION_POINTS)[number][0];

export type PluginSets = Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>;

export interface PluginConfig {
  readonly name: string;
  readonly args?: object;
}

/** KubeSchedulerProfile: one scheduler name with its plugins. */
export interface ProfileConfiguration {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: PluginSets;
  readonly pluginConfig?: readonly PluginConfig[];
}

/** A program beside the scheduler that is asked over HTTP. A verb is the last part of its URL; without one it is not asked. */
export interface ExtenderConfiguration {
  readonly urlPrefix: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly bindVerb?: string;
  /** Of its scores. */
  readonly weight?: number;
  readonly enableHTTPS?: boolean;
  readonly tlsConfig?: { readonly insecure?: boolean; readonly serverName?: string; readonly caData?: string };
  /** `5s`. */
  readonly httpTimeout?: string;
  /** Names of nodes are enough for it. */
  readonly nodeCacheCapable?: boolean;
  /** Only pods that ask for one of these are its business. */
  readonly managedResources?: readonly { readonly name: string; readonly ignoredByScheduler?: boolean }[];
  /** Its failures are passed over. */
  readonly ignorable?: boolean;
}

export interface KubeSchedulerConfiguration {
  readonly profiles: readonly ProfileConfiguration[];
  readonly percentageOfNodesToScore: number | undefined;
  readonly extenders: readonly ExtenderConfiguration[];
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly leaderElection: {
    readonly leaderElect: boolean;
    readonly resourceName: string;
    readonly resourceNamespace: string;
    readonly resourceLock: string;
    /** `15s`. */
    readonly leaseDuration: string;
    readonly renewDeadline: string;
    readonly retryPeriod: string;
  };
}
