import type { Task } from '../../../engine/os/task.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { addOwnMaps, mapText, selectorText, wordsText } from './head.ts';
import { addMap, Lines } from './lines.ts';
import { addPodTemplate } from './pod-template.ts';
import { claimClass } from './claim-fields.ts';

export function* describeDaemonSet(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const [spec, status] = [object(info.object, 'spec'), object(info.object, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const selector = selectorText(object(spec, 'selector'));
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`Selector:\t${selector}`);
  add(`Node-Selector:\t${mapText(object(spec, 'template', 'spec', 'nodeSelector'))}`);
  addOwnMaps(lines, info.object);
  add(`Desired Number of Nodes Scheduled: ${number(status, 'desiredNumberScheduled')}`);
  add(`Current Number of Nodes Scheduled: ${number(status, 'currentNumberScheduled')}`);
  add(`Number of Nodes Scheduled with Up-to-date Pods: ${number(status, 'updatedNumberScheduled')}`);
  add(`Number of Nodes Scheduled with Available Pods: ${number(status, 'numberAvailable')}`);
  add(`Number of Nodes Misscheduled: ${number(status, 'numberMisscheduled')}`);
  add(`Pods Status:\t${yield* podsStatus(session, info, selector)}`);
  addPodTemplate(lines, object(spec, 'template'));
  return lines;
}

export function* describeStatefulSet(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const [spec, status] = [object(info.object, 'spec'), object(info.object, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const selector = selectorText(object(spec, 'selector'));
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`CreationTimestamp:\t${rfc1123(text(info.object, 'metadata', 'creationTimestamp'))}`);
  add(`Selector:\t${selector}`);
  addOwnMaps(lines, info.object);
  add(`Replicas:\t${number(spec, 'replicas')} desired | ${number(status, 'replicas')} total`);
  add(`Update Strategy:\t${text(spec, 'updateStrategy', 'type')}`);
  const rolling = object(spec, 'updateStrategy', 'rollingUpdate');
  if (has(rolling, 'partition')) {
    lines.add(1, `Partition:\t${number(rolling, 'partition')}`);
    if (has(rolling, 'maxUnavailable')) lines.add(1, `MaxUnavailable:\t${text(rolling, 'maxUnavailable')}`);
  }
  add(`Pods Status:\t${yield* podsStatus(session, info, selector)}`);
  addPodTemplate(lines, object(spec, 'template'));
  addClaimTemplates(lines, list(spec, 'volumeClaimTemplates'));
  return lines;
}

/** Own pods by phase. */
export function* podsStatus(session: Session, info: Info, labelSelector: string): Task<string> {
  const pods = yield* session.json('GET', `/api/v1/namespaces/${info.namespace ?? ''}/pods`, { query: { labelSelector } });
  const uid = text(info.object, 'metadata', 'uid');
  const owned = (pod: Json): boolean =>
    list(pod, 'metadata', 'ownerReferences').some((each) => object(each)['controller'] === true && text(each, 'uid') === uid);
  const phases = list(pods, 'items')
    .filter(owned)
    .map((pod) => text(pod, 'status', 'phase'));
  const count = (phase: string): number => phases.filter((each) => each === phase).length;
  return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
}

function addClaimTemplates(lines: Lines, claims: readonly Json[]): void {
  lines.add(0, claims.length === 0 ? 'Volume Claims:\t<none>' : 'Volume Claims:');
  for (const each of claims) {
    const claim: JsonObject = object(each);
    lines.add(1, `Name:\t${text(claim, 'metadata', 'name')}`);
    lines.add(1, `StorageClass:\t${claimClass(claim)}`);
    addMap(lines, '  Labels:', object(claim, 'metadata', 'labels'), '=');
    addMap(lines, '  Annotations:', object(claim, 'metadata', 'annotations'), '=');
    lines.add(1, `Capacity:\t${text(claim, 'spec', 'resources', 'requests', 'storage') || '<default>'}`);
    lines.add(1, `Access Modes:\t${wordsText(list(claim, 'spec', 'accessModes'))}`);
  }
}
