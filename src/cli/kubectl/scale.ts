import type { Task } from '../../engine/os/task.ts';
import { groupResource, pathOf } from './discovery.ts';
import { CommandError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, dryRunQuery, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { number, text } from './values.ts';

export const SCALE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} replicas:int current-replicas:int=-1 resource-version:string l/selector:string all:bool timeout:duration=0s`;

export function* scale(session: Session): Task<number> {
  const { flags } = session;
  if (!flags.has('replicas')) throw new CommandError('required flag(s) "replicas" not set');
  const replicas = flags.int('replicas');
  if (replicas < 0) throw new CommandError('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  if (flags.int('current-replicas') < -1) throw new CommandError('The --current-replicas must specify an integer of -1 or greater');
  const dryRun = dryRunOf(session);
  const say = resultPrinter(session, dryRun);
  let count = 0;
  yield* visitAll(session, flags.args, { labelSelector: flags.string('selector'), all: flags.bool('all') }, function* (info) {
    count++;
    if (dryRun !== 'client') {
      const path = pathOf(info.mapping, info.namespace, info.name, 'scale');
      const what = `get ${groupResource(info.mapping)} ${info.name}`;
      const found = yield* session.json('GET', path, { what });
      const expected = flags.int('current-replicas');
      if (expected >= 0 && number(found, 'spec', 'replicas') !== expected)
        throw new CommandError(`Expected replicas to be ${expected}, was ${number(found, 'spec', 'replicas')}`);
      const [version, known] = [flags.string('resource-version'), text(found, 'metadata', 'resourceVersion')];
      if (version !== '' && version !== known) throw new CommandError(`Expected resource version to be ${version}, was ${known}`);
      yield* session.json('PATCH', path, {
        body: { spec: { replicas } },
        query: dryRunQuery(dryRun),
        headers: { 'content-type': 'application/merge-patch+json' },
        what,
      });
    }
    if (dryRun === 'none' && flags.duration('timeout') > 0) {
      const path = pathOf(info.mapping, info.namespace, info.name, 'scale');
      yield* waitForSize(session, path, info.name, replicas, flags.duration('timeout'));
    }
    yield* session.out(say(info, 'scaled'));
  });
  if (count === 0) throw new CommandError('no objects passed to scale');
  return 0;
}

/** Looks every second whether there are as many as were asked for. */
function* waitForSize(session: Session, path: string, name: string, replicas: number, timeout: number): Task<void> {
  const end = session.process.now() + timeout;
  for (;;) {
    const found = yield* session.json('GET', path);
    if (number(found, 'spec', 'replicas') === replicas && number(found, 'status', 'replicas') === replicas) return;
    if (session.process.now() >= end) throw new CommandError(`timed out waiting for "${name}" to be synced`);
    yield* session.process.sleep(Math.min(1000, Math.max(1, end - session.process.now())));
  }
}
