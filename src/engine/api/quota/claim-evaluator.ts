import type { PersistentVolumeClaim } from '../generated/types.ts';
import { compareQuantities } from '../quantity.ts';
import type { Evaluator } from './evaluator.ts';
import { selectsValue } from './scope-value.ts';

const NAMES = ['count/persistentvolumeclaims', 'persistentvolumeclaims', 'requests.storage'];
const BY_CLASS = '.storageclass.storage.k8s.io/';
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** Claims and the storage they ask for, in all and by storage class. */
export const claimEvaluator: Evaluator = {
  handles: (_verb, subresource) => subresource === '',
  matching: (wanted) =>
    wanted.filter(
      (name) => NAMES.includes(name) || name.endsWith(`${BY_CLASS}persistentvolumeclaims`) || name.endsWith(`${BY_CLASS}requests.storage`),
    ),
  inScope: (requirement, object) =>
    requirement.scopeName === 'VolumeAttributesClass' &&
    selectsValue(requirement, (object as PersistentVolumeClaim).spec?.volumeAttributesClassName ?? ''),
  usage(object) {
    const { metadata, spec, status } = object as PersistentVolumeClaim;
    const usage: Record<string, string> = { 'count/persistentvolumeclaims': '1', persistentvolumeclaims: '1' };
    const storageClass = metadata.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
    if (storageClass !== '') usage[`${storageClass}${BY_CLASS}persistentvolumeclaims`] = '1';
    const asked = spec?.resources?.requests?.['storage'];
    if (asked === undefined) return usage;
    // While a volume grows, or fails to, what was promised counts.
    const given = status?.allocatedResources?.['storage'] ?? '0';
    const storage = compareQuantities(given, asked) > 0 ? given : asked;
    usage['requests.storage'] = storage;
    if (storageClass !== '') usage[`${storageClass}${BY_CLASS}requests.storage`] = storage;
    return usage;
  },
};
