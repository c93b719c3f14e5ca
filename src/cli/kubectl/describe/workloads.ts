import type { Task } from '../../../engine/os/task.ts';
import { LAST_APPLIED } from '../apply.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { addMap, addPodTemplate, Lines } from './pod-template.ts';

export function selectorText(selector: JsonObject): string {
  const labels = Object.entries(object(selector, 'matchLabels'))
    .sort()
    .map(([key, value]) => `${key}=${text(value)}`);
  const rules = list(selector, 'matchExpressions').map((rule) => {
    const [key, values] = [
      text(rule, 'key'),
      `(${list(rule, 'values')
        .map((each) => text(each))
        .sort()
        .join(',')})`,
    ];
    return (
      { In: `${key} in ${values}`, NotIn: `${key} notin ${values}`, Exists: key, DoesNotExist: `!${key}` }[text(rule, 'operator')] ?? key
    );
  });
  return [...labels, ...rules].join(',') || '<none>';
}

export function* describeDeployment(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const deployment = info.object;
  const [spec, status] = [object(deployment, 'spec'), object(deployment, 'status')];
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`CreationTimestamp:\t${rfc1123(text(deployment, 'metadata', 'creationTimestamp'))}`);
  addMap(lines, 'Labels:', object(deployment, 'metadata', 'labels'), '=');
  addMap(lines, 'Annotations:', object(deployment, 'metadata', 'annotations'), ': ', [LAST_APPLIED]);
  add(`Selector:\t${selectorText(object(spec, 'selector'))}`);
  add(
    `Replicas:\t${number(spec, 'replicas')} desired | ${number(status, 'updatedReplicas')} updated | ${number(status, 'replicas')} total | ${number(status, 'availableReplicas')} available | ${number(status, 'unavailableReplicas')} unavailable`,
  );
  add(`StrategyType:\t${text(spec, 'strategy', 'type')}`);
  add(`MinReadySeconds:\t${number(spec, 'minReadySeconds')}`);
  if (has(spec, 'strategy', 'rollingUpdate')) {
    add(
      `RollingUpdateStrategy:\t${text(spec, 'strategy', 'rollingUpdate', 'maxUnavailable')} max unavailable, ${text(spec, 'strategy', 'rollingUpdate', 'maxSurge')} max surge`,
    );
  }
  addPodTemplate(lines, object(spec, 'template'));
  const conditions = list(status, 'conditions');
  if (conditions.length > 0) {
    add('Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------');
    for (const condition of conditions)
      lines.add(1, `${text(condition, 'type')} \t${text(condition, 'status')}\t${text(condition, 'reason')}`);
  }
  const selector = selectorText(object(spec, 'selector'));
  const found = yield* session.json('GET', `/apis/apps/v1/namespaces/${info.namespace ?? ''}/replicasets`, {
    query: { labelSelector: selector },
  });
  const own = (list(found, 'items') as JsonObject[])
    .filter((set) => list(set, 'metadata', 'ownerReferences').some((owner) => text(owner, 'uid') === text(deployment, 'metadata', 'uid')))
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  const current = own.at(-1);
  const say = (sets: readonly JsonObject[]): string =>
    sets
      .map(
        (set) =>
          `${text(set, 'metadata', 'name')} (${number(set, 'status', 'replicas')}/${number(set, 'spec', 'replicas')} replicas created)`,
      )
      .join(', ') || '<none>';
  add(`OldReplicaSets:\t${say(own.slice(0, -1))}`);
  add(`NewReplicaSet:\t${say(current === undefined ? [] : [current])}`);
  return lines;
}

function revisionOf(set: JsonObject): number {
  return Number(text(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') || '0');
}

export function* describeReplicaSet(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const set = info.object;
  const [spec, status] = [object(set, 'spec'), object(set, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const selector = selectorText(object(spec, 'selector'));
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`Selector:\t${selector}`);
  addMap(lines, 'Labels:', object(set, 'metadata', 'labels'), '=');
  addMap(lines, 'Annotations:', object(set, 'metadata', 'annotations'), ': ', [LAST_APPLIED]);
  const owner = list(set, 'metadata', 'ownerReferences').find((each) => object(each)['controller'] === true);
  if (owner !== undefined) add(`Controlled By:\t${text(owner, 'kind')}/${text(owner, 'name')}`);
  add(`Replicas:\t${number(status, 'replicas')} current / ${number(spec, 'replicas')} desired`);
  const pods = yield* session.json('GET', `/api/v1/namespaces/${info.namespace ?? ''}/pods`, { query: { labelSelector: selector } });
  const phases = list(pods, 'items')
    .filter((pod) => list(pod, 'metadata', 'ownerReferences').some((each) => text(each, 'uid') === text(set, 'metadata', 'uid')))
    .map((pod) => text(pod, 'status', 'phase'));
  const count = (phase: string): number => phases.filter((each) => each === phase).length;
  add(
    `Pods Status:\t${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`,
  );
  addPodTemplate(lines, object(spec, 'template'));
  const conditions = list(status, 'conditions');
  if (conditions.length > 0) {
    add('Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------');
    for (const condition of conditions)
      lines.add(1, `${text(condition, 'type')} \t${text(condition, 'status')}\t${text(condition, 'reason')}`);
  }
  return lines;
}
