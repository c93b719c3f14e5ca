import type { Task } from '../../engine/os/task.ts';
import { mappingFor, pathOf } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { CommandError } from './errors.ts';
import { fetchOne } from './resources.ts';
import type { Session } from './session.ts';
import { list, number, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

/** The pod that `web-1`, `pod/web-1` or `deploy/web` means: of several, a ready one that has run longest. */
export function* findPod(session: Session, word: string): Task<JsonObject> {
  const [type, name] = word.includes('/') ? (word.split('/') as [string, string]) : ['pods', word];
  const mapping = yield* mappingFor(session, type);
  const found = yield* fetchOne(session, mapping, name);
  if (mapping.kind === 'Pod') return found;
  const pods = (yield* selected(session, selectorFor(session, mapping, found))).sort(byLogging);
  if (pods.length === 0) throw new CommandError('timed out waiting for the condition');
  if (pods.length > 1 && session.command === 'kubectl logs')
    yield* session.err(`Found ${pods.length} pods, using pod/${text(pods[0], 'metadata', 'name')}\n`);
  return pods[0] as JsonObject;
}

/** All pods of a workload, or of a selector. */
export function* podsBehind(session: Session, word: string, selector: string): Task<JsonObject[]> {
  if (selector !== '') return yield* selected(session, selector);
  const [type = '', name = ''] = word.split('/');
  const mapping = yield* mappingFor(session, type);
  return yield* selected(session, selectorFor(session, mapping, yield* fetchOne(session, mapping, name)));
}

function selectorFor({ command }: Session, { kind, version }: Mapping, found: JsonObject): string {
  const labels =
    kind === 'Service' || kind === 'ReplicationController'
      ? object(found, 'spec', 'selector')
      : object(found, 'spec', 'selector', 'matchLabels');
  if (Object.keys(labels).length === 0)
    throw new CommandError(
      `cannot ${command === 'kubectl logs' ? 'get the logs from' : 'attach to'} *${version}.${kind}: selector for *${version}.${kind} not implemented`,
    );
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${text(value)}`)
    .join(',');
}

function* selected(session: Session, labelSelector: string): Task<JsonObject[]> {
  const mapping = yield* mappingFor(session, 'pods');
  const found = yield* session.json('GET', pathOf(mapping, session.namespace), { query: { labelSelector } });
  return [...list(found, 'items')] as JsonObject[];
}

/** `podutils.ByLogging`: the most useful pod first. */
function byLogging(a: JsonObject, b: JsonObject): number {
  const readySince = (pod: Json): number => {
    const ready = list(pod, 'status', 'conditions').find((each) => text(each, 'type') === 'Ready' && text(each, 'status') === 'True');
    return ready === undefined ? Number.POSITIVE_INFINITY : Date.parse(text(ready, 'lastTransitionTime')) || 0;
  };
  const rank = (pod: Json): number =>
    (text(pod, 'spec', 'nodeName') === '' ? 8 : 0) +
    2 * ['Unknown', 'Pending'].indexOf(text(pod, 'status', 'phase')) +
    (readySince(pod) < Number.POSITIVE_INFINITY ? 0 : 1);
  const restarts = (pod: Json): number =>
    Math.max(0, ...list(pod, 'status', 'containerStatuses').map((each) => number(each, 'restartCount')));
  const created = (pod: Json): number => Date.parse(text(pod, 'metadata', 'creationTimestamp'));
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (readySince(a) !== readySince(b)) return readySince(a) - readySince(b);
  return restarts(b) - restarts(a) || created(a) - created(b);
}
