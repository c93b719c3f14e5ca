import type { Task } from '../../../engine/os/task.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { byCodePoint, has, list, number, object, sortedKeys, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { mapText, selectorText } from './head.ts';
import { Lines } from './lines.ts';

const SCOPES: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

// eslint-disable-next-line require-yield
export function* describeResourceQuota(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  lines.add(0, `Namespace:\t${info.namespace ?? ''}`);
  addQuota(lines, info.object, 0, ' * ', '----');
  return lines;
}

function addQuota(lines: Lines, quota: JsonObject, level: number, bullet: string, rule: string): void {
  const scopes = list(quota, 'spec', 'scopes')
    .map((scope) => text(scope))
    .sort(byCodePoint);
  if (scopes.length > 0) lines.add(level, `Scopes:\t${scopes.join(', ')}`);
  for (const scope of scopes) if (SCOPES[scope] !== undefined) lines.add(level, `${bullet}${SCOPES[scope]}`);
  lines.add(level, `Resource\tUsed\tHard\n${'  '.repeat(level)}--------\t${rule}\t${rule}`);
  const hard = object(quota, 'status', 'hard');
  for (const name of sortedKeys(hard)) lines.add(level, `${name}\t${text(quota, 'status', 'used', name) || '0'}\t${text(hard[name])}`);
}

/** What a namespace's description says of its quotas. */
export function addQuotas(lines: Lines, quotas: readonly JsonObject[]): void {
  if (quotas.length === 0) return lines.add(0, 'No resource quota.');
  lines.add(0, 'Resource Quotas');
  const byName = [...quotas].sort((a, b) => byCodePoint(text(a, 'metadata', 'name'), text(b, 'metadata', 'name')));
  for (const quota of byName) {
    lines.add(1, `Name:\t${text(quota, 'metadata', 'name')}`);
    addQuota(lines, quota, 1, '* ', '---');
  }
}

const LIMIT_COLUMNS = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio';
const LIMIT_RULES = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------';

// eslint-disable-next-line require-yield
export function* describeLimitRange(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  lines.add(0, `Namespace:\t${info.namespace ?? ''}`);
  lines.add(0, `${LIMIT_COLUMNS}\n${LIMIT_RULES}`);
  addLimits(lines, info.object, '');
  return lines;
}

/** kubectl goes through a Go map here, in any order; ours is by name. */
function addLimits(lines: Lines, range: JsonObject, margin: string): void {
  const fields = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'];
  for (const item of list(range, 'spec', 'limits')) {
    const names = new Set(fields.flatMap((field) => sortedKeys(object(item, field))));
    for (const name of [...names].sort(byCodePoint)) {
      const amounts = fields.map((field) => text(item, field, name) || '-');
      lines.add(0, `${margin}${text(item, 'type')}\t${name}\t${amounts.join('\t')}`);
    }
  }
}

/** What a namespace's description says of its limits. */
export function addLimitRanges(lines: Lines, ranges: readonly JsonObject[]): void {
  if (ranges.length === 0) return lines.add(0, 'No LimitRange resource.');
  lines.add(0, `Resource Limits\n ${LIMIT_COLUMNS}\n ${LIMIT_RULES}`);
  for (const range of ranges) addLimits(lines, range, ' ');
}

// eslint-disable-next-line require-yield
export function* describePodDisruptionBudget(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const [spec, status] = [object(info.object, 'spec'), object(info.object, 'status')];
  lines.add(0, `Name:\t${info.name}`);
  lines.add(0, `Namespace:\t${info.namespace ?? ''}`);
  if (has(spec, 'minAvailable')) lines.add(0, `Min available:\t${text(spec, 'minAvailable')}`);
  else if (has(spec, 'maxUnavailable')) lines.add(0, `Max unavailable:\t${text(spec, 'maxUnavailable')}`);
  lines.add(0, `Selector:\t${has(spec, 'selector') ? selectorText(object(spec, 'selector')) : '<unset>'}`);
  lines.add(0, 'Status:');
  lines.add(2, `Allowed disruptions:\t${number(status, 'disruptionsAllowed')}`);
  lines.add(2, `Current:\t${number(status, 'currentHealthy')}`);
  lines.add(2, `Desired:\t${number(status, 'desiredHealthy')}`);
  lines.add(2, `Total:\t${number(status, 'expectedPods')}`);
  return lines;
}

// eslint-disable-next-line require-yield
export function* describePriorityClass(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  const add = (line: string): void => lines.add(0, line);
  add(`Name:\t${info.name}`);
  add(`Value:\t${number(info.object, 'value')}`);
  add(`GlobalDefault:\t${info.object['globalDefault'] === true}`);
  add(`PreemptionPolicy:\t${text(info.object, 'preemptionPolicy')}`);
  add(`Description:\t${text(info.object, 'description')}`);
  add(`Annotations:\t${mapText(object(info.object, 'metadata', 'annotations'))}`);
  return lines;
}
