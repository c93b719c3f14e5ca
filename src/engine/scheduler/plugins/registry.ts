import type { Pod } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { AnyPlugin } from '../framework.ts';
import type { NamespaceLabels } from '../pod-info.ts';
import type { ProfileConfiguration } from '../configuration/types.ts';
import { Profile, pluginArgs } from '../profile.ts';
import { defaultBinder } from './defaultbinder.ts';
import { defaultPreemption, type DefaultPreemptionArgs, type PreemptionHandle } from './defaultpreemption.ts';
import type { ClaimWriter } from '../devices/claim-writer.ts';
import { NO_DEVICES, type DeviceListers } from '../devices/listers.ts';
import { dynamicResources, type DynamicResourcesArgs } from './dynamicresources.ts';
import { imageLocality } from './imagelocality.ts';
import { interPodAffinity, type InterPodAffinityArgs } from './interpodaffinity.ts';
import { nodeAffinity, type NodeAffinityArgs } from './nodeaffinity.ts';
import { nodeDeclaredFeatures } from './nodedeclaredfeatures.ts';
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
import { nodeVolumeLimits } from './nodevolumelimits.ts';
import type { VolumeBinder } from './volume-binder.ts';
import { volumeBinding, type VolumeBindingArgs } from './volumebinding.ts';
import { volumeRestrictions } from './volumerestrictions.ts';
import { volumeZone } from './volumezone.ts';
import { NO_VOLUMES, type VolumeListers } from '../volumes.ts';

export interface PluginHandle {
  readonly namespaceLabels: NamespaceLabels;
  readonly defaultSelector: DefaultSelector;
  readonly preemption: PreemptionHandle;
  /** Where there is storage. */
  readonly volumes?: VolumeListers;
  /** Who binds volumes; without one it is only judged whether they could be. */
  readonly volumeBinder?: VolumeBinder;
  /** Where there are devices; and who writes what was decided into claims. */
  readonly devices?: DeviceListers;
  readonly claimWriter?: ClaimWriter;
  readonly awaitsDevices?: (pod: Pod, nodeName: string, profile: string) => void;
  /** Without one nothing is bound: for those who only want to know where a pod would go. */
  readonly client?: Client;
  /** Plugins beside the default ones; a profile names those that it wants. */
  readonly more?: readonly AnyPlugin[];
}

/** The default plugins of v1.36, in the order in which they run, with a profile's arguments. */
export function newProfile(configuration: ProfileConfiguration, handle: PluginHandle): Profile {
  const { volumes = NO_VOLUMES, devices = NO_DEVICES } = handle;
  const plugins: AnyPlugin[] = [
    schedulingGates,
    prioritySort,
    nodeUnschedulable,
    nodeName,
    taintToleration,
    nodeAffinity(pluginArgs<NodeAffinityArgs>(configuration, 'NodeAffinity')),
    nodePorts,
    nodeResourcesFit(pluginArgs<NodeResourcesFitArgs>(configuration, 'NodeResourcesFit'), devices),
    volumeRestrictions(volumes),
    nodeVolumeLimits(volumes),
    volumeBinding(volumes, handle.volumeBinder, pluginArgs<VolumeBindingArgs>(configuration, 'VolumeBinding')),
    volumeZone(volumes),
    podTopologySpread(pluginArgs<PodTopologySpreadArgs>(configuration, 'PodTopologySpread'), handle.defaultSelector),
    interPodAffinity(pluginArgs<InterPodAffinityArgs>(configuration, 'InterPodAffinity'), handle.namespaceLabels),
    dynamicResources(
      {
        listers: devices,
        newId: () => handle.preemption.random.uuid(),
        writer: handle.claimWriter,
        waits: (pod, nodeName) => handle.awaitsDevices?.(pod, nodeName, configuration.schedulerName),
      },
      pluginArgs<DynamicResourcesArgs>(configuration, 'DynamicResources'),
    ),
    defaultPreemption(handle.preemption, pluginArgs<DefaultPreemptionArgs>(configuration, 'DefaultPreemption')),
    nodeResourcesBalancedAllocation(pluginArgs<BalancedAllocationArgs>(configuration, 'NodeResourcesBalancedAllocation')),
    imageLocality,
    ...(handle.client === undefined ? [] : [defaultBinder(handle.client)]),
    nodeDeclaredFeatures,
  ];
  return new Profile(configuration, plugins, handle.more);
}
