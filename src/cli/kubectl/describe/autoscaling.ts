import type { Task } from '../../../engine/os/task.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, number, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { headOf, wordOr } from './head.ts';
import type { Lines } from './lines.ts';

// eslint-disable-next-line require-yield
export function* describeHorizontalPodAutoscaler(_session: Session, info: Info): Task<Lines> {
  const lines = headOf(info);
  const [spec, status] = [object(info.object, 'spec'), object(info.object, 'status')];
  const add = (line: string): void => lines.add(0, line);
  const kind = text(spec, 'scaleTargetRef', 'kind');
  add(`CreationTimestamp:\t${rfc1123(text(info.object, 'metadata', 'creationTimestamp'))}`);
  add(`Reference:\t${kind}/${text(spec, 'scaleTargetRef', 'name')}`);
  add('Metrics:\t( current / target )');
  const current = list(status, 'currentMetrics');
  list(spec, 'metrics').forEach((metric, i) => lines.add(1, metricText(object(metric), current[i])));
  add(`Min replicas:\t${wordOr(spec['minReplicas'], '<unset>')}`);
  add(`Max replicas:\t${number(spec, 'maxReplicas')}`);
  if (has(spec, 'behavior')) {
    add('Behavior:');
    addDirection(lines, 'Scale Up', object(spec, 'behavior', 'scaleUp'));
    addDirection(lines, 'Scale Down', object(spec, 'behavior', 'scaleDown'));
  }
  add(`${kind} pods:\t${number(status, 'currentReplicas')} current / ${number(status, 'desiredReplicas')} desired`);
  const conditions = list(status, 'conditions');
  if (conditions.length > 0) {
    add('Conditions:');
    lines.add(1, 'Type\tStatus\tReason\tMessage');
    lines.add(1, '----\t------\t------\t-------');
    for (const each of conditions) lines.add(1, ['type', 'status', 'reason', 'message'].map((field) => text(each, field)).join('\t'));
  }
  return lines;
}

const UNKNOWN = '<unknown>';

function metricText(metric: JsonObject, current: Json | undefined): string {
  const type = text(metric, 'type');
  const field = type.charAt(0).toLowerCase() + type.slice(1);
  const [source, now] = [object(metric, field), object(current, field, 'current')];
  const target = object(source, 'target');
  const name = text(source, 'metric', 'name');
  const value = (key: string): string => `${text(now, key) || UNKNOWN} / ${text(target, key)}`;
  switch (type) {
    case 'External':
      return has(target, 'averageValue')
        ? `"${name}" (target average value):\t${value('averageValue')}`
        : `"${name}" (target value):\t${value('value')}`;
    case 'Pods':
      return `"${name}" on pods:\t${value('averageValue')}`;
    case 'Object': {
      const on = `"${name}" on ${text(source, 'describedObject', 'kind')}/${text(source, 'describedObject', 'name')}`;
      return text(target, 'type') === 'AverageValue'
        ? `${on} (target average value):\t${value('averageValue')}`
        : `${on} (target value):\t${value('value')}`;
    }
    case 'Resource':
    case 'ContainerResource': {
      const of = type === 'Resource' ? '' : ` of container "${text(source, 'container')}"`;
      const what = `resource ${text(source, 'name')}${of} on pods`;
      if (has(target, 'averageValue')) return `${what}:\t${value('averageValue')}`;
      const used = has(now, 'averageUtilization') ? `${number(now, 'averageUtilization')}% (${text(now, 'averageValue')})` : UNKNOWN;
      const wanted = has(target, 'averageUtilization') ? `${number(target, 'averageUtilization')}%` : '<auto>';
      return `${what}  (as a percentage of request):\t${used} / ${wanted}`;
    }
    default:
      return `<unknown metric type "${type}">`;
  }
}

function addDirection(lines: Lines, title: string, rules: JsonObject): void {
  if (Object.keys(rules).length === 0) return;
  lines.add(1, `${title}:`);
  if (has(rules, 'stabilizationWindowSeconds'))
    lines.add(2, `Stabilization Window: ${number(rules, 'stabilizationWindowSeconds')} seconds`);
  const policies = list(rules, 'policies');
  if (policies.length === 0) return;
  lines.add(2, `Select Policy: ${text(rules, 'selectPolicy') || 'Max'}`);
  lines.add(2, 'Policies:');
  for (const each of policies)
    lines.add(3, `- Type: ${text(each, 'type')}\tValue: ${number(each, 'value')}\tPeriod: ${number(each, 'periodSeconds')} seconds`);
}
