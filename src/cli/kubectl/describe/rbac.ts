import type { Task } from '../../../engine/os/task.ts';
import type { Info } from '../info.ts';
import { policyRows } from '../policy-rules.ts';
import type { Session } from '../session.ts';
import { list, text } from '../values.ts';
import { addOwnMaps } from './head.ts';
import { Lines } from './lines.ts';

// eslint-disable-next-line require-yield
export function* describeRole(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  addOwnMaps(lines, info.object);
  lines.add(0, 'PolicyRule:');
  lines.add(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  lines.add(1, '---------\t-----------------\t--------------\t-----');
  for (const row of policyRows(list(info.object, 'rules'))) lines.add(1, row.join('\t'));
  return lines;
}

// eslint-disable-next-line require-yield
export function* describeRoleBinding(_session: Session, info: Info): Task<Lines> {
  const lines = new Lines();
  lines.add(0, `Name:\t${info.name}`);
  addOwnMaps(lines, info.object);
  lines.add(0, 'Role:');
  lines.add(1, `Kind:\t${text(info.object, 'roleRef', 'kind')}`);
  lines.add(1, `Name:\t${text(info.object, 'roleRef', 'name')}`);
  lines.add(0, 'Subjects:');
  lines.add(1, 'Kind\tName\tNamespace');
  lines.add(1, '----\t----\t---------');
  for (const subject of list(info.object, 'subjects'))
    lines.add(1, `${text(subject, 'kind')}\t${text(subject, 'name')}\t${text(subject, 'namespace')}`);
  return lines;
}
