import type { Task } from '../../../engine/os/task.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { addController, addOwnMaps, selectorText } from './head.ts';
import { Lines } from './lines.ts';
import { addPodTemplate } from './pod-template.ts';
import { podsStatus } from './sets.ts';

export function* describeDeployment(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const deployment = info.object;
  const [spec, status] = [object(deployment, 'spec'), object(deployment, 'status')];
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`CreationTimestamp:\t${rfc1123(text(deployment, 'metadata', 'creationTimestamp'))}`);
  addOwnMaps(lines, deployment);
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
  if (current === undefined) return lines;
  add(`OldReplicaSets:\t${say(own.slice(0, -1))}`);
  add(`NewReplicaSet:\t${say([current])}`);
  return lines;
}

function revisionOf(set: JsonObject): number {
  return Number(text(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') || '0');
}

export function describeReplicaSet(session: Session, info: Info): Task<Lines> {
  return describeReplicas(session, info, selectorText(object(info.object, 'spec', 'selector')));
}

export function describeReplicationController(session: Session, info: Info): Task<Lines> {
  return describeReplicas(session, info, selectorText({ matchLabels: object(info.object, 'spec', 'selector') }));
}

function* describeReplicas(session: Session, info: Info, selector: string): Task<Lines> {
  const lines = new Lines();
  const set = info.object;
  const [spec, status] = [object(set, 'spec'), object(set, 'status')];
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  add(`Selector:\t${selector}`);
  addOwnMaps(lines, set);
  addController(lines, set);
  add(`Replicas:\t${number(status, 'replicas')} current / ${number(spec, 'replicas')} desired`);
  add(`Pods Status:\t${yield* podsStatus(session, info, selector)}`);
  addPodTemplate(lines, object(spec, 'template'));
  const conditions = list(status, 'conditions');
  if (conditions.length > 0) {
    add('Conditions:\n  Type\tStatus\tReason\n  ----\t------\t------');
    for (const condition of conditions)
      lines.add(1, `${text(condition, 'type')} \t${text(condition, 'status')}\t${text(condition, 'reason')}`);
  }
  return lines;
}
