import type { Task } from '../../engine/os/task.ts';
import { encode } from '../../engine/os/text.ts';
import { CommandError, isReason, ServerError, UsageError } from './errors.ts';
import { findPod, podsBehind } from './pods.ts';
import type { Session } from './session.ts';
import { together } from '../../engine/os/together.ts';
import { byteChunks } from './streams.ts';
import { list, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const LOGS_FLAGS = `f/follow:bool p/previous:bool c/container:string all-containers:bool all-pods:bool tail:int=-1 since:duration=0s since-time:string timestamps:bool limit-bytes:int
  l/selector:string prefix:bool ignore-errors:bool max-log-requests:int=5 pod-running-timeout:duration=20s insecure-skip-tls-verify-backend:bool`;

export function* logs(session: Session): Task<number> {
  const { flags } = session;
  const selector = flags.string('selector');
  if (flags.args.length === 0 && selector === '') {
    throw new UsageError(
      session.command,
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
    );
  }
  if (flags.args.length > 2)
    throw new UsageError(
      session.command,
      "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command",
    );
  if (selector !== '' && flags.args.length > 0) throw new UsageError(session.command, 'only a selector (-l) or a POD name is allowed');
  if (flags.bool('all-containers') && flags.string('container') !== '')
    throw new CommandError('--all-containers=true should not be specified with container name');
  const since = flags.string('since-time');
  if (since !== '' && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(since)) {
    const [, rest = since] = /^\d{4}(.*)$/.exec(since) ?? [];
    const part = rest === since ? '2006' : '-';
    throw new CommandError(`parsing time "${since}" as "2006-01-02T15:04:05Z07:00": cannot parse "${rest}" as "${part}"`);
  }
  if (flags.has('since') && flags.string('since-time') !== '')
    throw new CommandError('at most one of `sinceTime` or `sinceSeconds` may be specified');
  if (flags.has('tail') && flags.int('tail') < -1) throw new CommandError('--tail must be greater than or equal to -1');
  if (flags.int('limit-bytes') < 0) throw new CommandError('--limit-bytes must be greater than 0');
  if (flags.duration('since') < 0) throw new CommandError('--since must be greater than 0');
  const container = flags.string('container') || (flags.args[1] ?? '');
  const pods =
    selector === ''
      ? flags.bool('all-pods')
        ? yield* podsBehind(session, flags.args[0] as string, '')
        : [yield* podOf(session, flags.args[0] as string)]
      : yield* podsBehind(session, '', selector);
  if (pods.length === 0) {
    yield* session.err(`No resources found in ${session.namespace} namespace.\n`);
    return 0;
  }
  const wanted: { pod: JsonObject; container: string }[] = [];
  for (const pod of pods) {
    if (flags.bool('all-containers')) {
      for (const field of ['initContainers', 'containers', 'ephemeralContainers'])
        for (const each of list(pod, 'spec', field)) wanted.push({ pod, container: text(each, 'name') });
    } else {
      if (container !== '') checkContainer(pod, container);
      wanted.push({ pod, container: container === '' ? yield* defaultContainer(session, pod) : container });
    }
  }
  const limit = flags.int('max-log-requests');
  if (flags.bool('follow') && wanted.length > limit) {
    throw new CommandError(
      `you are attempting to follow ${wanted.length} log streams, but maximum allowed concurrency is ${limit}, use --max-log-requests to increase the limit`,
    );
  }
  const prefix = flags.bool('prefix');
  const read = function* (each: { pod: JsonObject; container: string }): Task<void> {
    try {
      yield* readLog(session, each.pod, each.container, prefix, selector !== '');
    } catch (error) {
      if (!(error instanceof ServerError) || !flags.bool('ignore-errors')) throw error;
      yield* session.out(`error: ${error.message}\n`);
    }
  };
  if (flags.bool('follow') && wanted.length > 1) yield* together(wanted.map(read));
  else for (const each of wanted) yield* read(each);
  return 0;
}

function* podOf(session: Session, word: string): Task<JsonObject> {
  try {
    return yield* findPod(session, word);
  } catch (error) {
    if (!isReason(error, 'NotFound')) throw error;
    throw new CommandError(`error from server (NotFound): ${error.message} in namespace "${session.namespace}"`);
  }
}

function checkContainer(pod: JsonObject, container: string): void {
  const names = (field: string): string[] => list(pod, 'spec', field).map((each) => text(each, 'name'));
  const [main, init, ephemeral] = [names('containers'), names('initContainers'), names('ephemeralContainers')];
  if ([...main, ...init, ...ephemeral].includes(container)) return;
  const all = [...main, ...init.map((each) => `${each} (init)`), ...ephemeral.map((each) => `${each} (ephem)`)];
  throw new CommandError(`container ${container} is not valid for pod ${text(pod, 'metadata', 'name')} out of: ${all.join(', ')}`);
}

/** The annotated one, else the first; kubectl says so when there are more. */
export function* defaultContainer(session: Session, pod: JsonObject): Task<string> {
  const names = ['containers', 'initContainers'].flatMap((field) => list(pod, 'spec', field).map((each) => text(each, 'name')));
  const chosen = text(pod, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container');
  if (chosen !== '' && names.includes(chosen)) return chosen;
  const init = list(pod, 'spec', 'initContainers').map((each) => `${text(each, 'name')} (init)`);
  const all = [...list(pod, 'spec', 'containers').map((each) => text(each, 'name')), ...init];
  if (all.length > 1) yield* session.err(`Defaulted container "${names[0] as string}" out of: ${all.join(', ')}\n`);
  return names[0] ?? '';
}

function* readLog(session: Session, pod: JsonObject, container: string, prefix: boolean, selected: boolean): Task<void> {
  const { flags } = session;
  const [namespace, name] = [text(pod, 'metadata', 'namespace'), text(pod, 'metadata', 'name')];
  const tail = flags.has('tail') ? flags.int('tail') : selected ? 10 : -1;
  const query: Record<string, string> = {
    container,
    ...(flags.bool('follow') ? { follow: 'true' } : {}),
    ...(flags.bool('previous') ? { previous: 'true' } : {}),
    ...(flags.bool('timestamps') ? { timestamps: 'true' } : {}),
    ...(tail >= 0 ? { tailLines: String(tail) } : {}),
    ...(flags.duration('since') > 0 ? { sinceSeconds: String(Math.ceil(flags.duration('since') / 1000)) } : {}),
    ...(flags.string('since-time') === '' ? {} : { sinceTime: flags.string('since-time') }),
    ...(flags.int('limit-bytes') > 0 ? { limitBytes: flags.string('limit-bytes') } : {}),
  };
  const answer = yield* session.call('GET', `/api/v1/namespaces/${namespace}/pods/${name}/log`, { query, headers: { accept: '*/*' } });
  const head = prefix ? `[pod/${name}/${container}] ` : '';
  if (answer.stream?.kind !== 'bytes') {
    yield* session.out(prefixed(typeof answer.body === 'string' ? answer.body : '', head));
    return;
  }
  const chunks = byteChunks(answer.stream);
  try {
    for (let chunk = yield* chunks.next(); chunk !== undefined; chunk = yield* chunks.next()) {
      yield* session.process.stdout.write(head === '' ? chunk : encode(prefixed(new TextDecoder().decode(chunk), head)));
    }
  } finally {
    chunks.close();
  }
}

function prefixed(body: string, head: string): string {
  return head === '' || body === '' ? body : body.replace(/^(?=[\s\S])/gm, head);
}
