import type {
  AnyPlugin,
  BindPlugin,
  FilterPlugin,
  PermitPlugin,
  PostFilterPlugin,
  PreBindPlugin,
  PreEnqueuePlugin,
  PreFilterPlugin,
  PreScorePlugin,
  QueueSortPlugin,
  QueueingHint,
  ReservePlugin,
  ScorePlugin,
} from './framework.ts';
import type { ClusterEventName } from './cluster-event.ts';

export interface PluginSet {
  readonly enabled?: readonly { readonly name: string; readonly weight?: number }[];
  readonly disabled?: readonly { readonly name: string }[];
}

/** A profile of KubeSchedulerConfiguration, as far as it is modelled: weights, switched-off score plugins, arguments. */
export interface ProfileConfiguration {
  readonly schedulerName: string;
  readonly plugins?: { readonly multiPoint?: PluginSet; readonly score?: PluginSet };
  readonly pluginConfig?: readonly { readonly name: string; readonly args: object }[];
}

// v1.36 default weights; plugins that are not named weigh 1.
const WEIGHTS: Readonly<Record<string, number>> = { TaintToleration: 3, NodeAffinity: 2, PodTopologySpread: 2, InterPodAffinity: 2 };

/** The plugins of one scheduler name, sorted by extension point in the order in which they run. */
export class Profile {
  readonly preEnqueue: readonly PreEnqueuePlugin[];
  readonly queueSort: QueueSortPlugin;
  readonly preFilter: readonly PreFilterPlugin[];
  readonly filter: readonly FilterPlugin[];
  readonly postFilter: readonly PostFilterPlugin[];
  readonly preScore: readonly PreScorePlugin[];
  readonly score: readonly { readonly plugin: ScorePlugin; readonly weight: number }[];
  readonly reserve: readonly ReservePlugin[];
  readonly permit: readonly PermitPlugin[];
  readonly preBind: readonly PreBindPlugin[];
  readonly bind: readonly BindPlugin[];
  readonly hints: ReadonlyMap<ClusterEventName, readonly { readonly plugin: string; readonly hint: QueueingHint }[]>;

  constructor(
    readonly configuration: ProfileConfiguration,
    plugins: readonly AnyPlugin[],
  ) {
    const at = <T extends AnyPlugin>(point: keyof AnyPlugin): T[] => plugins.filter((plugin): plugin is T => plugin[point] !== undefined);
    const { multiPoint, score } = configuration.plugins ?? {};
    const off = new Set(score?.disabled?.map(({ name }) => name));
    const weights = new Map([...(multiPoint?.enabled ?? []), ...(score?.enabled ?? [])].map(({ name, weight }) => [name, weight]));
    const scores = (plugin: AnyPlugin): boolean => !off.has('*') && !off.has(plugin.name);
    for (const name of [...off, ...weights.keys()]) {
      if (name !== '*' && !plugins.some((plugin) => plugin.name === name))
        throw new Error(`profile ${configuration.schedulerName}: there is no plugin ${name}`);
    }
    if (multiPoint?.disabled !== undefined)
      throw new Error(
        `profile ${configuration.schedulerName}: plugins.multiPoint.disabled is not modelled; disable score plugins under plugins.score`,
      );
    const sort = at<QueueSortPlugin>('less')[0];
    if (sort === undefined) throw new Error(`profile ${configuration.schedulerName}: no queue sort plugin is enabled`);
    this.preEnqueue = at('preEnqueue');
    this.queueSort = sort;
    this.preFilter = at('preFilter');
    this.filter = at('filter');
    this.postFilter = at('postFilter');
    this.preScore = at<PreScorePlugin>('preScore').filter(scores);
    this.score = at<ScorePlugin>('score')
      .filter(scores)
      .map((plugin) => ({ plugin, weight: weights.get(plugin.name) ?? WEIGHTS[plugin.name] ?? 1 }));
    this.reserve = at('reserve');
    this.permit = at('permit');
    this.preBind = at('preBind');
    this.bind = at('bind');
    const hints = new Map<ClusterEventName, { plugin: string; hint: QueueingHint }[]>();
    for (const { name, events } of plugins) {
      for (const [event, hint] of Object.entries(events ?? {}) as [ClusterEventName, QueueingHint][]) {
        const list = hints.get(event);
        if (list === undefined) hints.set(event, [{ plugin: name, hint }]);
        else list.push({ plugin: name, hint });
      }
    }
    this.hints = hints;
  }

  get name(): string {
    return this.configuration.schedulerName;
  }
}

export function pluginArgs<T extends object>(configuration: ProfileConfiguration, name: string): T {
  return (configuration.pluginConfig?.find((entry) => entry.name === name)?.args ?? {}) as T;
}
