import type { Task } from '../../engine/os/task.ts';
import { readLine } from '../../engine/os/text.ts';
import { groupResource, kindName, pathOf } from './discovery.ts';
import { CommandError, isReason, throwAll, during } from './errors.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { dryRunOf, dryRunQuery, DRY_RUN_FLAG } from './printers.ts';
import type { DryRun } from './printers.ts';
import { rawRequest } from './raw.ts';
import { FILE_FLAGS, fetchList, infoOf, itemsOf, namespaceFor, NO_RESOURCES, parseTargets } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { before, nextEvent, watchEvents } from './streams.ts';
import { text } from './values.ts';
import type { JsonObject } from './values.ts';

export const DELETE_FLAGS = `${FILE_FLAGS} ${DRY_RUN_FLAG} o/output:string l/selector:string field-selector:string all:bool A/all-namespaces:bool force:bool now:bool
  grace-period:int=-1 wait:bool=true timeout:duration=0s ignore-not-found:bool cascade:string=background?background raw:string i/interactive:bool`;

export interface Deletion {
  readonly gracePeriod: number;
  readonly propagation: 'Background' | 'Foreground' | 'Orphan';
  readonly dryRun: DryRun;
}

export function* deleteCommand(session: Session): Task<number> {
  const { flags } = session;
  if (flags.has('raw')) return yield* rawRequest(session, 'DELETE', flags.string('raw'));
  if (flags.string('output') !== '' && flags.string('output') !== 'name') {
    throw new CommandError(`unexpected -o output mode: ${flags.string('output')}. We only support '-o name'`);
  }
  const deletion: Deletion = { gracePeriod: gracePeriodOf(session), propagation: yield* propagationOf(session), dryRun: dryRunOf(session) };
  const files = manifestSources(session);
  if (flags.bool('force') || (deletion.gracePeriod === 0 && flags.has('force'))) {
    yield* session.warn(
      'Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
    );
  }
  if (files.length === 0 && flags.args.length === 0) throw new CommandError(NO_RESOURCES);
  const selected = flags.string('selector') !== '' || flags.string('field-selector') !== '';
  if (flags.bool('all') && selected) throw new CommandError("setting 'all' parameter but found a non empty selector. ");
  const deleted: Info[] = [];
  const errors: unknown[] = [];
  const ignoreNotFound = flags.bool('ignore-not-found') || ((flags.bool('all') || selected) && !flags.has('ignore-not-found'));
  // With --interactive all is told first, and deleted only after a yes.
  const asked: Info[] = [];
  const visit = function* (info: Info): Task<void> {
    if (!flags.bool('interactive')) return yield* remove(info);
    asked.push(info);
  };
  const remove = function* (info: Info): Task<void> {
    const answer = yield* deleteOne(session, info, deletion);
    yield* session.out(deletedLine(session, info, deletion));
    deleted.push({ ...info, object: answer });
  };
  const forgiving = function* (work: Task<void>): Task<void> {
    try {
      yield* work;
    } catch (error) {
      if (!(ignoreNotFound && isReason(error, 'NotFound'))) errors.push(error);
    }
  };
  if (files.length > 0) {
    yield* forgiving(
      visitManifests(session, { files, recursive: flags.bool('recursive'), validate: false }, function* (info) {
        try {
          yield* visit(info);
        } catch (error) {
          if (ignoreNotFound && isReason(error, 'NotFound')) return;
          throw during(error, 'deleting', info.source);
        }
      }),
    );
  } else {
    const options = {
      labelSelector: flags.string('selector'),
      fieldSelector: flags.string('field-selector'),
      all: flags.bool('all'),
      allNamespaces: flags.bool('all-namespaces'),
    };
    for (const { mapping, name } of yield* parseTargets(session, flags.args, options)) {
      if (name !== undefined) {
        const namespace = namespaceFor(session, mapping);
        yield* forgiving(visit({ mapping, name, object: {}, source: '', ...(namespace === undefined ? {} : { namespace }) }));
        continue;
      }
      yield* forgiving(
        (function* (): Task<void> {
          for (const each of itemsOf(yield* fetchList(session, mapping, options), mapping)) yield* forgiving(visit(infoOf(mapping, each)));
        })(),
      );
    }
  }
  if (asked.length > 0 && errors.length === 0) {
    if (!(yield* confirmed(session, asked))) {
      yield* session.out('deletion is cancelled\n');
      return 0;
    }
    for (const info of asked) yield* forgiving(remove(info));
  }
  if (deleted.length === 0 && errors.length === 0) {
    if (files.length === 0 && !flags.bool('ignore-not-found')) yield* session.out('No resources found\n');
  }
  if (flags.bool('wait') && deletion.dryRun === 'none') {
    const timeout = flags.duration('timeout');
    for (const info of deleted) {
      try {
        yield* waitUntilGone(session, info, text(info.object, 'metadata', 'uid') || text(info.object, 'details', 'uid'), timeout);
      } catch (error) {
        errors.push(error);
      }
    }
  }
  throwAll(errors);
  return 0;
}

/** Whether somebody answers yes. */
function* confirmed(session: Session, infos: readonly Info[]): Task<boolean> {
  yield* session.out(`You are about to delete the following ${infos.length} resource(s):\n`);
  for (const { mapping, name } of infos) yield* session.out(`${kindName(mapping)}/${name}\n`);
  yield* session.out('Do you want to continue? (y/n): ');
  const answer = yield* readLine(session.process.stdin);
  return answer?.trim().toLowerCase() === 'y';
}

function gracePeriodOf(session: Session): number {
  const { flags } = session;
  let given = flags.int('grace-period');
  if (flags.bool('now')) {
    if (given !== -1) throw new CommandError('--now and --grace-period cannot be specified together');
    given = 1;
  }
  if (flags.bool('force')) {
    if (given > 0) throw new CommandError('--force and --grace-period greater than 0 cannot be specified together');
    return 0;
  }
  // Without --force, 0 means 1: the object is still deleted by its kubelet.
  return given === 0 ? 1 : given;
}

export function* propagationOf(session: Session): Task<Deletion['propagation']> {
  const value = session.flags.string('cascade');
  if (value === 'true' || value === 'false') {
    const mode = value === 'true' ? 'background' : 'orphan';
    yield* session.err(`warning: --cascade=${value} is deprecated (boolean value) and can be replaced with --cascade=${mode}.\n`);
    return value === 'true' ? 'Background' : 'Orphan';
  }
  const found = { background: 'Background', foreground: 'Foreground', orphan: 'Orphan' }[value];
  if (found === undefined) throw new CommandError(`invalid cascade value (${value}). Must be "background", "foreground", or "orphan"`);
  return found as Deletion['propagation'];
}

export function deleteOne(session: Session, info: Info, deletion: Deletion): Task<JsonObject> {
  if (deletion.dryRun === 'client') return session.json('GET', pathOf(info.mapping, info.namespace, info.name));
  return session.json('DELETE', pathOf(info.mapping, info.namespace, info.name), {
    headers: { 'content-type': 'application/json' },
    query: dryRunQuery(deletion.dryRun),
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: deletion.propagation,
      ...(deletion.gracePeriod >= 0 ? { gracePeriodSeconds: deletion.gracePeriod } : {}),
    },
    what: `delete ${groupResource(info.mapping)} ${info.name}`,
  });
}

export function deletedLine(session: Session, info: Info, deletion: Deletion): string {
  if (session.flags.string('output') === 'name') return `${kindName(info.mapping)}/${info.name}\n`;
  const operation = `${deletion.gracePeriod === 0 ? 'force deleted' : 'deleted'}${{ none: '', client: ' (dry run)', server: ' (server dry run)' }[deletion.dryRun]}`;
  const from = info.mapping.namespaced ? ` from ${info.namespace ?? ''} namespace` : '';
  return `${kindName(info.mapping)} "${info.name}" ${operation}${from}\n`;
}

/** Waits until the object is gone or another one has its name. `timeout` 0 waits for good (a week, in kubectl). */
export function* waitUntilGone(session: Session, info: Info, uid: string, timeout: number): Task<void> {
  const { mapping, name } = info;
  const path = pathOf(mapping, info.namespace);
  const fieldSelector = `metadata.name=${name}`;
  const gone = function* (): Task<void> {
    for (;;) {
      const found = yield* session.json('GET', path, { query: { fieldSelector } });
      const [item] = itemsOf([found], mapping);
      if (item === undefined || (uid !== '' && text(item, 'metadata', 'uid') !== uid)) return;
      const events = watchEvents(
        yield* session.stream('watch', 'GET', path, {
          query: { fieldSelector, watch: 'true', resourceVersion: text(found, 'metadata', 'resourceVersion') },
        }),
      );
      try {
        for (let event = yield* nextEvent(events); event !== undefined; event = yield* nextEvent(events))
          if (event.type === 'DELETED') return;
      } finally {
        events.close();
      }
    }
  };
  const done =
    timeout === 0 ? yield* before(session.process.sleep(168 * 3_600_000), gone()) : yield* before(session.process.sleep(timeout), gone());
  if (done === undefined) throw new CommandError(`timed out waiting for the condition on ${mapping.resource}/${name}`);
}
