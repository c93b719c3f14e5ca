import type { Client } from '../../client/client.ts';
import type { AnyPlugin } from '../framework.ts';
import type { NamespaceLabels } from '../pod-info.ts';
import { Profile, pluginArgs, type ProfileConfiguration } from '../profile.ts';
import { defaultBinder } from './defaultbinder.ts';
import { defaultPreemption, type PreemptionHandle } from './defaultpreemption.ts';
import { imageLocality } from './imagelocality.ts';
import { interPodAffinity, type InterPodAffinityArgs } from './interpodaffinity.ts';
import { nodeAffinity, type NodeAffinityArgs } from './nodeaffinity.ts';
import { nodeName } from './nodename.ts';
import { nodePorts } from './nodeports.ts';
import { nodeResourcesBalancedAllocation, type BalancedAllocationArgs } from './noderesourcesbalancedallocation.ts';
import { nodeResourcesFit, type NodeResourcesFitArgs } from './noderesourcesfit.ts';
import { nodeUnschedulable } from './nodeunschedulable.ts';
import { podTopologySpread, type PodTopologySpreadArgs } from './podtopologyspread.ts';
import { prioritySort } from './prioritysort.ts';
import { schedulingGates } from './schedulinggates.ts';
import type { DefaultSelector } from './spread-selector.ts';
import { taintToleration } from './tainttoleration.ts';
import { dynamicResources, volumeBinding } from './unmodelled.ts';

export interface PluginHandle {
  readonly namespaceLabels: NamespaceLabels;
  readonly defaultSelector: DefaultSelector;
  readonly preemption: PreemptionHandle;
  /** Without one nothing is bound: for those who only want to know where a pod would go. */
  readonly client?: Client;
}

/** The default plugins of v1.36, in the order in which they run, with a profile's arguments. */
export function newProfile(configuration: ProfileConfiguration, handle: PluginHandle): Profile {
  const plugins: AnyPlugin[] = [
    schedulingGates,
    prioritySort,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(pluginArgs<NodeAffinityArgs>(configuration, 'NodeAffinity')),
    nodePorts,
    nodeResourcesFit(pluginArgs<NodeResourcesFitArgs>(configuration, 'NodeResourcesFit')),
    volumeBinding,
    podTopologySpread(pluginArgs<PodTopologySpreadArgs>(configuration, 'PodTopologySpread'), handle.defaultSelector),
    interPodAffinity(pluginArgs<InterPodAffinityArgs>(configuration, 'InterPodAffinity'), handle.namespaceLabels),
    dynamicResources,
    defaultPreemption(handle.preemption),
    nodeResourcesBalancedAllocation(pluginArgs<BalancedAllocationArgs>(configuration, 'NodeResourcesBalancedAllocation')),
    imageLocality,
    ...(handle.client === undefined ? [] : [defaultBinder(handle.client)]),
  ];
  return new Profile(configuration, plugins);
}
