import type { AnyPlugin } from '../framework.ts';
import { EXTENSION_POINTS, type ExtensionPoint, type PluginEntry, type PluginSet, type ProfileConfiguration } from './types.ts';

export interface SelectedPlugins {
  /** By extension point, in the order in which they run. */
  readonly at: Readonly<Record<ExtensionPoint, readonly AnyPlugin[]>>;
  /** Of the plugins that score. */
  readonly weights: ReadonlyMap<string, number>;
}

const NOTHING: PluginSet = {};

/**
 * Which plugins run where: what a profile enables and disables laid over the defaults (upstream's mergePlugins), and
 * `multiPoint` spread over the extension points that each plugin has (expandMultiPointPlugins). Throws upstream's sentences.
 */
export function selectPlugins(
  configuration: ProfileConfiguration,
  defaults: readonly PluginEntry[],
  plugins: ReadonlyMap<string, AnyPlugin>,
): SelectedPlugins {
  const sets = configuration.plugins ?? {};
  const multiPoint = merge({ enabled: defaults }, sets.multiPoint ?? NOTHING).enabled ?? [];
  const chosen = {} as Record<ExtensionPoint, readonly AnyPlugin[]>;
  for (const [point, method, type] of EXTENSION_POINTS) {
    const own = sets[point] ?? NOTHING;
    chosen[point] = expand(own, multiPoint, plugins, method, type);
  }
  if (chosen.queueSort.length !== 1)
    throw new Error(
      `only one queue sort plugin required for profile with scheduler name ${JSON.stringify(configuration.schedulerName)}, but got ${chosen.queueSort.length}`,
    );
  return { at: chosen, weights: weightsOf([...(sets.score?.enabled ?? []), ...multiPoint]) };
}

/** mergePluginSet: a default that is named again keeps its place and takes the new weight. */
function merge(defaults: PluginSet, custom: PluginSet): PluginSet {
  const disabled = new Set(custom.disabled?.map(({ name }) => name));
  const named = new Map(custom.enabled?.map((entry) => [entry.name, entry]));
  const replaced = new Set<PluginEntry>();
  const enabled: PluginEntry[] = [];
  if (!disabled.has('*')) {
    for (const entry of defaults.enabled ?? []) {
      if (disabled.has(entry.name)) continue;
      const again = named.get(entry.name);
      if (again !== undefined) replaced.add(again);
      enabled.push(again ?? entry);
    }
  }
  for (const entry of custom.enabled ?? []) if (!replaced.has(entry)) enabled.push(entry);
  return { enabled };
}

function expand(
  own: PluginSet,
  multiPoint: readonly PluginEntry[],
  plugins: ReadonlyMap<string, AnyPlugin>,
  method: keyof AnyPlugin,
  type: string,
): AnyPlugin[] {
  const find = (name: string): AnyPlugin => {
    const plugin = plugins.get(name);
    if (plugin === undefined) throw new Error(`${type} ${JSON.stringify(name)} does not exist`);
    return plugin;
  };
  const named = new Set<string>();
  for (const { name } of own.enabled ?? []) {
    if (find(name)[method] === undefined) throw new Error(`plugin ${JSON.stringify(name)} does not extend ${type} plugin`);
    if (named.has(name)) throw new Error(`plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(type)}`);
    named.add(name);
  }
  const disabled = new Set(own.disabled?.map(({ name }) => name));
  const spread = new Set<string>();
  const overridden = new Set<string>();
  if (!disabled.has('*')) {
    const seen = new Set<string>();
    for (const { name } of multiPoint) {
      const plugin = find(name);
      if (plugin[method] === undefined || disabled.has(name)) continue;
      if (named.has(name)) {
        overridden.add(name);
        continue;
      }
      if (seen.has(name)) throw new Error(`plugin ${JSON.stringify(name)} already registered as ${JSON.stringify(type)}`);
      seen.add(name);
      spread.add(name);
    }
  }
  // Those named in both come first, as the extension point orders them; then multiPoint's; then the extension point's own.
  const order = [...[...named].filter((name) => overridden.has(name)), ...spread, ...[...named].filter((name) => !overridden.has(name))];
  return order.map((name) => plugins.get(name) as AnyPlugin);
}

/** The extension point's weight goes before multiPoint's; 0 or none is 1. */
function weightsOf(entries: readonly PluginEntry[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { name, weight = 0 } of entries) if (!weights.has(name)) weights.set(name, weight === 0 ? 1 : weight);
  return weights;
}
