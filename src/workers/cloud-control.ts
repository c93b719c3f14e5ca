import { KINDS } from '../engine/api/kinds/index.ts';
import type { PersistentVolume, VolumeAttachment } from '../engine/api/generated/types.ts';
import type { Kind } from '../engine/api/kind.ts';
import type { Cluster } from '../engine/cluster.ts';
import type { CloudControl } from '../cli/lab/cloud.ts';

const kindOf = (name: string): Kind => KINDS.find(({ kind }) => kind === name) as Kind;
const VOLUME = kindOf('PersistentVolume');
const ATTACHMENT = kindOf('VolumeAttachment');
const ZONE = /(^|\/)zone$/;

/** The provider's console: its machines, and the disks that drivers have ordered. */
export function cloudControl(cluster: Cluster): CloudControl {
  const { cloud, machines } = cluster;
  return {
    instances: () => cloud.groups.flatMap(({ instances }) => instances),
    groups: () => cloud.groups.map(({ spec, targetSize }) => ({ name: spec.name, min: spec.min, max: spec.max, target: targetSize })),
    disks: () => disksOf(cluster),
    terminate(name) {
      if (cloud.console.some((group) => group.terminate(name))) return undefined;
      if (machines.has(name))
        return `${name} is no machine of a node group, and nobody's to terminate; lab node stop ${name} powers it off`;
      const known = cloud.groups.flatMap(({ instances }) => instances.map((each) => each.name));
      return `the provider has no machine "${name}"; ${known.length === 0 ? 'this cluster has no node groups' : `there are ${known.join(', ')}`}`;
    },
  };
}

function disksOf(cluster: Cluster): ReturnType<CloudControl['disks']> {
  const attached = new Map<string, string>();
  for (const { spec, status } of cluster.observe(ATTACHMENT) as readonly VolumeAttachment[])
    if (status?.attached === true) attached.set(spec.source.persistentVolumeName ?? '', spec.nodeName);
  return (cluster.observe(VOLUME) as readonly PersistentVolume[]).flatMap(({ metadata, spec }) => {
    if (spec?.csi === undefined) return [];
    const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const zone = terms.flatMap(({ matchExpressions = [] }) => matchExpressions).find(({ key }) => ZONE.test(key))?.values?.[0] ?? '';
    return [
      { handle: spec.csi.volumeHandle, size: spec.capacity?.['storage'] ?? '', zone, attached: attached.get(metadata.name ?? '') ?? '' },
    ];
  });
}
