import type { ClusterEventName } from './cluster-event.ts';
import { EXTENDER } from './extender.ts';
import { selectPlugins } from './configuration/plugin-sets.ts';
import { EXTENSION_POINTS, type PluginEntry, type ProfileConfiguration } from './configuration/types.ts';
import type {
  AnyPlugin,
  BindPlugin,
  FilterPlugin,
  PermitPlugin,
  PostBindPlugin,
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

// v1.36 default weights; plugins that are not named weigh 1.
const WEIGHTS: Readonly<Record<string, number>> = {
  TaintToleration: 3,
  NodeAffinity: 2,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  DynamicResources: 2,
};

// These work from what they prepared for the pod.
const PREPARED = [
  ['filter', 'preFilter'],
  ['score', 'preScore'],
] as const;

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
  readonly postBind: readonly PostBindPlugin[];
  readonly hints: ReadonlyMap<ClusterEventName, readonly { readonly plugin: string; readonly hint: QueueingHint }[]>;
  /** Those who do not say what could change their minds: every event could. */
  readonly openMinded: ReadonlySet<string>;

  /** `plugins`: the default ones in their order; `more`: others, which run where the configuration enables them. */
  constructor(
    readonly configuration: ProfileConfiguration,
    plugins: readonly AnyPlugin[],
    more: readonly AnyPlugin[] = [],
  ) {
    const defaults = plugins.map(({ name }): PluginEntry => ({ name, weight: WEIGHTS[name] ?? 1 }));
    const { at, weights } = selectPlugins(configuration, defaults, new Map([...plugins, ...more].map((plugin) => [plugin.name, plugin])));
    for (const [point, before] of PREPARED) {
      for (const plugin of at[point])
        if (plugin[before] !== undefined && plugin.name !== 'NodeAffinity' && !at[before].includes(plugin))
          throw new Error(
            `plugin ${JSON.stringify(plugin.name)} is disabled at ${before} and enabled at ${point}, which needs what it prepares there`,
          );
    }
    this.preEnqueue = at.preEnqueue as readonly PreEnqueuePlugin[];
    this.queueSort = at.queueSort[0] as QueueSortPlugin;
    this.preFilter = at.preFilter as readonly PreFilterPlugin[];
    this.filter = at.filter as readonly FilterPlugin[];
    this.postFilter = at.postFilter as readonly PostFilterPlugin[];
    this.preScore = at.preScore as readonly PreScorePlugin[];
    this.score = (at.score as readonly ScorePlugin[]).map((plugin) => ({ plugin, weight: weights.get(plugin.name) ?? 1 }));
    this.reserve = at.reserve as readonly ReservePlugin[];
    this.permit = at.permit as readonly PermitPlugin[];
    this.preBind = at.preBind as readonly PreBindPlugin[];
    this.bind = at.bind as readonly BindPlugin[];
    this.postBind = at.postBind as readonly PostBindPlugin[];
    const hints = new Map<ClusterEventName, { plugin: string; hint: QueueingHint }[]>();
    const openMinded = new Set([EXTENDER]);
    for (const { name, events } of new Set(EXTENSION_POINTS.flatMap(([point]) => at[point]))) {
      if (events === undefined) openMinded.add(name);
      // scheduler.go, buildQueueingHintMap: who waits for new nodes is also told when taints change.
      const taints = events?.NodeAdd === undefined || events.NodeUpdateNodeTaint !== undefined ? {} : { NodeUpdateNodeTaint: () => true };
      for (const [event, hint] of Object.entries({ ...events, ...taints }) as [ClusterEventName, QueueingHint][]) {
        const list = hints.get(event);
        if (list === undefined) hints.set(event, [{ plugin: name, hint }]);
        else list.push({ plugin: name, hint });
      }
    }
    this.hints = hints;
    this.openMinded = openMinded;
  }

  get name(): string {
    return this.configuration.schedulerName;
  }
}

export function pluginArgs<T extends object>(configuration: ProfileConfiguration, name: string): T {
  return (configuration.pluginConfig?.find((entry) => entry.name === name)?.args ?? {}) as T;
}
