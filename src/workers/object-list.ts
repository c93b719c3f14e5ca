import type { ApiObject } from '../engine/api/meta.ts';
import type { Kind } from '../engine/api/kind.ts';
import type { Millis } from '../engine/sim/time.ts';
import type { ObjectRow, ObjectWindow, ObjectsShown } from './protocol.ts';

// What a learner makes and watches comes first; other kinds follow by name.
const FIRST = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod', 'Service', 'Node'];
const rank = ({ kind, custom }: Kind): number => (custom === undefined && FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
const LEFT_OUT = new Set(['Event', 'Lease', 'EndpointSlice', 'ControllerRevision']);
/** Of these some in every namespace are the system's: they have to be looked at one by one. */
const MIXED = new Set(['Namespace', 'ConfigMap', 'ServiceAccount', 'Service']);

/** Where the list gets its objects: sorted by namespace and name, as they are stored. */
export interface Shelves {
  readonly kinds: readonly Kind[];
  /** All of a kind, now or in the past. */
  all(kind: Kind): readonly ApiObject[];
  /** Those now stored whose names (with their namespaces before them) are in [start, end): how many, and `limit` of them from `skip` on. Unset in the past. */
  part?(kind: Kind, start: string, end: string, skip: number, limit: number): { items: readonly ApiObject[]; total: number };
}

/** The part of the objects' list that somebody looks at. Only the rows of the window are made, so that a look costs little however many there are. */
export function objectList(shelves: Shelves, now: Millis, { from, count, system }: ObjectWindow): ObjectsShown {
  const rows: ObjectRow[] = [];
  let total = 0;
  const take = (kind: Kind, objects: number, some: (skip: number, limit: number) => readonly ApiObject[]): void => {
    const skip = Math.max(0, from - total);
    total += objects;
    if (skip < objects && rows.length < count) rows.push(...some(skip, count - rows.length).map((object) => row(kind, object, now)));
  };
  for (const kind of shown(shelves.kinds)) {
    const { part } = shelves;
    if (part === undefined || (MIXED.has(kind.kind) && !system)) {
      const all = shelves.all(kind).filter((object) => system || !isSystem(kind.kind, object));
      take(kind, all.length, (skip, limit) => all.slice(skip, skip + limit));
      continue;
    }
    // Everything, or what is stored before and after the namespaces of the system.
    for (const [start, end] of system || !kind.namespaced
      ? [['', '\uffff']]
      : [
          ['', 'kube-'],
          ['kube.', '\uffff'],
        ])
      // prettier-ignore
      take(kind, part(kind, start as string, end as string, 0, 0).total, (skip, limit) => part(kind, start as string, end as string, skip, limit).items);
  }
  return { total, from, rows };
}

const orders = new WeakMap<readonly Kind[], readonly Kind[]>();

/** The kinds that are listed, in order; one version of each. */
function shown(kinds: readonly Kind[]): readonly Kind[] {
  let order = orders.get(kinds);
  if (order === undefined) {
    const seen = new Set<string>();
    order = kinds
      .filter((kind) => kind.view === undefined && !LEFT_OUT.has(kind.kind))
      .filter(
        ({ custom, group, resource }) => custom === undefined || (!seen.has(`${resource}.${group}`) && seen.add(`${resource}.${group}`)),
      )
      .toSorted((a, b) => rank(a) - rank(b) || (a.kind < b.kind ? -1 : 1));
    orders.set(kinds, order);
  }
  return order;
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
