import type { Task } from '../../../engine/os/task.ts';
import { humanDuration } from '../../../engine/api/printing/duration.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { byCodePoint, has, list, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addOwnMaps, flagText, mapText, wordsText } from './head.ts';
import { addClaimFields, claimClass, modesText } from './claim-fields.ts';
import { Lines } from './lines.ts';
import { persistentVolumeLines } from './volume-sources.ts';

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
  for (const line of persistentVolumeLines(spec)) lines.add(line === '<unknown>' ? 1 : 2, line);
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

export function* describePersistentVolumeClaim(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const claim = info.object;
  const status = object(claim, 'status');
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  addClaimFields(lines, claim, statusLine(session, claim));
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

// eslint-disable-next-line require-yield
export function* describeVolumeAttributesClass(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  lines.add(0, `Annotations:\t${mapText(object(info.object, 'metadata', 'annotations'))}`);
  lines.add(0, `DriverName:\t${text(info.object, 'driverName')}`);
  lines.add(0, `Parameters:\t${mapText(object(info.object, 'parameters'))}`);
  return lines;
}

// eslint-disable-next-line require-yield
export function* describeCSINode(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  addOwnMaps(lines, info.object);
  lines.add(0, `CreationTimestamp:\t${rfc1123(text(info.object, 'metadata', 'creationTimestamp'))}`);
  lines.add(0, 'Spec:');
  if (has(info.object, 'spec', 'drivers')) lines.add(1, 'Drivers:');
  for (const driver of list(info.object, 'spec', 'drivers')) {
    lines.add(2, `${text(driver, 'name')}:`);
    lines.add(3, `Node ID:\t${text(driver, 'nodeID')}`);
    if (has(driver, 'allocatable', 'count')) {
      lines.add(3, 'Allocatables:');
      lines.add(4, `Count:\t${text(driver, 'allocatable', 'count')}`);
    }
    if (has(driver, 'topologyKeys')) lines.add(3, `Topology Keys:\t${wordsText(list(driver, 'topologyKeys'))}`);
  }
  return lines;
}
