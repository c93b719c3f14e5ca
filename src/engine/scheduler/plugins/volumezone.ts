import {
  skip,
  unresolvable,
  type CycleState,
  type FilterPlugin,
  type PreFilterPlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import { classOfClaim } from '../../api/storage/volume-rules.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { claimKey, claimedVolumes, type VolumeListers } from '../volumes.ts';

const NAME = 'VolumeZone';
const SKIP = skip(NAME);
const CONFLICT = unresolvable(NAME, 'node(s) had no available volume zone');

// Labels of today, with the name that they had before v1.17.
const TOPOLOGY: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone': 'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'failure-domain.beta.kubernetes.io/region',
};

interface Topology {
  readonly key: string;
  readonly values: readonly string[];
}

const STATE: StateKey<readonly Topology[]> = { name: 'PreFilterVolumeZone' };

/** Volumes whose labels say in which zone they are, as volumes of clouds did before there was node affinity on them. */
export function volumeZone(listers: VolumeListers): PreFilterPlugin & FilterPlugin {
  const topologies = ({ pod }: PodInfo): Status | Topology[] => {
    const found: Topology[] = [];
    for (const { claim } of claimedVolumes(pod)) {
      const pvc = listers.claim(claimKey(pod, claim));
      if (pvc === undefined) return unresolvable(NAME, `persistentvolumeclaim ${JSON.stringify(claim)} not found`);
      const name = pvc.spec?.volumeName ?? '';
      if (name === '') {
        const className = classOfClaim(pvc);
        if (className === '') return unresolvable(NAME, 'PersistentVolumeClaim had no pv name and storageClass name');
        const storageClass = listers.storageClass(className);
        if (storageClass === undefined) return unresolvable(NAME, `storageclass.storage.k8s.io ${JSON.stringify(className)} not found`);
        if (storageClass.volumeBindingMode === 'WaitForFirstConsumer') continue;
        return unresolvable(NAME, 'PersistentVolume had no name');
      }
      const volume = listers.volume(name);
      if (volume === undefined) return unresolvable(NAME, `persistentvolume ${JSON.stringify(name)} not found`);
      for (const [key, value] of Object.entries(volume.metadata.labels ?? {}))
        if (TOPOLOGY[key] !== undefined) found.push({ key, values: value.split('__') });
    }
    return found;
  };
  const hint = (): boolean => true;
  return {
    name: NAME,
    preFilter(state: CycleState, pod: PodInfo): Status | undefined {
      if (claimedVolumes(pod.pod).length === 0) return SKIP;
      const found = topologies(pod);
      if ('code' in found) return found;
      state.write(STATE, found);
      return found.length === 0 ? SKIP : undefined;
    },
    filter(state: CycleState, _pod: PodInfo, { labels }: NodeInfo): Verdict {
      // A node without zones is somebody's only machine.
      if (!Object.keys(TOPOLOGY).some((key) => labels[key] !== undefined)) return undefined;
      for (const { key, values } of state.read(STATE) ?? []) {
        const value = labels[key] ?? labels[TOPOLOGY[key] ?? ''];
        if (value === undefined || !values.includes(value)) return CONFLICT;
      }
      return undefined;
    },
    events: {
      NodeAdd: hint,
      NodeUpdateNodeLabel: hint,
      PersistentVolumeClaimAdd: hint,
      PersistentVolumeClaimUpdate: hint,
      PersistentVolumeAdd: hint,
      PersistentVolumeUpdate: hint,
      StorageClassAdd: hint,
    },
  };
}
