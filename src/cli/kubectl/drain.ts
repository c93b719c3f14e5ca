import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import { mappingFor, pathOf } from './discovery.ts';
import { CommandError, isReason, UsageError } from './errors.ts';
import { waitUntilGone } from './delete.ts';
import { DRY_RUN_FLAG, dryRunOf, dryRunQuery } from './printers.ts';
import { fetchList, fetchOne, infoOf, itemsOf } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { together } from '../../engine/os/together.ts';
import { goDuration } from '../../engine/sim/duration.ts';
import { has, list, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const CORDON_FLAGS = `${DRY_RUN_FLAG} l/selector:string`;
export const DRAIN_FLAGS = `${CORDON_FLAGS} ignore-daemonsets:bool force:bool delete-emptydir-data:bool grace-period:int=-1 timeout:duration=0s pod-selector:string disable-eviction:bool
  chunk-size:int=500 skip-wait-for-delete-timeout:int=0`;

export function* cordon(session: Session, wanted: boolean): Task<number> {
  const nodes = yield* nodesOf(session);
  yield* setSchedulable(session, nodes, wanted);
  return 0;
}

function* nodesOf(session: Session): Task<Info[]> {
  const { flags } = session;
  const selector = flags.string('selector');
  if (flags.args.length === 0 && selector === '')
    throw new UsageError(session.command, `USAGE: ${session.command.replace('kubectl ', '')} NODE [flags]`);
  if (flags.args.length > 0 && selector !== '')
    throw new UsageError(session.command, 'error: cannot specify both a node name and a --selector option');
  const mapping = yield* mappingFor(session, 'nodes');
  if (selector !== '')
    return itemsOf(yield* fetchList(session, mapping, { labelSelector: selector }), mapping).map((each) => infoOf(mapping, each));
  const nodes: Info[] = [];
  for (const arg of flags.args) nodes.push(infoOf(mapping, yield* fetchOne(session, mapping, arg.replace(/^nodes?\//, ''))));
  return nodes;
}

function* setSchedulable(session: Session, nodes: readonly Info[], wanted: boolean): Task<void> {
  const dryRun = dryRunOf(session);
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun];
  for (const node of nodes) {
    const is = object(node.object, 'spec')['unschedulable'] === true;
    const done = wanted ? 'cordoned' : 'uncordoned';
    if (is === wanted) {
      yield* session.out(`node/${node.name} already ${done}${suffix}\n`);
      continue;
    }
    yield* sendPatch(
      session,
      node,
      { spec: { unschedulable: wanted ? true : null } },
      { type: 'strategic-merge-patch', manager: 'kubectl-cordon' },
    );
    yield* session.out(`node/${node.name} ${done}${suffix}\n`);
  }
}

export function* drain(session: Session): Task<number> {
  const nodes = yield* nodesOf(session);
  yield* setSchedulable(session, nodes, true);
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRunOf(session)];
  const failed: { node: string; error: Error }[] = [];
  for (const node of nodes) {
    try {
      yield* drainOne(session, node);
      yield* session.out(`node/${node.name} drained${suffix}\n`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      yield* session.err(`error: unable to drain node "${node.name}" due to error: ${error.message}, continuing command...\n`);
      failed.push({ node: node.name, error });
    }
  }
  if (failed.length === 0) return 0;
  yield* session.err(`There are pending nodes to be drained:\n${failed.map(({ node }) => ` ${node}\n`).join('')}`);
  for (const { error } of failed) yield* session.err(`${error.message}\n`);
  return 1;
}

/** The pods of a node that a drain ends, and what it says before it does. Throws where one of them is in the way. */
function* podsToLeave(session: Session, node: Info): Task<{ leaving: Info[]; warning: string }> {
  const { flags } = session;
  const mapping = yield* mappingFor(session, 'pods');
  const pods = itemsOf(
    yield* fetchList(session, mapping, {
      allNamespaces: true,
      fieldSelector: `spec.nodeName=${node.name}`,
      labelSelector: flags.string('pod-selector'),
    }),
    mapping,
  );
  const refused = new Map<string, string[]>();
  const warned = new Map<string, string[]>();
  const leaving: Info[] = [];
  const note = (where: Map<string, string[]>, why: string, pod: JsonObject): void => {
    where.set(why, [...(where.get(why) ?? []), `${text(pod, 'metadata', 'namespace')}/${text(pod, 'metadata', 'name')}`]);
  };
  for (const pod of pods) {
    const owner = list(pod, 'metadata', 'ownerReferences').find((each) => object(each)['controller'] === true);
    const finished = ['Succeeded', 'Failed'].includes(text(pod, 'status', 'phase'));
    if (has(pod, 'metadata', 'annotations', 'kubernetes.io/config.mirror')) continue;
    if (text(owner, 'kind') === 'DaemonSet' && !finished) {
      if (flags.bool('ignore-daemonsets')) note(warned, 'ignoring DaemonSet-managed Pods', pod);
      else note(refused, 'cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)', pod);
      continue;
    }
    if (!finished && list(pod, 'spec', 'volumes').some((volume) => has(volume, 'emptyDir')) && !flags.bool('delete-emptydir-data')) {
      note(refused, 'cannot delete Pods with local storage (use --delete-emptydir-data to override)', pod);
      continue;
    }
    if (owner === undefined && !finished) {
      if (!flags.bool('force')) {
        note(refused, 'cannot delete Pods that declare no controller (use --force to override)', pod);
        continue;
      }
      note(warned, 'deleting Pods that declare no controller', pod);
    }
    const [skipped, deleted] = [flags.int('skip-wait-for-delete-timeout'), text(pod, 'metadata', 'deletionTimestamp')];
    if (skipped > 0 && deleted !== '' && Math.trunc((session.process.now() - Date.parse(deleted)) / 1000) > skipped) continue;
    leaving.push(infoOf(mapping, pod));
  }
  if (refused.size > 0) throw new CommandError([...refused].map(([why, names]) => `${why}: ${names.join(', ')}`).join(', '));
  return { leaving, warning: [...warned].map(([why, names]) => `${why}: ${names.join(', ')}`).join('; ') };
}

function* drainOne(session: Session, node: Info): Task<void> {
  const { flags } = session;
  const { leaving, warning } = yield* podsToLeave(session, node);
  if (warning !== '') yield* session.warn(warning);
  const end = flags.duration('timeout') === 0 ? Number.POSITIVE_INFINITY : session.process.now() + flags.duration('timeout');
  const errors: unknown[] = [];
  // All at once: one that its budget holds back does not hold back the others.
  yield* together(
    leaving.map(function* (pod): Task<void> {
      try {
        yield* evict(session, pod, end);
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  if (errors.length === 0) return;
  const messages = [...new Set(errors.map((error) => (error instanceof Error ? error.message : String(error))))];
  const message = messages.length === 1 ? (messages[0] as string) : `[${messages.join(', ')}]`;
  const pending = yield* podsToLeave(session, node);
  yield* session.err(
    `There are pending pods in node "${node.name}" when an error occurred: ${message}\n${pending.leaving.map((pod) => `pod/${pod.name}\n`).join('')}`,
  );
  throw new CommandError(message);
}

function* evict(session: Session, pod: Info, end: number): Task<void> {
  const { flags } = session;
  const dryRun = dryRunOf(session);
  const suffix = { none: '', client: ' (dry run)', server: ' (server dry run)' }[dryRun];
  const grace = flags.int('grace-period');
  const verb = flags.bool('disable-eviction') ? ['deleting', 'deleted'] : ['evicting', 'evicted'];
  for (;;) {
    yield* session.out(`${verb[0] as string} pod ${pod.namespace ?? ''}/${pod.name}${suffix}\n`);
    if (dryRun === 'client') return;
    // It looks at the time only now, after the pause.
    if (session.process.now() >= end)
      throw new CommandError(
        `error when evicting pods/"${pod.name}" -n "${pod.namespace ?? ''}": global timeout reached: ${goDuration(flags.duration('timeout'))}`,
      );
    const options = grace >= 0 ? { gracePeriodSeconds: grace } : {};
    try {
      if (flags.bool('disable-eviction'))
        yield* session.json('DELETE', pathOf(pod.mapping, pod.namespace, pod.name), {
          body: options,
          query: dryRunQuery(dryRun),
          headers: { 'content-type': 'application/json' },
        });
      else {
        yield* session.json('POST', pathOf(pod.mapping, pod.namespace, pod.name, 'eviction'), {
          body: {
            apiVersion: 'policy/v1',
            kind: 'Eviction',
            metadata: { name: pod.name, namespace: pod.namespace ?? '' },
            deleteOptions: options,
          },
          query: dryRunQuery(dryRun),
          headers: { 'content-type': 'application/json' },
        });
      }
      break;
    } catch (error) {
      if (isReason(error, 'NotFound')) return;
      if (!isReason(error, 'TooManyRequests')) throw error;
      yield* session.err(`error when evicting pods/"${pod.name}" -n "${pod.namespace ?? ''}" (will retry after 5s): ${error.message}\n`);
      yield* session.process.sleep(5000);
    }
  }
  if (dryRun !== 'none') return;
  yield* waitUntilGone(
    session,
    pod,
    text(pod.object, 'metadata', 'uid'),
    end === Number.POSITIVE_INFINITY ? 0 : Math.max(1, end - session.process.now()),
  );
  yield* session.out(`pod/${pod.name} ${verb[1] as string}\n`);
}
