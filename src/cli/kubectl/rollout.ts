import { obtain, part } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import type { Command } from './command.ts';
import { podTemplateText } from './describe/pod-template.ts';
import { groupKind, groupResource, kindName, pathOf } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { CommandError } from './errors.ts';
import { LAST_APPLIED } from './last-applied-annotation.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, printerFor, resultPrinter } from './printers.ts';
import { manifestSources } from './manifests.ts';
import { FILE_FLAGS, fetchList, itemsOf, visitAll } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { before, nextEvent, watchEvents } from './streams.ts';
import { tabulate } from './tabwriter.ts';
import { at, equal, has, list, number, object, text } from './values.ts';
import type { JsonObject } from './values.ts';

const COMMON = `${FILE_FLAGS} l/selector:string field-manager:string=kubectl-rollout`;
const USAGE = '(TYPE NAME | TYPE/NAME) [flags] [options]';

export const ROLLOUT_COMMANDS: Readonly<Record<string, Command>> = {
  history: { about: 'View rollout history', flags: `${COMMON} ${PRINT_FLAGS} revision:int`, usage: USAGE, run: history },
  pause: {
    about: 'Mark the provided resource as paused',
    flags: `${COMMON} ${PRINT_FLAGS}`,
    usage: USAGE,
    run: (session) => setPaused(session, true),
  },
  restart: { about: 'Restart a resource', flags: `${COMMON} ${PRINT_FLAGS}`, usage: USAGE, run: restart },
  resume: {
    about: 'Resume a paused resource',
    flags: `${COMMON} ${PRINT_FLAGS}`,
    usage: USAGE,
    run: (session) => setPaused(session, false),
  },
  status: {
    about: 'Show the status of the rollout',
    flags: `${COMMON} w/watch:bool=true revision:int timeout:duration=0s`,
    usage: USAGE,
    run: status,
  },
  undo: { about: 'Undo a previous rollout', flags: `${COMMON} ${PRINT_FLAGS} ${DRY_RUN_FLAG} to-revision:int`, usage: USAGE, run: undo },
};

const REVISION = 'deployment.kubernetes.io/revision';
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
const CHANGE_CAUSE = 'kubernetes.io/change-cause';

function each(session: Session, visit: (info: Info) => Task<void>): Task<void> {
  const selector = session.flags.string('selector');
  if (session.flags.args.length === 0 && manifestSources(session).length === 0) throw new CommandError('required resource not specified');
  return visitAll(session, session.flags.args, { labelSelector: selector, everything: true }, visit);
}

/** The same for commands that say so when there was nothing. */
function* eachOrNone(session: Session, visit: (info: Info) => Task<void>): Task<void> {
  let any = false;
  yield* each(session, function* (info) {
    any = true;
    yield* visit(info);
  });
  if (!any) yield* session.err(`No resources found in ${session.namespace} namespace.\n`);
}

function* setPaused(session: Session, paused: boolean): Task<number> {
  const say = resultPrinter(session, 'none');
  yield* eachOrNone(session, function* (info) {
    if (info.mapping.resource !== 'deployments')
      throw new CommandError(`error: ${groupResource(info.mapping)} "${info.name}" ${paused ? 'pausing' : 'resuming'} is not supported`);
    const is = object(info.object, 'spec')['paused'] === true;
    if (is === paused)
      throw new CommandError(`error: ${groupResource(info.mapping)} "${info.name}" is ${paused ? 'already' : 'not'} paused`);
    const found = yield* sendPatch(
      session,
      info,
      { spec: { paused: paused ? true : null } },
      { type: 'strategic-merge-patch', manager: session.flags.string('field-manager') },
    );
    yield* session.out(say({ ...info, object: found }, paused ? 'paused' : 'resumed'));
  });
  return 0;
}

function* restart(session: Session): Task<number> {
  const say = resultPrinter(session, 'none');
  yield* eachOrNone(session, function* (info) {
    if (!['deployments', 'daemonsets', 'statefulsets'].includes(info.mapping.resource))
      throw new CommandError(`error: ${groupResource(info.mapping)} "${info.name}" restarting is not supported`);
    if (object(info.object, 'spec')['paused'] === true)
      throw new CommandError(
        `error: ${groupResource(info.mapping)} "${info.name}" can't restart paused deployment (run rollout resume first)`,
      );
    const restartedAt = new Date(session.process.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    if (text(info.object, 'spec', 'template', 'metadata', 'annotations', RESTARTED_AT) === restartedAt)
      throw new CommandError(
        `failed to create patch for ${info.name}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
      );
    const patch = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: restartedAt } } } } };
    const found = yield* sendPatch(session, info, patch, { type: 'strategic-merge-patch', manager: session.flags.string('field-manager') });
    yield* session.out(say({ ...info, object: found }, 'restarted'));
  });
  return 0;
}

/** One past template of a workload. */
interface Revision {
  readonly number: number;
  readonly cause: string;
  readonly template: JsonObject;
  /** What `history -o yaml` shows: a ReplicaSet, or the workload as it was. */
  readonly object: JsonObject;
}

const VISITED = new Set(['Job', 'Pod', 'ReplicaSet', 'ReplicationController', 'CronJob']);

/** Why a kind has neither history nor a way back; `what` names the two. */
function noRevisions(mapping: Mapping, viewer: 'history viewer' | 'rollbacker'): CommandError {
  const { group, kind } = mapping;
  if (VISITED.has(kind)) return new CommandError(`no ${viewer} has been implemented for "${groupKind(mapping)}"`);
  const retrieving = viewer === 'rollbacker' ? viewer : 'history';
  return new CommandError(`error retrieving ${retrieving} for "${groupKind(mapping)}", no visitor method exists for {${group} ${kind}}`);
}

function selectorText(selector: JsonObject): string {
  const labels = Object.entries(object(selector, 'matchLabels')).map(([key, value]) => `${key}=${text(value)}`);
  const rules = list(selector, 'matchExpressions').map((rule) => {
    const [key, values] = [text(rule, 'key'), `(${list(rule, 'values').join(',')})`];
    return (
      { In: `${key} in ${values}`, NotIn: `${key} notin ${values}`, Exists: key, DoesNotExist: `!${key}` }[text(rule, 'operator')] ?? key
    );
  });
  return [...labels, ...rules].join(',');
}

function* revisionsOf(session: Session, info: Info, viewer: 'history viewer' | 'rollbacker'): Task<Revision[]> {
  const own = (found: JsonObject): boolean =>
    list(found, 'metadata', 'ownerReferences').some((owner) => text(owner, 'uid') === text(info.object, 'metadata', 'uid'));
  const like = (resource: string, kind: string): Mapping => ({ ...info.mapping, group: 'apps', version: 'v1', resource, kind });
  const labelSelector = selectorText(object(info.object, 'spec', 'selector'));
  let found: Revision[];
  if (info.mapping.resource === 'deployments') {
    const sets = itemsOf(
      yield* fetchList(session, like('replicasets', 'ReplicaSet'), { labelSelector }),
      like('replicasets', 'ReplicaSet'),
    ).filter(own);
    found = sets.map((set) => ({
      number: Number(text(set, 'metadata', 'annotations', REVISION) || '0'),
      cause: text(set, 'metadata', 'annotations', CHANGE_CAUSE),
      template: withCause(object(set, 'spec', 'template'), text(set, 'metadata', 'annotations', CHANGE_CAUSE)),
      object: set,
    }));
  } else if (['statefulsets', 'daemonsets'].includes(info.mapping.resource)) {
    const past = itemsOf(
      yield* fetchList(session, like('controllerrevisions', 'ControllerRevision'), { labelSelector }),
      like('controllerrevisions', 'ControllerRevision'),
    ).filter(own);
    found = past.map((revision) => ({
      number: number(revision, 'revision'),
      cause: text(revision, 'metadata', 'annotations', CHANGE_CAUSE),
      template: object(revision, 'data', 'spec', 'template'),
      object: {
        ...info.object,
        spec: { ...object(info.object, 'spec'), template: withoutDirective(object(revision, 'data', 'spec', 'template')) },
      },
    }));
  } else throw noRevisions(info.mapping, viewer);
  return found.sort((a, b) => a.number - b.number);
}

function withCause(template: JsonObject, cause: string): JsonObject {
  if (cause === '') return template;
  const metadata = object(template, 'metadata');
  return { ...template, metadata: { ...metadata, annotations: { ...object(metadata, 'annotations'), [CHANGE_CAUSE]: cause } } };
}

function* history(session: Session): Task<number> {
  const wanted = session.flags.int('revision');
  if (wanted < 0) throw new CommandError(`revision must be a positive integer: ${wanted}`);
  const printer = printerFor(session);
  yield* each(session, function* (info) {
    const revisions = yield* revisionsOf(session, info, 'history viewer');
    const named = `${kindName(info.mapping)}/${info.name}`;
    const revision = revisions.find((candidate) => candidate.number === wanted);
    if (wanted > 0 && revision === undefined) throw new CommandError('unable to find the specified revision');
    if (printer !== undefined) {
      for (const shown of revision === undefined ? revisions : [revision]) yield* session.out(printer.print(shown.object));
      return;
    }
    if (revision !== undefined) {
      yield* session.out(`${named} with revision #${wanted}\n${(yield* obtain(session, part(podTemplateText)))(revision.template)}\n`);
      return;
    }
    if (revisions.length === 0) return yield* session.out(`${named} \nNo rollout history found.\n`);
    const rows = revisions.map((revision) => `${revision.number}\t${revision.cause || '<none>'}\n`);
    yield* session.out(`${named} \n${tabulate(`REVISION\tCHANGE-CAUSE\n${rows.join('')}`)}\n`);
  });
  return 0;
}

function* undo(session: Session): Task<number> {
  const dryRun = dryRunOf(session);
  const say = resultPrinter(session, dryRun);
  const wanted = session.flags.int('to-revision');
  yield* each(session, function* (info) {
    if (text(info.object, 'metadata', 'annotations', LAST_APPLIED) !== '') {
      yield* session.warn(
        `resource ${info.mapping.resource}/${info.name} was previously managed with 'kubectl apply'. Rolling back will not update the ${LAST_APPLIED} annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.`,
      );
    }
    const deployment = info.mapping.resource === 'deployments';
    const revisions = yield* revisionsOf(session, info, 'rollbacker');
    if (wanted === 0 && revisions.length < 2)
      throw new CommandError(deployment ? `no rollout history found for deployment "${info.name}"` : 'no last revision to roll back to');
    const target = wanted === 0 ? revisions.at(-2) : revisions.find((revision) => revision.number === wanted);
    if (target === undefined) throw new CommandError(`unable to find specified revision ${wanted} in history`);
    if (dryRun === 'client') {
      const shown = (yield* obtain(session, part(podTemplateText)))(target.template);
      return yield* session.out(say(info, deployment ? shown : `will roll back to ${shown}`));
    }
    if (deployment && object(info.object, 'spec')['paused'] === true)
      throw new CommandError(`you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`);
    const template = bareTemplate(target.template);
    if (equal(template, bareTemplate(object(info.object, 'spec', 'template')))) {
      yield* session.out(say(info, `skipped rollback (current template already matches revision ${wanted})`));
      return;
    }
    const past = target.cause === '' ? {} : { [CHANGE_CAUSE]: target.cause };
    const patch =
      info.mapping.resource === 'deployments'
        ? [
            { op: 'replace', path: '/spec/template', value: template },
            {
              op: 'replace',
              path: '/metadata/annotations',
              value: { ...(object(info.object, 'metadata', 'annotations') as object), ...past },
            },
          ]
        : [{ op: 'replace', path: '/spec/template', value: template }];
    const found = yield* sendPatch(session, info, patch, { type: 'json-patch', manager: session.flags.string('field-manager') });
    yield* session.out(say({ ...info, object: found }, 'rolled back'));
  });
  return 0;
}

function withoutDirective({ $patch: _directive, ...template }: JsonObject): JsonObject {
  return template;
}

/** A template without what the deployment controller added to it. */
function bareTemplate(template: JsonObject): JsonObject {
  const rest = withoutDirective(template);
  const metadata = object(rest, 'metadata');
  const { 'pod-template-hash': _hash, ...labels } = object(metadata, 'labels');
  const { [CHANGE_CAUSE]: _cause, ...annotations } = object(metadata, 'annotations');
  const { annotations: _old, ...others } = metadata;
  return { ...rest, metadata: { ...others, labels, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) } };
}

function* status(session: Session): Task<number> {
  const { flags } = session;
  const timeout = flags.duration('timeout');
  if (flags.int('revision') < 0) throw new CommandError(`revision must be a positive integer: ${flags.int('revision')}`);
  yield* eachOrNone(session, function* (info) {
    const follow = followStatus(session, info);
    const done = timeout === 0 ? { value: yield* follow } : yield* before(session.process.sleep(timeout), follow);
    if (done === undefined) throw new CommandError('timed out waiting for the condition');
  });
  return 0;
}

function* followStatus(session: Session, info: Info): Task<void> {
  const path = pathOf(info.mapping, info.namespace);
  let said = '';
  const look = function* (found: JsonObject): Task<boolean> {
    const { message, done } = statusOf(info.mapping, found, session.flags.int('revision'));
    if (message !== said) yield* session.out(message);
    said = message;
    return done;
  };
  if (yield* look(info.object)) return;
  if (!session.flags.bool('watch')) return;
  let version = text(info.object, 'metadata', 'resourceVersion');
  for (;;) {
    const query = { fieldSelector: `metadata.name=${info.name}`, watch: 'true', resourceVersion: version };
    const events = watchEvents(yield* session.stream('watch', 'GET', path, { query }));
    try {
      for (let event = yield* nextEvent(events); event !== undefined; event = yield* nextEvent(events)) {
        if (event.type === 'DELETED') throw new CommandError('object has been deleted');
        if (event.type !== 'ADDED' && event.type !== 'MODIFIED') continue;
        version = event.object.metadata.resourceVersion ?? version;
        if (yield* look(object(event.object as never))) return;
      }
    } finally {
      events.close();
    }
  }
}

/** polymorphichelpers' status viewers: what is still missing of a rollout. */
function statusOf(mapping: Mapping, found: JsonObject, revision: number): { message: string; done: boolean } {
  const { resource } = mapping;
  const name = text(found, 'metadata', 'name');
  const [spec, state] = [object(found, 'spec'), object(found, 'status')];
  const stale = number(found, 'metadata', 'generation') > number(state, 'observedGeneration');
  if (resource === 'deployments') {
    if (revision > 0) {
      const has = Number(text(found, 'metadata', 'annotations', REVISION) || '0');
      if (has !== revision) throw new CommandError(`desired revision (${revision}) is different from the running revision (${has})`);
    }
    if (stale) return { message: 'Waiting for deployment spec update to be observed...\n', done: false };
    const progressing = list(state, 'conditions').find((condition) => text(condition, 'type') === 'Progressing');
    if (text(progressing, 'reason') === 'ProgressDeadlineExceeded')
      throw new CommandError(`deployment "${name}" exceeded its progress deadline`);
    const [updated, total, available] = [number(state, 'updatedReplicas'), number(state, 'replicas'), number(state, 'availableReplicas')];
    const wanted = typeof spec['replicas'] === 'number' ? spec['replicas'] : updated;
    const waiting = `Waiting for deployment "${name}" rollout to finish: `;
    if (updated < wanted) return { message: `${waiting}${updated} out of ${wanted} new replicas have been updated...\n`, done: false };
    if (total > updated) return { message: `${waiting}${total - updated} old replicas are pending termination...\n`, done: false };
    if (available < updated) return { message: `${waiting}${available} of ${updated} updated replicas are available...\n`, done: false };
    return { message: `deployment "${name}" successfully rolled out\n`, done: true };
  }
  if (resource === 'daemonsets') {
    if (text(spec, 'updateStrategy', 'type') !== 'RollingUpdate')
      throw new CommandError('rollout status is only available for RollingUpdate strategy type');
    if (stale) return { message: 'Waiting for daemon set spec update to be observed...\n', done: false };
    const [updated, desired, available] = [
      number(state, 'updatedNumberScheduled'),
      number(state, 'desiredNumberScheduled'),
      number(state, 'numberAvailable'),
    ];
    if (updated < desired)
      return {
        message: `Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${desired} new pods have been updated...\n`,
        done: false,
      };
    if (available < desired)
      return {
        message: `Waiting for daemon set "${name}" rollout to finish: ${available} of ${desired} updated pods are available...\n`,
        done: false,
      };
    return { message: `daemon set "${name}" successfully rolled out\n`, done: true };
  }
  if (resource !== 'statefulsets') throw new CommandError(`no status viewer has been implemented for ${groupKind(mapping)}`);
  if (text(spec, 'updateStrategy', 'type') !== 'RollingUpdate')
    throw new CommandError('rollout status is only available for RollingUpdate strategy type');
  if (stale || number(state, 'observedGeneration') === 0)
    return { message: 'Waiting for statefulset spec update to be observed...\n', done: false };
  const replicas = number(spec, 'replicas');
  if (number(state, 'readyReplicas') < replicas)
    return { message: `Waiting for ${replicas - number(state, 'readyReplicas')} pods to be ready...\n`, done: false };
  const updated = number(state, 'updatedReplicas');
  // The defaults fill in a partition of 0, so this is nearly always how it ends.
  if (has(spec, 'updateStrategy', 'rollingUpdate')) {
    const partition = number(at(spec, 'updateStrategy', 'rollingUpdate', 'partition'));
    if (updated < replicas - partition)
      return {
        message: `Waiting for partitioned roll out to finish: ${updated} out of ${replicas - partition} new pods have been updated...\n`,
        done: false,
      };
    return { message: `partitioned roll out complete: ${updated} new pods have been updated...\n`, done: true };
  }
  if (text(state, 'updateRevision') !== text(state, 'currentRevision'))
    return {
      message: `waiting for statefulset rolling update to complete ${updated} pods at revision ${text(state, 'updateRevision')}...\n`,
      done: false,
    };
  return {
    message: `statefulset rolling update complete ${number(state, 'currentReplicas')} pods at revision ${text(state, 'currentRevision')}...\n`,
    done: true,
  };
}
