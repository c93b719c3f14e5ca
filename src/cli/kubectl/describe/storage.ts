import type { Task } from '../../../engine/os/task.ts';
import { humanDuration, rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { byCodePoint, has, list, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addOwnMaps, flagText, mapText, wordsText } from './head.ts';
import { Lines } from './pod-template.ts';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';
const MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

/** The class a claim or volume names, in the old annotation or in its field. */
export function claimClass(claim: JsonObject): string {
  return text(claim, 'metadata', 'annotations', CLASS_ANNOTATION) || text(claim, 'spec', 'storageClassName');
}

function modesText(modes: readonly Json[]): string {
  return MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

function statusLine(session: Session, value: JsonObject): string {
  const deleted = text(value, 'metadata', 'deletionTimestamp');
  return deleted === ''
    ? `Status:\t${text(value, 'status', 'phase')}`
    : `Status:\tTerminating (lasts ${humanDuration(session.process.now() - Date.parse(deleted))})`;
}

// eslint-disable-next-line require-yield
export function* describePersistentVolume(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const volume = info.object;
  const spec = object(volume, 'spec');
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  addOwnMaps(lines, volume);
  add(`Finalizers:\t${wordsText(list(volume, 'metadata', 'finalizers'))}`);
  add(`StorageClass:\t${claimClass(volume)}`);
  add(statusLine(session, volume));
  const claim = object(spec, 'claimRef');
  add(`Claim:\t${has(spec, 'claimRef') ? `${text(claim, 'namespace')}/${text(claim, 'name')}` : ''}`);
  add(`Reclaim Policy:\t${text(spec, 'persistentVolumeReclaimPolicy')}`);
  add(`Access Modes:\t${modesText(list(spec, 'accessModes'))}`);
  if (has(spec, 'volumeMode')) add(`VolumeMode:\t${text(spec, 'volumeMode')}`);
  add(`Capacity:\t${text(spec, 'capacity', 'storage') || '0'}`);
  addNodeAffinity(lines, object(spec, 'nodeAffinity'));
  add(`Message:\t${text(volume, 'status', 'message')}`);
  add('Source:');
  for (const line of sourceLines(spec)) lines.add(2, line);
  return lines;
}

function addNodeAffinity(lines: Lines, affinity: JsonObject): void {
  if (!has(affinity, 'required')) return lines.add(0, 'Node Affinity:\t<none>');
  lines.add(0, 'Node Affinity:\t');
  const terms = list(affinity, 'required', 'nodeSelectorTerms');
  lines.add(1, `Required Terms:\t${terms.length === 0 ? '<none>' : ''}`);
  terms.forEach((term, i) => addTerm(lines, 2, `Term ${i}`, list(term, 'matchExpressions')));
}

/** `Term 0:  key in [a, b]`, one requirement a line. */
function addTerm(lines: Lines, level: number, title: string, rules: readonly Json[]): void {
  if (rules.length === 0) lines.add(level, `${title}:\t<none>`);
  rules.forEach((rule, i) => {
    const values = list(rule, 'values');
    const says = `${text(rule, 'key')} ${(text(rule, 'operator') || 'In').toLowerCase()}${values.length === 0 ? '' : ` [${values.join(', ')}]`}`;
    lines.add(level, `${i === 0 ? `${title}:` : ''}\t${says}`);
  });
}

function sourceLines(spec: JsonObject): string[] {
  if (has(spec, 'hostPath'))
    return [
      'Type:\tHostPath (bare host directory volume)',
      `Path:\t${text(spec, 'hostPath', 'path')}`,
      `HostPathType:\t${text(spec, 'hostPath', 'type')}`,
    ];
  if (has(spec, 'nfs'))
    return [
      'Type:\tNFS (an NFS mount that lasts the lifetime of a pod)',
      `Server:\t${text(spec, 'nfs', 'server')}`,
      `Path:\t${text(spec, 'nfs', 'path')}`,
      `ReadOnly:\t${object(spec, 'nfs')['readOnly'] === true}`,
    ];
  if (has(spec, 'local'))
    return ['Type:\tLocalVolume (a persistent volume backed by local storage on a node)', `Path:\t${text(spec, 'local', 'path')}`];
  if (has(spec, 'csi')) {
    const csi = object(spec, 'csi');
    return [
      'Type:\tCSI (a Container Storage Interface (CSI) volume source)',
      `Driver:\t${text(csi, 'driver')}`,
      `FSType:\t${text(csi, 'fsType')}`,
      `VolumeHandle:\t${text(csi, 'volumeHandle')}`,
      `ReadOnly:\t${csi['readOnly'] === true}`,
      ...attributeLines(object(csi, 'volumeAttributes')),
    ];
  }
  return ['<unknown>'];
}

function attributeLines(attributes: JsonObject): string[] {
  const pairs = sortedKeys(attributes).map((key) => `${key}=${text(attributes[key])}`);
  return pairs.length === 0
    ? ['VolumeAttributes:\t<none>']
    : pairs.map((pair, i) => `${i === 0 ? 'VolumeAttributes:' : '    '}\t    ${pair}`);
}

export function* describePersistentVolumeClaim(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const claim = info.object;
  const [spec, status] = [object(claim, 'spec'), object(claim, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const bound = text(spec, 'volumeName') !== '';
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`StorageClass:\t${claimClass(claim)}`);
  add(statusLine(session, claim));
  add(`Volume:\t${text(spec, 'volumeName')}`);
  addOwnMaps(lines, claim);
  add(`Finalizers:\t${wordsText(list(claim, 'metadata', 'finalizers'))}`);
  add(`Capacity:\t${bound ? text(status, 'capacity', 'storage') || '0' : ''}`);
  add(`Access Modes:\t${bound ? modesText(list(status, 'accessModes')) : ''}`);
  if (has(spec, 'volumeMode')) add(`VolumeMode:\t${text(spec, 'volumeMode')}`);
  if (has(spec, 'dataSource')) {
    add('DataSource:');
    if (has(spec, 'dataSource', 'apiGroup')) lines.add(1, `APIGroup:\t${text(spec, 'dataSource', 'apiGroup')}`);
    lines.add(1, `Kind:\t${text(spec, 'dataSource', 'kind')}`);
    lines.add(1, `Name:\t${text(spec, 'dataSource', 'name')}`);
  }
  const users = yield* usersOf(session, info);
  add(`Used By:\t${users[0] ?? '<none>'}`);
  for (const user of users.slice(1)) add(`\t${user}`);
  const conditions = list(status, 'conditions');
  if (conditions.length > 0) {
    const time = (value: string): string => (value === '' ? 'Mon, 01 Jan 0001 00:00:00 +0000' : rfc1123(value));
    add('Conditions:');
    lines.add(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage');
    lines.add(1, '----\t------\t-----------------\t------------------\t------\t-------');
    for (const each of conditions) {
      const when = `${time(text(each, 'lastProbeTime'))} \t${time(text(each, 'lastTransitionTime'))}`;
      lines.add(1, `${text(each, 'type')} \t${text(each, 'status')} \t${when} \t${text(each, 'reason')} \t${text(each, 'message')}`);
    }
  }
  return lines;
}

/** Names of the pods that mount the claim, or whose ephemeral volume it is. */
function* usersOf(session: Session, info: Info): Task<string[]> {
  const pods = yield* session.json('GET', `/api/v1/namespaces/${info.namespace ?? ''}/pods`);
  return list(pods, 'items')
    .filter((pod) =>
      list(pod, 'spec', 'volumes').some(
        (volume) =>
          text(volume, 'persistentVolumeClaim', 'claimName') === info.name ||
          (has(volume, 'ephemeral') && `${text(pod, 'metadata', 'name')}-${text(volume, 'name')}` === info.name),
      ),
    )
    .map((pod) => text(pod, 'metadata', 'name'))
    .sort(byCodePoint);
}

// eslint-disable-next-line require-yield
export function* describeStorageClass(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const storageClass = info.object;
  const add = (line: string): void => lines.add(0, line);
  const annotations = object(storageClass, 'metadata', 'annotations');
  const byDefault = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
  add(`Name:\t${info.name}`);
  add(`IsDefaultClass:\t${byDefault.some((key) => annotations[key] === 'true') ? 'Yes' : 'No'}`);
  add(`Annotations:\t${mapText(annotations)}`);
  add(`Provisioner:\t${text(storageClass, 'provisioner')}`);
  add(`Parameters:\t${mapText(object(storageClass, 'parameters'))}`);
  add(`AllowVolumeExpansion:\t${flagText(storageClass['allowVolumeExpansion'])}`);
  const options = list(storageClass, 'mountOptions');
  add(`MountOptions:${options.length === 0 ? '\t<none>' : ''}`);
  for (const option of options) lines.add(1, text(option));
  if (has(storageClass, 'reclaimPolicy')) add(`ReclaimPolicy:\t${text(storageClass, 'reclaimPolicy')}`);
  if (has(storageClass, 'volumeBindingMode')) add(`VolumeBindingMode:\t${text(storageClass, 'volumeBindingMode')}`);
  const topologies = list(storageClass, 'allowedTopologies');
  if (topologies.length > 0) {
    add('AllowedTopologies:\t');
    topologies.forEach((term, i) => addTerm(lines, 1, `Term ${i}`, list(term, 'matchLabelExpressions')));
  }
  return lines;
}
