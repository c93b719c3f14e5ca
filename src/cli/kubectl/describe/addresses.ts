import type { Task } from '../../../engine/os/task.ts';
import { rfc1123 } from '../gotext.ts';
import type { Info } from '../info.ts';
import type { Session } from '../session.ts';
import { has, list, text } from '../values.ts';
import { addOwnMaps } from './head.ts';
import { Lines } from './lines.ts';

// eslint-disable-next-line require-yield
export function* describeServiceCIDR(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  addOwnMaps(lines, info.object);
  lines.add(0, `CIDRs:\t${list(info.object, 'spec', 'cidrs').join(', ')}`);
  const conditions = list(info.object, 'status', 'conditions');
  if (conditions.length === 0) return lines;
  lines.add(0, 'Status:\nConditions:');
  lines.add(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage');
  lines.add(1, '----\t------\t------------------\t------\t-------');
  for (const each of conditions) {
    const cells = [text(each, 'type'), text(each, 'status'), rfc1123(text(each, 'lastTransitionTime'))];
    lines.add(1, [...cells, text(each, 'reason'), text(each, 'message')].join('\t'));
  }
  return lines;
}

// eslint-disable-next-line require-yield
export function* describeIPAddress(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  addOwnMaps(lines, info.object);
  if (!has(info.object, 'spec', 'parentRef')) return lines;
  lines.add(0, 'Parent Reference:');
  for (const [title, field] of [
    ['Group', 'group'],
    ['Resource', 'resource'],
    ['Namespace', 'namespace'],
    ['Name', 'name'],
  ] as const)
    lines.add(1, `${title}:\t${text(info.object, 'spec', 'parentRef', field)}`);
  return lines;
}
