import type { PersistentVolume, StorageClass } from '../../api/generated/types.ts';
import {
  skip,
  unresolvable,
  type CycleState,
  type FilterPlugin,
  type PreFilterPlugin,
  type QueueingHint,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import { classOfClaim } from '../../api/storage/volume-rules.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { claimKey, isAmong, namedClaims, type VolumeListers } from '../volumes.ts';

const NAME = 'VolumeZone';
const SKIP = skip(NAME);
const CONFLICT = unresolvable(NAME, 'node(s) had no available volume zone');

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
// Labels with the names that they have since v1.17.
const TOPOLOGY: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': ZONE,
  'failure-domain.beta.kubernetes.io/region': REGION,
  [ZONE]: ZONE,
  [REGION]: REGION,
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
    for (const claim of namedClaims(pod)) {
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
      found.push(...topologiesOf(volume));
    }
    return found;
  };
  const always: QueueingHint = () => true;
  const ofPod: QueueingHint = ({ pod }, { now }) => isAmong(namedClaims(pod), pod, now);
  return {
    name: NAME,
    preFilter(state: CycleState, pod: PodInfo): Status | undefined {
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
      NodeAdd: always,
      NodeUpdateNodeLabel: always,
      PersistentVolumeClaimAdd: ofPod,
      PersistentVolumeClaimUpdate: ofPod,
      PersistentVolumeAdd: always,
      PersistentVolumeUpdate: (_pod, { old, now }) =>
        JSON.stringify(topologiesOf(old as PersistentVolume)) !== JSON.stringify(topologiesOf(now as PersistentVolume)),
      StorageClassAdd: (_pod, { now }) => (now as StorageClass).volumeBindingMode === 'WaitForFirstConsumer',
    },
  };
}

/** Several zones stand in one label: `a__b`. One with an empty part says nothing. */
function topologiesOf({ metadata: { labels = {} } }: PersistentVolume): Topology[] {
  return Object.keys(TOPOLOGY).flatMap((key) => {
    const values = labels[key]?.split('__').map((value) => value.trim());
    return values === undefined || values.includes('') ? [] : { key, values };
  });
}
