import type { ApiObject } from '../engine/api/meta.ts';
import { KINDS } from '../engine/api/kinds/index.ts';
import type { Kind } from '../engine/api/kind.ts';
import type { Millis } from '../engine/sim/time.ts';
import type { ObjectRow, ObjectWindow, ObjectsShown } from './protocol.ts';

// What a learner makes and watches comes first; other kinds follow by name.
const FIRST = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod', 'Service', 'Node'];
const rank = ({ kind }: Kind): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);

const SHOWN = KINDS.filter(
  (kind) => kind.view === undefined && !['Event', 'Lease', 'EndpointSlice', 'ControllerRevision'].includes(kind.kind),
).toSorted((a, b) => rank(a) - rank(b) || (a.kind < b.kind ? -1 : 1));

/**
 * The part of the objects' list that somebody looks at. `observe` gives a kind's objects by namespace and name, as they are stored;
 * only the rows of the window are made, so that a look costs little however many there are.
 */
export function objectList(
  observe: (kind: Kind) => readonly ApiObject[],
  now: Millis,
  { from, count, system }: ObjectWindow,
): ObjectsShown {
  const rows: ObjectRow[] = [];
  let total = 0;
  for (const kind of SHOWN) {
    for (const object of observe(kind)) {
      if (!system && isSystem(kind.kind, object)) continue;
      if (total >= from && rows.length < count) rows.push(row(kind, object, now));
      total++;
    }
  }
  return { total, from, rows };
}

function row(kind: Kind, object: ApiObject, now: Millis): ObjectRow {
  const { name = '', namespace, creationTimestamp = '' } = object.metadata;
  return {
    ref: { kind: kind.kind, name, ...(namespace === undefined ? {} : { namespace }) },
    apiVersion: object.apiVersion,
    status: statusCell(kind, object, now),
    age: now - Date.parse(creationTimestamp),
  };
}

function statusCell(kind: Kind, object: ApiObject, now: Millis): string {
  const column = kind.columns.find((candidate) => /^(status|ready|cluster-ip)$/i.test(candidate.name));
  return column === undefined ? '' : String(column.value(object, now) ?? '');
}

/** What a cluster has before anybody has asked it for something. */
function isSystem(kind: string, { metadata: { name = '', namespace = '' } }: ApiObject): boolean {
  if (namespace.startsWith('kube-') || (kind === 'Namespace' && (name.startsWith('kube-') || name === 'default'))) return true;
  return (
    (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
    (kind === 'ServiceAccount' && name === 'default') ||
    (kind === 'Service' && name === 'kubernetes')
  );
}
