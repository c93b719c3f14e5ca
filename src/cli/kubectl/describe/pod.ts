import type { Task } from '../../../engine/os/task.ts';
import { LAST_APPLIED } from '../last-applied-annotation.ts';
import { humanDuration } from '../../../engine/api/printing/duration.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, text } from '../values.ts';
import { addMap, Lines } from './lines.ts';
import { addContainers, addSpread, addTolerations } from './pod-template.ts';
import { addVolumes } from './volumes.ts';

export function* describePod(session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const pod = info.object;
  const [spec, status] = [object(pod, 'spec'), object(pod, 'status')];
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Namespace:\t${info.namespace ?? ''}`);
  if (has(spec, 'priority')) add(`Priority:\t${number(spec, 'priority')}`);
  if (text(spec, 'priorityClassName') !== '') add(`Priority Class Name:\t${text(spec, 'priorityClassName')}`);
  if (text(spec, 'runtimeClassName') !== '') add(`Runtime Class Name:\t${text(spec, 'runtimeClassName')}`);
  if (text(spec, 'serviceAccountName') !== '') add(`Service Account:\t${text(spec, 'serviceAccountName')}`);
  add(text(spec, 'nodeName') === '' ? 'Node:\t<none>' : `Node:\t${text(spec, 'nodeName')}/${text(status, 'hostIP')}`);
  if (text(status, 'startTime') !== '') add(`Start Time:\t${rfc1123(text(status, 'startTime'))}`);
  addMap(lines, 'Labels:', object(pod, 'metadata', 'labels'), '=');
  addMap(lines, 'Annotations:', object(pod, 'metadata', 'annotations'), ': ', [LAST_APPLIED]);
  const deleted = text(pod, 'metadata', 'deletionTimestamp');
  if (deleted !== '' && text(status, 'phase') !== 'Failed' && text(status, 'phase') !== 'Succeeded') {
    add(`Status:\tTerminating (lasts ${humanDuration(session.process.now() - Date.parse(deleted))})`);
    add(`Termination Grace Period:\t${number(pod, 'metadata', 'deletionGracePeriodSeconds')}s`);
  } else add(`Status:\t${text(status, 'phase')}`);
  if (text(status, 'reason') !== '') add(`Reason:\t${text(status, 'reason')}`);
  if (text(status, 'message') !== '') add(`Message:\t${text(status, 'message')}`);
  add(`IP:\t${text(status, 'podIP')}`);
  const ips = list(status, 'podIPs');
  add(ips.length === 0 ? 'IPs:\t<none>' : 'IPs:');
  for (const ip of ips) lines.add(1, `IP:\t${text(ip, 'ip')}`);
  const owner = list(pod, 'metadata', 'ownerReferences').find((each) => object(each)['controller'] === true);
  if (owner !== undefined) add(`Controlled By:\t${text(owner, 'kind')}/${text(owner, 'name')}`);
  if (text(status, 'nominatedNodeName') !== '') add(`NominatedNodeName:\t${text(status, 'nominatedNodeName')}`);
  if (list(spec, 'initContainers').length > 0)
    addContainers(lines, 'Init Containers', list(spec, 'initContainers'), list(status, 'initContainerStatuses'), 0, '  ');
  addContainers(lines, 'Containers', list(spec, 'containers'), list(status, 'containerStatuses'), 0, '  ');
  if (list(spec, 'ephemeralContainers').length > 0)
    addContainers(lines, 'Ephemeral Containers', list(spec, 'ephemeralContainers'), list(status, 'ephemeralContainerStatuses'), 0, '  ');
  const gates = list(spec, 'readinessGates');
  if (gates.length > 0) {
    add('Readiness Gates:\n  Type\tStatus');
    for (const gate of gates) {
      const condition = list(status, 'conditions').find((each) => text(each, 'type') === text(gate, 'conditionType'));
      lines.add(1, `${text(gate, 'conditionType')} \t${text(condition, 'status') || '<none>'} `);
    }
  }
  const conditions = list(status, 'conditions');
  if (conditions.length > 0) {
    add('Conditions:\n  Type\tStatus');
    for (const condition of conditions) lines.add(1, `${text(condition, 'type')} \t${text(condition, 'status')} `);
  }
  addVolumes(lines, list(spec, 'volumes'), 0);
  add(`QoS Class:\t${text(status, 'qosClass')}`);
  addMap(lines, 'Node-Selectors:', object(spec, 'nodeSelector'), '=');
  addTolerations(lines, 'Tolerations:', list(spec, 'tolerations'));
  addSpread(lines, 'Topology Spread Constraints:', list(spec, 'topologySpreadConstraints'));
  if (has(spec, 'schedulingGroup')) {
    add('SchedulingGroup:');
    lines.add(1, `PodGroupName:\t${text(spec, 'schedulingGroup', 'podGroupName')}`);
  }
  return lines;
}
