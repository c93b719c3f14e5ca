import type { Task } from '../../engine/os/task.ts';
import { LAST_APPLIED } from './last-applied-annotation.ts';
import { groupResource, groupVersionOf, lookUp, mappingForKind, pathOf } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { CommandError } from './errors.ts';
import { klogLine } from './http-log.ts';
import type { Info } from './info.ts';
import { dryRunQuery, resultPrinter } from './printers.ts';
import type { DryRun } from './printers.ts';
import { itemsOf } from './resources.ts';
import type { Session } from './session.ts';
import { text } from './values.ts';

/** What `apply --prune` looks through unless it is told: kinds that people apply, by group version. */
const PRUNED: readonly string[] = [
  'v1/ConfigMap', 'v1/Endpoints', 'v1/PersistentVolumeClaim', 'v1/Pod', 'v1/ReplicationController', 'v1/Secret', 'v1/Service', 'batch/v1/Job',
  'batch/v1/CronJob', 'networking.k8s.io/v1/Ingress', 'apps/v1/DaemonSet', 'apps/v1/Deployment', 'apps/v1/ReplicaSet', 'apps/v1/StatefulSet',
]; // prettier-ignore
const PRUNED_CLUSTER_WIDE: readonly string[] = ['v1/Namespace', 'v1/PersistentVolume'];

export const PRUNE_FLAGS = 'prune:bool prune-allowlist:list all:bool';

/** Refuses before anything is applied; the kinds that were named, if any were. */
export function* checkPruneFlags(session: Session): Task<readonly Mapping[]> {
  const { flags } = session;
  if (!flags.bool('prune')) return [];
  if (flags.bool('server-side'))
    throw new CommandError("--prune is in alpha and doesn't currently work on objects created by server-side apply");
  if (flags.bool('all') && flags.string('selector') !== '') throw new CommandError('cannot set --all and --selector at the same time');
  if (!flags.bool('all') && flags.string('selector') === '')
    throw new CommandError(
      'all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector',
    );
  return yield* prunableKinds(session);
}

/** The kinds of `--prune-allowlist`; none, when it does not say. */
export function* prunableKinds(session: Session): Task<readonly Mapping[]> {
  const given = session.flags.list('prune-allowlist').flatMap((each) => each.split(','));
  for (const each of given)
    if (each.split('/').length !== 3)
      throw new CommandError(`invalid GroupVersionKind format: ${each}, please follow <group/version/kind>`);
  return yield* mappingsOf(session, given);
}

function* mappingsOf(session: Session, names: readonly string[]): Task<Mapping[]> {
  const mappings: Mapping[] = [];
  for (const name of names) {
    const [kind = '', version = '', group = ''] = name.split('/').reverse();
    const groupVersion = groupVersionOf(group === 'core' ? '' : group, version);
    const found = yield* lookUp(session, (discovery) => mappingForKind(discovery, groupVersion, kind));
    if (found === undefined) throw new CommandError(`no matches for kind "${kind}" in version "${groupVersion}"`);
    mappings.push(found);
  }
  return mappings;
}

/** Deletes what was applied once, matches the selector and was not among what has been applied now. */
export function* prune(session: Session, applied: readonly Info[], named: readonly Mapping[], dryRun: DryRun, cascade: string): Task<void> {
  const grace = session.flags.int('grace-period');
  for (const info of yield* whatPruningDeletes(session, applied, named)) {
    const { mapping, namespace, name } = info;
    if (dryRun !== 'client')
      yield* session.call('DELETE', pathOf(mapping, namespace, name), {
        headers: { 'content-type': 'application/json' },
        query: dryRunQuery(dryRun),
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          propagationPolicy: { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' }[cascade] ?? 'Background',
          ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
        },
        what: `delete ${groupResource(mapping)} ${name}`,
      });
    yield* session.out(resultPrinter(session, dryRun)(info, 'pruned'));
  }
}

/** What was applied once, matches the selector and is not among `applied`: in their namespaces, and outside of any. */
export function* whatPruningDeletes(session: Session, applied: readonly Info[], named: readonly Mapping[]): Task<Info[]> {
  const kinds = yield* prunedKinds(session, named);
  const keep = new Set(applied.map((info) => text(info.object, 'metadata', 'uid')));
  const namespaces = new Set(applied.flatMap((info) => (info.mapping.namespaced && info.namespace !== undefined ? [info.namespace] : [])));
  const selector = session.flags.string('selector');
  const found: Info[] = [];
  const look = function* (mapping: Mapping, namespace: string | undefined): Task<void> {
    const answer = yield* session.json('GET', pathOf(mapping, namespace), { query: selector === '' ? {} : { labelSelector: selector } });
    for (const item of itemsOf([answer], mapping)) {
      if (text(item, 'metadata', 'annotations', LAST_APPLIED) === '' || keep.has(text(item, 'metadata', 'uid'))) continue;
      const name = text(item, 'metadata', 'name');
      found.push({ mapping, name, object: item, source: '', ...(namespace === undefined ? {} : { namespace }) });
    }
  };
  for (const namespace of namespaces) for (const mapping of kinds) if (mapping.namespaced) yield* look(mapping, namespace);
  for (const mapping of kinds) if (!mapping.namespaced) yield* look(mapping, undefined);
  return found;
}

function* prunedKinds(session: Session, named: readonly Mapping[]): Task<readonly Mapping[]> {
  if (named.length > 0) return named;
  yield* session.err(
    klogLine(
      session,
      'W',
      'prune.go:71',
      'Deprecated: kubectl apply will no longer prune non-namespaced resources by default when used with the --namespace flag in a future release. To preserve the current behaviour, list the resources you want to target explicitly in the --prune-allowlist flag.',
    ),
  );
  return yield* mappingsOf(session, [...PRUNED, ...PRUNED_CLUSTER_WIDE]);
}
